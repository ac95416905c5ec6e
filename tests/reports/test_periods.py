"""Days of Asia/Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.errors import NotNow, NotValid
from reports.periods import (
    Period,
    day_period,
    days_until,
    last_finished_day,
    local_day,
    must_be_finished,
    parse_day,
)


def test_a_day_runs_from_local_midnight_to_local_midnight() -> None:
    period = day_period(date(2026, 11, 20))
    assert period.start == datetime(2026, 11, 19, 16, tzinfo=UTC)
    assert period.end == datetime(2026, 11, 20, 16, tzinfo=UTC)


def test_midnight_belongs_to_the_new_day() -> None:
    period = day_period(date(2026, 11, 20))
    assert local_day(period.start) == period.first
    assert local_day(period.end - timedelta(microseconds=1)) == period.last
    assert local_day(period.end) == date(2026, 11, 21)


def test_days_of_the_years_with_summer_time_are_whole() -> None:
    longest = max((Period(day, day).end - Period(day, day).start, day) for day in days_of(1988))
    shortest = min((Period(day, day).end - Period(day, day).start, day) for day in days_of(1988))
    assert longest[0] == timedelta(hours=25)
    assert shortest[0] == timedelta(hours=23)


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range(365)]


def test_days_follow_each_other_without_gap() -> None:
    for day in days_of(1988) + days_of(2026):
        assert Period(day, day).end == Period(day + timedelta(days=1), day + timedelta(days=1)).start


@pytest.mark.parametrize("day", [date(1999, 12, 31), date.min, date.max])
def test_days_that_no_incident_can_have_are_refused(day: date) -> None:
    with pytest.raises(NotValid):
        day_period(day)


@pytest.mark.parametrize(
    "text", ["", "2026-2-3", "2026-02-30", "20261120", "２０２６-11-20", "2026-11-20 ", "2026-11-20T00:00", "\x00"]
)
def test_text_that_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(NotValid):
        parse_day(text)


def test_a_day_is_finished_one_minute_after_its_end() -> None:
    period = day_period(date(2026, 11, 20))
    with pytest.raises(NotNow):
        must_be_finished(period, period.end + timedelta(seconds=59))
    must_be_finished(period, period.end + timedelta(seconds=60))
    assert last_finished_day(period.end) == date(2026, 11, 19)
    assert last_finished_day(period.end + timedelta(minutes=1)) == date(2026, 11, 20)


def test_the_period_before_has_the_same_length() -> None:
    week = days_until(date(2026, 11, 20), 7)
    assert (week.first, week.last) == (date(2026, 11, 14), date(2026, 11, 20))
    assert (week.before.first, week.before.last) == (date(2026, 11, 7), date(2026, 11, 13))
    assert len(week.days) == 7
