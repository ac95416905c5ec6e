"""A page that shows a month day by day: which month is asked for, and its weeks."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotValid
from grid.months import weeks_of
from incidents.overview import midnight


def given_month(request: HttpRequest) -> date:
    """The first day of ?month=2026-11, of this month without; NotValid for anything else."""
    given = request.GET.get("month", "")
    if not given:
        return timezone.localdate().replace(day=1)
    try:
        if len(given) != 7:
            raise ValueError
        found = date.fromisoformat(f"{given}-01")
        if not 2000 <= found.year <= 2100:
            raise ValueError
        return found
    except ValueError as error:
        message = _("Give a month as 2026-11.")
        raise NotValid(_("A filter is not valid."), {"month": [message]}) from error


def span_of(first: date) -> tuple[datetime, datetime]:
    """When the weeks that the month touches begin and end."""
    weeks = weeks_of(first)
    return midnight(weeks[0][0]), midnight(weeks[-1][-1] + timedelta(days=1))


def month_context(first: date, rows: Iterable[Any], start_of: Callable[[Any], datetime]) -> dict[str, Any]:
    """What such a page shows: first, previous, next, weeks ((day, rows) each), days ((day, rows) with any), today."""
    days: dict[date, list[Any]] = {}
    for row in rows:
        days.setdefault(timezone.localdate(start_of(row)), []).append(row)
    weeks = weeks_of(first)
    return {
        "first": first,
        "previous": (first - timedelta(days=1)).replace(day=1),
        "next": (first + timedelta(days=32)).replace(day=1),
        "weeks": [[(day, days.get(day, [])) for day in week] for week in weeks],
        "days": [(day, found) for day, found in sorted(days.items()) if day.month == first.month],
        "today": timezone.localdate(),
    }
