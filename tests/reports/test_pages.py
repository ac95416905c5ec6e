"""Pages of reports: who sees what, and that every number opens its incidents."""

import re
from datetime import date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AccessEvent, User
from grid.models import Grid
from reports import meetings, writing
from reports.models import Report
from tests import street
from tests.reports.conftest import DAY, at

LIST = "/reports/"


@pytest.fixture
def report(busy_day: Grid, roles: dict[str, User], morning: datetime) -> Report:
    written, _created = writing.write("daily", busy_day, DAY, now=morning)
    return written


@pytest.fixture
def operator(client: Client, roles: dict[str, User]) -> Client:
    client.force_login(roles["operator"])
    return client


def test_the_calendar_shows_the_report_of_the_day(operator: Client, report: Report) -> None:
    page = operator.get(LIST, {"month": "2026-11"}).content.decode()
    assert reverse("reports:detail", args=[report.pk]) in page


def test_the_list_costs_few_queries(
    operator: Client, report: Report, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(14):
        operator.get(LIST, {"month": "2026-11"})


def test_the_document_is_shown_with_its_text_and_downloads(operator: Client, report: Report) -> None:
    page = operator.get(reverse("reports:detail", args=[report.pk])).content.decode()
    assert "建中街街道网格事件日调度报告" in page
    assert "一、总体情况" in page
    assert reverse("reports:word", args=[report.pk]) in page


def test_every_number_of_the_page_opens_as_many_incidents(operator: Client, report: Report) -> None:
    page = operator.get(reverse("reports:detail", args=[report.pk])).content.decode()
    links = dict.fromkeys(re.findall(r'<td class="num text-end"[^>]*><a href="([^"]+)">(\d+)</a>', page))
    assert len(links) > 30
    for url, number in links:
        answer = operator.get(url.replace("&amp;", "&"))
        assert answer.context["found"] == int(number), url


def test_downloads_have_a_chinese_name_and_the_right_type(operator: Client, report: Report) -> None:
    for kind, ending in (("word", "docx"), ("excel", "xlsx")):
        answer = operator.get(reverse(f"reports:{kind}", args=[report.pk]))
        assert answer.status_code == 200
        assert answer.content[:2] == b"PK"
        assert f"2026-11-18.{ending}" in answer["Content-Disposition"]


def test_downloads_are_kept_in_the_record_of_access(operator: Client, report: Report) -> None:
    for address in (f"/reports/{report.pk}/word/", f"/api/v1/reports/{report.pk}/excel/"):
        assert operator.get(address)["Cache-Control"] == "no-store"
    kept = AccessEvent.objects.filter(action="export", object_type="report", object_id=str(report.pk)).order_by("pk")
    assert [event.fields for event in kept] == ["docx", "xlsx"]


def test_today_so_far_is_shown_and_not_kept(operator: Client, busy_day: Grid) -> None:
    with time_machine.travel(at("16:00")):
        page = operator.get(reverse("reports:preview")).content.decode()
    assert "（预览）" in page
    assert not Report.objects.exists()


def test_a_finished_day_is_written_on_demand_once(operator: Client, busy_day: Grid, morning: datetime) -> None:
    with time_machine.travel(morning):
        for _n in range(2):
            answer = operator.post(reverse("reports:generate"), {"grid": street.STREET, "day": "2026-11-18"})
    assert answer.status_code == 302
    assert Report.objects.get().written_by.username == "operator"


def test_a_running_day_cannot_be_written(operator: Client, busy_day: Grid) -> None:
    with time_machine.travel(at("18:00")):
        answer = operator.post(reverse("reports:generate"), {"grid": street.STREET, "day": "2026-11-18"})
    assert answer.status_code == 409
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "sent", [{}, {"grid": "x", "day": "2026-11-18"}, {"grid": street.STREET, "day": "２０２６-11-18"}, {"day": "\x00"}]
)
def test_a_wrong_order_is_refused(operator: Client, busy_day: Grid, sent: dict[str, str]) -> None:
    assert operator.post(reverse("reports:generate"), sent).status_code == 400


@pytest.mark.parametrize(
    ("role", "wanted"),
    [("operator", 200), ("auditor", 200), ("admin", 200), ("community", 404), ("gridleader", 403), ("department", 403)],
)
def test_who_sees_the_report_of_the_street(
    client: Client, roles: dict[str, User], report: Report, role: str, wanted: int
) -> None:
    client.force_login(roles[role])
    for name in ("detail", "word", "excel"):
        assert client.get(reverse(f"reports:{name}", args=[report.pk])).status_code == wanted


def test_another_street_is_not_there(operator: Client, busy_day: Grid) -> None:
    url = reverse("reports:cases", args=[street.OTHER_STREET, "2026-11-18", "2026-11-18", "reported"])
    assert operator.get(url).status_code == 404
    assert operator.get(LIST, {"grid": street.OTHER_STREET}).status_code == 404
    assert operator.get(reverse("reports:preview"), {"grid": street.OTHER_STREET}).status_code == 404


@pytest.mark.parametrize("tail", ["2026-11-18/nonsense/", "2026-02-30/reported/", "２０２６-11-18/reported/"])
def test_addresses_that_mean_nothing_are_not_there(operator: Client, busy_day: Grid, tail: str) -> None:
    assert operator.get(f"/reports/{street.STREET}/{tail}").status_code == 404


@pytest.mark.parametrize("query", ["month=x", "month=2026-13", "month=9999-99", "grid=%00", "after=x", "grid=１２３４"])
def test_odd_parameters_of_the_list_never_break_it(operator: Client, busy_day: Grid, query: str) -> None:
    assert operator.get(f"{LIST}?{query}").status_code in (200, 400, 404)


def test_strangers_sign_in_first(client: Client, db: None) -> None:
    assert client.get(LIST).status_code == 302
    assert client.post(reverse("reports:generate")).status_code == 302


def test_the_admin_shows_reports_and_changes_schedules_only(
    client: Client, roles: dict[str, User], report: Report
) -> None:
    client.force_login(roles["admin"])
    assert client.get("/admin/reports/report/").status_code == 200
    assert client.get("/admin/reports/report/add/").status_code == 403
    assert client.get(f"/admin/reports/report/{report.pk}/change/").status_code == 200
    assert client.get("/admin/reports/reportschedule/").status_code == 200


# --- the other rhythms ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name"), [("weekly", "2026年第47周"), ("monthly", "2026年11月"), ("quarterly", "2026年第4季度")]
)
def test_every_kind_has_its_year_and_its_preview(
    client: Client, roles: dict[str, User], busy_day: Grid, kind: str, name: str
) -> None:
    with time_machine.travel(at("16:00")):
        client.force_login(roles["operator"])
        page = client.get(LIST, {"kind": kind}).content.decode()
        running = client.get(reverse("reports:preview"), {"kind": kind})
    assert name in page
    assert running.context["snapshot"]["interim"]
    assert not Report.objects.exists()


def test_a_finished_week_is_written_from_its_line_and_found_by_status(
    client: Client, roles: dict[str, User], busy_day: Grid
) -> None:
    with time_machine.travel(at("09:00", date(2026, 11, 23))):
        client.force_login(roles["operator"])
        page = client.get(LIST, {"kind": "weekly"}).content.decode()
        assert 'name="day" value="2026-11-16"' in page
        order = {"kind": "weekly", "grid": street.STREET, "day": "2026-11-16"}
        answer = client.post(reverse("reports:generate"), order)
        detail = client.get(answer.url).content.decode()
        drafts = client.get(LIST, {"kind": "weekly", "status": "draft"}).context["page"].rows
        signed = client.get(LIST, {"kind": "weekly", "status": "signed"}).context["page"].rows
        days = client.get(LIST).context["page"].rows
    report = Report.objects.get()
    assert (report.kind, report.period_end) == ("weekly", date(2026, 11, 22))
    assert "周报告" in detail
    assert ([row.pk for row in drafts], signed, days) == ([report.pk], [], [])


def test_the_year_of_weeks_costs_few_queries(
    operator: Client, report: Report, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(14):
        operator.get(LIST, {"kind": "weekly"})


def test_a_detail_page_costs_as_many_queries_with_ten_decisions(
    operator: Client,
    report: Report,
    roles: dict[str, User],
    morning: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    meeting = meetings.meeting_on(report, actor=roles["operator"], now=morning)
    for n in range(10):
        new = meetings.NewDecision(f"事项{n}", "市政科")
        meetings.decide(meeting, new, actor=roles["operator"], now=morning)
    with django_assert_max_num_queries(24):
        operator.get(reverse("reports:detail", args=[report.pk]))


@pytest.mark.parametrize(
    "query", ["kind=hourly", "kind=weekly&year=x", "kind=weekly&year=9999", "status=x", "kind=%00"]
)
def test_odd_kinds_and_years_never_break_the_list(operator: Client, busy_day: Grid, query: str) -> None:
    assert operator.get(f"{LIST}?{query}").status_code in (200, 400, 404)


def test_the_admin_changes_schedules_and_shows_papers_and_meetings(
    client: Client, roles: dict[str, User], report: Report
) -> None:
    client.force_login(roles["admin"])
    assert 'days_after"' in client.get("/admin/reports/reportschedule/").content.decode()
    for name in ("reportpaper", "meeting", "decision"):
        assert client.get(f"/admin/reports/{name}/").status_code == 200
        assert client.get(f"/admin/reports/{name}/add/").status_code == 403


def test_a_corrected_report_says_so_and_shows_what_changed(
    operator: Client, report: Report, roles: dict[str, User], morning: datetime
) -> None:
    url = reverse("reports:correct", args=[report.pk])
    assert operator.post(url, {"reason": ""}).status_code == 422
    answer = operator.post(url, {"reason": "有两件登记有误"})
    assert answer.status_code == 302
    new, old = operator.get(answer.url).content.decode(), operator.get(f"/reports/{report.pk}/").content.decode()
    assert "有两件登记有误" in new
    assert answer.url in old
    assert operator.post(url, {"reason": "再改"}).status_code == 409
