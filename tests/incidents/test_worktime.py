"""Working-time arithmetic and the clock ledger."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise, permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from incidents.worktime import (
    PEOPLE_TIME,
    ClockReading,
    Entry,
    EntryKind,
    TableCalendar,
    TimeUnit,
    add_time,
    due_from_ledger,
    elapsed,
)

HOUR, DAY, URGENT, NATURAL = TimeUnit.WORK_HOUR, TimeUnit.WORK_DAY, TimeUnit.URGENT_HOUR, TimeUnit.NATURAL_DAY
STARTED, EXTENDED, PAUSED, RESUMED, STOPPED, RECKONED = EntryKind

# The National Day week of 2025: 1-8 October off, 28 September and 11 October worked (weekends).
AUTUMN = TableCalendar(
    {date(2025, 9, 1) + timedelta(n): (date(2025, 9, 1) + timedelta(n)).weekday() < 5 for n in range(61)}
    | {date(2025, 10, day): False for day in range(1, 9)}
    | {date(2025, 9, 28): True, date(2025, 10, 11): True}
)


def at(text: str) -> datetime:
    """ "10-09 09:30" in people's time of 2025."""
    return datetime.strptime(f"2025-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=PEOPLE_TIME).astimezone(UTC)


def started(text: str, amount: str = "4", unit: TimeUnit = HOUR, sequence: int = 0) -> Entry:
    return Entry(STARTED, at(text), Decimal(amount), unit, sequence)


def extended(text: str, amount: str, unit: TimeUnit = HOUR) -> Entry:
    return Entry(EXTENDED, at(text), Decimal(amount), unit)


def read(*entries: Entry) -> ClockReading:
    return due_from_ledger(entries, AUTUMN)


MOMENTS = st.datetimes(datetime(2025, 8, 1), datetime(2025, 12, 1), timezones=st.just(UTC))
AMOUNTS = st.decimals(0, 200, places=2)
UNITS = st.sampled_from(TimeUnit)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("09-29 08:00", 4, HOUR, "09-29 12:00"),  # the whole morning ends at noon, not after the break
        ("09-29 08:00", 5, HOUR, "09-29 15:00"),
        ("09-29 13:00", 1, HOUR, "09-29 15:00"),  # reported in the break: counts from 14:00
        ("09-29 17:30", 1, HOUR, "09-30 08:30"),
        ("09-29 17:30", 1, URGENT, "09-29 18:30"),
        ("09-26 17:00", 2, HOUR, "09-28 09:00"),  # Friday evening to a worked Sunday
        ("09-30 16:00", 1, DAY, "10-09 16:00"),  # over the holiday week
        ("10-10 08:00", 2, DAY, "10-11 18:00"),  # a make-up Saturday counts
        ("10-01 10:00", 1, NATURAL, "10-02 10:00"),
        ("10-01 10:00", 2, URGENT, "10-01 12:00"),
        ("10-01 10:00", "0.5", HOUR, "10-09 08:30"),
        ("09-29 23:59", 15, DAY, "10-27 18:00"),
        ("10-01 10:00", 0, HOUR, "10-01 10:00"),
    ],
)
def test_a_limit_ends_where_the_office_clock_says(start: str, amount: float | str, unit: TimeUnit, due: str) -> None:
    assert add_time(at(start), Decimal(amount), unit, AUTUMN) == at(due)


def test_minutes_as_parts_of_an_hour_are_exact() -> None:
    assert add_time(at("09-29 11:50"), 0.25, HOUR, AUTUMN) == at("09-29 14:05")


def test_nights_breaks_and_holidays_do_not_count() -> None:
    assert elapsed(at("09-30 17:00"), at("10-09 09:00"), HOUR, AUTUMN) == timedelta(hours=2)
    assert elapsed(at("09-30 17:00"), at("10-09 09:00"), URGENT, AUTUMN) == timedelta(days=8, hours=16)


def test_nothing_has_elapsed_backwards() -> None:
    assert elapsed(at("09-30 17:00"), at("09-29 17:00"), HOUR, AUTUMN) == timedelta(0)


@pytest.mark.parametrize("amount", [-1, Decimal("NaN"), float("inf")])
def test_a_limit_that_is_no_amount_is_refused(amount: float) -> None:
    with pytest.raises(ValueError, match="limit"):
        add_time(at("09-29 08:00"), amount, HOUR, AUTUMN)


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        add_time(datetime(2025, 9, 29, 8), 1, HOUR, AUTUMN)


def test_a_calendar_without_working_days_ends_in_an_error_not_in_a_loop() -> None:
    class Never:
        def is_workday(self, day: date, /) -> bool:
            return False

        def known(self, day: date, /) -> bool:
            return True

    with pytest.raises(ValueError, match="no working day"):
        add_time(at("09-29 08:00"), 1, HOUR, Never())


@given(MOMENTS, AMOUNTS, UNITS)
def test_what_was_added_has_elapsed(start: datetime, amount: Decimal, unit: TimeUnit) -> None:
    due = add_time(start, amount, unit, AUTUMN)
    assert abs(elapsed(start, due, unit, AUTUMN) - float(amount) * unit.length) <= timedelta(microseconds=1)
    if due > start:  # and the due time is the first such moment
        assert elapsed(start, due - timedelta(seconds=1), unit, AUTUMN) < elapsed(start, due, unit, AUTUMN)


@given(MOMENTS, MOMENTS, MOMENTS, UNITS)
def test_elapsed_time_adds_up(a: datetime, b: datetime, c: datetime, unit: TimeUnit) -> None:
    a, b, c = sorted((a, b, c))
    parts = elapsed(a, b, unit, AUTUMN) + elapsed(b, c, unit, AUTUMN)
    assert parts == elapsed(a, c, unit, AUTUMN)


@given(MOMENTS, MOMENTS, AMOUNTS, UNITS)
def test_a_later_start_is_never_due_earlier(a: datetime, b: datetime, amount: Decimal, unit: TimeUnit) -> None:
    assert add_time(min(a, b), amount, unit, AUTUMN) <= add_time(max(a, b), amount, unit, AUTUMN)


@given(MOMENTS, AMOUNTS, AMOUNTS, UNITS)
def test_two_limits_in_a_row_are_one_long_limit(start: datetime, one: Decimal, two: Decimal, unit: TimeUnit) -> None:
    first = add_time(start, one, unit, AUTUMN)
    assert add_time(first, two, unit, AUTUMN) >= add_time(start, one + two, unit, AUTUMN)
    assert elapsed(start, add_time(first, two, unit, AUTUMN), unit, AUTUMN) == float(one + two) * unit.length


# --- the ledger


def test_an_empty_ledger_has_no_deadline() -> None:
    assert read() == ClockReading()
    assert not read().is_overdue(at("09-29 08:00"))


def test_a_started_clock_is_due_after_its_limit_and_warns_at_eighty_percent() -> None:
    reading = read(started("09-29 08:00", "10"))
    assert (reading.due_at, reading.warn_at) == (at("09-30 10:00"), at("09-29 18:00"))
    assert reading.running
    assert not reading.paused
    assert not reading.estimated


def test_a_pause_moves_the_deadline_by_its_working_time() -> None:
    reading = read(started("09-29 08:00"), Entry(PAUSED, at("09-29 09:00")), Entry(RESUMED, at("09-29 16:00")))
    assert reading.due_at == at("09-30 09:00")


def test_a_pause_over_the_night_costs_nothing() -> None:
    pause = Entry(PAUSED, at("09-29 18:00")), Entry(RESUMED, at("09-30 08:00"))
    assert read(started("09-29 16:00"), *pause).due_at == read(started("09-29 16:00")).due_at


def test_while_paused_the_clock_does_not_run_and_cannot_become_overdue() -> None:
    reading = read(started("09-29 08:00"), Entry(PAUSED, at("09-29 09:00")))
    assert reading.paused
    assert not reading.running
    assert reading.due_at == at("09-29 12:00")
    assert not reading.is_overdue(at("10-20 12:00"))


def test_a_pause_after_the_deadline_does_not_wash_it_clean() -> None:
    late = started("09-29 08:00", "1"), Entry(PAUSED, at("09-29 15:00"))
    assert read(*late).is_overdue(at("09-29 16:00"))
    assert read(*late, Entry(RESUMED, at("10-20 09:00"))).due_at == at("09-29 09:00")


def test_an_extension_begins_at_the_deadline_not_at_its_own_moment() -> None:
    assert read(started("09-29 08:00"), extended("09-29 09:00", "2")).due_at == at("09-29 16:00")
    assert read(started("09-29 08:00"), extended("09-30 17:00", "2")).due_at == at("09-29 16:00")


def test_an_extension_may_count_in_another_unit() -> None:
    reading = read(started("09-29 08:00", "2", URGENT), extended("09-29 09:00", "1", DAY))
    assert reading.due_at == at("09-30 10:00")


def test_an_extension_during_a_pause_waits_for_the_end_of_the_pause() -> None:
    pause = Entry(PAUSED, at("09-29 09:00")), Entry(RESUMED, at("09-29 11:00"))
    assert read(started("09-29 08:00", "3"), *pause, extended("09-29 10:00", "1")).due_at == at(
        "09-29 15:00"
    ) + timedelta(hours=1)


def test_a_stopped_clock_is_judged_at_its_stop() -> None:
    on_time = read(started("09-29 08:00"), Entry(STOPPED, at("09-29 12:00")))
    late = read(started("09-29 08:00"), Entry(STOPPED, at("09-29 14:01")))
    assert not on_time.is_overdue(at("10-20 08:00"))
    assert late.is_overdue(at("10-20 08:00"))
    assert not on_time.running
    assert not on_time.paused


def test_an_appeal_granted_after_the_stop_still_moves_the_deadline() -> None:
    reading = read(started("09-29 08:00"), Entry(STOPPED, at("09-29 14:01")), extended("09-30 08:00", "1"))
    assert not reading.is_overdue(at("10-20 08:00"))


def test_a_new_start_forgets_the_run_before() -> None:
    reading = read(
        started("09-29 08:00"),
        Entry(PAUSED, at("09-29 09:00")),
        Entry(STOPPED, at("09-29 10:00")),
        started("09-30 08:00"),
    )
    assert reading.due_at == at("09-30 12:00")
    assert reading.running
    assert reading.stopped_at is None


def test_sequence_decides_between_a_stop_and_a_start_of_one_moment() -> None:
    again = started("09-29 08:00", sequence=3)
    stop = Entry(STOPPED, at("09-29 08:00"), sequence=2)
    assert read(again, stop).running
    assert not read(again, replace(stop, sequence=4)).running


def test_entries_without_meaning_change_nothing_and_are_marked() -> None:
    reading = read(Entry(RESUMED, at("09-29 07:00")), started("09-29 08:00"), Entry(RESUMED, at("09-29 09:00")))
    assert reading.due_at == at("09-29 12:00")
    assert [step.effective for step in reading.steps] == [False, True, False]


def test_each_step_tells_the_deadline_after_it() -> None:
    reading = read(
        started("09-29 08:00"),
        Entry(PAUSED, at("09-29 09:00")),
        Entry(RESUMED, at("09-29 10:00")),
        extended("09-29 10:30", "1"),
    )
    assert [step.due_at for step in reading.steps] == [
        at("09-29 12:00"),
        at("09-29 12:00"),
        at("09-29 15:00"),
        at("09-29 16:00"),
    ]


def test_a_deadline_over_an_undecreed_day_is_estimated_only_when_days_matter() -> None:
    assert read(started("10-31 16:00", "3")).estimated
    assert not read(started("10-31 16:00", "90", URGENT)).estimated


def test_a_start_without_a_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="amount"):
        read(Entry(STARTED, at("09-29 08:00"), None, HOUR))


PAUSES = st.lists(st.tuples(MOMENTS, MOMENTS).map(sorted), max_size=4)
LEGS = st.lists(st.tuples(MOMENTS, st.decimals(0, 60, places=2), UNITS), max_size=3)


def ledger(
    start: datetime, pauses: list[list[datetime]], legs: list[tuple[datetime, Decimal, TimeUnit]]
) -> list[Entry]:
    ends = [entry for begin, end in pauses for entry in (Entry(PAUSED, begin), Entry(RESUMED, end))]
    return [Entry(STARTED, start, Decimal(6), HOUR), *ends, *(Entry(EXTENDED, *leg) for leg in legs)]


@given(MOMENTS, PAUSES, LEGS, st.randoms(use_true_random=False))
def test_the_order_in_which_entries_come_does_not_matter(start, pauses, legs, random) -> None:  # type: ignore[no-untyped-def]
    entries = ledger(start, pauses, legs)
    shuffled = random.sample(entries, len(entries))
    one, two = due_from_ledger(entries, AUTUMN), due_from_ledger(shuffled, AUTUMN)
    # legs of one moment have no order of their own; without them the readings are equal to the last step
    assume(len({leg[0] for leg in legs}) == len(legs))
    assert one == two


@given(MOMENTS, PAUSES, LEGS)
def test_a_pause_never_makes_it_earlier(start, pauses, legs) -> None:  # type: ignore[no-untyped-def]
    legs = [leg for leg in legs if leg[0] >= start]
    free = due_from_ledger(ledger(start, [], legs), AUTUMN)
    held = due_from_ledger(ledger(start, pauses, legs), AUTUMN)
    assert free.due_at
    assert held.due_at
    assert free.warn_at
    assert held.warn_at
    assert held.due_at >= free.due_at
    assert held.warn_at >= free.warn_at


@given(MOMENTS, PAUSES, LEGS, MOMENTS)
def test_an_open_pause_promises_no_more_than_resuming_keeps(start, pauses, legs, moment) -> None:  # type: ignore[no-untyped-def]
    entries = [*ledger(start, pauses, legs), Entry(PAUSED, moment, sequence=1)]
    bound = due_from_ledger(entries, AUTUMN).due_at
    resumed = due_from_ledger([*entries, Entry(RESUMED, datetime(2026, 1, 1, tzinfo=UTC))], AUTUMN).due_at
    assert bound
    assert resumed
    assert resumed >= bound


@given(MOMENTS, PAUSES, LEGS)
def test_the_warning_comes_before_the_deadline(start, pauses, legs) -> None:  # type: ignore[no-untyped-def]
    reading = due_from_ledger(ledger(start, pauses, legs), AUTUMN)
    assert reading.warn_at
    assert reading.due_at
    assert start <= reading.warn_at <= reading.due_at


@given(MOMENTS, LEGS)
def test_an_extension_never_shortens(start, legs) -> None:  # type: ignore[no-untyped-def]
    readings = [due_from_ledger(ledger(start, [], legs[:n]), AUTUMN).due_at for n in range(len(legs) + 1)]
    assert all(a and b and a <= b for a, b in pairwise(readings))


def test_entries_of_one_moment_give_one_reading_in_every_order() -> None:
    entries = [
        started("09-29 08:00"),
        Entry(PAUSED, at("09-29 08:00")),
        extended("09-29 08:00", "2"),
        Entry(RESUMED, at("09-29 08:00")),
    ]
    assert len({due_from_ledger(order, AUTUMN) for order in permutations(entries)}) == 1
