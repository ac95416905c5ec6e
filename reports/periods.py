"""Periods of reports: days of Asia/Shanghai, as half-open spans of UTC moments.

A moment of exactly midnight belongs to the day that begins with it. Asia/Shanghai kept summer time from 1986 to 1991,
so a day is measured from local midnight to local midnight and never taken as 24 hours (reliability.md F14).
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid

PEOPLE_TIME: Final = ZoneInfo("Asia/Shanghai")
FIRST_DAY: Final = date(2000, 1, 1)
"""No incident is older: intake refuses it (reliability.md F14)."""
SETTLING: Final = timedelta(minutes=1)
"""After its end a day may still receive the commits of requests that read their clock before midnight.

The database ends a transaction that idles for 15 s or waits for a lock for 2 s, so a minute is enough.
"""
_DAY_TEXT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """A span of whole local days, both ends included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """The first moment, in UTC."""
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after the period, in UTC."""
        return _midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        """Every day, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> "Period":
        """The period of the same length that ends where this one begins."""
        length = self.last - self.first + timedelta(days=1)
        return Period(self.first - length, self.last - length)


def day_period(day: date) -> Period:
    """The period of one day. NotValid before the year 2000."""
    if not FIRST_DAY <= day < date.max - timedelta(days=366):
        raise NotValid(_("There is no report of that day."), {"day": [_("Choose a day since 2000.")]})
    return Period(day, day)


def days_until(last: date, count: int) -> Period:
    """The `count` days that end with `last`."""
    return Period(last - timedelta(days=count - 1), last)


def local_day(moment: datetime) -> date:
    """The day of people here at `moment` (aware)."""
    return moment.astimezone(PEOPLE_TIME).date()


def last_finished_day(now: datetime) -> date:
    """The newest day that has ended and settled at `now`."""
    return local_day(now - SETTLING) - timedelta(days=1)


def must_be_finished(period: Period, now: datetime) -> None:
    """NotNow unless the period has ended and settled: only then its numbers stand for ever."""
    if period.last > last_finished_day(now):
        raise NotNow(_("That day is not over yet: see the preview; the report is written after midnight."))


def parse_day(text: str) -> date:
    """A day from an address or a form, strictly YYYY-MM-DD in ASCII digits; NotValid otherwise."""
    try:
        if not _DAY_TEXT.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotValid(_("This is not a day."), {"day": [_("Write the day as 2026-11-20.")]}) from error


def at_time(day: date, clock: time) -> datetime:
    """The moment when the clock on the wall shows `clock` on `day`, in UTC."""
    return datetime.combine(day, clock, PEOPLE_TIME).astimezone(UTC)


def _midnight(day: date) -> datetime:
    return at_time(day, time.min)
