"""The personal data of residents: sealed at rest, masked on every page, found by exact phone or ID number only.

In clear they are shown one person at a time, to whoever holds `care.reveal` there, with a purpose that is kept.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import reveals
from accounts.errors import NotAllowed, NotValid
from accounts.models import User
from accounts.protect import (
    blind_index,
    blind_indexes,
    is_id_number,
    is_phone,
    mask_id_number,
    mask_name,
    mask_phone,
    normalise,
)
from accounts.searches import record_search
from fieldwork.models import Resident
from grid.scope import scope_of

PHONE_PURPOSE: Final = "resident.phone"
ID_PURPOSE: Final = "resident.id"
PHONE_BITS: Final = 64
"""Enough to find a phone, too few to try all phones against the table (reliability.md 4.5)."""
FOUND: Final = 50


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """One resident as a page, the API or a file shows it."""

    pk: int
    name: str
    phone: str
    id_number: str
    sex: str
    birth_year: int | None
    relation: str
    is_head: bool
    moved_out_on: Any


def sealed(person: Resident) -> Resident:
    """`person` with the blind indexes of its phone and ID number; call it before every save."""
    person.phone_index = phone_index(person.phone)
    person.id_index = id_index(person.id_number)
    return person


def phone_index(phone: str) -> str:
    """The keyed hash of a phone number under the current key."""
    return blind_index(phone, purpose=PHONE_PURPOSE, bits=PHONE_BITS)


def id_index(number: str) -> str:
    """The keyed hash of an ID number under the current key."""
    return blind_index(number, purpose=ID_PURPOSE)


def masked(person: Resident) -> ShownPerson:
    """For every page, answer and file: surname only, the middle of phone and ID number hidden (domain.md 8)."""
    return _shown(person, mask_name(person.name), mask_phone(person.phone), mask_id_number(person.id_number))


def in_clear(person: Resident) -> ShownPerson:
    """After a recorded reveal."""
    return _shown(person, person.name, person.phone, person.id_number)


def _shown(person: Resident, name: str, phone: str, id_number: str) -> ShownPerson:
    return ShownPerson(
        pk=person.pk,
        name=name,
        phone=phone,
        id_number=id_number,
        sex=person.get_sex_display() if person.sex else "",
        birth_year=person.birth_year,
        relation=person.relation,
        is_head=person.is_head,
        moved_out_on=person.moved_out_on,
    )


def may_reveal(person: Resident, user: Any) -> bool:
    """Whether `user` may see this resident in clear."""
    return scope_of(user).can("care.reveal", person.household.grid_code)


def reveal_resident(
    person: Resident, *, actor: User, purpose: str, now: datetime, request: HttpRequest | None = None
) -> ShownPerson:
    """Name, phone and ID number in clear, after the record of access has got the purpose.

    NotAllowed without `care.reveal` there, NotValid without a purpose, NotNow when the day's reveals are used up.
    """
    if not may_reveal(person, actor):
        raise NotAllowed(_("You may not see this resident in clear."))
    reveals.reveal(
        actor=actor,
        object_type="resident",
        object_id=person.pk,
        fields="name,phone,id_number",
        purpose=purpose,
        now=now,
        request=request,
    )
    return in_clear(person)


def find_people(given: str, *, actor: User, now: datetime, request: HttpRequest | None = None) -> list[Resident]:
    """The visible residents with exactly this phone or ID number, by its keyed hash; each search is recorded.

    The record keeps the beginning of the hash, so that searches for one number can be told together, and how many were
    found; never the number. NotValid (field "number") for what is neither; NotNow after 20 searches within a minute.
    """
    number = normalise(given)
    field, indexes = _indexes_of(number)
    rows = Resident.objects.visible_to(actor).filter(**{f"{field}_index__in": indexes})
    rows = rows.select_related("household__building__compound", "household__grid").defer("household__grid__boundary")
    found = list(rows.order_by("moved_out_on", "-id")[:FOUND])
    record_search(
        actor=actor,
        object_type="resident",
        index=indexes[0],
        mask=_mask_index(number),
        fields="phone" if field == "phone" else "id_number",
        found=len(found),
        now=now,
        request=request,
    )
    return found


def _mask_index(number: str) -> str:
    """The keyed hash of what a page shows of the number."""
    shown = mask_phone(number) if is_phone(number) else mask_id_number(number)
    return blind_index(shown, purpose="resident.mask", bits=PHONE_BITS)


def _indexes_of(number: str) -> tuple[str, list[str]]:
    if is_phone(number):
        return "phone", blind_indexes(number, purpose=PHONE_PURPOSE, bits=PHONE_BITS)
    if is_id_number(number):
        return "id", blind_indexes(number, purpose=ID_PURPOSE)
    message = _("Give a whole mobile number (11 digits) or a whole ID number (18 characters).")
    raise NotValid(message, {"number": [message]})


def same_person(phone: str, number: str) -> Q:
    """A condition on residents: with this phone or this ID number, under any key."""
    where = Q(pk__in=())
    if phone:
        where |= Q(phone_index__in=blind_indexes(phone, purpose=PHONE_PURPOSE, bits=PHONE_BITS))
    if number:
        where |= Q(id_index__in=blind_indexes(number, purpose=ID_PURPOSE))
    return where
