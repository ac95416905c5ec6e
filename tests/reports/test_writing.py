"""Reports of every kind: once, whole or not at all; a correction is a new issue that says what it changed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid
from incidents.models import Category, Incident
from notices.models import Notice
from reports import changes, due, finished, writing
from reports.models import Report, ReportPaper, ReportSchedule, Step
from reports.periods import last_finished
from reports.rhythms import BUILDERS
from tests import street
from tests.reports.conftest import DAY, at

KINDS = [*BUILDERS]
LATER = at("06:00", date(2027, 1, 4))  # the first Monday after week, month, quarter and year of the day


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_written_once_and_counted_the_same_again(kind: str, busy_day: Grid) -> None:
    report, created = writing.write(kind, busy_day, DAY, now=LATER)
    again, anew = writing.write(kind, busy_day, report.period_end, now=LATER + timedelta(days=9))
    assert (created, anew, again.pk) == (True, False, report.pk)
    report.refresh_from_db()
    assert writing.recount(report) == {"snapshot": report.snapshot, "input_hash": report.input_hash}


def test_a_report_comes_with_its_paper_and_first_step(busy_day: Grid, morning: datetime) -> None:
    report, _created = writing.write("daily", busy_day, DAY, now=morning)
    paper = ReportPaper.objects.get(report=report)
    assert (paper.status, paper.text, paper.version) == ("draft", None, 1)
    assert list(Step.objects.filter(subject="reportpaper", subject_id=paper.pk).values_list("before", "after")) == [
        ("", "draft")
    ]


@pytest.mark.parametrize("killed_at", ["keep_step", "notify"])
def test_a_writer_killed_in_between_leaves_nothing(
    busy_day: Grid, roles: dict[str, User], morning: datetime, monkeypatch: pytest.MonkeyPatch, killed_at: str
) -> None:
    def die(*args: object, **more: object) -> None:
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(writing, killed_at, die)
        with pytest.raises(SystemExit):
            writing.write("daily", busy_day, DAY, now=morning)
    assert not [rows for rows in (Report, ReportPaper, Notice) if rows.objects.exists()]
    assert writing.write("daily", busy_day, DAY, now=morning)[1]


def test_a_kind_that_nobody_writes_is_refused(busy_day: Grid, morning: datetime) -> None:
    with pytest.raises(NotValid):
        writing.write("hourly", busy_day, DAY, now=morning)


# --- corrections ------------------------------------------------------------------------------------------------------


@pytest.fixture
def report(busy_day: Grid, roles: dict[str, User], morning: datetime) -> Report:
    written, _created = writing.write("daily", busy_day, DAY, now=morning)
    return written


def recategorize(categories: list[Category]) -> None:
    """Somebody finds that one of the day's cases was put under the wrong category."""
    case = Incident.objects.filter(category=categories[2]).first()
    Incident.objects.filter(pk=case.pk).update(category=categories[1])


def test_a_correction_is_a_new_issue_with_its_differences(
    report: Report, roles: dict[str, User], categories: list[Category], morning: datetime
) -> None:
    before = Report.objects.get(pk=report.pk).snapshot
    recategorize(categories)
    issue = writing.correct(report, reason="类别录错", actor=roles["operator"], now=morning)
    assert (issue.issue, issue.corrects_id, issue.period_start) == (2, report.pk, report.period_start)
    found = {(each.line, each.column): (each.old, each.new) for each in changes.number_changes(before, issue.snapshot)}
    assert found["店外经营", "新增上报"] == ("2", "3")
    assert found["下水道堵塞", "新增上报"] == ("1", "")
    assert Report.objects.get(pk=report.pk).snapshot == before
    assert "更正，第2期" in finished.as_read(issue)["text"]["title"]


def test_the_newest_issue_stands_for_the_period(report: Report, roles: dict[str, User], morning: datetime) -> None:
    issue = writing.correct(report, reason="重新核对", actor=roles["operator"], now=morning)
    assert writing.write("daily", report.grid, DAY, now=morning) == (issue, False)
    assert list(Report.objects.newest_issues()) == [issue]
    with pytest.raises(NotNow):
        writing.correct(report, reason="再改", actor=roles["operator"], now=morning)
    assert changes.number_changes(report.snapshot, issue.snapshot) == []


def test_a_correction_needs_a_reason_and_the_right(report: Report, roles: dict[str, User], morning: datetime) -> None:
    with pytest.raises(NotValid):
        writing.correct(report, reason="  ", actor=roles["operator"], now=morning)
    with pytest.raises(NotAllowed):
        writing.correct(report, reason="x", actor=roles["auditor"], now=morning)
    assert Report.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_corrections_at_once_are_one_issue(report: Report, roles: dict[str, User], morning: datetime) -> None:
    together = Barrier(2)

    def run() -> str:
        together.wait()
        try:
            return str(writing.correct(report, reason="同时", actor=roles["operator"], now=morning).issue)
        except NotNow:
            return "not now"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = [future.result() for future in [pool.submit(run) for _n in range(2)]]
    assert sorted(results) == ["2", "not now"]
    assert (Report.objects.count(), ReportPaper.objects.count()) == (2, 2)


# --- what is due, of every kind ---------------------------------------------------------------------------------------


@pytest.fixture
def all_kinds(monkeypatch: pytest.MonkeyPatch, busy_day: Grid) -> Iterator[None]:
    """Every kind has a builder that counts nothing; only streets are asked for."""
    text = {"short_title": "x", "sections": [{"heading": "x", "paragraphs": ["x"]}]}
    for kind in Report.Kind.values:
        monkeypatch.setitem(BUILDERS, kind, lambda grid, period, *, now: {"text": text})
    ReportSchedule.objects.exclude(level=3).delete()
    return


def kinds_due(now: datetime) -> set[tuple[str, date]]:
    return {(each.kind, each.period.first) for each in due.due_reports(now=now) if each.grid.code == street.STREET}


@pytest.mark.parametrize(
    ("kind", "early", "first"),
    [
        ("weekly", at("01:09", date(2026, 11, 23)), date(2026, 11, 16)),
        ("monthly", at("02:09", date(2026, 12, 1)), date(2026, 11, 1)),
        ("quarterly", at("03:09", date(2027, 1, 1)), date(2026, 10, 1)),
    ],
)
def test_longer_reports_are_due_on_the_day_after_their_period(
    all_kinds: None, kind: str, early: datetime, first: date
) -> None:
    assert (kind, first) not in kinds_due(early)
    assert (kind, first) in kinds_due(early + timedelta(minutes=1))


def test_a_schedule_may_wait_some_days(all_kinds: None) -> None:
    ReportSchedule.objects.filter(kind="monthly").update(days_after=3)
    assert ("monthly", date(2026, 11, 1)) not in kinds_due(at("23:00", date(2026, 12, 2)))
    assert ("monthly", date(2026, 11, 1)) in kinds_due(at("02:10", date(2026, 12, 3)))


def test_missed_periods_are_caught_up_each_kind_in_its_window(all_kinds: None) -> None:
    now = at("12:00", date(2027, 9, 30))
    found = kinds_due(now)
    for kind, count in due.CATCH_UP.items():
        assert len([day for each, day in found if each == kind]) == count
    assert due.due_reports(now=now)[0].period == last_finished("daily", now)
    assert due.write_due(now=now, limit=200) == 2 * sum(due.CATCH_UP.values())
    assert due.due_reports(now=now) == []
