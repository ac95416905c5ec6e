"""Visits and rounds as lists show them: what is due where, doors only for whoever sees households, rows for a file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.exports import note_rows
from accounts.models import User
from fieldwork.models import Household, InspectedPlace, Visit, VisitDuty
from fieldwork.querysets import DutyQuerySet, VisitQuerySet
from grid.models import Building, Grid
from grid.scope import Scope, scope_of
from grid.sheets import write_xlsx

SOON: Final = timedelta(days=14)
"""How far ahead the list of due visits looks when nothing else is asked."""
NEAR: Final = 8
"""Buildings that are offered above the list."""
_DIGITS: Final = re.compile(r"[0-9]+")
_BULKY: Final = ("grid__boundary", "subject__reason", "subject__health", "incident__text", "place__phone")


def for_lists(rows: VisitQuerySet) -> Any:
    """With everything a line shows, in one query; nothing that is sealed is opened."""
    wanted = rows.select_related(
        "grid", "by", "purpose", "building__compound", "household", "place", "subject__tag", "incident"
    )
    return wanted.defer(*_BULKY)


def place_of(visit: Visit, scope: Scope) -> str:
    """Where a visit was: the building, with the door for whoever sees households; the place; else the grid."""
    if visit.place:
        return str(visit.place.name)
    if not visit.building:
        return str(visit.grid.name)
    return f"{visit.building} {door_of(visit.household, scope)}".strip()


def door_of(household: Household | None, scope: Scope) -> str:
    """Staircase and room, or nothing for a reader who does not see households there (domain.md 8: building level)."""
    if household is None or not scope.can("household.view", household.grid_code):
        return ""
    return f"{household.unit}{household.room}"


def find_door(building: Building, words: str) -> Household | None:
    """The household that somebody means by “2-301”, “2单元301” or, where only one has it, “301”; None otherwise."""
    wanted = _DIGITS.findall(words)
    if not wanted:
        return None
    rows = Household.objects.filter(building=building, is_active=True).select_related("grid").defer("grid__boundary")
    known = [(_DIGITS.findall(f"{row.unit} {row.room}"), row) for row in rows]
    found = [row for digits, row in known if digits == wanted] or [
        row for digits, row in known if len(wanted) == 1 and digits[-1:] == wanted
    ]
    return found[0] if len(found) == 1 else None


# --- what is due ------------------------------------------------------------------------------------------------------


def due_rows(user: Any) -> Any:
    """Waiting rounds that `user` may see, the first due first, with plan, tag, address and how the last visit went."""
    rows = (
        VisitDuty.objects.waiting()
        .visible_to(user)
        .select_related(
            "plan", "grid", "household__building__compound", "subject__tag", "subject__household__building__compound"
        )
    )
    return with_last(rows.defer("grid__boundary", "subject__reason", "subject__health")).order_by("due_on", "pk")


def with_last(rows: Any) -> Any:
    """Each round with the moment (`last_at`) and the outcome (`last_outcome`) of the last visit at its door."""
    home = Coalesce(OuterRef("household"), OuterRef("subject__household"))
    there = Visit.objects.filter(Q(subject=None) | Q(subject=OuterRef("subject")), household=home).order_by("-at")
    return rows.annotate(last_at=Subquery(there.values("at")[:1]), last_outcome=Subquery(there.values("outcome")[:1]))


def home_of(duty: VisitDuty) -> Household:
    """The household of a round."""
    home = duty.subject.household if duty.subject else duty.household
    assert home is not None
    return home


def count_due(rows: DutyQuerySet, today: date) -> dict[str, int]:
    """How many of `rows` are overdue, due within a week and within the days that the list looks ahead; one query."""
    counted = rows.order_by().aggregate(
        overdue=Count("pk", filter=Q(due_on__lt=today)),
        week=Count("pk", filter=Q(due_on__gte=today, due_on__lt=today + timedelta(days=7))),
        soon=Count("pk", filter=Q(due_on__lte=today + SOON)),
    )
    return {name: int(value) for name, value in counted.items()}


def near(rows: DutyQuerySet) -> list[dict[str, Any]]:
    """The buildings with the most of `rows`: pk, name and n, in one query."""
    building = Coalesce("household__building", "subject__household__building")
    name = Coalesce("household__building__name", "subject__household__building__name")
    compound = Coalesce("household__building__compound__name", "subject__household__building__compound__name")
    counted = rows.order_by().annotate(building=building, place=name, compound=compound)
    grouped = counted.values("building", "place", "compound").annotate(n=Count("pk"))
    return list(grouped.order_by("-n", "building")[:NEAR])


# --- where somebody may write -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Writable:
    """The rows that a form of `user` may name: where she writes field work, as far as she sees them."""

    user: Any

    def _here(self, field: str) -> Q:
        return scope_of(self.user).q("field.write", field)

    def duties(self) -> QuerySet[Any]:
        """Rounds, also ended ones: a phone may send late."""
        rows = VisitDuty.objects.visible_to(self.user).filter(self._here("grid_code"))
        related = rows.select_related(
            "plan", "household__grid", "household__building__compound", "subject__tag", "subject__household__grid"
        )
        return related.defer("household__grid__boundary", "subject__household__grid__boundary")

    def buildings(self) -> QuerySet[Any]:
        """Buildings with compound and grid."""
        rows = Building.objects.filter(self._here("grid__code")).select_related("compound", "grid")
        return rows.defer("grid__boundary").order_by("grid__code", "compound__name", "pk")

    def households(self) -> QuerySet[Any]:
        """Households."""
        rows = Household.objects.visible_to(self.user).filter(self._here("grid_code"))
        return rows.select_related("grid", "building__compound").defer("grid__boundary")

    def places(self) -> QuerySet[Any]:
        """Inspected places."""
        rows = InspectedPlace.objects.visible_to(self.user).filter(self._here("grid_code"))
        return rows.select_related("grid").defer("grid__boundary")

    def grids(self) -> QuerySet[Any]:
        """Grids."""
        return Grid.objects.filter(self._here("code")).defer("boundary")


# --- as a file --------------------------------------------------------------------------------------------------------


def visits_xlsx(rows: VisitQuerySet, *, actor: User, now: datetime, request: HttpRequest | None = None) -> bytes:
    """An XLSX of `rows` as far as `actor` may export, addresses down to the building; the export is recorded.

    NotValid for more than 20,000 rows, NotNow for too many exports in a short time.
    """
    chosen = rows.filter(scope_of(actor).q("incident.export", "grid_code"))
    too_many = _("At most %(count)s visits at a time: narrow the selection.")
    note_rows(chosen.count(), too_many=too_many, actor=actor, object_type="visit", now=now, request=request)
    return write_xlsx(_header(), _cells(chosen), as_of=now, title=_("Visits"), author=actor.real_name)


def _header() -> list[str]:
    return [
        _("Visited at"),
        _("Grid"),
        _("Grid code"),
        _("Building or place"),
        _("Outcome"),
        _("purpose of a visit"),
        _("What was found"),
        _("Musts kept"),
        _("Next visit"),
        _("Visited by"),
        _("Incident"),
    ]


def _cells(rows: VisitQuerySet) -> Iterator[list[Any]]:
    nobody = Scope()
    found = for_lists(rows).prefetch_related("musts").order_by("-at", "-id")
    for visit in found.iterator(chunk_size=1000):
        yield [
            visit.at,
            visit.grid.name,
            visit.grid_code,
            place_of(visit, nobody),
            visit.get_outcome_display(),
            str(visit.purpose or ""),
            visit.text,
            "、".join(must.name for must in visit.musts.all()),
            visit.next_on,
            str(visit.by),
            visit.incident.number if visit.incident else "",
        ]
