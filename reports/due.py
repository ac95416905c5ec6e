"""Which reports are due, worked out from the schedules and the reports that exist: beat's own memory is not asked."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Min

from grid.models import Grid
from incidents.models import IncidentEvent
from reports import daily
from reports.models import Report, ReportSchedule
from reports.periods import Period, at_time, days_until, last_finished_day, local_day

logger = logging.getLogger(__name__)

CATCH_UP_DAYS: Final = 7
"""Days that were missed (machine off, database away) are written later, up to so many."""


@dataclass(frozen=True, slots=True)
class Due:
    """One report that should exist and does not."""

    grid: Grid
    day: date


def write_due(*, now: datetime, limit: int = 60) -> int:
    """Write what is due, newest days and highest grids first; returns how many were written by this call.

    One that fails is logged and does not hold up the others; the call then ends with RuntimeError,
    so that the job shows it.
    """
    written, failed = 0, None
    for due in due_reports(now=now)[:limit]:
        try:
            written += daily.write(due.grid, due.day, now=now)[1]
        except Exception as error:
            logger.exception("daily report of %s for %s failed", due.grid.code, due.day)
            failed = error
    if failed is not None:
        raise RuntimeError("some reports could not be written") from failed
    return written


def due_reports(*, now: datetime) -> list[Due]:
    """Everything due at `now`: newest day first, then the higher level, then by code."""
    first = first_day()
    if first is None:
        return []
    schedules = ReportSchedule.objects.filter(is_active=True, kind=Report.Kind.DAILY)
    due = [each for schedule in schedules for each in _due_of(schedule, first, now)]
    return sorted(due, key=lambda each: (-each.day.toordinal(), each.grid.level, each.grid.code))


def first_day() -> date | None:
    """The day of the very first event; before it there is nothing to report."""
    first = IncidentEvent.objects.aggregate(first=Min("at"))["first"]
    return local_day(first) if first else None


def last_due_day(schedule: ReportSchedule, now: datetime) -> date:
    """The newest day whose report this schedule wants at `now`: day D is written on D + 1 at the set time."""
    day = last_finished_day(now)
    return day if at_time(day + timedelta(days=1), schedule.at) <= now else day - timedelta(days=1)


def _due_of(schedule: ReportSchedule, first: date, now: datetime) -> Iterator[Due]:
    window = days_until(last_due_day(schedule, now), CATCH_UP_DAYS)
    grids = list(Grid.objects.territorial().filter(level=schedule.level).defer("boundary"))
    written = _written(schedule, window)
    for day in window.days:
        for grid in grids:
            if day >= first and _existed(grid, day) and (grid.pk, day) not in written:
                yield Due(grid, day)


def _written(schedule: ReportSchedule, window: Period) -> set[tuple[int, date]]:
    rows = Report.objects.filter(kind=schedule.kind, grid__level=schedule.level)
    rows = rows.filter(period_start__range=(window.first, window.last))
    return set(rows.values_list("grid_id", "period_start"))


def _existed(grid: Grid, day: date) -> bool:
    return grid.valid_from <= day and (grid.valid_to is None or day < grid.valid_to)
