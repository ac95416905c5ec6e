"""Points in total, never of a person: issued, exchanged, lapsed, still out; what waits at the counters (law 14)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from grid.scope import scope_of
from volunteers.models import Exchange, PointAccount, PointEntry, ShopItem

LEAST_PEOPLE = 3
"""Fewer who take part would be told apart: their sums are not shown (reliability.md 4.5)."""


@dataclass(frozen=True, slots=True)
class PointFigures:
    """Of the reader's grids (hundredths of a point); the sums are None where too few take part."""

    people: int
    issued: int | None
    exchanged: int | None
    lapsed: int | None
    out: int | None
    waiting: int
    overdue: int
    sold_out: int


def figures(user: Any, *, now: datetime) -> PointFigures:
    """The figures of this year, and what stands open; four queries."""
    scope = scope_of(user)
    accounts = PointAccount.objects.filter(scope.q("shop.edit", "volunteer__grid_code"), kind="volunteer")
    held = accounts.aggregate(people=Count("pk", filter=Q(volunteer__wants_points=True)), out=Sum("balance"))
    sums = _sums(scope, timezone.localtime(now).year) if held["people"] >= LEAST_PEOPLE else None
    rows = Exchange.objects.filter(scope.q("shop.edit", "item__grid_code"), status="reserved")
    open_ = rows.aggregate(waiting=Count("pk"), overdue=Count("pk", filter=Q(pick_up_by__lt=now)))
    gone = ShopItem.objects.filter(scope.q("shop.edit", "grid_code"), is_active=True, stock=0).count()
    return PointFigures(
        people=held["people"],
        issued=sums["issued"] if sums else None,
        exchanged=sums["exchanged"] if sums else None,
        lapsed=sums["lapsed"] if sums else None,
        out=int(held["out"] or 0) if sums else None,
        sold_out=gone,
        **open_,
    )


def _sums(scope: Any, year: int) -> dict[str, int]:
    """What was issued (less what was corrected back), exchanged (less what came back) and lapsed in `year`."""
    came = scope.q("shop.edit", "taker__volunteer__grid_code") & Q(taker__kind="volunteer")
    went = scope.q("shop.edit", "giver__volunteer__grid_code") & Q(giver__kind="volunteer")
    found = PointEntry.objects.filter(came | went, at__year=year).aggregate(
        earned=Sum("amount", filter=came & Q(kind__in=("earn", "bonus"))),
        corrected=Sum("amount", filter=went & Q(kind="earn")),
        paid=Sum("amount", filter=went & Q(kind="redeem")),
        back=Sum("amount", filter=came & Q(kind="reverse")),
        lapsed=Sum("amount", filter=went & Q(kind="expire")),
    )
    n = {name: int(value or 0) for name, value in found.items()}
    return {"issued": n["earned"] - n["corrected"], "exchanged": n["paid"] - n["back"], "lapsed": n["lapsed"]}
