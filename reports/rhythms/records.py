"""What the quarterly report takes from the office's records: tours, typical cases, assessments, matters, honours.

Everything as it stood at the end of the quarter. Assessed persons and small groups are not told: areas and units only.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Count, Q

from grid.models import Grid
from reports.metrics import Extent
from reports.models import Assessment, HonourRound, Matter, Nomination, Tour, TypicalCase
from reports.periods import Period, local_day

Json = dict[str, Any]

LIMIT: Final = 100
TOLD: Final = (Assessment.Status.PUBLISHED, Assessment.Status.FINAL)


def tours(extent: Extent, _grid: Grid, period: Period) -> list[Json]:
    """Tours, visits and forums of the quarter with their checklists; two queries."""
    rows = Tour.objects.filter(grid_code__startswith=extent.code, held_on__range=(period.first, period.last))
    return [
        {
            "id": tour.pk,
            "kind": tour.kind,
            "title": tour.title,
            "host": tour.grid.name,
            "held_on": tour.held_on.isoformat(),
            "place": tour.place,
            "visitors": [each for each in tour.visitors.splitlines() if each.strip()],
            "is_done": tour.is_done,
            "summary": tour.summary,
            "items": [
                {"topic": item.topic, "finding": item.finding, "is_good": item.is_good} for item in tour.items.all()
            ],
        }
        for tour in rows.select_related("grid").prefetch_related("items").order_by("held_on", "id")
    ]


def cases(extent: Extent, _grid: Grid, _period: Period) -> list[Json]:
    """Typical cases submitted or answered in the quarter."""
    rows = TypicalCase.objects.filter(grid_code__startswith=extent.code, submitted_at__lt=extent.end)
    rows = rows.filter(Q(submitted_at__gte=extent.start) | Q(answered_at__gte=extent.start, answered_at__lt=extent.end))
    return [
        _case(each, extent) for each in rows.select_related("grid", "incident").order_by("submitted_at", "id")[:LIMIT]
    ]


def _case(case: Any, extent: Extent) -> Json:
    answered = case.answered_at is not None and case.answered_at < extent.end
    return {
        "id": case.pk,
        "title": case.title,
        "grid": case.grid.name,
        "incident": case.incident.number if case.incident else "",
        "submitted_to": case.submitted_to,
        "is_new": case.submitted_at >= extent.start,
        "status": case.status if answered else TypicalCase.Status.SUBMITTED.value,
        "answer": case.answer if answered else "",
    }


def assessments(extent: Extent, _grid: Grid, _period: Period) -> list[Json]:
    """Results published in the quarter, of areas and units; those of kinds of post tell no person."""
    rows = Assessment.objects.filter(
        grid_code=extent.code, status__in=TOLD, published_at__gte=extent.start, published_at__lt=extent.end
    )
    return [_assessment(each) for each in rows.select_related("scheme").order_by("published_at", "id")]


def _assessment(assessment: Any) -> Json:
    found = [_result(each) for each in _results(assessment.results)]
    return {
        "id": assessment.pk,
        "scheme": assessment.scheme.name,
        "subject": assessment.scheme.subject,
        "status": assessment.status,
        "first": assessment.period_start.isoformat(),
        "last": assessment.period_end.isoformat(),
        "lines": sorted(found, key=lambda each: (each["rank"] is None, each["rank"] or 0, each["name"])),
    }


def _results(results: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    rows: Iterable[Mapping[str, Any]] = results.get("lines", [])
    return rows


def _result(line: Mapping[str, Any]) -> Json:
    """The parts of a result that a report tells, whatever else the assessment keeps."""
    score = line.get("total")
    return {
        "name": str(line.get("name", "")),
        "score": None if score is None else round(float(score), 2),
        "grade": str(line.get("grade") or ""),
        "cases": line.get("cases"),
        "rank": line.get("rank"),
    }


def matters(extent: Extent, _grid: Grid, period: Period) -> list[Json]:
    """Practical matters done in the quarter, under way at its end, or late."""
    last = min(period.last, local_day(extent.end))
    rows = Matter.objects.filter(grid_code__startswith=extent.code).exclude(status=Matter.Status.DROPPED)
    rows = rows.filter(Q(done_on__range=(period.first, last)) | Q(done_on__isnull=True, planned_on__lte=last) | _DOING)
    return [
        {
            "id": each.pk,
            "topic": each.topic,
            "title": each.title,
            "owner": each.owner,
            "planned_on": each.planned_on.isoformat() if each.planned_on else "",
            "done_on": each.done_on.isoformat() if each.done_on else "",
            "households": each.households,
            "status": each.status,
            "is_late": each.done_on is None and each.planned_on is not None and each.planned_on < last,
        }
        for each in rows.order_by("done_on", "planned_on", "id")[:LIMIT]
    ]


_DOING: Final = Q(done_on__isnull=True, status=Matter.Status.DOING)


def honours(extent: Extent, _grid: Grid, period: Period) -> list[Json]:
    """Rounds decided in the quarter with the numbers under each heading; names stand in the decision itself."""
    rows = HonourRound.objects.filter(
        grid_code__startswith=extent.code,
        status=HonourRound.Status.DECIDED,
        decided_on__range=(period.first, period.last),
    )
    awarded = Count("nominations", filter=Q(nominations__status=Nomination.Status.AWARDED))
    made = []
    for each in rows.prefetch_related("places").order_by("decided_on", "id"):
        places = each.places.annotate(awarded=awarded).select_related("title").order_by("id")
        found = [
            {"heading": place.heading, "title": place.title.name, "n": place.awarded}
            for place in places
            if place.awarded
        ]
        made.append({"id": each.pk, "name": each.name, "decided_on": str(each.decided_on), "places": found})
    return made


def grades(lines: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """How many got each grade."""
    return Counter(line["grade"] for line in lines if line["grade"])
