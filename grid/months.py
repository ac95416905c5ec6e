"""A month as people see it on a wall: whole weeks."""

from calendar import Calendar
from datetime import date


def weeks_of(day: date) -> list[list[date]]:
    """The weeks from Monday on that the month of `day` touches, seven days each."""
    return Calendar().monthdatescalendar(day.year, day.month)
