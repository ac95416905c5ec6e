"""Which reports are due, worked out from the schedules and the reports that exist: beat's own memory is not asked."""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Min

from grid.models import Grid
from incidents.models import IncidentEvent
from notices.jobs import alone
from reports import writing
from reports.models import Report, ReportSchedule
from reports.periods import Period, at_time, last_finished, local_day, newest_first, period_of, previous_period
from reports.rhythms import BUILDERS

logger = logging.getLogger(__name__)

CATCH_UP: Final[Mapping[str, int]] = {"daily": 7, "weekly": 4, "monthly": 3, "quarterly": 2}
"""Periods that were missed (machine off, database away) are written later, up to so many of each kind."""

PATIENCE: Final = 40
"""Seconds of work after which the rest is left to the next ring, a minute after this one."""
_ONE_AT_A_TIME: Final = 0x726570  # the advisory lock of due reports ("rep")


@dataclass(frozen=True, slots=True)
class Due:
    """One report that should exist and does not."""

    kind: str
    grid: Grid
    period: Period


def write_due(*, now: datetime, limit: int = 60) -> int:
    """Write what is due, newest periods and highest grids first; returns how many were written by this call.

    One that fails is logged and does not hold up the others; the call then ends with RuntimeError,
    so that the job shows it. Of several callers one writes, and not for longer than PATIENCE: the other workers are
    there for what people wait for, and the next ring goes on.
    """
    with alone(_ONE_AT_A_TIME) as free:
        return _write(due_reports(now=now)[:limit], now=now) if free else 0


def _write(wanted: Iterable[Due], *, now: datetime) -> int:
    written, failed, begun = 0, None, time.monotonic()
    for due in wanted:
        if time.monotonic() - begun > PATIENCE:
            break
        try:
            written += writing.write(due.kind, due.grid, due.period, now=now)[1]
        except Exception as error:
            logger.exception("%s report of %s for %s failed", due.kind, due.grid.code, due.period.first)
            failed = error
    if failed is not None:
        raise RuntimeError("some reports could not be written") from failed
    return written


def due_reports(*, now: datetime) -> list[Due]:
    """Everything due at `now`: what ended last first, of those the shorter period, the higher level, then by code."""
    first = first_day()
    if first is None:
        return []
    schedules = ReportSchedule.objects.filter(is_active=True, kind__in=[*BUILDERS])
    due = [each for schedule in schedules for each in _due_of(schedule, first, now)]
    return sorted(due, key=_urgency)


def first_day() -> date | None:
    """The day of the very first event; before it there is nothing to report."""
    first = IncidentEvent.objects.aggregate(first=Min("at"))["first"]
    return local_day(first) if first else None


def last_due_period(schedule: ReportSchedule, now: datetime) -> Period:
    """The newest period whose report this schedule wants at `now`: `days_after` its last day, at the set time."""
    period = last_finished(schedule.kind, now)
    latest = period_of(schedule.kind, local_day(now) - timedelta(days=schedule.days_after))
    period = min(period, latest, key=lambda each: each.first)
    while at_time(period.last + timedelta(days=schedule.days_after), schedule.at) > now:
        period = previous_period(schedule.kind, period)
    return period


def _urgency(due: Due) -> tuple[int, int, int, str]:
    period = due.period
    return (-period.last.toordinal(), -period.first.toordinal(), due.grid.level, due.grid.code)


def _due_of(schedule: ReportSchedule, first: date, now: datetime) -> Iterator[Due]:
    periods = list(newest_first(schedule.kind, last_due_period(schedule, now), CATCH_UP[schedule.kind]))
    grids = list(Grid.objects.territorial().filter(level=schedule.level).defer("boundary"))
    written = _written(schedule, periods)
    for period in periods:
        for grid in grids:
            is_open = period.last >= first and writing.existed(grid, period)
            if is_open and (grid.pk, period.first) not in written:
                yield Due(schedule.kind, grid, period)


def _written(schedule: ReportSchedule, periods: list[Period]) -> set[tuple[int, date]]:
    rows = Report.objects.filter(kind=schedule.kind, grid__level=schedule.level)
    rows = rows.filter(period_start__in=[period.first for period in periods])
    return set(rows.values_list("grid_id", "period_start"))
