"""What a report of one grid and period is written from, read at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from grid.models import Grid
from reports.assembly import Names
from reports.metrics import Counts, Extent
from reports.periods import Period, local_day

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scene:
    """One report in the making. `previous` and `year_ago` are None where the platform has no data of that time."""

    kind: str
    grid: Grid
    period: Period
    extent: Extent
    counts: Counts
    names: Names
    before: Extent
    year_before: Extent
    previous: Counts | None = None
    year_ago: Counts | None = None
    areas: tuple[str, ...] = ()
    lists: Mapping[str, Any] = field(default_factory=dict)
    """What else was read: overdue cases, hot issues, examples … by name."""

    @property
    def code(self) -> str:
        """The code of the grid."""
        return self.extent.code

    @property
    def interim(self) -> bool:
        """The period is not over yet."""
        return self.extent.end < self.period.end

    @property
    def last(self) -> date:
        """The last day that is counted, today when the period is not over."""
        return local_day(self.extent.end - timedelta(microseconds=1))

    @property
    def end(self) -> datetime:
        """The moment up to which everything is counted."""
        return self.extent.end

    def area(self, code: str) -> str:
        """What an area is called in tables."""
        return self.names.area(code, self.code)
