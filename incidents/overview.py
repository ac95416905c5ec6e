"""The numbers of the start page: counts, the last days, and how much is open in each grid. Reads only.

Each number answers to a filter of the case list, which the page links to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.db.models.functions import Left, TruncDate
from django.utils import timezone

from incidents.models import Incident
from incidents.models.category import Urgency
from incidents.querysets import IncidentQuerySet
from incidents.states import OPEN_STATES, State

TREND_DAYS: Final = 14
SETTLED: Final = (State.CLOSED, State.SELF_HANDLED)
"""办结: closed after a check, or handled on the spot. Rejected and cancelled cases ended without a result."""


def midnight(day: date) -> datetime:
    """The first moment of `day` as people here count days (Asia/Shanghai)."""
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases: reported today, open, overdue, due soon, settled today."""

    new_today: int = 0
    open: int = 0
    overdue: int = 0
    due_soon: int = 0
    closed_today: int = 0


def counts(rows: IncidentQuerySet, *, now: datetime) -> Counts:
    """Count `rows` in three queries, each on an index over live or recent rows."""
    start = midnight(timezone.localdate(now))
    live = rows.open().aggregate(
        open=Count("pk"),
        overdue=Count("pk", filter=Q(due_at__lt=now)),
        due_soon=Count("pk", filter=Q(warn_at__lte=now, due_at__gte=now)),
    )
    return Counts(
        new_today=rows.filter(reported_at__gte=start).count(),
        closed_today=rows.filter(closed_at__gte=start, state__in=SETTLED).count(),
        **live,
    )


@dataclass(frozen=True, slots=True)
class Trend:
    """New and settled cases per day, oldest day first."""

    days: tuple[date, ...]
    new: tuple[int, ...]
    closed: tuple[int, ...]


def trend(rows: IncidentQuerySet, *, now: datetime, days: int = TREND_DAYS) -> Trend:
    """New against settled for the last `days` days, today included; two queries."""
    last = timezone.localdate(now)
    span = tuple(last - timedelta(days=n) for n in reversed(range(days)))
    start = midnight(span[0])
    new = _per_day(rows.filter(reported_at__gte=start), "reported_at")
    closed = _per_day(rows.filter(closed_at__gte=start, state__in=SETTLED), "closed_at")
    return Trend(span, tuple(new.get(day, 0) for day in span), tuple(closed.get(day, 0) for day in span))


def _per_day(rows: IncidentQuerySet, field: str) -> Mapping[date, int]:
    found = rows.order_by().annotate(day=TruncDate(field)).values_list("day").annotate(n=Count("pk"))
    return dict(found)


def most_pressing(rows: IncidentQuerySet) -> IncidentQuerySet:
    """Urgent first, then by due time; cases without a running clock come last, oldest first."""
    urgent_first = Case(When(urgency=Urgency.URGENT, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.annotate(pressing=urgent_first).order_by("pressing", "due_at", "id")


def by_due_time(rows: IncidentQuerySet) -> IncidentQuerySet:
    """By remaining time, the least first (a missing due time comes last)."""
    return rows.order_by("due_at", "id")


@dataclass(frozen=True, slots=True)
class Load:
    """Open and overdue cases of one grid, its subtree included."""

    open: int = 0
    overdue: int = 0


NO_LOAD: Final = Load()


def loads(user: Any, *, under: str, code_length: int, now: datetime) -> dict[str, Load]:
    """Open cases per grid whose code has `code_length` signs, inside the subtree `under`; one query.

    Only what `user` may see is counted, as in every list.
    """
    rows = Incident.objects.visible_to(user).filter(state__in=OPEN_STATES, grid_code__startswith=under)
    found = (
        rows.order_by()
        .annotate(code=Left("grid_code", code_length))
        .values_list("code")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    )
    return {code: Load(n, late) for code, n, late in found}
