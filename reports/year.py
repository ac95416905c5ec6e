"""One year of weekly, monthly or quarterly reports of one grid: every period with its report or what can be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from grid.models import Grid
from reports.models import Report, ReportPaper
from reports.periods import (
    FIRST_DAY,
    Period,
    last_finished,
    local_day,
    next_period,
    number_in_year,
    period_of,
    previous_period,
    weeks_in,
)
from reports.writing import existed


@dataclass(frozen=True, slots=True)
class Cell:
    """One period: its newest report if there is one, else whether it can be written or is running."""

    period: Period
    name: str
    report: Mapping[str, Any] | None
    can_write: bool
    is_running: bool


@dataclass(frozen=True, slots=True)
class Year:
    """The periods of a year that have begun, newest first."""

    year: int
    cells: list[Cell]
    previous: int | None
    next: int | None


def year_of(kind: str, grid: Grid, year: int, *, now: datetime) -> Year:
    """The year of `kind` (ISO years for weeks), in one query."""
    today = local_day(now)
    periods = [period for period in _periods(kind, year) if period.first <= today]
    reports = _reports(kind, grid, periods)
    finished = last_finished(kind, now)
    cells = [_cell(kind, grid, period, reports, finished, today) for period in reversed(periods)]
    this = number_in_year(kind, period_of(kind, today))[0]
    return Year(year, cells, year - 1 if year > FIRST_DAY.year else None, year + 1 if year < this else None)


def parse_year(kind: str, text: str, today: date) -> int:
    """The year 2026; this year for anything else."""
    this = number_in_year(kind, period_of(kind, today))[0]
    if len(text) == 4 and text.isascii() and text.isdigit() and FIRST_DAY.year <= int(text) <= this:
        return int(text)
    return this


def period_name(kind: str, period: Period) -> str:
    """What people here call it: week 47 of 2026, November 2026, the fourth quarter of 2026; a day by its date."""
    year, number = number_in_year(kind, period)
    values = {"year": year, "number": number}
    match kind:
        case "weekly":
            return _("Week %(number)s of %(year)s") % values
        case "monthly":
            return _("%(year)s-%(number)s, the month") % values
        case "quarterly":
            return _("Quarter %(number)s of %(year)s") % values
    return period.first.isoformat()


def neighbours(report: Report) -> Mapping[str, int | None]:
    """The newest issues of the period before and after, for paging through the reports of one grid."""
    period = Period(report.period_start, report.period_end)
    starts = {
        "previous": previous_period(report.kind, period).first,
        "next": next_period(report.kind, period).first,
    }
    rows = Report.objects.newest_issues().filter(kind=report.kind, grid=report.grid_id)
    found = dict(rows.filter(period_start__in=starts.values()).values_list("period_start", "pk"))
    return {name: found.get(start) for name, start in starts.items()}


def _periods(kind: str, year: int) -> list[Period]:
    if kind == "weekly":
        return [period_of(kind, date.fromisocalendar(year, week, 4)) for week in range(1, weeks_in(year) + 1)]
    step = {"monthly": 1, "quarterly": 3}[kind]
    return [period_of(kind, date(year, month, 1)) for month in range(1, 13, step)]


def _reports(kind: str, grid: Grid, periods: list[Period]) -> dict[date, Mapping[str, Any]]:
    rows = Report.objects.newest_issues().filter(kind=kind, grid=grid)
    rows = rows.filter(period_start__in=[period.first for period in periods])
    labels = dict(ReportPaper.Status.choices)
    return {
        row["period_start"]: {**row, "status": row["paper__status"], "status_label": labels.get(row["paper__status"])}
        for row in rows.values("pk", "period_start", "issue", "created_at", "paper__status")
    }


def _cell(
    kind: str,
    grid: Grid,
    period: Period,
    reports: Mapping[date, Mapping[str, Any]],
    finished: Period,
    today: date,
) -> Cell:
    is_over = period.first >= FIRST_DAY and period.last <= finished.last
    return Cell(
        period=period,
        name=period_name(kind, period),
        report=reports.get(period.first),
        can_write=is_over and existed(grid, period) and period.first not in reports,
        is_running=period.first <= today <= period.last,
    )
