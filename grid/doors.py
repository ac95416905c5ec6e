"""Doors of buildings: one spelling for staircases and rooms, and the address that stands on an envelope."""

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _

from accounts.errors import NotValid
from accounts.text_guard import clean_text
from grid.models import Building

_NUMBER: Final = re.compile(r"[0-9A-Za-z]{1,6}")


def door_unit(text: str) -> str:
    """One spelling of a staircase: "1" and "１ 单元" are 1单元; "" where the building has none. NotValid if long."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return clean_text(f"{plain}单元" if _NUMBER.fullmatch(plain) else plain, max_length=10)


def door_room(text: str) -> str:
    """One spelling of a room: "101室", "１０１" are 101. NotValid when empty or long."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).removesuffix("室")
    room = clean_text(plain, max_length=20)
    if not room:
        raise NotValid(_("The room is missing."), {"room": [_("The room is missing.")]})
    return room


def address(building: Building, unit: str, room: str) -> str:
    """Compound, building, staircase and room, as on an envelope; the compound must be loaded."""
    return f"{building.compound.name}{building.name}{unit}{room}"
