"""The register as an Excel file: masked, counted, recorded (reliability.md 4.5, domain.md 8)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.exports import note_rows
from accounts.models import User
from fieldwork.models import Household, Resident
from fieldwork.people import masked
from grid.sheets import write_xlsx


def export_xlsx(rows: QuerySet[Household], *, actor: User, now: datetime, request: HttpRequest | None = None) -> bytes:
    """An XLSX of `rows` (already narrowed to what `actor` sees), a line per resident, names and numbers masked.

    NotValid for more than 20,000 households, NotNow for too many exports in a short time. The export is recorded.
    """
    too_many = _("At most %(count)s households at a time: narrow the selection.")
    note_rows(rows.count(), too_many=too_many, actor=actor, object_type="household", now=now, request=request)
    return write_xlsx(header(), _lines(rows), as_of=now, title=_("Households"), author=actor.real_name)


def header() -> list[str]:
    """The heads of the columns."""
    return [
        _("Grid"),
        _("Grid code"),
        _("Compound"),
        _("Building"),
        _("Staircase"),
        _("Room"),
        _("Use"),
        _("People"),
        _("Real name"),
        _("Phone"),
        _("ID number"),
        _("Sex"),
        _("Year of birth"),
        _("Relation to the head"),
    ]


def _lines(rows: QuerySet[Household]) -> Iterator[list[Any]]:
    present = Prefetch("residents", Resident.objects.filter(moved_out_on=None), to_attr="present")
    ordered = rows.prefetch_related(present).order_by("grid_code", "building", "unit", "room", "id")
    for household in ordered.iterator(chunk_size=1000):
        people: list[Resident] = household.present  # type: ignore[attr-defined]
        lines = [_person(person) for person in people] or [[""] * 6]
        yield from ([*_door(household), *line] for line in lines)


def _door(household: Household) -> list[Any]:
    return [
        household.grid.name,
        household.grid_code,
        household.building.compound.name,
        household.building.name,
        household.unit,
        household.room,
        household.get_tenure_display(),
        household.people,
    ]


def _person(person: Resident) -> list[Any]:
    shown = masked(person)
    return [shown.name, shown.phone, shown.id_number, shown.sex, shown.birth_year, shown.relation]
