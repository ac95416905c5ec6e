"""The row of each job."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from accounts.errors import NotNow
from notices.jobs import each, job
from notices.models import Job
from notices.tasks import heartbeat

pytestmark = pytest.mark.django_db


def test_a_run_is_noted_with_what_it_did() -> None:
    assert job("count")(lambda: 3)() == 3
    row = Job.objects.get(name="count")
    assert (row.runs, row.last_count, row.failures, row.last_error) == (1, 3, 0, "")
    assert row.last_finished_at is not None
    assert row.last_finished_at - timezone.now() < timedelta(seconds=5)


def test_an_idle_run_leaves_the_time_of_the_last_work() -> None:
    job("count")(lambda: 3)()
    worked = Job.objects.get().last_worked_at
    job("count")(lambda: 0)()
    row = Job.objects.get()
    assert (row.runs, row.last_count, row.last_worked_at) == (2, 0, worked)


def test_a_failed_run_is_noted_and_raised_and_a_good_one_clears_it() -> None:
    with pytest.raises(ZeroDivisionError):
        job("count")(lambda: 1 // 0)()
    row = Job.objects.get()
    assert (row.failures, row.last_finished_at) == (1, None)
    assert "ZeroDivisionError" in row.last_error
    job("count")(lambda: 1)()
    assert Job.objects.get().last_error == ""


def test_a_bad_row_holds_up_no_other_and_is_told_of_in_the_end() -> None:
    done: list[int] = []

    def one(row: int) -> int:
        if row == 2:
            raise NotNow("somebody was faster")
        done.append(6 // row)
        return row

    assert each([1, 2, 3], one) == 4
    with pytest.raises(ZeroDivisionError):
        each([0, 1, 3], one)
    assert done == [6, 2, 6, 2]


def test_the_heartbeat_touches_its_row() -> None:
    heartbeat()
    assert Job.objects.get(name="notices.heartbeat").last_finished_at is not None


def test_a_broken_record_does_not_break_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise DatabaseError("no such table")

    monkeypatch.setattr(Job.objects, "filter", broken)
    assert job("count")(lambda: 3)() == 3
