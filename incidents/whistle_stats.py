"""How units answer whistles: outcomes with their denominators, each a condition that also opens its list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Avg, Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from grid.models import Organization
from incidents.models import Whistle, WhistleTask
from incidents.whistle_querysets import WhistleQuerySet

MEASURES: Final = {
    "called": _("Times called"),
    "respond_due": _("Response due"),
    "responded_in_time": _("Responded in time"),
    "attend_due": _("Attendance due"),
    "attended_at_rank": _("Attended at the rank"),
    "done_due": _("Task due"),
    "done_in_time": _("Done in time"),
    "rated": _("Rated"),
}
"""What is counted, in the order of the table."""


def conditions(now: datetime) -> dict[str, Q]:
    """The condition on a unit's row of each measure. Due is what was done, or whose time is over."""
    over = Q(due_at__lte=now)
    return {
        "called": Q(),
        "respond_due": Q(responded_at__isnull=False) | Q(respond_due_at__lte=now),
        "responded_in_time": Q(responded_at__lte=F("respond_due_at")),
        "attend_due": Q(attended_at__isnull=False) | over,
        "attended_at_rank": Q(attendee_rank__gte=F("whistle__rank")),
        "done_due": Q(done_at__isnull=False) | over,
        "done_in_time": Q(done_at__lte=F("due_at")),
        "rated": Q(rating__isnull=False),
    }


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one unit, or of all; a rate is None where nothing was due."""

    counts: dict[str, int]
    mean_rating: float | None
    organization: Organization | None = None

    @property
    def response_rate(self) -> float | None:
        """Responded in time of those due."""
        return _ratio(self.counts["responded_in_time"], self.counts["respond_due"])

    @property
    def attendance_rate(self) -> float | None:
        """Attended at the rank of those due."""
        return _ratio(self.counts["attended_at_rank"], self.counts["attend_due"])

    @property
    def done_rate(self) -> float | None:
        """Done in time of those due."""
        return _ratio(self.counts["done_in_time"], self.counts["done_due"])


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def counted_tasks(user: Any, *, start: datetime | None, end: datetime | None) -> QuerySet[WhistleTask]:
    """The rows of units that were really called, in whistles that `user` may see, blown in the period."""
    rows: WhistleQuerySet = Whistle.objects.visible_to(user)
    return WhistleTask.objects.filter(whistle__in=rows.counted().blown_between(start, end))


def called_units(tasks: QuerySet[WhistleTask]) -> QuerySet[Organization]:
    """The units of these rows."""
    return Organization.objects.filter(pk__in=tasks.order_by().values("organization"))


def figures_of(tasks: QuerySet[WhistleTask], units: Sequence[Organization], *, now: datetime) -> list[Figures]:
    """One row per unit, in the order given; one query."""
    rows = tasks.filter(organization__in=units).order_by().values("organization").annotate(**_counts(now))
    found: dict[int, Any] = {row["organization"]: row for row in rows}
    return [_figures(found[unit.pk], unit) for unit in units if unit.pk in found]


def total_of(tasks: QuerySet[WhistleTask], *, now: datetime) -> Figures:
    """All rows together; one query."""
    return _figures(tasks.order_by().aggregate(**_counts(now)))


def _counts(now: datetime) -> dict[str, Any]:
    counts: dict[str, Any] = {f"n_{name}": Count("pk", filter=rule) for name, rule in conditions(now).items() if rule}
    return counts | {"n_called": Count("pk"), "mean": Avg("rating")}


def _figures(row: dict[str, Any], unit: Organization | None = None) -> Figures:
    mean = None if row["mean"] is None else round(float(row["mean"]), 2)
    return Figures({name: row[f"n_{name}"] for name in MEASURES}, mean, unit)
