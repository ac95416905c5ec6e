"""Writing what a file of households says: a handful of statements, however long the file is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

from django.db.models import F

from fieldwork.models import FieldStep, Household, Resident
from fieldwork.people import sealed
from grid.importing.sheet import Task
from grid.models import Building

BATCH: Final = 1000
Key = tuple[int, str, str]
SEALED: Final = ("name", "phone", "phone_index", "id_number", "id_index")
PLAIN: Final = ("sex", "birth_year", "relation", "is_head")


class DoorOfFile(Protocol):
    """What is written of one door."""

    building: Building
    unit: str
    room: str
    tenure: str
    people: int | None
    persons: list[tuple[int, dict[str, Any]]]


def write(task: Task, flats: Sequence[DoorOfFile]) -> None:
    """Create and change households and residents; counts them in `task` and notes each touched household once."""
    doors, touched = _doors(task, flats)
    touched |= _write_people(task, flats, doors) | _update(task, flats, doors)
    Household.objects.filter(pk__in=touched).update(version=F("version") + 1)
    FieldStep.objects.bulk_create(
        (
            FieldStep(subject="household", subject_id=pk, after="imported", by=task.actor, at=task.now)
            for pk in sorted(touched)
        ),
        batch_size=BATCH,
    )


def _key(flat: DoorOfFile) -> Key:
    return flat.building.pk, flat.unit, flat.room


def _doors(task: Task, flats: Sequence[DoorOfFile]) -> tuple[dict[Key, Household], set[int]]:
    """The households of the file, locked; those that are new are made, and told apart by their keys."""
    known = Household.objects.select_for_update(of=("self",)).filter(building__in={f.building.pk for f in flats})
    doors = {(one.building_id, one.unit, one.room): one for one in known.order_by("id")}
    fresh = [_household(flat) for flat in flats if _key(flat) not in doors]
    for one in Household.objects.bulk_create(fresh, batch_size=BATCH):
        doors[one.building_id, one.unit, one.room] = one
    task.created += len(fresh)
    return doors, {one.pk for one in fresh}


def _household(flat: DoorOfFile) -> Household:
    return Household(
        building=flat.building,
        grid=flat.building.grid,
        grid_code=flat.building.grid.code,
        unit=flat.unit,
        room=flat.room,
        tenure=flat.tenure or Household.Tenure.OWNED,
        people=flat.people,
    )


def _update(task: Task, flats: Iterable[DoorOfFile], doors: dict[Key, Household]) -> set[int]:
    """Use and number of people where the file says something else; a household that exists again is active."""
    changed = []
    for flat in flats:
        one = doors[_key(flat)]
        said = {"tenure": flat.tenure or one.tenure, "is_active": True}
        said |= {} if flat.people is None else {"people": flat.people}
        if any(getattr(one, name) != value for name, value in said.items()):
            for name, value in said.items():
                setattr(one, name, value)
            changed.append(one)
    Household.objects.bulk_update(changed, ["tenure", "people", "is_active"], batch_size=BATCH)
    task.changed += len(changed)
    return {one.pk for one in changed}


def _write_people(task: Task, flats: Iterable[DoorOfFile], doors: dict[Key, Household]) -> set[int]:
    """The residents of the file; gives the households that got or changed somebody."""
    present = _present(doors.values())
    fresh: list[Resident] = []
    changed: list[Resident] = []
    heads: dict[int, Resident] = {}
    for flat in flats:
        household = doors[_key(flat)]
        for _row, person in flat.persons:
            found = _known(present[household.pk], person)
            if found is not None and not _differs(found, person):
                continue
            one = _changed(found or Resident(household=household), person)
            (changed if found else fresh).append(one)
            if person.get("is_head"):
                heads[household.pk] = one
    _store(fresh, changed, heads)
    task.created += len(fresh)
    task.changed += len(changed)
    return {one.household_id for one in (*fresh, *changed)}


def _present(doors: Iterable[Household]) -> dict[int, list[Resident]]:
    found: dict[int, list[Resident]] = defaultdict(list)
    for person in Resident.objects.filter(household__in=[one.pk for one in doors], moved_out_on=None):
        found[person.household_id].append(person)
    return found


def _known(people: Iterable[Resident], person: dict[str, Any]) -> Resident | None:
    """By ID number where both have one, else by name."""
    number, name = person.get("id_number"), person.get("name")
    for one in people:
        if number and one.id_number:
            if one.id_number == number:
                return one
        elif one.name == name:
            return one
    return None


def _differs(found: Resident, person: dict[str, Any]) -> bool:
    return any(getattr(found, name) != value for name, value in person.items())


def _changed(found: Resident, person: dict[str, Any]) -> Resident:
    for name, value in person.items():
        setattr(found, name, value)
    return sealed(found)


def _store(fresh: list[Resident], changed: list[Resident], heads: dict[int, Resident]) -> None:
    """First the old heads step back: the database allows one at a time."""
    Resident.objects.filter(household__in=heads, is_head=True, moved_out_on=None).update(is_head=False)
    for one in changed:
        one.is_head = one.is_head and heads.get(one.household_id, one) is one
    Resident.objects.bulk_update(changed, [*SEALED, *PLAIN], batch_size=BATCH // 2)
    Resident.objects.bulk_create(fresh, batch_size=BATCH)
