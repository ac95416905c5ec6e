"""What is due comes from schedules and reports in the database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection

from grid.models import Grid
from incidents.models import Category
from notices.jobs import alone
from notices.models import Job
from reports import due, writing
from reports.models import Report, ReportSchedule
from reports.tasks import write_due_reports
from tests import street
from tests.reports.conftest import DAY, at
from tests.reports.histories import CLOSED, Walk, moves, write

NEXT = DAY + timedelta(days=1)


@pytest.fixture
def one_case(grids: dict[str, Grid], categories: list[Category], units: list) -> Grid:
    """The street with one closed case on the day, the first ever; only daily reports are asked for."""
    ReportSchedule.objects.exclude(kind="daily", level__in=(3, 4)).delete()
    write([Walk(grids[street.MICRO], at("09:00"), moves(*CLOSED), categories[0], units[0])])
    return grids[street.STREET]


def due_at(now: datetime) -> list[tuple[str, date]]:
    return [(each.grid.code, each.period.first) for each in due.due_reports(now=now)]


def test_streets_and_communities_have_a_schedule_from_the_start(db: None) -> None:
    rows = ReportSchedule.objects.filter(is_active=True).order_by("kind", "level").values_list("kind", "level", "at")
    daily = [row[1:] for row in rows if row[0] == "daily"]
    assert daily == [(3, time(0, 10)), (4, time(0, 15))]
    assert {row[:2] for row in rows} == {(kind, level) for kind in Report.Kind.values for level in (3, 4)}


def test_nothing_is_due_before_the_first_event(grids: dict[str, Grid], morning: datetime) -> None:
    assert due_at(morning) == []


def test_streets_are_due_at_ten_past_midnight(one_case: Grid) -> None:
    assert due_at(at("00:09", NEXT)) == []
    assert due_at(at("00:10", NEXT)) == [(street.OTHER_STREET, DAY), (street.STREET, DAY)]


def test_communities_follow_five_minutes_later(one_case: Grid) -> None:
    assert len(due_at(at("00:15", NEXT))) == 2 + 3


def test_a_schedule_at_midnight_waits_until_the_day_has_settled(one_case: Grid) -> None:
    ReportSchedule.objects.update(at=time(0, 0))
    assert due_at(at("00:00", NEXT)) == []
    assert len(due_at(at("00:01", NEXT))) == 5


def test_a_schedule_late_in_the_day_waits_for_its_time(one_case: Grid) -> None:
    ReportSchedule.objects.update(at=time(23, 59))
    assert due_at(at("23:58", NEXT)) == []
    assert len(due_at(at("23:59", NEXT))) == 5


def test_a_stopped_schedule_wants_nothing(one_case: Grid, morning: datetime) -> None:
    ReportSchedule.objects.update(is_active=False)
    assert due_at(morning) == []


def test_missed_days_are_caught_up_for_a_week(one_case: Grid) -> None:
    ReportSchedule.objects.filter(level=4).delete()
    now = at("00:10", DAY + timedelta(days=10))
    assert sorted({day for _code, day in due_at(now)}) == [DAY + timedelta(days=n) for n in range(3, 10)]
    assert due.write_due(now=now) == 14
    assert due_at(now) == []


def test_the_newest_day_and_the_street_come_first(one_case: Grid) -> None:
    now = at("00:15", DAY + timedelta(days=3))
    assert due_at(now)[0] == (street.OTHER_STREET, DAY + timedelta(days=2))
    assert due.write_due(now=now, limit=2) == 2
    assert set(Report.objects.values_list("grid_code", flat=True)) == {street.STREET, street.OTHER_STREET}


def test_a_grid_that_has_ended_gets_no_more_reports(one_case: Grid) -> None:
    Grid.objects.filter(code=street.OTHER_STREET).update(valid_to=DAY)
    assert due_at(at("00:10", NEXT)) == [(street.STREET, DAY)]


def test_one_report_that_fails_does_not_hold_up_the_others(
    one_case: Grid, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_one = writing.write

    def fail_for_one(kind: str, grid: Grid, when: object, **more: object) -> object:
        if grid.code == street.OTHER_STREET:
            raise ValueError("broken")
        return write_one(kind, grid, when, **more)

    monkeypatch.setattr(writing, "write", fail_for_one)
    with pytest.raises(RuntimeError):
        due.write_due(now=at("00:15", NEXT))
    assert Report.objects.count() == 4
    assert street.OTHER_STREET in caplog.text


def test_a_long_heap_is_left_to_the_next_ring(one_case: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0, 0, 0, due.PATIENCE + 1])
    with monkeypatch.context() as patch:
        patch.setattr(due.time, "monotonic", lambda: next(moments))
        assert due.write_due(now=at("00:15", NEXT)) == 2
    assert due.write_due(now=at("00:15", NEXT)) == 3


@pytest.mark.django_db(transaction=True)
def test_while_one_worker_writes_the_others_leave_it_alone(one_case: Grid) -> None:
    def run() -> int:
        try:
            return due.write_due(now=at("00:20", NEXT))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with alone(due._ONE_AT_A_TIME) as free:
            assert free
            assert pool.submit(run).result() == 0
        assert pool.submit(run).result() == 5


def test_the_task_writes_what_is_due_and_then_nothing(one_case: Grid) -> None:
    with time_machine.travel(at("00:20", NEXT), tick=False):
        assert write_due_reports() == 5
        assert write_due_reports() == 0
    assert Job.objects.get(name="reports.write_due_reports").runs == 2


@pytest.mark.django_db(transaction=True)
def test_two_beats_write_each_report_once(one_case: Grid) -> None:
    def run() -> int:
        try:
            return due.write_due(now=at("00:20", NEXT))
        finally:
            connection.close()

    ReportSchedule.objects.all().delete()
    ReportSchedule.objects.create(kind="daily", level=3, at=time(0, 10))
    with ThreadPoolExecutor(2) as pool:
        written = [future.result() for future in [pool.submit(run) for _ in range(2)]]
    assert sum(written) == Report.objects.count() == 2
