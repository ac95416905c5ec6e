"""What the chapter of `fieldwork` counts: over an extent in total or by area, as it stood at the end of it.

The definitions are those of the pages (`fieldwork.duties`, `fieldwork.inspection_figures`), with one difference: what
was put right or kept after the end does not count.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from django.db.models import Aggregate, Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Left

from fieldwork import duties
from fieldwork.colours import Cell
from fieldwork.models import (
    Attendance,
    CarePromise,
    CareSubject,
    Hazard,
    Inspection,
    KnockedDoor,
    Patrol,
    PatrolFinding,
    PatrolKind,
    QuickNote,
    RectificationNotice,
    TrainingSession,
    Visit,
    VisitDuty,
)
from reports.metrics import Extent
from reports.periods import local_day

Counts = Mapping[str, Aggregate]
COLUMNS: Final = 5
"""No source has more counts."""


@dataclass(frozen=True, slots=True)
class Source:
    """One query: its rows, where they keep the code of their grid, and what is counted of them."""

    rows: Callable[[Extent], QuerySet[Any]]
    counts: Callable[[Extent], Counts]
    code: str = "grid_code"

    def lines(self, extent: Extent, width: int, number: int) -> QuerySet[Any]:
        """For each area with rows: the number of the source, the area, and as many counts as any source has."""
        rows = self.rows(extent).filter(**{f"{self.code}__startswith": extent.code}).order_by()
        counts = [*self.counts(extent).values(), *[Value(0)] * COLUMNS][:COLUMNS]
        columns = {f"n{n}": count for n, count in enumerate(counts)}
        areas = rows.annotate(source=Value(number), area=Left(self.code, width)).values("source", "area")
        return areas.annotate(**columns).values_list("source", "area", *columns)


def days(extent: Extent) -> tuple[date, date]:
    """The first and the last day that are counted, both included."""
    return local_day(extent.start), local_day(extent.end - timedelta(microseconds=1))


def totals(extent: Extent, *, only: frozenset[str] = frozenset()) -> dict[str, int]:
    """The figures of the subtree without those in care, or `only` some; one query."""
    lines = _counted(extent, only, len(extent.code))
    return lines[extent.code] if lines else _nothing(extent, only)


def by_area(extent: Extent, *, only: frozenset[str] = frozenset()) -> dict[str, dict[str, int]]:
    """The same by the next level of grids, for areas with any; one query."""
    return _counted(extent, only, extent.area_length)


def _counted(extent: Extent, only: frozenset[str], width: int) -> dict[str, dict[str, int]]:
    """All sources in one statement: a line per source and area, its counts in the columns n0, n1 …"""
    some = _counting(extent, only)
    first, *others = [source.lines(extent, width, number) for number, source in enumerate(some)]
    found: dict[str, dict[str, int]] = {}
    for number, area, *numbers in first.union(*others, all=True) if others else first:
        line = found.setdefault(area, _nothing(extent, only))
        line.update(zip(some[number].counts(extent), numbers, strict=False))
    return found


def _counting(extent: Extent, only: frozenset[str]) -> list[Source]:
    return [source for source in sources() if not only or only & set(source.counts(extent))]


def _nothing(extent: Extent, only: frozenset[str]) -> dict[str, int]:
    return {name: 0 for source in _counting(extent, only) for name in source.counts(extent)}


# --- the sources ------------------------------------------------------------------------------------------------------


def _in(extent: Extent, path: str) -> dict[str, Any]:
    return {f"{path}__gte": extent.start, f"{path}__lt": extent.end}


def _days_in(extent: Extent, path: str) -> Q:
    first, last = days(extent)
    return Q(**{f"{path}__gte": first, f"{path}__lte": last})


def _notes(extent: Extent) -> Counts:
    became = Q(incident__reported_at__lt=extent.end)
    return {"notes": Count("pk"), "notes_incidents": Count("pk", filter=became)}


def _patrols(extent: Extent) -> QuerySet[Patrol]:
    return Patrol.objects.filter(**_in(extent, "at")).exclude(status=Patrol.Status.DROPPED, finished_at__lt=extent.end)


def _patrol_counts(extent: Extent) -> Counts:
    return {"patrols": Count("pk"), "night_patrols": Count("pk", filter=Q(kind=PatrolKind.NIGHT))}


def _findings(extent: Extent) -> Counts:
    return {
        "findings": Count("pk"),
        "findings_fixed": Count("pk", filter=Q(fixed_on_spot=True)),
        "findings_incidents": Count("pk", filter=Q(incident__reported_at__lt=extent.end)),
    }


def _visits(extent: Extent) -> Counts:
    return {
        "visits": Count("pk"),
        "met": Count("pk", filter=Q(outcome=Visit.Outcome.MET)),
        "not_home": Count("pk", filter=Q(outcome=Visit.Outcome.NOT_HOME)),
    }


def rounds(extent: Extent) -> QuerySet[VisitDuty]:
    """The rounds of visits that count in the days of the extent, wherever they are."""
    return duties.counted(VisitDuty.objects.all(), *days(extent))


def round_counts(extent: Extent) -> Counts:
    """Rounds due, done by the end, and those of them that were late."""
    done = Q(done_on__lte=days(extent)[1])
    return {
        "visits_due": Count("pk"),
        "visits_done": Count("pk", filter=done),
        "visits_late": Count("pk", filter=done & Q(done_on__gt=F("due_on"))),
    }


def _doors(_extent: Extent) -> Counts:
    answered = Q(answer=KnockedDoor.Answer.ANSWERED)
    return {"doors": Count("pk"), "doors_answered": Count("pk", filter=answered)}


def _promises(extent: Extent) -> QuerySet[CarePromise]:
    return CarePromise.objects.filter(_days_in(extent, "due_on") | _days_in(extent, "promised_on"))


def _promise_counts(extent: Extent) -> Counts:
    due = _days_in(extent, "due_on")
    kept = Q(status=CarePromise.Status.DONE, done_on__lte=days(extent)[1])
    return {
        "promises_made": Count("pk", filter=_days_in(extent, "promised_on")),
        "promises_due": Count("pk", filter=due),
        "promises_kept": Count("pk", filter=due & kept),
    }


def _inspections(_extent: Extent) -> Counts:
    return {"inspections": Count("pk"), "places": Count("place", distinct=True)}


def _hazards(extent: Extent) -> Counts:
    fixed, at_once = Q(fixed_at__lt=extent.end), Q(status=Hazard.Status.FIXED_AT_ONCE)
    done = Q(status__in=(Hazard.Status.FIXED_AT_ONCE, Hazard.Status.FIXED))
    return {
        "hazards": Count("pk"),
        "hazards_serious": Count("pk", filter=Q(is_serious=True)),
        "hazards_at_once": Count("pk", filter=at_once & fixed),
        "hazards_ordered": Count("pk", filter=Q(notice__issued_at__lt=extent.end)),
        "hazards_fixed": Count("pk", filter=done & fixed),
    }


def _notices(extent: Extent) -> QuerySet[RectificationNotice]:
    rows = RectificationNotice.objects.filter(**_in(extent, "inspection__at"), issued_at__lt=extent.end)
    return rows.exclude(status=RectificationNotice.Status.WITHDRAWN, ended_at__lt=extent.end)


def _sessions(extent: Extent) -> QuerySet[TrainingSession]:
    return TrainingSession.objects.filter(**_in(extent, "starts_at"), status=TrainingSession.Status.HELD)


def _trained(extent: Extent) -> QuerySet[Attendance]:
    return Attendance.objects.filter(
        **_in(extent, "session__starts_at"),
        session__status=TrainingSession.Status.HELD,
        presence=Attendance.Presence.PRESENT,
    )


@cache
def sources() -> tuple[Source, ...]:
    """Every table of field work that counts, one query each."""

    def of(model: Any, path: str) -> Callable[[Extent], QuerySet[Any]]:
        return lambda extent: model.objects.filter(**_in(extent, path))

    return (
        Source(of(QuickNote, "at"), _notes),
        Source(_patrols, _patrol_counts),
        Source(of(PatrolFinding, "at"), _findings, "patrol__grid_code"),
        Source(of(Visit, "at"), _visits),
        Source(rounds, round_counts),
        Source(of(KnockedDoor, "at"), _doors, "action__grid_code"),
        Source(_promises, _promise_counts),
        Source(of(Inspection, "at"), _inspections),
        Source(of(Hazard, "inspection__at"), _hazards),
        Source(_notices, lambda extent: {"notices": Count("pk")}),
        Source(_sessions, lambda extent: {"trainings": Count("pk")}),
        Source(_trained, lambda extent: _trained_counts(), "session__grid_code"),
    )


def _trained_counts() -> Counts:
    return {"trained": Count("pk"), "trained_passed": Count("pk", filter=Q(passed=True))}


# --- people in care ---------------------------------------------------------------------------------------------------

_SOMEONE: Final = Coalesce(F("resident_id"), -F("household_id"))


def _in_care(extent: Extent) -> QuerySet[CareSubject]:
    """In care at the end, sensitive tags left out."""
    last = days(extent)[1]
    rows = CareSubject.objects.filter(grid_code__startswith=extent.code, tag__is_sensitive=False, since__lte=last)
    return rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=last)).order_by()


def care(extent: Extent) -> Cell:
    """How many people and households, as it may be told to everybody (`fieldwork.colours`)."""
    return Cell(_in_care(extent).aggregate(n=Count(_SOMEONE, distinct=True))["n"], exact=False)


def care_by_colour(extent: Extent) -> dict[int, Cell]:
    """The same by slot of the legend; somebody under two colours counts in both."""
    rows = _in_care(extent).values(slot=F("tag__colour__slot")).annotate(n=Count(_SOMEONE, distinct=True))
    return {row["slot"]: Cell(row["n"], exact=False) for row in rows}
