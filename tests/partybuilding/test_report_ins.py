"""双报到: one report at a time, placed, cards back every quarter, an evaluation a year; the employer sees its own."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent
from notices.models import Notice
from partybuilding import report_ins
from partybuilding.models import Need, ReportIn, SupportKind
from partybuilding.report_ins import NewReport
from tests.partybuilding.member_world import ID, NAME, NOW, TODAY, MemberWorld, build
from tests.street import COMMUNITY, OTHER_COMMUNITY, SISTER

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> MemberWorld:
    return build()


def entry(world: MemberWorld, row: ReportIn, on: date, text: str = "值日") -> None:
    report_ins.add_entry(row, text, Decimal(2), on=on, actor=world.head, now=NOW)


def test_a_member_reports_once_a_unit_once_to_each_community(world: MemberWorld):
    row = world.report()
    assert row.number == "建中街报到〔2026〕1号"
    with pytest.raises(NotNow):
        world.report()
    officer = world.people["partyofficer"]
    for code in (COMMUNITY, SISTER):
        report_ins.report_in(NewReport(unit=world.unit), grid=world.grids[code], actor=officer, now=NOW)
    with pytest.raises(NotNow):
        report_ins.report_in(NewReport(unit=world.unit), grid=world.grids[SISTER], actor=officer, now=NOW)
    report_ins.end(row, "调离", actor=world.head, now=NOW)
    assert world.report().pk != row.pk


def test_a_report_is_of_a_unit_or_of_a_member_and_not_of_tomorrow(world: MemberWorld):
    both = NewReport(unit=world.unit, member=world.member, reported_on=TODAY + timedelta(days=1))
    with pytest.raises(NotValid) as caught:
        report_ins.report_in(both, grid=world.grids[COMMUNITY], actor=world.head, now=NOW)
    assert set(caught.value.fields) == {"member", "reported_on"}
    with pytest.raises(NotAllowed):
        report_ins.report_in(NewReport(unit=world.unit), grid=world.grids[OTHER_COMMUNITY], actor=world.head, now=NOW)


def test_the_card_has_lines_only_once_placed_and_no_line_twice(world: MemberWorld):
    new = NewReport(unit=world.unit, reported_on=date(2026, 3, 1))
    row = report_ins.report_in(new, grid=world.grids[COMMUNITY], actor=world.head, now=NOW)
    with pytest.raises(NotNow):
        entry(world, row, TODAY)
    row = report_ins.receive(row, world.branch, actor=world.head, now=NOW)
    entry(world, row, TODAY)
    with pytest.raises(NotNow):
        entry(world, row, TODAY)
    with pytest.raises(NotValid):
        entry(world, row, date(2026, 2, 1))  # before the report


def test_after_the_quarter_the_card_goes_back_once_and_the_employer_is_told_without_a_name(world: MemberWorld):
    row = world.report()
    entry(world, row, date(2026, 9, 30))
    entry(world, row, date(2026, 10, 1))
    assert report_ins.return_cards(now=NOW) == 1
    assert report_ins.return_cards(now=NOW + timedelta(days=1)) == 0
    assert [one.returned_at for one in row.entries.order_by("on")] == [NOW, None]
    notice = Notice.objects.get(kind="party.report_in", recipient=world.hand)
    assert NAME not in f"{notice.title}{notice.body}"
    assert row.number in notice.title


def test_a_member_without_an_employer_keeps_her_card(world: MemberWorld):
    row = world.report(member=world.enter("王五"))
    entry(world, row, date(2026, 9, 30))
    assert report_ins.return_cards(now=NOW) == 0


def test_a_year_is_evaluated_once_and_missing_ones_are_listed(world: MemberWorld):
    row = world.report()
    rows = ReportIn.objects.visible_to(world.head)
    assert list(report_ins.without_evaluation(rows, 2026)) == [row]
    assert list(report_ins.without_evaluation(rows, 2025)) == []  # had not reported yet
    report_ins.evaluate(row, 2026, "good", "按时到岗", actor=world.head, now=NOW)
    assert list(report_ins.without_evaluation(rows, 2026)) == []
    with pytest.raises(NotNow):
        report_ins.evaluate(row, 2026, "fair", "第二次", actor=world.head, now=NOW)
    with pytest.raises(NotValid):
        report_ins.evaluate(row, 2025, "fair", "那时还没报到", actor=world.head, now=NOW)


def test_an_evaluation_is_sent_once(world: MemberWorld):
    done = report_ins.evaluate(world.report(), 2026, "good", "按时到岗", actor=world.head, now=NOW)
    report_ins.send_evaluation(done, actor=world.head, now=NOW)
    with pytest.raises(NotNow):
        report_ins.send_evaluation(done, actor=world.head, now=NOW)
    assert Notice.objects.filter(kind="party.report_in", recipient=world.hand).count() == 1


def test_the_employer_sees_its_own_reports_and_no_others(world: MemberWorld, client: Client):
    own, strange = world.report(), world.report(member=world.enter("王五"))
    client.force_login(world.hand)
    page = client.get(reverse("partybuilding:report_ins"))
    assert page.status_code == 200
    assert own.number in page.content.decode()
    assert strange.number not in page.content.decode()
    assert NAME not in page.content.decode()
    urls = [reverse("partybuilding:report_in_card", args=[row.pk]) for row in (own, strange)]
    assert [client.get(url).status_code for url in urls] == [200, 404]
    assert client.post(urls[0], {"purpose": "打印"}).status_code == 403


def test_the_printed_card_names_the_member_only_for_a_purpose(world: MemberWorld, client: Client):
    url = reverse("partybuilding:report_in_card", args=[world.report().pk])
    client.force_login(world.head)
    assert NAME not in client.get(url).content.decode()
    assert client.post(url, {"purpose": ""}).status_code == 422
    assert NAME in client.post(url, {"purpose": "送交单位"}).content.decode()
    assert AccessEvent.objects.filter(action="reveal", object_type="party_member").count() == 1


def test_the_pages_walk_through_the_three_papers(world: MemberWorld, client: Client):
    client.force_login(world.head)
    first = {"grid": COMMUNITY, "reported_on": "2026-03-01", "text": "每月一次法律咨询"}
    client.post(reverse("partybuilding:report_in_of_member", args=[world.member.pk]), first)
    row = ReportIn.objects.get()
    kind = SupportKind.objects.create(name="环境卫生")
    today = str(timezone.localdate())
    for step, body in (
        ("receive", {"version": row.version, "party": world.branch.pk}),
        ("need", {"client_id": str(ID), "kind": kind.pk, "title": "活动场地"}),
        ("entry", {"on": today, "text": "法律咨询", "hours": "1.5"}),
        ("evaluate", {"year": datetime.fromisoformat(today).year, "grade": "good", "text": "认真"}),
    ):
        answer = client.post(reverse(f"partybuilding:report_in_{step}", args=[row.pk]), body)
        assert answer.status_code == 302, (step, answer.content.decode()[-3000:])
    assert Need.objects.get(report_in=row).title == "活动场地"
    page = client.get(reverse("partybuilding:report_in", args=[row.pk])).content.decode()
    assert all(word in page for word in ("法律咨询", "活动场地", "认真"))
