"""How many activities were held where: by level, by kind, by community (domain.md 10, rows 0.2 and 1.32)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Sum
from django.db.models.functions import Left

from grid.models import Grid
from partybuilding.models import Activity

LEVELS: Final = tuple(Activity.Level)
SUMS: Final = ("attended", "members_count", "beneficiaries", "merchants", "compounds", "jobs")
OF_UPPER: Final = (Activity.Level.DISTRICT, Activity.Level.STREET)
"""Levels above a community: they are counted with the grid as a whole, wherever they took place."""


@dataclass(slots=True)
class Tally:
    """Activities by level, and what they add up to."""

    levels: Counter[str] = field(default_factory=Counter)
    sums: Counter[str] = field(default_factory=Counter)

    def add(self, level: str, line: Mapping[str, Any]) -> None:
        """One line of the database."""
        self.levels[level] += line["n"]
        self.sums.update({name: line[f"sum_{name}"] or 0 for name in SUMS})

    @property
    def total(self) -> int:
        """All levels."""
        return self.levels.total()

    @property
    def by_level(self) -> list[tuple[str, int]]:
        """(level, how many), the highest first."""
        return [(level, self.levels[level]) for level in LEVELS]


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a period: all, by kind (name → tally), by grid below (None: those of the grid itself)."""

    total: Tally
    kinds: list[tuple[int, str, Tally]]
    grids: list[tuple[Grid | None, Tally]]


def counts(top: Grid, below: Sequence[Grid], *, user: Any, start: datetime, end: datetime, **narrowed: Any) -> Counts:
    """Held activities of `top` in the period (`end` excluded), as far as `user` sees them; one query.

    What the street holds in a community counts for the street: its line is that of the grid itself. `narrowed` are
    further conditions (series, label).
    """
    length = len(below[0].code) if below else len(top.code)
    rows = Activity.objects.visible_to(user).under(top.code).filter(status="held", starts_at__gte=start)
    rows = rows.filter(starts_at__lt=end, **narrowed).order_by()
    sums = {f"sum_{name}": Sum(name) for name in SUMS}
    found = rows.values("level", "kind", "kind__name", "kind__position", part=Left("grid_code", length))
    return _sorted_out(found.annotate(n=Count("pk"), **sums), below)


def _sorted_out(lines: Iterable[Mapping[str, Any]], below: Sequence[Grid]) -> Counts:
    total, kinds, grids = Tally(), defaultdict[tuple[int, int, str], Tally](Tally), defaultdict[str, Tally](Tally)
    known = {grid.code for grid in below}
    for line in lines:
        of_grid = line["part"] in known and (line["level"] not in OF_UPPER or len(line["part"]) < 12)
        total.add(line["level"], line)
        kinds[line["kind__position"], line["kind"], line["kind__name"]].add(line["level"], line)
        grids[line["part"] if of_grid else ""].add(line["level"], line)
    named: list[tuple[Grid | None, Tally]] = [(grid, grids[grid.code]) for grid in below]
    rest: list[tuple[Grid | None, Tally]] = [(None, grids[""])] if grids[""].total else []
    return Counts(total, [(pk, name, tally) for (_place, pk, name), tally in sorted(kinds.items())], [*rest, *named])
