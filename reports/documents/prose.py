"""Small pieces of official Chinese for documents: numerals, enumerations, numbers, dates; Chinese in every language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from reports.periods import PEOPLE_TIME

_DIGITS: Final = "零一二三四五六七八九"
_PLACES: Final = ("", "十", "百", "千")
_END: Final = "。！？；，、.!?;, "


def chinese_number(number: int) -> str:
    """1 to 9999 in Chinese numerals: 一, 十, 十二, 二十, 一百零五."""
    if not 0 < number < 10_000:
        raise ValueError(f"no Chinese numeral for {number}")
    text, gap = "", False
    for place in reversed(range(len(str(number)))):
        digit = number // 10**place % 10
        if digit:
            text += (_DIGITS[0] if gap and text else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return text.removeprefix("一") if 10 <= number < 20 else text


def heading_number(level: int, number: int) -> str:
    """The number before a heading (GB/T 9704-2012, 7.3.3): 一、 （一） 1. （1）."""
    match level:
        case 1:
            return f"{chinese_number(number)}、"
        case 2:
            return f"（{chinese_number(number)}）"
        case 3:
            return f"{number}."
        case 4:
            return f"（{number}）"
        case _:
            raise ValueError(f"no heading of level {level}")


def points(items: Sequence[str]) -> str:
    """“一是……；二是……。”; a single item stands without a number, nothing gives nothing."""
    texts = [item.strip().rstrip(_END) for item in items if item.strip().rstrip(_END)]
    if len(texts) > 1:
        texts = [f"{chinese_number(number)}是{text}" for number, text in enumerate(texts, start=1)]
    return "；".join(texts) + "。" if texts else ""


def number_text(value: Decimal | float) -> str:
    """A number as it stands in a table: whole numbers without a point, others with at most two decimals (half up)."""
    if value == int(value):
        return str(int(value))
    return f"{Decimal(str(value)).quantize(Decimal('0.01'), ROUND_HALF_UP).normalize():f}"


def date_text(day: date) -> str:
    """“2026年3月5日”: Arabic numerals without leading zeros (GB/T 9704-2012); a moment is taken in people's time."""
    if isinstance(day, datetime) and day.tzinfo:
        day = day.astimezone(PEOPLE_TIME)
    return f"{day.year}年{day.month}月{day.day}日"
