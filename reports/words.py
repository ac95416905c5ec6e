"""How the office writes numbers in its documents. Its text is Chinese, whatever language the reader's pages have."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from reports.indicators import DATA
from reports.periods import PEOPLE_TIME

MINUTE, HOUR, DAY = 60, 3600, 86400


@cache
def templates(kind: str) -> Mapping[str, Any]:
    """The sentences of one kind of report, data/<kind>.json."""
    words: Mapping[str, Any] = json.loads((DATA / f"{kind}.json").read_text("utf-8"))
    return words


def percent(value: float | None) -> str:
    """A ratio as 92.3%; "—" where there was nothing to divide."""
    return "—" if value is None else f"{value * 100:.1f}%"


def span(seconds: int) -> str:
    """A duration in its two largest units: 3天2小时, 4小时5分钟."""
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // MINUTE
    if days:
        return f"{days}天" + (f"{hours}小时" if hours else "")
    if hours:
        return f"{hours}小时" + (f"{minutes}分钟" if minutes else "")
    return f"{minutes}分钟" if minutes else "不足1分钟"


def moment(text: str | datetime | None) -> str:
    """A moment of a snapshot (ISO) as 2026年11月20日18:05."""
    if not text:
        return "—"
    value = (datetime.fromisoformat(text) if isinstance(text, str) else text).astimezone(PEOPLE_TIME)
    return f"{value.year}年{value.month}月{value.day}日{value:%H:%M}"


def short_moment(text: str | None) -> str:
    """The same without the year, for tables: 11月20日 18:05."""
    if not text:
        return "—"
    value = datetime.fromisoformat(text).astimezone(PEOPLE_TIME)
    return f"{value.month}月{value.day}日 {value:%H:%M}"


def staff_of(area: str) -> str:
    """What the people of an area's grids are called together; nobody is ranked by name (architecture.md, law 14)."""
    return f"{area}网格人员"


def listed(parts: Sequence[str]) -> str:
    """Parts joined by the enumeration comma: A、B、C."""
    return "、".join(parts)
