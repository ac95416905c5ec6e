"""The content of the daily report (日调度); `reports.writing` keeps it."""

from datetime import datetime
from typing import Any

from grid.models import Grid
from reports.assembly import assemble
from reports.periods import Period
from reports.proposals import propose
from reports.prose_daily import write_text

Json = dict[str, Any]


def build(grid: Grid, period: Period, *, now: datetime) -> Json:
    """The snapshot of one day of `grid`, cut off at `now` when the day is not over: numbers, matters, text."""
    snapshot = assemble(grid, period, now=now)
    snapshot["matters"] = propose(snapshot)
    snapshot["text"] = write_text(snapshot)
    return snapshot
