"""The building board (楼栋看板): staircase × floor of one building with counts, and the buildings of an area.

Only numbers: who lives behind a door is on the page of the household, masked.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from fieldwork.models import CareSubject, Household, Resident
from grid.models import Building
from grid.scope import scope_of

_ROOM: Final = re.compile(r"-?([0-9]{1,2})[0-9]{2}[A-Z]?", re.IGNORECASE)


@dataclass(slots=True)
class Cell:
    """One floor of one staircase."""

    unit: str = ""
    flats: int = 0
    residents: int = 0
    rented: int = 0
    empty: int = 0
    care: int = 0
    colours: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Colour value → (its name, how many in care)."""

    def add(self, other: "Cell") -> None:
        """Count `other` in as well."""
        for name in ("flats", "residents", "rented", "empty", "care"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for value, (name, count) in other.colours.items():
            self.colours[value] = (name, count + self.colours.get(value, (name, 0))[1])


@dataclass(frozen=True, slots=True)
class Floor:
    """One line of the board: the floor (None: unknown) and its cells in the order of the staircases."""

    number: int | None
    cells: Sequence[Cell | None]


@dataclass(frozen=True, slots=True)
class Board:
    """One building: the staircases, the floors from the top, and the sum."""

    units: Sequence[str]
    floors: Sequence[Floor]
    total: Cell


def floor_of(room: str) -> int | None:
    """The floor that a room number says: 101 is 1, 1203 is 12, -101 is -1; None for what says none."""
    found = _ROOM.fullmatch(room)
    if found is None:
        return None  # 门面, 地下室
    return -int(found[1]) if room.startswith("-") else int(found[1])


def floor_rooms(floor: int) -> str:
    """The regular expression of the rooms of which `floor_of` says `floor`."""
    sign = "-" if floor < 0 else ""
    return rf"^{sign}0?{abs(floor)}[0-9]{{2}}[A-Za-z]?$"


def building_board(building: Building, user: Any) -> Board:
    """The board of `building` as `user` may see it, in three queries; care is counted only where she sees care."""
    flats = Household.objects.visible_to(user).filter(building=building, is_active=True)
    rows = list(flats.values("id", "unit", "room", "tenure"))
    here = dict(
        Resident.objects.filter(household__in=flats, moved_out_on=None)
        .values_list("household")
        .order_by()
        .annotate(n=Count("id"))
    )
    return _board(rows, here, _care_of(flats, user))


def _care_of(flats: QuerySet[Household], user: Any) -> Mapping[int, list[tuple[str, str, int]]]:
    """Household → (value, name, how many) of each colour."""
    found: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    rows = CareSubject.objects.visible_to(user).current().filter(household__in=flats).order_by("tag__colour__slot")
    counted = rows.values_list("household", "tag__colour__value", "tag__colour__name").annotate(n=Count("id"))
    for household, value, name, count in counted:
        found[household].append((value, name, count))
    return found


def _board(
    rows: Iterable[Mapping[str, Any]], here: Mapping[int, int], care: Mapping[int, list[tuple[str, str, int]]]
) -> Board:
    cells: dict[tuple[int | None, str], Cell] = {}
    total = Cell()
    for row in rows:
        one = _one(row, here.get(row["id"], 0), care.get(row["id"], ()))
        cells.setdefault((floor_of(row["room"]), row["unit"]), Cell(row["unit"])).add(one)
        total.add(one)
    units = sorted({unit for _floor, unit in cells}, key=_natural)
    numbers = sorted({number for number, _unit in cells}, key=lambda n: (n is None, -(n or 0)))
    return Board(units, [Floor(number, [cells.get((number, unit)) for unit in units]) for number in numbers], total)


def _one(row: Mapping[str, Any], residents: int, care: Iterable[tuple[str, str, int]]) -> Cell:
    tenure = Household.Tenure(row["tenure"])
    colours = {value: (name, count) for value, name, count in care}
    return Cell(
        flats=1,
        residents=residents,
        rented=int(tenure in (Household.Tenure.RENTED, Household.Tenure.SHARED)),
        empty=int(tenure == Household.Tenure.EMPTY),
        care=sum(count for _name, count in colours.values()),
        colours=colours,
    )


def _natural(text: str) -> tuple[int, str]:
    """2单元 before 10单元."""
    digits = re.match(r"[0-9]+", text)
    return (int(digits[0]) if digits else 0, text)


def counted_buildings(user: Any) -> QuerySet[Building]:
    """The buildings where `user` sees households, with `flats`, `empty` and `residents` of the register."""
    flats = Household.objects.filter(building=OuterRef("pk"), is_active=True).order_by()
    people = Resident.objects.filter(
        household__building=OuterRef("pk"), household__is_active=True, moved_out_on=None
    ).order_by()
    return buildings_of_register(user).annotate(
        flat_count=_count(flats, "building"),
        empty_count=_count(flats.filter(tenure=Household.Tenure.EMPTY), "building"),
        resident_count=_count(people, "household__building"),
    )


def buildings_of_register(user: Any, capability: str = "household.view") -> QuerySet[Building]:
    """The buildings where `user` holds `capability`, with compound and grid."""
    rows = Building.objects.filter(scope_of(user).q(capability, "grid__code"))
    return rows.select_related("compound", "grid").defer("grid__boundary")


def _count(rows: QuerySet[Any], group: str) -> Any:
    counted = rows.values(group).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
