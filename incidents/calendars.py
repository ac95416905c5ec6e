"""The working calendar in the database, kept per process and read again when the table changes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from incidents.models import CalendarDay
from incidents.worktime import TableCalendar, WorkCalendar


@dataclass
class _Kept:
    version: tuple[Any, ...] | None = None
    calendar: WorkCalendar | None = None


_kept = _Kept()


class DbCalendar:
    """The calendar of the table; asks once, at first use, whether the kept copy is still right.

    A limit in continuous hours therefore costs no query at all.
    """

    def __init__(self) -> None:
        self._calendar: WorkCalendar | None = None

    def is_workday(self, day: date, /) -> bool:
        """Whether `day` is worked; a day without a row follows the week."""
        return self._read().is_workday(day)

    def known(self, day: date, /) -> bool:
        """Whether `day` is decreed (domain.md 2.4)."""
        return self._read().known(day)

    def _read(self) -> WorkCalendar:
        if self._calendar is None:
            self._calendar = current_calendar()
        return self._calendar


def current_calendar() -> WorkCalendar:
    """The calendar of now: one small query, and one more when the table has changed."""
    version = _version()
    if _kept.calendar is None or _kept.version != version:
        _kept.calendar, _kept.version = _load(), version
    return _kept.calendar


# Counts alone would miss a holiday that moves from one day to another; the sum of the worked days does not.
_VERSION = """
SELECT count(*), max(day), count(*) FILTER (WHERE is_estimated),
       sum((day - DATE '2000-01-01')::bigint * (day - DATE '2000-01-01')) FILTER (WHERE is_workday)
FROM incidents_calendarday
"""


def _version() -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_VERSION)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def calendar_mark() -> str:
    """A mark that is another one when a working day has changed: what due times were reckoned by."""
    return "/".join(str(part) for part in _version())


def _load() -> TableCalendar:
    rows = list(CalendarDay.objects.values_list("day", "is_workday", "is_estimated"))
    return TableCalendar(
        days={day: worked for day, worked, _guessed in rows},
        estimated=frozenset(day for day, _worked, guessed in rows if guessed),
    )
