"""五必知, 五必访, 三必到: how many households of each grid a visit with the tick has reached (domain.md 3.4)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Count
from django.db.models.functions import Left
from django.utils import timezone

from fieldwork.duties import LIVED_IN
from fieldwork.models import Household, MustDo, Visit
from grid.models import Grid
from grid.scope import scope_of

STEP: Final = 3
"""Letters by which the code of a grid grows from level to level below the street."""
MICRO: Final = 18


@dataclass(frozen=True, slots=True)
class Tick:
    """One must in one grid: the visits that ticked it, and the households that these reached."""

    visits: int
    homes: int
    of: int

    @property
    def share(self) -> float | None:
        """Households reached of all that are lived in; None without any."""
        return min(self.homes / self.of, 1.0) if self.of else None


@dataclass(frozen=True, slots=True)
class Line:
    """One grid with a tick for every must, in their order."""

    grid: Grid
    homes: int
    ticks: Sequence[Tick]


def coverage(grid: Grid, *, user: Any, first: date, last: date, today: date) -> tuple[list[MustDo], list[Line]]:
    """The musts in use, and a line for every grid right below `grid` (the grid itself when it is a micro-grid).

    From `first` to `last`, both included; only visits that `user` may see. Four queries.
    """
    order = list(MustDo.Group.values)
    musts = sorted(MustDo.objects.filter(is_active=True), key=lambda must: (order.index(must.group), must.position))
    length = min(len(grid.code) + STEP, MICRO)
    rows = _below(grid, length, today)
    homes = _homes(grid, length, user)
    found = _ticks(grid, length, user, first, last)
    nothing = (0, 0)
    lines = []
    for row in rows:
        of = homes.get(row.code, 0)
        ticks = [Tick(*found[row.code].get(must.pk, nothing), of) for must in musts]
        lines.append(Line(row, of, ticks))
    return musts, lines


def _below(grid: Grid, length: int, today: date) -> list[Grid]:
    rows = Grid.objects.current(today).under(grid.code).defer("boundary").order_by("code")
    return [row for row in rows.filter(level=_level(length)) if len(row.code) == length]


def _level(length: int) -> int:
    return {9: Grid.Level.STREET, 12: Grid.Level.COMMUNITY, 15: Grid.Level.GRID, MICRO: Grid.Level.MICRO}[length]


def _homes(grid: Grid, length: int, user: Any) -> dict[str, int]:
    seen = scope_of(user).q("field.view", "grid_code")
    rows = Household.objects.filter(seen, is_active=True, tenure__in=LIVED_IN).under(grid.code)
    counts = rows.annotate(part=Left("grid_code", length)).values("part").order_by("part").annotate(n=Count("pk"))
    return dict(counts.values_list("part", "n"))


def _ticks(grid: Grid, length: int, user: Any, first: date, last: date) -> dict[str, dict[int, tuple[int, int]]]:
    start, end = (_midnight(day) for day in (first, last + timedelta(days=1)))
    rows = Visit.objects.visible_to(user).under(grid.code).filter(at__gte=start, at__lt=end, musts__isnull=False)
    counts = rows.annotate(part=Left("grid_code", length)).values("part", "musts").order_by("part", "musts")
    counts = counts.annotate(n=Count("pk", distinct=True), homes=Count("household", distinct=True))
    found: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for part, must, visits, homes in counts.values_list("part", "musts", "n", "homes"):
        found[part][must] = (visits, homes)
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())
