"""What an address says of its place: the road, the number, the building, the unit (12号院3号楼2单元). Pure."""

import re
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = {digit: n for n, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMBER: Final = r"(\d{1,5}|[零〇一二两三四五六七八九十]{1,4})"
_BUILDING: Final = re.compile(_NUMBER + r"\s*(?:号楼|#楼|#|栋|幢|座)")
_UNIT: Final = re.compile(_NUMBER + r"\s*单元")
_DOOR: Final = re.compile(_NUMBER + r"\s*号(?!楼|线|门|出口)")
_ROAD: Final = re.compile(r"([一-龥]{1,8}?(?:大道|大街|胡同|路|街|巷))(?!口|社区|办|道办|道)")
_BEFORE_ROAD: Final = re.compile(r".*(?:省|市|区|县|街道办事处|街道办|街道|镇|社区|与|和|位于|在|至|到)")
_FULL_WIDTH: Final = {ord("０") + n: str(n) for n in range(10)} | {ord("＃"): "#", ord("　"): None, ord(" "): None}


@dataclass(frozen=True, slots=True)
class Door:
    """The parts of an address; "" or 0 for what it does not say."""

    road: str = ""
    number: int = 0
    building: int = 0
    unit: int = 0

    @property
    def is_known(self) -> bool:
        """Whether it names a door at all: a road alone is none."""
        return bool(self.number or self.building)


def parse_door(address: str) -> Door:
    """The door that an address names, in digits or in Chinese numerals ("汝河路十二号院3号楼2单元")."""
    text = address.translate(_FULL_WIDTH)
    building, unit, number = (pattern.search(text) for pattern in (_BUILDING, _UNIT, _DOOR))
    return Door(
        road_of(text),
        to_int(number[1]) if number else 0,
        to_int(building[1]) if building else 0,
        to_int(unit[1]) if unit else 0,
    )


def road_of(address: str) -> str:
    """The first road that an address names, without the district or community before it; "" when it names none."""
    text = _BEFORE_ROAD.sub("", address) or address
    found = _ROAD.search(text)
    return found[1] if found else ""


def same_door(one: Door, other: Door) -> bool:
    """Whether two addresses name the same door: both name one, and nothing that both say differs."""
    if not (one.is_known and other.is_known):
        return False
    shared = [(getattr(one, name), getattr(other, name)) for name in ("road", "number", "building", "unit")]
    both = [(mine, yours) for mine, yours in shared if mine and yours]
    told = (one.number and other.number) or (one.building and other.building)
    return bool(told) and all(mine == yours for mine, yours in both)


def to_int(text: str) -> int:
    """12 for "12" and for "十二"; up to 99 in Chinese numerals."""
    if text.isdigit() and text.isascii():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[one]) for one in text) or 0)
    return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
