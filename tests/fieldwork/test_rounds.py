"""The calendar of visit rounds: slots cover every day once, whatever the stretch and the times."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwork.models import Period
from fieldwork.rounds import first_slot, slot_after, slot_of, stretch_of

periods = st.sampled_from(Period.values)
times = st.integers(1, 31)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
ONE = timedelta(days=1)


@given(periods, times, days)
def test_a_day_lies_in_its_slot_and_the_slot_in_its_stretch(period: str, n: int, day: date) -> None:
    slot, stretch = slot_of(period, n, day), stretch_of(period, day)
    assert slot.has(day)
    assert stretch.first <= slot.first <= slot.last <= stretch.last


@given(periods, times, days)
def test_every_day_of_a_slot_has_this_slot(period: str, n: int, day: date) -> None:
    slot = slot_of(period, n, day)
    assert slot_of(period, n, slot.first) == slot_of(period, n, slot.last) == slot


@given(periods, times, days)
def test_the_next_slot_begins_the_day_after(period: str, n: int, day: date) -> None:
    assert slot_after(period, n, day).first == slot_of(period, n, day).last + ONE


@given(periods, times, days)
def test_a_stretch_has_as_many_slots_as_times_and_they_differ_by_one_day(period: str, n: int, day: date) -> None:
    stretch, sizes = stretch_of(period, day), []
    day = stretch.first
    while day <= stretch.last:
        slot = slot_of(period, n, day)
        sizes.append(slot.days)
        day = slot.last + ONE
    assert len(sizes) == min(n, stretch.days)
    assert sum(sizes) == stretch.days
    assert max(sizes) - min(sizes) <= 1


@given(periods, times, days)
def test_nobody_who_comes_in_is_overdue_before_half_a_slot_has_gone(period: str, n: int, day: date) -> None:
    slot = first_slot(period, n, day)
    assert ((slot.last - day).days + 1) * 2 >= slot_of(period, n, day).days
    assert slot in (slot_of(period, n, day), slot_after(period, n, day))


@pytest.mark.parametrize(
    ("period", "n", "day", "first", "last"),
    [
        ("week", 1, date(2026, 11, 21), date(2026, 11, 16), date(2026, 11, 22)),
        ("month", 1, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        ("month", 2, date(2026, 11, 15), date(2026, 11, 1), date(2026, 11, 15)),
        ("quarter", 1, date(2026, 11, 21), date(2026, 10, 1), date(2026, 12, 31)),
        ("half", 1, date(2026, 6, 30), date(2026, 1, 1), date(2026, 6, 30)),
        ("year", 2, date(2026, 7, 2), date(2026, 7, 2), date(2026, 12, 31)),
    ],
)
def test_the_slots_are_those_of_the_calendar(period: str, n: int, day: date, first: date, last: date) -> None:
    slot = slot_of(period, n, day)
    assert (slot.first, slot.last) == (first, last)
