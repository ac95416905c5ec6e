"""The register of households (住户登记): doors of buildings, how they are lived in, and who lives there.

Every change names the version of the household that its reader saw, and leaves a line that says which fields were
changed by whom; never their values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.protect import is_id_number, is_phone, normalise
from accounts.text_guard import clean_field
from fieldwork.care import end_with_move
from fieldwork.models import FieldStep, Household, Resident
from fieldwork.people import sealed
from grid.access import demand
from grid.doors import address, door_room, door_unit
from grid.models import Building
from grid.stages import check_version

MOST_PEOPLE: Final = 60
"""Of one flat, as counted at the door: rented rooms of one flat hold a few dozen."""
OLDEST: Final = 1900
PERSON_FIELDS: Final = ("name", "phone", "id_number", "sex", "birth_year", "relation", "is_head")


@dataclass(frozen=True, slots=True)
class Door:
    """A flat as it was typed; staircase and room in any of the usual spellings."""

    unit: str
    room: str
    tenure: str = Household.Tenure.OWNED
    people: int | None = None


def address_of(household: Household) -> str:
    """Compound, building, staircase and room, as on an envelope; the building with its compound must be loaded."""
    return address(household.building, household.unit, household.room)


# --- households -------------------------------------------------------------------------------------------------------


def register(building: Building, door: Door, *, actor: User, now: datetime) -> Household:
    """A new household behind a door of `building`. NotAllowed without `household.edit` there; NotValid (field "room")
    when the door is registered already."""
    demand(actor, "household.edit", building.grid.code)
    _check_door(door)
    unit, room = _spelling(door)
    taken = _("This door is registered already.")
    try:
        with transaction.atomic():
            household = Household.objects.create(
                building=building,
                grid=building.grid,
                grid_code=building.grid.code,
                unit=unit,
                room=room,
                tenure=door.tenure,
                people=door.people,
            )
            note(household, "created", [], actor=actor, now=now)
    except IntegrityError as error:
        raise NotValid(taken, {"room": [taken]}) from error
    return household


def edit(household: Household, *, actor: User, now: datetime, version: int | None, **given: Any) -> Household:
    """Change use, number of people or existence (`tenure`, `people`, `is_active`); gives the stored household.

    NotAllowed without `household.edit` there, NotNow for another version, NotValid for what cannot be.
    """
    with transaction.atomic():
        locked = _lock(household, actor, version)
        _check_door(Door(locked.unit, locked.room, given.get("tenure", locked.tenure), given.get("people")))
        changed = [name for name in ("tenure", "people", "is_active") if name in given]
        changed = [name for name in changed if getattr(locked, name) != given[name]]
        for name in changed:
            setattr(locked, name, given[name])
        if changed:
            _store(locked, changed)
            note(locked, "changed", changed, actor=actor, now=now)
    return locked


def _spelling(door: Door) -> tuple[str, str]:
    try:
        return door_unit(door.unit), door_room(door.room)
    except NotValid as error:
        raise NotValid(str(error), error.fields or {"unit": [str(error)]}) from error


def _check_door(door: Door) -> None:
    people = door.people
    demand_valid(
        [
            ("tenure", door.tenure in Household.Tenure.values, _("Choose one of the list.")),
            (
                "people",
                people is None or 0 <= people <= MOST_PEOPLE,
                _("Between 0 and %(n)s people.") % {"n": MOST_PEOPLE},
            ),
        ]
    )


def _lock(household: Household, actor: User, version: int | None) -> Household:
    locked: Household = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
    demand(actor, "household.edit", locked.grid_code)
    check_version(locked, version)
    return locked


def _store(household: Household, changed: Sequence[str]) -> None:
    household.version += 1
    household.save(update_fields=["version", *changed])


def note(household: Household, what: str, fields: Sequence[str], *, actor: User | None, now: datetime) -> None:
    """One line in the history of the household: what was done, and to which fields."""
    FieldStep.objects.create(
        subject="household", subject_id=household.pk, after=what, by=actor, at=now, text=",".join(fields)
    )


WHAT: Final = {
    "created": gettext_lazy("registered"),
    "changed": gettext_lazy("changed the household"),
    "joined": gettext_lazy("entered a resident"),
    "edited": gettext_lazy("changed a resident"),
    "moved_out": gettext_lazy("noted that a resident moved out"),
    "imported": gettext_lazy("from an imported file"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the history: what was done, to which fields; never what stood in them."""

    at: datetime
    by: User | None
    words: str


def history(household: Household) -> list[Change]:
    """Who changed what, newest first."""
    rows = FieldStep.objects.filter(subject="household", subject_id=household.pk)
    return [Change(row.at, row.by, _words(row)) for row in rows.select_related("by").order_by("-id")[:50]]


def _words(step: FieldStep) -> str:
    model: Any = Household if step.after == "changed" else Resident
    names = [str(model._meta.get_field(name).verbose_name) for name in step.text.split(",") if name]
    what = str(WHAT.get(step.after, step.after))
    return f"{what}（{'、'.join(names)}）" if names else what


# --- residents --------------------------------------------------------------------------------------------------------


def check_person(given: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """`given` cleaned (name, phone, id_number, sex, birth_year, relation): one spelling of each, the year of birth and
    the sex filled in from the ID number. NotValid by field."""
    plain = {name: given[name] for name in PERSON_FIELDS if name in given}
    phone, number = normalise(plain.get("phone", "")), normalise(plain.get("id_number", ""))
    year = plain.get("birth_year")
    name = _cleaned("name", plain.get("name", ""), 50)
    relation = _cleaned("relation", plain.get("relation", ""), 20)
    demand_valid(
        [
            ("name", "name" not in plain or bool(name), _("The name is missing.")),
            ("phone", not phone or is_phone(phone), _("Enter a mobile number of 11 digits, for example 13812345678.")),
            (
                "id_number",
                not number or is_id_number(number),
                _("This identity number is not valid: check all 18 characters."),
            ),
            ("sex", plain.get("sex", "") in ("", *Resident.Sex.values), _("Choose one of the list.")),
            ("birth_year", year is None or OLDEST <= year <= today.year, _("This cannot be a year of birth.")),
        ]
    )
    cleaned = {**plain, "name": name, "phone": phone, "id_number": number, "relation": relation}
    return _completed({key: cleaned[key] for key in plain}, number)


def _cleaned(field: str, text: str, most: int) -> str:
    return clean_field(field, text, max_length=most)


def _completed(person: dict[str, Any], number: str) -> dict[str, Any]:
    """The ID number says when somebody was born and whether it is a man (GB 11643): nothing is asked twice."""
    if number:
        person["birth_year"] = person.get("birth_year") or int(number[6:10])
        person["sex"] = person.get("sex") or (Resident.Sex.MALE if int(number[16]) % 2 else Resident.Sex.FEMALE)
    return person


def add_person(
    household: Household, given: Mapping[str, Any], *, actor: User, now: datetime, version: int | None = None
) -> Resident:
    """Somebody who lives there now. A new head takes the place of the old one.

    NotAllowed without `household.edit` there; NotNow for another version; NotValid for what cannot be, or when somebody
    with this phone or ID number is registered in this household.
    """
    person = check_person({"name": "", **given}, today=timezone.localdate(now))
    with transaction.atomic():
        locked = _lock(household, actor, version)
        _not_twice(locked, person)
        if person.get("is_head"):
            _dethrone(locked)
        resident = sealed(Resident(household=locked, **person))
        resident.save()
        _store(locked, ())
        note(locked, "joined", [], actor=actor, now=now)
    return resident


def edit_person(
    resident: Resident, given: Mapping[str, Any], *, actor: User, now: datetime, version: int | None = None
) -> Resident:
    """Change the fields that `given` holds; the others stay. Errors as in `add_person`."""
    person = check_person(given, today=timezone.localdate(now))
    with transaction.atomic():
        locked = _lock(resident.household, actor, version)
        row: Resident = Resident.objects.select_for_update(of=("self",)).get(pk=resident.pk)
        _still_here(row)
        changed = [name for name, value in person.items() if getattr(row, name) != value]
        if "is_head" in changed and person["is_head"]:
            _dethrone(locked)
        for name in changed:
            setattr(row, name, person[name])
        if changed:
            sealed(row).save()
            _store(locked, ())
            note(locked, "edited", changed, actor=actor, now=now)
    return row


def move_out(resident: Resident, on: date, *, actor: User, now: datetime, version: int | None = None) -> Resident:
    """The resident lives there until `on`; the record stays, without being head of the household.

    NotValid (field "on") for a day to come.
    """
    if on > timezone.localdate(now):
        message = _("This day is still to come.")
        raise NotValid(message, {"on": [message]})
    with transaction.atomic():
        locked = _lock(resident.household, actor, version)
        row: Resident = Resident.objects.select_for_update(of=("self",)).get(pk=resident.pk)
        _still_here(row)
        row.moved_out_on, row.is_head = on, False
        row.save(update_fields=["moved_out_on", "is_head"])
        _store(locked, ())
        note(locked, "moved_out", [], actor=actor, now=now)
        end_with_move(row, now=now)
    return row


def _still_here(resident: Resident) -> None:
    if resident.moved_out_on is not None:
        raise NotNow(_("This resident has moved out."))


def _dethrone(household: Household) -> None:
    """The old head stays as a resident: the database allows one head at a time."""
    household.residents.filter(is_head=True, moved_out_on=None).update(is_head=False)


def _not_twice(household: Household, person: Mapping[str, Any]) -> None:
    """The same ID number twice in one household is a slip; the same phone is not (a child's is its mother's)."""
    row = sealed(Resident(household=household, id_number=person.get("id_number", "")))
    if row.id_index and household.residents.filter(id_index=row.id_index, moved_out_on=None).exists():
        message = _("Somebody with this ID number is registered here already.")
        raise NotValid(message, {"id_number": [message]})
