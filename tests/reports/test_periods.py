"""Days of Asia/Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.errors import NotNow, NotValid
from reports.periods import (
    Period,
    day_period,
    days_until,
    last_finished,
    last_finished_day,
    local_day,
    must_be_finished,
    next_period,
    parse_day,
    period_of,
    previous_period,
    year_ago_period,
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


# --- weeks, months, quarters, years -----------------------------------------------------------------------------------


def span(kind: str, day: date) -> tuple[date, date]:
    period = period_of(kind, day)
    return period.first, period.last


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        ("weekly", date(2026, 11, 22), date(2026, 11, 16), date(2026, 11, 22)),  # a Sunday ends its week
        ("weekly", date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 29)),
        ("weekly", date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 3)),  # ISO week 53 of 2026
        ("monthly", date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
        ("monthly", date(2100, 2, 5), date(2100, 2, 1), date(2100, 2, 28)),  # no leap year
        ("quarterly", date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
        ("quarterly", date(2026, 3, 31), date(2026, 1, 1), date(2026, 3, 31)),
        ("yearly", date(2026, 7, 1), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_is_the_calendars(kind: str, day: date, first: date, last: date) -> None:
    assert span(kind, day) == (first, last)


@pytest.mark.parametrize("kind", ["daily", "weekly", "monthly", "quarterly", "yearly"])
def test_periods_follow_each_other_and_hold_every_day_once(kind: str) -> None:
    period = period_of(kind, date(2023, 12, 31))
    for _n in range(60):
        after = next_period(kind, period)
        assert after.start == period.end
        assert previous_period(kind, after) == period
        assert period_of(kind, after.last) == after
        period = after


@pytest.mark.parametrize(
    ("kind", "day", "first"),
    [
        ("daily", date(2024, 2, 29), date(2023, 2, 28)),
        ("daily", date(2025, 2, 28), date(2024, 2, 28)),
        ("weekly", date(2026, 11, 18), date(2025, 11, 17)),  # week 47 and week 47
        ("weekly", date(2027, 1, 1), date(2025, 12, 22)),  # week 53 and week 52
        ("monthly", date(2024, 2, 10), date(2023, 2, 1)),
        ("quarterly", date(2026, 1, 1), date(2025, 1, 1)),
        ("yearly", date(2026, 5, 5), date(2025, 1, 1)),
    ],
)
def test_a_year_ago_is_the_namesake(kind: str, day: date, first: date) -> None:
    assert year_ago_period(kind, period_of(kind, day)).first == first


@pytest.mark.parametrize(
    ("kind", "edge", "first"),
    [
        ("daily", datetime(2026, 11, 20, 16, tzinfo=UTC), date(2026, 11, 20)),
        ("weekly", datetime(2026, 11, 22, 16, tzinfo=UTC), date(2026, 11, 16)),
        ("monthly", datetime(2024, 2, 29, 16, tzinfo=UTC), date(2024, 2, 1)),
        ("quarterly", datetime(2026, 9, 30, 16, tzinfo=UTC), date(2026, 7, 1)),
        ("yearly", datetime(2026, 12, 31, 16, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_a_period_ends_one_minute_after_its_last_midnight(kind: str, edge: datetime, first: date) -> None:
    assert last_finished(kind, edge + timedelta(minutes=1)).first == first
    assert last_finished(kind, edge + timedelta(seconds=59)).last < first


@pytest.mark.parametrize(("day", "hours"), [(date(1988, 4, 17), 23), (date(1988, 9, 11), 25)])
def test_months_with_summer_time_are_as_long_as_their_days(day: date, hours: int) -> None:
    month = Period(day.replace(day=1), day.replace(day=30))
    assert month.end - month.start == timedelta(days=29, hours=hours)


def test_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(NotValid):
        period_of("hourly", date(2026, 11, 20))
