"""The daily report: once, frozen, never again another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid
from incidents.models import Category
from notices.models import Notice
from reports import writing
from reports.models import Report
from tests import street
from tests.reports.conftest import DAY, at
from tests.reports.histories import CLOSED, Walk, moves, write


def text_of(report: Report) -> str:
    return "\n".join("\n".join(section["paragraphs"]) for section in report.snapshot["text"]["sections"])


def test_the_text_tells_the_numbers(busy_day: Grid, morning: datetime) -> None:
    report, created = writing.write("daily", busy_day, DAY, now=morning)
    assert created
    text = text_of(report)
    assert "建中街街道新增上报事件8件，较前一日增加8件；其中网格人员随手办结1件" in text
    assert "应处置7件，已处置4件，其中按期处置4件，按期处置率57.1%" in text
    assert "二是结案方面" in text


def test_the_meeting_is_told_who_must_act(busy_day: Grid, morning: datetime) -> None:
    report, _created = writing.write("daily", busy_day, DAY, now=morning)
    matters = {matter["kind"]: matter for matter in report.snapshot["matters"]}
    assert matters["overdue_unit"]["who"] in ("淮河路派出所", "建中街综合执法队")
    assert matters["to_accept"]["text"].startswith("待受理1件")
    assert {"returned", "reworked", "hot", "rate"} <= set(matters)


def test_phone_numbers_in_titles_are_masked(busy_day: Grid, morning: datetime) -> None:
    report, _created = writing.write("daily", busy_day, DAY, now=morning)
    assert "13812345678" not in str(report.snapshot)
    assert "138****5678" in str(report.snapshot)


def test_a_second_run_changes_nothing(busy_day: Grid, morning: datetime, categories: list[Category]) -> None:
    first, _created = writing.write("daily", busy_day, DAY, now=morning)
    write([Walk(busy_day, at("12:00"), moves(*CLOSED), categories[0], busy_day.organizations.first())])
    again, created = writing.write("daily", busy_day, DAY, now=morning + timedelta(days=2))
    assert not created
    assert again.pk == first.pk
    assert again.snapshot == first.snapshot


def test_a_recount_gives_the_stored_numbers(busy_day: Grid, morning: datetime) -> None:
    report, _created = writing.write("daily", busy_day, DAY, now=morning)
    report.refresh_from_db()
    counted = writing.recount(report)
    assert counted["snapshot"] == report.snapshot
    assert counted["input_hash"] == report.input_hash


def test_later_moves_do_not_change_the_recount(
    busy_day: Grid, morning: datetime, categories: list[Category], units: list
) -> None:
    waiting = moves(*CLOSED[:4], ("feedback", 3000), ("close", 60))  # over the day's end
    write([Walk(busy_day, at("20:00"), waiting, categories[1], units[0])])
    report, _created = writing.write("daily", busy_day, DAY, now=morning)
    write([Walk(busy_day, at("00:00", DAY + timedelta(days=1)), moves(*CLOSED), categories[1], units[0])])
    assert writing.recount(report)["snapshot"]["total"] == report.snapshot["total"]
    assert writing.recount(report)["input_hash"] == report.input_hash


def test_the_books_balance(busy_day: Grid, morning: datetime) -> None:
    n = writing.write("daily", busy_day, DAY, now=morning)[0].snapshot["total"]["numbers"]
    came, went = n["reported"] - n["self_handled"], n["closed"] + n["not_accepted"] + n["cancelled"]
    assert n["open_end"] == n["open_start"] + came - went
    assert n["open_end"] == n["to_accept"] + n["to_dispatch"] + n["with_handler"] + n["to_check"]


def test_tables_add_up_to_the_total(busy_day: Grid, morning: datetime) -> None:
    snapshot = writing.write("daily", busy_day, DAY, now=morning)[0].snapshot
    for name in ("areas", "categories"):
        for measure, total in snapshot["total"]["numbers"].items():
            assert sum(line["numbers"][measure] for line in snapshot[name]) == total


def test_a_day_that_is_not_over_is_refused(busy_day: Grid) -> None:
    for now in (at("18:00"), at("23:59"), at("00:00", DAY + timedelta(days=1))):
        with pytest.raises(NotNow):
            writing.write("daily", busy_day, DAY, now=now)
    assert writing.write("daily", busy_day, DAY, now=at("00:01", DAY + timedelta(days=1)))[1]


def test_a_grid_has_no_report_from_before_its_time(grids: dict[str, Grid], morning: datetime) -> None:
    with pytest.raises(NotValid):
        writing.write("daily", grids[street.STREET], date(2023, 12, 31), now=morning)


def test_an_empty_day_is_a_report_too(grids: dict[str, Grid], morning: datetime) -> None:
    report, created = writing.write("daily", grids[street.STREET], DAY, now=morning)
    assert created
    assert "无新增上报事件" in text_of(report)
    assert "当日无须提请会商的事项" in text_of(report)


def test_only_who_may_write_reports_writes_one(
    busy_day: Grid, roles: dict[str, User], grids: dict[str, Grid], morning: datetime
) -> None:
    for role in ("auditor", "dispatcher", "gridleader"):
        with pytest.raises(NotAllowed):
            writing.write("daily", busy_day, DAY, actor=roles[role], now=morning)
    report, created = writing.write("daily", busy_day, DAY, actor=roles["operator"], now=morning)
    assert created
    assert report.written_by == roles["operator"]
    with pytest.raises(NotAllowed):
        writing.write("daily", grids[street.OTHER_STREET], DAY, actor=roles["operator"], now=morning)


def test_readers_of_the_grid_are_told_once(
    busy_day: Grid, grids: dict[str, Grid], roles: dict[str, User], morning: datetime
) -> None:
    writing.write("daily", busy_day, DAY, now=morning)
    writing.write("daily", busy_day, DAY, now=morning)
    told = Notice.objects.filter(kind="report.daily").values_list("recipient__username", flat=True)
    assert sorted(told) == ["auditor", "dispatcher", "operator", "partyofficer", "shiftleader", "supervisor"]


def test_a_report_caught_up_later_tells_nobody(busy_day: Grid, roles: dict[str, User], morning: datetime) -> None:
    writing.write("daily", busy_day, DAY, now=morning + timedelta(days=3))
    assert not Notice.objects.exists()


def test_the_preview_stops_at_now_and_keeps_nothing(busy_day: Grid) -> None:
    snapshot = writing.preview("daily", busy_day, now=at("08:58"))
    assert snapshot["interim"]
    assert snapshot["total"]["numbers"]["reported"] == 3
    assert snapshot["total"]["numbers"]["closed"] == 3
    assert "11月18日0时至08:58" in snapshot["text"]["sections"][0]["paragraphs"][0]
    assert not Report.objects.exists()


@pytest.mark.parametrize("rows", [1, 30])
def test_the_number_of_queries_does_not_grow(
    rows: int,
    grids: dict[str, Grid],
    categories: list[Category],
    units: list,
    morning: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    places = [grids[code] for code in (street.MICRO, street.MICRO_EAST, street.SISTER)]
    for n in range(rows):
        steps = moves(*CLOSED[: 2 + n % 5])
        write([Walk(places[n % 3], at("08:00"), steps, categories[n % 3], units[n % 2])])
    with django_assert_max_num_queries(24):
        writing.write("daily", grids[street.STREET], DAY, now=morning)


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_get_one_report(busy_day: Grid, roles: dict[str, User], morning: datetime) -> None:
    together = Barrier(4)

    def run() -> tuple[int, bool]:
        together.wait()
        try:
            report, created = writing.write("daily", busy_day, DAY, now=morning)
            return report.pk, created
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = [future.result() for future in [pool.submit(run) for _ in range(4)]]
    assert len({pk for pk, _created in results}) == 1
    assert sum(created for _pk, created in results) == 1
    assert Notice.objects.filter(kind="report.daily").count() == 6


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_a_report(busy_day: Grid, morning: datetime, change: str) -> None:
    report, _created = writing.write("daily", busy_day, DAY, now=morning)
    row = Report.objects.filter(pk=report.pk)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        row.update(input_hash="0") if change == "update" else row._raw_delete("default")
