"""Periods of reports: days of Asia/Shanghai, as half-open spans of UTC moments.

A moment of exactly midnight belongs to the day that begins with it. Asia/Shanghai kept summer time from 1986 to 1991,
so a day is measured from local midnight to local midnight and never taken as 24 hours (reliability.md F14).

Kinds of periods are called as the reports are: daily, weekly (ISO: Monday to Sunday), monthly, quarterly, yearly.
Compared with the period before (环比) and the same one a year ago (同比):

- a day with the same date a year ago; 29 February with 28 February;
- a week with the week of the same ISO number; week 53 with week 52 when the year before has no 53rd;
- a month, quarter or year with its namesake, whole: February with February, whatever their lengths.
"""

import calendar
import re
from collections.abc import Iterator, Mapping
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


# --- kinds of periods -------------------------------------------------------------------------------------------------

WEEK: Final = timedelta(days=7)
MONTHS: Final[Mapping[str, int]] = {"monthly": 1, "quarterly": 3, "yearly": 12}
"""Months in a period of these kinds."""
KINDS: Final = ("daily", "weekly", *MONTHS)
GRAINS: Final[Mapping[str, str]] = {kind: kind[0] for kind in KINDS}
"""The grain of a kind in the rollups: d w m q y."""


def period_of(kind: str, day: date) -> Period:
    """The period of `kind` that holds `day`. NotValid before the year 2000 or for an unknown kind."""
    first = day_period(day).first
    if kind == "daily":
        return Period(first, first)
    if kind == "weekly":
        monday = first - timedelta(days=first.weekday())
        return Period(monday, monday + timedelta(days=6))
    return _months(first.year * 12 + first.month - 1, _length(kind))


def previous_period(kind: str, period: Period) -> Period:
    """The period before (环比): yesterday, last week, last month …"""
    return shifted(kind, period, -1)


def next_period(kind: str, period: Period) -> Period:
    """The period after."""
    return shifted(kind, period, 1)


def shifted(kind: str, period: Period, count: int) -> Period:
    """The period `count` periods later (earlier when negative)."""
    if kind in ("daily", "weekly"):
        step = count * (WEEK if kind == "weekly" else timedelta(days=1))
        return Period(period.first + step, period.last + step)
    length = _length(kind)
    return _months(period.first.year * 12 + period.first.month - 1 + count * length, length)


def year_ago_period(kind: str, period: Period) -> Period:
    """The same period a year ago (同比), by the rules at the head of this file."""
    if kind == "daily":
        day = _year_before(period.first)
        return Period(day, day)
    if kind == "weekly":
        year, week, _weekday = period.first.isocalendar()
        monday = date.fromisocalendar(year - 1, min(week, weeks_in(year - 1)), 1)
        return Period(monday, monday + timedelta(days=6))
    return shifted(kind, period, -12 // _length(kind))


def weeks_in(year: int) -> int:
    """The number of ISO weeks of a year, 52 or 53 (28 December is always in the last one)."""
    return date(year, 12, 28).isocalendar().week


def number_in_year(kind: str, period: Period) -> tuple[int, int]:
    """Year and number in it: (2026, 47) for an ISO week, (2026, 11) a month, (2026, 4) a quarter; days too."""
    if kind == "weekly":
        year, week, _weekday = period.first.isocalendar()
        return year, week
    if kind == "daily":
        return period.first.year, period.first.timetuple().tm_yday
    return period.first.year, (period.first.month - 1) // _length(kind) + 1


def last_finished(kind: str, now: datetime) -> Period:
    """The newest period of `kind` that has ended and settled at `now`."""
    day = last_finished_day(now)
    period = period_of(kind, day)
    return period if period.last <= day else previous_period(kind, period)


def newest_first(kind: str, last: Period, count: int) -> Iterator[Period]:
    """`last` and the periods before it, `count` in all, none that ends before the year 2000."""
    for back in range(count):
        period = shifted(kind, last, -back)
        if period.last >= FIRST_DAY:
            yield period


def _length(kind: str) -> int:
    try:
        return MONTHS[kind]
    except KeyError:
        raise NotValid(_("There is no such kind of report."), {"kind": [_("Choose one of the kinds.")]}) from None


def _months(first: int, length: int) -> Period:
    """The period of `length` months that holds the month `first` (months since year 0), on a multiple of `length`."""
    first -= first % length
    year, month = divmod(first + length - 1, 12)
    last = date(year, month + 1, calendar.monthrange(year, month + 1)[1])
    return Period(date(first // 12, first % 12 + 1, 1), last)


def _year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


# --- days and moments -------------------------------------------------------------------------------------------------


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
        raise NotNow(_("That period is not over yet: see the preview; the report is written after its last midnight."))


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
