"""What the chapter of `fieldwork` counts: over an extent in total or by area, as it stood at the end of it.

The definitions are those of the pages (`fieldwork.duties`, `fieldwork.inspection_figures`), with one difference: what
was put right or kept after the end does not count.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

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
from reports.chapters.counting import Counts, Source, Sources, days, days_in, moments_in
from reports.metrics import Extent

# --- the sources ------------------------------------------------------------------------------------------------------


def _notes(extent: Extent) -> Counts:
    became = Q(incident__reported_at__lt=extent.end)
    return {"notes": Count("pk"), "notes_incidents": Count("pk", filter=became)}


def _patrols(extent: Extent) -> QuerySet[Patrol]:
    return Patrol.objects.filter(moments_in(extent, "at")).exclude(
        status=Patrol.Status.DROPPED, finished_at__lt=extent.end
    )


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
    return CarePromise.objects.filter(days_in(extent, "due_on") | days_in(extent, "promised_on"))


def _promise_counts(extent: Extent) -> Counts:
    due = days_in(extent, "due_on")
    kept = Q(status=CarePromise.Status.DONE, done_on__lte=days(extent)[1])
    return {
        "promises_made": Count("pk", filter=days_in(extent, "promised_on")),
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
    rows = RectificationNotice.objects.filter(moments_in(extent, "inspection__at"), issued_at__lt=extent.end)
    return rows.exclude(status=RectificationNotice.Status.WITHDRAWN, ended_at__lt=extent.end)


def _sessions(extent: Extent) -> QuerySet[TrainingSession]:
    return TrainingSession.objects.filter(moments_in(extent, "starts_at"), status=TrainingSession.Status.HELD)


def _trained(extent: Extent) -> QuerySet[Attendance]:
    return Attendance.objects.filter(
        moments_in(extent, "session__starts_at"),
        session__status=TrainingSession.Status.HELD,
        presence=Attendance.Presence.PRESENT,
    )


@cache
def sources() -> tuple[Source, ...]:
    """Every table of field work that counts, one query each."""

    def of(model: Any, path: str) -> Callable[[Extent], QuerySet[Any]]:
        return lambda extent: model.objects.filter(moments_in(extent, path))

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


SOURCES: Final = Sources(sources)
totals, by_area = SOURCES.totals, SOURCES.by_area
"""The figures without those in care, or `only` some; one query each."""


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
