"""One month of daily reports of one grid, as a calendar."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from grid.models import Grid
from grid.months import weeks_of
from reports.models import Report
from reports.periods import FIRST_DAY, last_finished_day, local_day


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: its report if there is one, else whether it can be written, is running, or lies ahead."""

    day: date
    report: Mapping[str, Any] | None
    can_write: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks of a month (Monday first; None outside the month) and its neighbours as "2026-10"."""

    first: date
    weeks: list[list[Cell | None]]
    previous: str
    next: str


def month_of(grid: Grid, first: date, *, now: datetime) -> Month:
    """The calendar of the month that begins with `first`, in one query."""
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    reports = _reports(grid, first, last)
    weeks = [
        [_cell(grid, day, reports, now) if day.month == first.month else None for day in week]
        for week in weeks_of(first)
    ]
    return Month(first, weeks, _name(first, -1), _name(first, 1))


def parse_month(text: str, today: date) -> date:
    """The first day of the month "2026-11"; this month for anything else."""
    if len(text) == 7 and text[4] == "-" and text.isascii() and text.replace("-", "").isdigit():
        year, month = int(text[:4]), int(text[5:])
        if FIRST_DAY.year <= year <= today.year + 1 and 1 <= month <= 12:
            return date(year, month, 1)
    return today.replace(day=1)


def _reports(grid: Grid, first: date, last: date) -> dict[date, Mapping[str, Any]]:
    rows = Report.objects.newest_issues().filter(kind=Report.Kind.DAILY, grid=grid, period_start__range=(first, last))
    numbers = ("pk", "period_start", "snapshot__total__numbers")
    return {row["period_start"]: {"pk": row["pk"], **row["snapshot__total__numbers"]} for row in rows.values(*numbers)}


def _cell(grid: Grid, day: date, reports: Mapping[date, Mapping[str, Any]], now: datetime) -> Cell:
    existed = grid.valid_from <= day and (grid.valid_to is None or day < grid.valid_to)
    return Cell(
        day=day,
        report=reports.get(day),
        can_write=existed and day not in reports and FIRST_DAY <= day <= last_finished_day(now),
        is_today=day == local_day(now),
    )


def _name(first: date, step: int) -> str:
    months = first.year * 12 + first.month - 1 + step
    return f"{months // 12:04d}-{months % 12 + 1:02d}"
