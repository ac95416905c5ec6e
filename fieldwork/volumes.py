"""How much field work is done where: notes, patrols, visits and inspections of a period, grid by grid."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count
from django.db.models.functions import Left

from fieldwork.models import Inspection, Patrol, QuickNote, Visit
from grid.models import Grid

KINDS: Final[Mapping[str, Any]] = {"notes": QuickNote, "patrols": Patrol, "visits": Visit, "inspections": Inspection}


@dataclass(frozen=True, slots=True)
class Volume:
    """One line: a grid, or (`grid` None) what lies in none of the grids below."""

    grid: Grid | None
    counts: tuple[int, ...]


def volumes(
    top: Grid, children: Sequence[Grid], *, user: Any, start: datetime, end: datetime
) -> tuple[list[Volume], Volume]:
    """A line for each of `children` and one for the rest, and the sum; four queries, as far as `user` sees field work.

    `start` is inside the period, `end` is not. Broken-off patrols count: somebody walked.
    """
    length = len(children[0].code) if children else len(top.code)
    found = _counted(top.code, length, user, start, end)
    lines = [Volume(grid, tuple(found.pop(grid.code, _nothing()))) for grid in children]
    rest = tuple(map(sum, zip(*found.values(), strict=True))) if found else tuple(_nothing())
    if any(rest):
        lines.append(Volume(None, rest))
    together = tuple(map(sum, zip(*(line.counts for line in lines), strict=True))) if lines else rest
    return lines, Volume(top, together)


def _nothing() -> list[int]:
    return [0] * len(KINDS)


def _counted(under: str, length: int, user: Any, start: datetime, end: datetime) -> dict[str, list[int]]:
    """Beginning of the grid code → one number per kind."""
    found: dict[str, list[int]] = defaultdict(_nothing)
    for place, model in enumerate(KINDS.values()):
        rows = model.objects.visible_to(user).under(under).filter(at__gte=start, at__lt=end).order_by()
        for code, count in rows.values_list(Left("grid_code", length)).annotate(n=Count("pk")):
            found[code][place] += count
    return found
