"""The calendar of visit rounds: a stretch (week … year) is cut into as many slots as there are visits in it. Pure.

"Twice in a quarter" is two slots of the quarter, each of about half its days; a round is due on its slot's last day.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from fieldwork.models import Period

MONTHS: Final = {Period.MONTH: 1, Period.QUARTER: 3, Period.HALF: 6, Period.YEAR: 12}
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def has(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return self.first <= day <= self.last


def stretch_of(period: str, day: date) -> Slot:
    """The week (from Monday), month, quarter, half or year of the calendar in which `day` lies."""
    if period == Period.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Slot(monday, monday + timedelta(days=6))
    months = MONTHS[Period(period)]
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    year, month = divmod(first.month - 1 + months, 12)
    return Slot(first, date(first.year + year, month + 1, 1) - ONE_DAY)


def slot_of(period: str, times: int, day: date) -> Slot:
    """The slot in which `day` lies, when the stretch is cut into `times` slots as equal as whole days allow.

    More slots than days make slots of one day.
    """
    stretch = stretch_of(period, day)
    offset, days = (day - stretch.first).days, stretch.days
    # the last slot that begins on or before the day: the largest k with floor(days * k / times) <= offset
    k = ((offset + 1) * times - 1) // days
    begin, end = days * k // times, days * (k + 1) // times
    return Slot(stretch.first + timedelta(days=begin), stretch.first + timedelta(days=end) - ONE_DAY)


def slot_after(period: str, times: int, day: date) -> Slot:
    """The slot that follows the one of `day`: where the next round lies when somebody was visited on `day`."""
    return slot_of(period, times, slot_of(period, times, day).last + ONE_DAY)


def first_slot(period: str, times: int, day: date) -> Slot:
    """Where the first round lies for somebody who comes in on `day`: this slot while half of it is left, else the next.

    Nobody is overdue the day after she was entered.
    """
    slot = slot_of(period, times, day)
    left = (slot.last - day).days + 1
    return slot if left * 2 >= slot.days else slot_after(period, times, day)
