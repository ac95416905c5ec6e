"""How many grids of each level lie below a grid (inventory 0.15, 1.12, 1.19), in two queries for any number of rows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import Left

from grid.models import Grid, Organization


@dataclass(slots=True)
class Counts:
    """Grids below one grid (itself included) and the departments posted there."""

    streets: int = 0
    communities: int = 0
    grids: int = 0
    micro: int = 0
    dedicated: int = 0
    departments: int = 0

    def add(self, level: int, kind: str, number: int) -> None:
        """Count `number` grids of a level; a dedicated grid is counted as such only."""
        names = {3: "streets", 4: "communities", 5: "grids", 6: "micro"}
        name = "dedicated" if kind == Grid.Kind.DEDICATED else names.get(level)
        if name is not None:
            setattr(self, name, getattr(self, name) + number)


def counts_by_code(grids: QuerySet[Any], *, width: int, today: date) -> dict[str, Counts]:
    """Counts for each code of `width` characters among `grids` (a scoped queryset of the whole subtree)."""
    counts: dict[str, Counts] = defaultdict(Counts)
    tops = grids.current(today).order_by().annotate(top=Left("code", width))  # type: ignore[attr-defined]
    for row in tops.values("top", "level", "kind").annotate(number=Count("pk")):
        counts[row["top"]].add(row["level"], row["kind"], row["number"])
    for code, number in _departments(counts, width):
        counts[code].departments += number
    return counts


def _departments(codes: Iterable[str], width: int) -> QuerySet[Any, Any]:
    wanted = Organization.objects.active().filter(kind=Organization.Kind.DEPARTMENT).order_by()
    tops = wanted.annotate(top=Left("grid__code", width)).filter(top__in=list(codes))
    return tops.values("top").annotate(number=Count("pk")).values_list("top", "number")
