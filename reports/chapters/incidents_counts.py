"""What the chapter of `incidents` counts, always as it stood at the end of the extent."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left

from incidents.models import CallBack, Category, Dispute, DisputeEvent, Supervision, Whistle, WhistleTask
from incidents.models.incident import Source
from incidents.rates import SATISFIED
from incidents.states import OPEN_STATES
from reports.chapters.scene import Scene
from reports.indicators import MEASURE_BY_NAME
from reports.metrics import Extent, narrowed, query
from reports.words import templates

Json = dict[str, Any]

_OPEN: Final = f"f.state_end IN ({', '.join(repr(state.value) for state in OPEN_STATES)})"
_HOTLINE: Final = f"f.source = '{Source.HOTLINE.value}' AND 'dispatch' = ANY(f.moves)"
_HAZARD: Final = "f.category_id = ANY(%(hazards)s)"
CONDITIONS: Final[Mapping[str, str]] = {
    "hazards_reported": f"{_HAZARD} AND ({MEASURE_BY_NAME['reported'].condition})",
    "hazards_completed": f"{_HAZARD} AND ({MEASURE_BY_NAME['completed'].condition})",
    "hazards_open": f"{_HAZARD} AND {_OPEN}",
    "reported_up": "'report_up' = ANY(f.moves)",
    "hotline_dispatched": _HOTLINE,
    "hotline_on_time": f"{_HOTLINE} AND f.state_end = 'closed' AND f.handled_in_time",
    "hotline_late": f"{_HOTLINE} AND f.state_end = 'closed' AND NOT f.handled_in_time",
    "hotline_open": f"{_HOTLINE} AND {_OPEN}",
    "hotline_closed": f"{_HOTLINE} AND f.state_end = 'closed'",
}
"""Counted over the same facts as the measures of `reports.indicators`."""
_CONCERNED: Final = """
i.source = %(hotline)s OR i.category_id = ANY(%(hazards)s) OR EXISTS (
    SELECT 1 FROM incidents_incidentevent e
    WHERE e.incident_id = i.id AND e.move = 'report_up' AND e.at >= %(start)s AND e.at < %(end)s
)"""
"""Who else can meet no condition: the facts of the others need not be gathered."""
EVENTS: Final = DisputeEvent.Kind


@cache
def _facts_sql() -> str:
    columns = [f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in CONDITIONS.items()]
    lines = [
        "SELECT grouping(f.area) AS is_total, f.area,",
        ", ".join(columns),
        "FROM facts f GROUP BY ROLLUP (f.area)",
    ]
    return "\n".join([narrowed(_CONCERNED), *lines])


def facts(extent: Extent) -> dict[str, int]:
    """Hazards, reports upward and the hotline, in total."""
    return next(numbers for area, numbers in _counted(extent) if area is None)


def facts_by_area(extent: Extent) -> dict[str, dict[str, int]]:
    """The same per area."""
    return {area: numbers for area, numbers in _counted(extent) if area is not None}


def _counted(extent: Extent) -> list[tuple[str | None, dict[str, int]]]:
    rows = query(_facts_sql(), extent, hazards=sorted(hazard_names()), hotline=Source.HOTLINE.value)
    return [(None if row["is_total"] else row["area"], {name: row[name] for name in CONDITIONS}) for row in rows]


def hazard_names() -> dict[int, str]:
    """The categories that count as safety hazards (data/chapter_incidents.json), by id."""
    wanted = Q()
    for kind, codes in templates("chapter_incidents")["hazards"].items():
        wanted |= Q(kind=kind, code__in=codes)
    return dict(Category.objects.filter(wanted).values_list("pk", "name"))


def hazards(scene: Scene) -> list[Json]:
    """One line per category of hazards that was there now or in the period before, most reported first."""
    rows, now = [], scene.counts.categories
    before = scene.previous.categories if scene.previous else {}
    for pk, name in hazard_names().items():
        if pk in now or pk in before:
            numbers = {
                each: now[pk].numbers[each] if pk in now else 0
                for each in ("reported", "completed", "open_end", "overdue_open")
            }
            old = (before[pk].numbers["reported"] if pk in before else 0) if scene.previous else None
            if old or any(numbers.values()):
                rows.append({"pk": pk, "name": name, "before": old, **numbers})
    return sorted(rows, key=lambda row: (-row["reported"], row["pk"]))


# --- disputes ---------------------------------------------------------------------------------------------------------


def _disputes(extent: Extent) -> QuerySet[Dispute]:
    """With how each stood at the end; only those that were there by then."""
    told = DisputeEvent.objects.filter(dispute=OuterRef("pk"), at__lt=extent.end).exclude(to_state="")
    rows: QuerySet[Dispute] = Dispute.objects.filter(grid_code__startswith=extent.code, created_at__lt=extent.end)
    return rows.annotate(stood=Subquery(told.order_by("-id").values("to_state")[:1])).order_by()


def _within(extent: Extent, *kinds: str) -> Count:
    when = Q(events__at__gte=extent.start, events__at__lt=extent.end, events__kind__in=kinds)
    return Count("pk", filter=when, distinct=True)


_ENDED: Final = (Dispute.State.SETTLED, Dispute.State.FAILED)


def disputes(extent: Extent) -> dict[str, int]:
    """Entered, settled, failed in the period, open at its end; two queries."""
    rows = _disputes(extent)
    found = rows.aggregate(
        disputes_settled=_within(extent, EVENTS.SETTLED),
        disputes_failed=_within(extent, EVENTS.FAILED),
        disputes_ended=_within(extent, EVENTS.SETTLED, EVENTS.FAILED),
    )
    standing = rows.aggregate(
        disputes_entered=Count("pk", filter=Q(created_at__gte=extent.start)),
        disputes_open=Count("pk", filter=~Q(stood__in=_ENDED)),
    )
    return {**standing, **found}


def disputes_by_kind(extent: Extent) -> dict[str, dict[str, int]]:
    """The same per kind of dispute; two queries."""
    lines: dict[str, dict[str, int]] = {}
    rows: Any = _disputes(extent).values("kind")
    for each in rows.annotate(
        entered=Count("pk", filter=Q(created_at__gte=extent.start)),
        open=Count("pk", filter=~Q(stood__in=_ENDED)),
    ):
        lines[each.pop("kind")] = each
    ended = {"settled": [EVENTS.SETTLED], "failed": [EVENTS.FAILED], "ended": [EVENTS.SETTLED, EVENTS.FAILED]}
    for each in rows.annotate(**{name: _within(extent, *kinds) for name, kinds in ended.items()}):
        lines[each.pop("kind")] |= each
    return lines


# --- what people say --------------------------------------------------------------------------------------------------

_REACHED: Final = Q(contact=CallBack.Contact.REACHED)
_HOT: Final = Q(incident__source=Source.HOTLINE)


def call_backs(extent: Extent) -> Any:
    """Finished call-backs of the period that count."""
    rows = CallBack.objects.filter(incident__grid_code__startswith=extent.code)
    return rows.counted().between(extent.start, extent.end)


def answers(extent: Extent) -> dict[str, int]:
    """The counts behind the three rates, and those of the hotline; one query."""
    found: dict[str, int] = call_backs(extent).aggregate(
        assigned=Count("pk"),
        contacted=Count("pk", filter=Q(responded=True)),
        called_back=Count("pk", filter=_REACHED),
        solved_ones=Count("pk", filter=_REACHED & Q(solved=True)),
        satisfied=Count("pk", filter=_REACHED & Q(satisfaction__in=SATISFIED)),
        hotline_called=Count("pk", filter=_REACHED & _HOT),
        hotline_unhappy=Count("pk", filter=_REACHED & _HOT & Q(satisfaction=CallBack.Satisfaction.UNSATISFIED)),
    )
    found["solved"] = found.pop("solved_ones")
    return found


def hotline_answers(extent: Extent) -> list[Json]:
    """Reached and unhappy reporters of hotline cases by area; one query."""
    rows = call_backs(extent).filter(_HOT).annotate(area=Left("incident__grid_code", extent.area_length))
    counted = (
        rows.order_by()
        .values("area")
        .annotate(
            called=Count("pk", filter=_REACHED),
            unhappy=Count("pk", filter=_REACHED & Q(satisfaction=CallBack.Satisfaction.UNSATISFIED)),
        )
    )
    return list(counted.order_by("area"))


# --- whistles and supervision -----------------------------------------------------------------------------------------


def _called(extent: Extent) -> QuerySet[Whistle]:
    rows = Whistle.objects.filter(grid_code__startswith=extent.code).counted()
    found: QuerySet[Whistle] = rows.blown_between(extent.start, extent.end)
    return found


def _before(field: str, moment: datetime) -> Q:
    return Q(**{f"{field}__lt": moment})


def whistles(extent: Extent) -> dict[str, int]:
    """Whistles blown, units called, how they answered; two queries."""
    tasks = WhistleTask.objects.filter(whistle__in=_called(extent))
    answered = _before("responded_at", extent.end)
    found: dict[str, int] = tasks.aggregate(
        whistle_units=Count("pk"),
        whistle_due=Count("pk", filter=answered | _before("respond_due_at", extent.end)),
        whistle_in_time=Count("pk", filter=answered & Q(responded_at__lte=F("respond_due_at"))),
        whistle_done=Count("pk", filter=_before("done_at", extent.end)),
    )
    return {"whistles": _called(extent).count(), **found}


def supervisions(extent: Extent) -> dict[str, int]:
    """Notices and urgings issued, and the answers due by the end; one query."""
    rows = Supervision.objects.filter(
        incident__grid_code__startswith=extent.code, issued_at__gte=extent.start, issued_at__lt=extent.end
    )
    notice, answered = Q(kind=Supervision.Kind.SUPERVISE), _before("replied_at", extent.end)
    found: dict[str, int] = rows.aggregate(
        supervised=Count("pk", filter=notice),
        urged=Count("pk", filter=Q(kind=Supervision.Kind.URGE)),
        reply_due=Count("pk", filter=notice & (answered | _before("reply_due_at", extent.end))),
        replied_in_time=Count("pk", filter=notice & answered & Q(replied_at__lte=F("reply_due_at"))),
    )
    return found
