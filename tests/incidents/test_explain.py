"""Why is it due then: the steps of a clock in words, with the days that do not count."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from incidents.explain import Run, explain, used_until
from incidents.worktime import PEOPLE_TIME, Entry, EntryKind, TableCalendar, TimeUnit, due_from_ledger

STARTED, EXTENDED, PAUSED, RESUMED, STOPPED, RECKONED = EntryKind
HOUR, DAY, URGENT = TimeUnit.WORK_HOUR, TimeUnit.WORK_DAY, TimeUnit.URGENT_HOUR
HOLIDAYS = {date(2026, 10, day): "国庆节" for day in range(1, 8)}
NAMES = HOLIDAYS | {date(2026, 10, 10): "国庆节调休"}
CALENDAR = TableCalendar(dict.fromkeys(HOLIDAYS, False) | {date(2026, 10, 10): True})


def at(text: str) -> datetime:
    """ "11-20 17:30" in people's time of 2026."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=PEOPLE_TIME).astimezone(UTC)


def entry(kind: EntryKind, moment: str, amount: str | None = None, unit: str = "", sequence: int = 0) -> Entry:
    return Entry(kind, at(moment), Decimal(amount) if amount else None, unit, sequence)


def told(*entries: Entry) -> list[str]:
    with translation.override("zh-hans"):
        return [line.words for line in only(*entries).lines]


def only(*entries: Entry) -> Run:
    (run,) = explain(entries, CALENDAR, NAMES)
    return run


def test_a_weekend_between_is_named() -> None:
    lines = told(entry(STARTED, "11-20 17:30", "4", HOUR))
    assert "11月20日 17:30 周五" in lines[0]
    assert "4 工作时" in lines[0]
    assert lines[1:] == ["不计：11月21日 周六–11月22日 周日。", "因此 11月23日 11:30 周一到期。"]


def test_holidays_and_make_up_days_have_their_names() -> None:
    lines = told(entry(STARTED, "09-30 17:00", "4", DAY))
    assert "不计：10月1日 周四–10月7日 周三 国庆节 · 10月11日 周日。" in lines
    assert "周末照计：10月10日 周六 国庆节调休。" in lines


def test_pause_resume_and_extension_are_told_in_their_order() -> None:
    lines = told(
        entry(STARTED, "11-16 09:00", "4", HOUR),
        entry(PAUSED, "11-16 10:30"),
        entry(RESUMED, "11-17 08:00"),
        entry(EXTENDED, "11-17 09:00", "4", HOUR),
    )
    assert "1 小时 30 分" in lines[1]
    assert "11月17日 08:00 周二" in lines[2]
    assert "延长" in lines[3] or "延期" in lines[3]
    assert lines[-1] == "因此 11月17日 16:30 周二到期。"


def test_each_step_carries_the_due_time_after_it() -> None:
    run = only(entry(STARTED, "11-16 09:00", "4", HOUR), entry(EXTENDED, "11-16 09:30", "4", HOUR))
    assert [line.due_at for line in run.lines] == [at("11-16 15:00"), at("11-17 09:00"), at("11-17 09:00")]


def test_a_clock_of_the_wall_names_no_days() -> None:
    lines = told(entry(STARTED, "11-20 17:30", "48", URGENT))
    assert len(lines) == 2
    assert "连续" in lines[0]


@pytest.mark.parametrize(("stop", "word"), [("11-16 12:00", "未超时"), ("11-17 09:00", "超时")])
def test_a_stopped_clock_says_whether_it_was_in_time(stop: str, word: str) -> None:
    lines = told(entry(STARTED, "11-16 09:00", "4", HOUR), entry(STOPPED, stop))
    assert word in lines[-1]


def test_a_waiting_clock_promises_nothing() -> None:
    lines = told(entry(STARTED, "11-16 09:00", "4", HOUR), entry(PAUSED, "11-16 10:00"))
    assert "11月16日 15:00" in lines[-1]
    assert "因此" not in lines[-1]


def test_a_new_start_is_a_run_of_its_own() -> None:
    runs = explain([entry(STARTED, "11-16 09:00", "4", HOUR), entry(STARTED, "11-17 09:00", "7", DAY)], CALENDAR)
    assert [run.due_at for run in runs] == [at("11-16 15:00"), at("11-26 09:00")]


def test_entries_that_mean_nothing_are_not_told() -> None:
    assert told(entry(RESUMED, "11-16 08:00", sequence=1), entry(STARTED, "11-16 09:00", "4", HOUR, 2)) == told(
        entry(STARTED, "11-16 09:00", "4", HOUR)
    )


def test_a_run_without_deadline_says_so() -> None:
    (run,) = explain([entry(RESUMED, "11-16 08:00")], CALENDAR)
    assert run.due_at is None
    assert [line.kind for line in run.lines] == ["due"]


def test_a_changed_calendar_is_told() -> None:
    lines = told(entry(STARTED, "11-16 09:00", "4", HOUR), entry(RECKONED, "11-16 10:00"))
    assert "日历" in lines[1]


MOMENTS = st.datetimes(datetime(2026, 9, 1), datetime(2026, 12, 1), timezones=st.just(UTC))


@given(MOMENTS, st.decimals(0, 60, places=2), st.sampled_from(TimeUnit), st.lists(MOMENTS, max_size=5))
def test_what_is_told_is_what_the_ledger_says(start: datetime, amount: Decimal, unit: TimeUnit, marks: list) -> None:  # type: ignore[type-arg]
    marks = sorted(mark for mark in marks if mark >= start)
    entries = [Entry(STARTED, start, amount, unit)]
    entries += [Entry((PAUSED, RESUMED)[n % 2], mark, sequence=n + 1) for n, mark in enumerate(marks)]
    run = only(*entries)
    assert run.reading == due_from_ledger(entries, CALENDAR)
    assert run.lines[-1].due_at == run.due_at


@given(MOMENTS, st.decimals(1, 60, places=2), st.sampled_from(TimeUnit))
def test_what_was_used_at_the_deadline_is_the_limit(start: datetime, amount: Decimal, unit: TimeUnit) -> None:
    run = only(Entry(STARTED, start, amount, unit))
    assert run.due_at
    used = used_until(run.reading.steps, run.due_at, CALENDAR)
    assert used is not None
    assert abs(used - float(amount) * unit.length) <= timedelta(seconds=1)
