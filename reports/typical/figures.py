"""Which cases are worth writing up, and how many of the submitted ones were adopted (domain.md 10 row 4.16)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from grid.scope import scope_of
from incidents.models import CallBack, Incident
from reports.models import TypicalCase
from reports.periods import PEOPLE_TIME, local_day
from reports.rollups import reading

LOOK_BACK: Final = timedelta(days=180)
OFFERED: Final = 20
LOOKED_AT: Final = 5000
LIKED: Final = 500
"""Bounds that keep the page quick over millions of cases: the newest closed ones, and the newest praises."""
Status = TypicalCase.Status


def candidates(user: Any, *, now: datetime) -> QuerySet[Incident]:
    """Finished cases of the last half year where `user` writes reports: typical ones, and solved ones that people
    praised; none that is written up already. Newest first, in three queries.
    """
    since = now - LOOK_BACK
    praised = CallBack.objects.filter(
        called_at__gte=since, solved=True, satisfaction=CallBack.Satisfaction.VERY, is_excluded=False
    )
    mine = scope_of(user).q("report.write", "grid_code")
    recent = Incident.objects.filter(mine, closed_at__gte=since).order_by("-closed_at")[:LOOKED_AT]
    marked = [pk for pk, is_typical in recent.values_list("pk", "is_typical") if is_typical]
    liked = list(praised.order_by("-called_at").values_list("incident", flat=True)[:LIKED])
    rows = Incident.objects.filter(
        Q(pk__in=marked) | Q(pk__in=liked, is_solved=True), mine, closed_at__gte=since, typical_case__isnull=True
    )
    rows = rows.select_related("category", "grid").defer("text", "contact_name", "contact_phone", "grid__boundary")
    return rows.order_by("-is_typical", "-closed_at", "-id")[:OFFERED]


def to_write_up(user: Any) -> QuerySet[Incident]:
    """Any case where `user` writes reports and which she sees: for the search by number."""
    rows = Incident.objects.visible_to(user).filter(scope_of(user).q("report.write", "grid_code"))
    found: QuerySet[Incident] = rows.select_related("category", "grid", "reporter").defer("grid__boundary")
    return found


@dataclass(frozen=True, slots=True)
class Adoption:
    """One year: how many were written, submitted and adopted, and how many cases were handled at all."""

    year: int
    written: int
    submitted: int
    adopted: int
    waiting: int
    handled: int

    @property
    def rate(self) -> float | None:
        """Adopted ÷ submitted (采用率); None when nothing was submitted."""
        return self.adopted / self.submitted if self.submitted else None

    @property
    def share(self) -> float | None:
        """Adopted ÷ handled cases; None when none was handled."""
        return self.adopted / self.handled if self.handled else None


def adoption(code: str, year: int, *, now: datetime) -> Adoption:
    """The year of one office, submitted cases by the day of their submission. Two queries and one tally."""
    start, end = (datetime(y, 1, 1, tzinfo=PEOPLE_TIME) for y in (year, year + 1))
    sent = Q(submitted_at__gte=start, submitted_at__lt=end) & ~Q(status=Status.DRAFT)
    counted = TypicalCase.objects.filter(grid_code__startswith=code).aggregate(
        written=Count("pk", filter=Q(created_at__gte=start, created_at__lt=end)),
        submitted=Count("pk", filter=sent),
        adopted=Count("pk", filter=sent & Q(status=Status.ADOPTED)),
        waiting=Count("pk", filter=sent & Q(status=Status.SUBMITTED)),
    )
    day = min(date(year, 12, 31), local_day(now))
    handled = reading.tally(code, "y", day, now=now).numbers["completed"]
    return Adoption(year, counted["written"], counted["submitted"], counted["adopted"], counted["waiting"], handled)
