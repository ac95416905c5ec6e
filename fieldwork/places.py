"""Places on the register of inspections: entering, changing, when the next look is due, whether the kind fits."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from accounts.protect import blind_index, is_phone, mask_name, mask_phone
from accounts.reveals import reveal
from accounts.text_guard import clean_field
from fieldwork.models import InspectedPlace, PlaceKind
from grid.access import demand
from grid.models import Building, Grid
from grid.stages import check_version

PHONE_PURPOSE: Final = "place.phone"
PHONE_BITS: Final = 64
_LENGTHS: Final = {"name": 100, "address": 200, "responsible": 50}


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What is known of a place; area in m², the point in WGS-84."""

    kind: PlaceKind
    name: str
    grid: Grid
    address: str = ""
    building: Building | None = None
    point: Point | None = None
    area: int | None = None
    beds: int | None = None
    children: int | None = None
    in_complex: bool = False
    responsible: str = ""
    phone: str = ""


FACTS: Final = tuple(PlaceFacts.__dataclass_fields__)


def enter(facts: PlaceFacts, *, actor: User, now: datetime) -> InspectedPlace:
    """Put a place on the register; it is due at once. NotValid for a second one of the same name and address."""
    demand(actor, "field.write", facts.grid.code)
    place = InspectedPlace(due_on=timezone.localdate(now) if facts.kind.every_days else None)
    return _keep(place, facts)


def change(
    place: InspectedPlace, facts: PlaceFacts, *, actor: User, version: int | None, keep_phone: bool = False
) -> InspectedPlace:
    """Write the facts anew. `keep_phone`: an empty phone or person means what is kept, which forms never show."""
    with transaction.atomic():
        locked = InspectedPlace.objects.select_for_update(of=("self",)).get(pk=place.pk)
        for code in {locked.grid_code, facts.grid.code}:
            demand(actor, "field.write", code)
        check_version(locked, version)
        kept = locked.phone
        if keep_phone and not facts.responsible:
            facts = replace(facts, responsible=locked.responsible)
        locked.version += 1
        return _keep(locked, facts, phone=kept if keep_phone and not facts.phone else facts.phone)


def _keep(place: InspectedPlace, facts: PlaceFacts, *, phone: str | None = None) -> InspectedPlace:
    for name in FACTS:
        setattr(place, name, getattr(facts, name))
    for name, length in _LENGTHS.items():
        setattr(place, name, _cleaned(name, getattr(facts, name), length))
    place.phone = facts.phone if phone is None else phone
    _check(place)
    seal(place)
    try:
        with transaction.atomic():
            place.save()
    except IntegrityError as error:
        if "place_once" not in str(error):
            raise
        said = _("A place of this name and address is on the register of the grid already.")
        raise NotValid(said, {"name": [said]}) from error
    return place


def _cleaned(name: str, value: str, length: int) -> str:
    return clean_field(name, value, max_length=length)


def _check(place: InspectedPlace) -> None:
    if not place.name:
        raise NotValid(_("The name is missing."), {"name": [_("The name is missing.")]})
    if place.phone and not is_phone(place.phone):
        said = _("Enter a mobile number of 11 digits, for example 13812345678.")
        raise NotValid(said, {"phone": [said]})


def seal(place: InspectedPlace) -> InspectedPlace:
    """`place` with the code of its grid and the blind index of its phone; call it before every save."""
    place.grid_code = place.grid.code
    place.phone_index = blind_index(place.phone, purpose=PHONE_PURPOSE, bits=PHONE_BITS)
    return place


def contact(place: InspectedPlace) -> str:
    """The person responsible as everybody may read it: 王** 138****5678."""
    phone = mask_phone(place.phone) if place.phone else ""
    return " ".join(part for part in (mask_name(place.responsible), phone) if part)


def reveal_contact(
    place: InspectedPlace, *, actor: User, purpose: str, now: datetime, request: HttpRequest | None = None
) -> tuple[str, str]:
    """(name, phone) of the person responsible in clear; the look is kept with its purpose. NotAllowed, NotValid."""
    demand(actor, "care.reveal", place.grid_code)
    reveal(
        actor=actor,
        object_type="inspectedplace",
        object_id=place.pk,
        fields="responsible phone",
        purpose=purpose,
        now=now,
        request=request,
    )
    return place.responsible, place.phone


# --- does the kind fit? -----------------------------------------------------------------------------------------------


def hints(place: InspectedPlace) -> list[str]:
    """Why the kind may be the wrong one, by its threshold (domain.md 3.8: those of Erqi are data); nothing is refused.

    Places inside a commercial complex do not count as nine small places.
    """
    kind, found = place.kind, []
    if kind.group == PlaceKind.Group.NINE_SMALL and place.in_complex:
        found.append(_("Inside a commercial complex: it does not count as one of the nine small places."))
    if kind.below is not None:
        size: int | None = getattr(place, kind.measure)
        said = {"kind": kind.name, "below": kind.below, "size": size, "measure": kind.get_measure_display()}
        if size is None:
            found.append(_("Not known whether it is a “%(kind)s”: %(measure)s is missing.") % said)
        elif size >= kind.below:
            found.append(_("%(measure)s: %(size)s. A “%(kind)s” has less than %(below)s; check the kind.") % said)
    return found


def counts_as(place: InspectedPlace) -> bool:
    """Whether nothing speaks against the kind."""
    return not hints(place)


# --- rhythm -----------------------------------------------------------------------------------------------------------


def due_after(kind: PlaceKind, day: date) -> date | None:
    """The day of the next inspection after one on `day`; None for a kind without a rhythm."""
    return day + timedelta(days=kind.every_days) if kind.every_days else None


def close_down(place: InspectedPlace, *, actor: User, version: int | None) -> InspectedPlace:
    """The place does not exist any more; NotNow while a notice to put right is open."""
    with transaction.atomic():
        locked = InspectedPlace.objects.select_for_update(of=("self",)).get(pk=place.pk)
        demand(actor, "field.write", locked.grid_code)
        check_version(locked, version)
        if locked.notices.filter(status__in=("issued", "fixing")).exists():
            raise NotNow(_("A notice to put right is still open here."))
        locked.is_active, locked.due_on, locked.version = False, None, locked.version + 1
        locked.save(update_fields=["is_active", "due_on", "version"])
    return locked
