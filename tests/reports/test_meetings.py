"""Meetings decide; owners are told, do it, and say what came of it."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid, Organization
from notices.models import Notice
from reports import finished, meetings, writing
from reports.demo.meetings import build_meetings
from reports.meetings import NewDecision, NewMeeting
from reports.models import Decision, Meeting, Report, ReportPaper
from tests import street
from tests.reports.conftest import DAY, at

NEXT = DAY + timedelta(days=1)


@pytest.fixture
def report(busy_day: Grid, roles: dict[str, User], morning: datetime) -> Report:
    written, _created = writing.write("daily", busy_day, DAY, now=morning)
    return written


def unit_proposal(report: Report) -> int:
    """The first proposal that names a unit."""
    kinds = [matter["kind"] for matter in report.snapshot["matters"]]
    return kinds.index("overdue_unit")


def decide(report: Report, actor: User, now: datetime, **more: object) -> Decision:
    """A decision of the report's meeting."""
    meeting = meetings.meeting_on(report, actor=actor, now=now)
    values = {"text": "三日内清运积存垃圾", "owner": "市政科"} | more
    return meetings.decide(meeting, NewDecision(**values), actor=actor, now=now)


def test_a_proposal_becomes_a_decision_with_one_click_once(
    client: Client, report: Report, roles: dict[str, User], morning: datetime
) -> None:
    client.force_login(roles["operator"])
    with time_machine.travel(morning + timedelta(hours=9)):
        for _n in range(2):
            answer = client.post(reverse("reports:decide", args=[report.pk]), {"proposal": str(unit_proposal(report))})
            assert answer.status_code == 302
    decision = Decision.objects.get()
    assert decision.organization.name == decision.owner
    assert decision.due_on == NEXT + timedelta(days=meetings.DAYS_FOR_A_PROPOSAL)
    matter = report.snapshot["matters"][unit_proposal(report)]
    assert sorted(decision.incidents.values_list("number", flat=True)) == sorted(matter["numbers"])
    assert (decision.meeting.report, decision.meeting.held_on, decision.meeting.kind) == (report, NEXT, "dispatch")


def test_the_owner_is_told_and_says_that_it_is_done(
    client: Client, report: Report, roles: dict[str, User], morning: datetime
) -> None:
    unit = Organization.objects.filter(code="police").last()
    street.give_post(roles["head"], "org_head", unit)
    decision = decide(report, roles["operator"], morning, organization=unit)
    assert Notice.objects.filter(kind="report.decision").values_list("recipient__username", flat=True)[0] == "head"
    client.force_login(roles["head"])
    url = reverse("reports:decision", args=[decision.pk])
    assert decision.text in client.get(reverse("reports:decisions") + "?mine=1").content.decode()
    assert client.post(url, {"result": ""}).status_code == 422
    assert client.post(url, {"result": "已清运完毕"}).status_code == 302
    assert client.post(url, {"result": "又一次"}).status_code == 409
    assert Decision.objects.get().result == "已清运完毕"


def test_nobody_else_finishes_or_sees_it(
    client: Client, report: Report, roles: dict[str, User], morning: datetime
) -> None:
    decision = decide(report, roles["operator"], morning, person=roles["community"], owner="")
    assert decision.owner == "community"
    with pytest.raises(NotAllowed):
        meetings.finish(decision, "x", actor=roles["auditor"], now=morning)
    for role, wanted in (("community", 200), ("cadre", 404), ("gridleader", 404), ("auditor", 200)):
        client.force_login(roles[role])
        assert client.get(reverse("reports:decision", args=[decision.pk])).status_code == wanted
    meetings.finish(decision, "已办", actor=roles["community"], now=morning)
    with pytest.raises(NotNow):
        meetings.finish(decision, "再办", actor=roles["operator"], now=morning)


def test_decisions_are_a_living_appendix_of_the_report(
    client: Client, report: Report, roles: dict[str, User], morning: datetime
) -> None:
    frozen = finished.word(finished.as_read(report))
    decision = decide(report, roles["operator"], morning, due_on=NEXT)
    shown = finished.as_read(report)
    assert shown["appendix"]["rows"] == [["1", decision.text, "市政科", "11月19日", "办理中"]]
    assert {name: shown[name] for name in report.snapshot} == report.snapshot
    assert finished.word(shown) != frozen
    client.force_login(roles["operator"])
    assert decision.text in client.get(reverse("reports:detail", args=[report.pk])).content.decode()
    issue = writing.correct(report, reason="重核", actor=roles["operator"], now=morning)
    assert finished.as_read(issue)["appendix"] == shown["appendix"]  # the meeting was on that day, whatever the issue


@pytest.mark.parametrize(
    "wrong", [{"text": " "}, {"owner": ""}, {"due_on": DAY}, {"text": "长" * 501}, {"owner": "长" * 101}]
)
def test_a_decision_says_what_who_and_when(
    report: Report, roles: dict[str, User], morning: datetime, wrong: dict[str, object]
) -> None:
    with pytest.raises(NotValid) as error:
        decide(report, roles["operator"], morning, **wrong)
    assert set(error.value.fields) == set(wrong)


def test_a_meeting_is_written_down_once_and_finds_its_report(
    report: Report, roles: dict[str, User], grids: dict[str, Grid], morning: datetime
) -> None:
    new = NewMeeting("dispatch", NEXT, chair="张书记", minutes="研究积存垃圾")
    meeting = meetings.hold(grids[street.STREET], new, actor=roles["operator"], now=morning)
    assert meeting.report == report
    with pytest.raises(NotNow):
        meetings.hold(grids[street.STREET], new, actor=roles["operator"], now=morning)
    with pytest.raises(NotAllowed):
        meetings.hold(grids[street.OTHER_STREET], new, actor=roles["operator"], now=morning)
    with pytest.raises(NotValid):
        meetings.hold(grids[street.STREET], NewMeeting("joint", date(2027, 1, 1)), actor=roles["operator"], now=morning)


def test_a_community_holds_its_own_meetings(client: Client, roles: dict[str, User], grids: dict[str, Grid]) -> None:
    client.force_login(roles["community"])
    new = {"kind": "joint", "grid": street.COMMUNITY, "held_on": "2026-11-18", "chair": "李书记"}
    with time_machine.travel(at("16:00")):
        page = client.post(reverse("reports:meeting_new"), new)
        meeting = Meeting.objects.get()
        assert page.url == reverse("reports:meeting", args=[meeting.pk])
        assert client.post(page.url, {"text": "排查飞线充电", "owner": "各网格长"}).status_code == 302
        assert client.post(page.url, {"text": "", "owner": ""}).status_code == 422
        elsewhere = client.post(reverse("reports:meeting_new"), new | {"grid": street.STREET})
    assert elsewhere.status_code == 422
    assert Decision.objects.get().grid_code == street.COMMUNITY


def test_the_list_tells_open_and_overdue_decisions_in_few_queries(
    client: Client,
    report: Report,
    roles: dict[str, User],
    morning: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(5):
        decide(report, roles["operator"], morning, text=f"事项{n}", due_on=NEXT + timedelta(days=n))
    with time_machine.travel(at("12:00", NEXT + timedelta(days=3))):
        client.force_login(roles["auditor"])
        client.get(reverse("reports:decisions"))
        with django_assert_max_num_queries(12):
            page = client.get(reverse("reports:decisions"), {"state": "overdue"})
    assert [row.text for row in page.context["page"].rows] == ["事项2", "事项1", "事项0"]
    assert page.context["figures"] == {"open": 5, "overdue": 3, "mine": 0}


def test_meetings_and_decisions_through_the_api(
    client: Client, report: Report, roles: dict[str, User], morning: datetime
) -> None:
    new = {"kind": "dispatch", "grid": street.STREET, "held_on": str(NEXT)}
    with time_machine.travel(morning + timedelta(hours=9)):
        client.force_login(roles["operator"])
        made = client.post("/api/v1/meetings/", new, content_type="application/json")
        url = f"/api/v1/meetings/{made.json()['id']}/decisions/"
        decided = client.post(url, {"text": "清运", "owner": "市政科"}, content_type="application/json")
        wrong = client.post(url, {"text": "清运", "organization": 10**9}, content_type="application/json")
        done = client.post(
            f"/api/v1/decisions/{decided.json()['id']}/done/", {"result": "已办"}, content_type="application/json"
        )
        still_open = client.get("/api/v1/decisions/", {"open": "true"}).json()["results"]
        listed = client.get("/api/v1/meetings/").json()["results"]
    assert (made.status_code, decided.status_code, wrong.status_code, done.status_code) == (201, 201, 400, 200)
    assert still_open == []
    assert listed[0]["decisions"][0]["result"] == "已办"


def test_the_demo_shows_every_stage_and_decisions_in_every_state(roles: dict[str, User], busy_day: Grid) -> None:
    secretary = street.make_person("secretary")
    street.give_post(secretary, "street_secretary", busy_day)
    now = at("10:00", NEXT)
    for back in range(5):
        writing.write("daily", busy_day, DAY - timedelta(days=back), now=now)
    with time_machine.travel(now):
        made = build_meetings(now)
    papers = ReportPaper.objects.filter(report__kind="daily").order_by("-report__period_start")
    assert [paper.status for paper in papers] == ["draft", "checked", "signed", "sent", "sent"]
    assert made == Decision.objects.count() > 5
    assert Decision.objects.overdue(NEXT).exists()
    assert Decision.objects.exclude(done_at=None).exists()
