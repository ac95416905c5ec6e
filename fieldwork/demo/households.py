"""Households of one whole community of the demo street and of one building in every other, with who lives there."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils import timezone

from fieldwork.models import Household, Resident
from fieldwork.people import sealed
from grid.demo.divisions import JIANZHONG
from grid.demo.names import person_name
from grid.models import Building

WHOLE: Final = JIANZHONG + "001"
"""东福民社区: the demo accounts of a community, a grid and a micro-grid work there."""
WHOLE_GRIDS: Final = 6
FLATS_PER_FLOOR: Final = 2
TENURES: Final = ("owned",) * 11 + ("rented",) * 5 + ("shared", "empty", "empty", "business")
"""Of twenty flats."""
FEMALE: Final = frozenset("英兰梅花芳红霞艳丽娟静婷敏萍玲燕琴雅秀桂玉菊彩素欣怡佳慧琪珍凤楠春淑云")
PHONES: Final = 20_000
"""Made-up numbers begin there: below are those of the demo's accounts (`grid.demo.names.phone_number`)."""
NOBODY: Final = "999999"
"""Begins made-up ID numbers: no place has this code, so nobody has such a number."""
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def build_households(now: datetime) -> int:
    """About 4,000 households and 6,000 residents; the same on every load. Returns the households."""
    households = Household.objects.bulk_create(list(_all_flats()), batch_size=1000)
    year = timezone.localdate(now).year
    Resident.objects.bulk_create(
        (person for n, flat in enumerate(households) for person in _family(flat, n, year)), batch_size=1000
    )
    return len(households)


def _all_flats() -> Iterator[Household]:
    """The flats, as many in the archive of a building as are registered, and as many people as will be written."""
    flats = [flat for building in _buildings() for flat in _flats(building)]
    for number, flat in enumerate(flats):
        if flat.people:
            flat.people = max(flat.people, _family_size(flat, number))
        yield flat
    counted = Counter(flat.building_id for flat in flats)
    archive = [Building(pk=pk, households=count) for pk, count in counted.items()]
    Building.objects.bulk_update(archive, ["households"], batch_size=500)


def _buildings() -> list[Building]:
    """All of six grids of the whole community, and the first of every other community."""
    found = Building.objects.filter(compound__is_demo=True, grid__code__startswith=JIANZHONG).select_related("grid")
    chosen, seen = [], {WHOLE}
    for building in found.defer("grid__boundary").order_by("grid__code", "id"):
        code = building.grid.code
        if code[:12] not in seen or (code.startswith(WHOLE) and int(code[12:15]) <= WHOLE_GRIDS):
            seen.add(code[:12])
            chosen.append(building)
    return chosen


def _flats(building: Building) -> Iterator[Household]:
    for unit in range(1, (building.units or 1) + 1):
        for floor in range(1, (building.floors or 6) + 1):
            for door in range(1, FLATS_PER_FLOOR + 1):
                yield _flat(building, unit, f"{floor}{door:02d}", building.pk * 7 + unit * 131 + floor * 17 + door)


def _flat(building: Building, unit: int, room: str, number: int) -> Household:
    tenure = TENURES[number * 13 % len(TENURES)]
    return Household(
        building=building,
        grid=building.grid,
        grid_code=building.grid.code,
        unit=f"{unit}单元",
        room=room,
        tenure=tenure,
        people=None if tenure == "business" else 0 if tenure == "empty" else 1 + number * 7 % 4,
        is_demo=True,
    )


def _family(flat: Household, number: int, year: int) -> Iterator[Resident]:
    """The head, and in four of five flats of an owner a second or third person."""
    for place in range(_family_size(flat, number)):
        yield _person(flat, number * 3, place, year)


def _family_size(flat: Household, number: int) -> int:
    """Nobody in an empty flat, one in a rented one or a shop."""
    if flat.tenure == Household.Tenure.EMPTY:
        return 0
    return (1, 2, 3, 2, 3)[number % 5] if flat.tenure == Household.Tenure.OWNED else 1


def _person(flat: Household, first: int, place: int, year: int) -> Resident:
    """The head (`place` 0, number `first`), the spouse, or a child with the surname of the head."""
    number, age = first + place, 78 if first % 9 == 0 else 34 + first * 11 % 40
    age -= (0, first % 5, 26 + first % 4)[place]
    is_man = (first * 7 // 11 + place) % 2 if place < 2 else number % 2
    name = _name(number, is_man)
    person = Resident(
        household=flat,
        name=name if place < 2 else _name(first, (first * 7 // 11) % 2)[0] + name[1:],
        phone=f"199000{PHONES + number:05d}" if age > 14 else "",
        id_number=_id_number(year - age, number, is_man) if number % 5 < 2 else "",
        sex=Resident.Sex.MALE if is_man else Resident.Sex.FEMALE,
        birth_year=year - age,
        relation=("户主", "配偶", "子" if is_man else "女")[place],
        is_head=place == 0,
    )
    return sealed(person)


def _name(number: int, is_man: int) -> str:
    """A made-up name whose given part fits."""
    names = (person_name(number + 40_000 + step * 101) for step in range(60))
    return next(name for name in names if is_man != any(sign in FEMALE for sign in name[1:]))


def _id_number(year: int, number: int, is_man: int) -> str:
    """Rightly formed (GB 11643), and nobody's."""
    # the last of the three running digits is odd for men
    front = f"{NOBODY}{year}{number % 12 + 1:02d}{number % 28 + 1:02d}{number // 2 % 500 * 2 + is_man:03d}"
    return front + "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, front, strict=True)) % 11]
