"""Steps by people who may not, things of others, traces that were missing: what ordinary accounts tried."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.errors import NotAllowed, NotValid
from accounts.models import User
from grid.models import Compound
from grid.posts import PostKind
from incidents.documents import read_upload
from incidents.models import Incident
from partybuilding import agreements, links, meetings, opinions, projects, report_ins, stages, stars, units
from partybuilding.files import attach, detach
from partybuilding.models import Activity, ActivityKind, PartyFile, ReportIn, StarClaim
from partybuilding.needs import place_of
from tests import street
from tests.partybuilding import council_world, list_world, member_world, unit_world
from tests.partybuilding.council_world import CouncilWorld
from tests.partybuilding.list_world import Lists
from tests.partybuilding.member_world import MemberWorld
from tests.partybuilding.unit_world import NOW, PDF, TODAY, UnitWorld, word_file

RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="https://evil.example/x"'
    ' TargetMode="External"/></Relationships>'
)


@pytest.fixture
def lists(db: None) -> Lists:
    return list_world.build()


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: Path) -> UnitWorld:
    settings.MEDIA_ROOT = tmp_path
    return unit_world.build()


@pytest.fixture
def councils(db: None) -> CouncilWorld:
    return council_world.build()


@pytest.fixture
def party(db: None) -> MemberWorld:
    return member_world.build()


def again(user: User) -> User:
    """The same person as a new request knows her."""
    return User.objects.get(pk=user.pk)


# --- four eyes --------------------------------------------------------------------------------------------------------


def test_people_of_a_unit_who_keep_lists_too_do_not_grade_its_work(lists: Lists) -> None:
    project = lists.units.project(status="confirmed", result="已通", done_at=NOW, confirmed_at=NOW)
    street.give_post(lists.units.hand, PostKind.PARTY_OFFICER, lists.units.grids[street.STREET])
    hand = again(lists.units.hand)
    with pytest.raises(NotAllowed):
        projects.evaluate(project, grade=5, actor=hand, now=NOW)
    page = lists.get("hand", "project", project.pk).content.decode()
    assert reverse("partybuilding:project_step", args=[project.pk, "evaluate"]) not in page
    projects.evaluate(project, grade=3, actor=lists.people["partyofficer"], now=NOW)


def test_people_of_a_unit_who_decide_too_do_not_review_its_pledge(world: UnitWorld, client: Client) -> None:
    given: dict[str, Any] = {"unit": world.unit, "star": world.star, "grid": world.grids[street.COMMUNITY]}
    new = stars.NewClaim(**given, year=2026, pledge="服务微实事", due_on=TODAY.replace(month=12, day=31))
    row = stars.claim(new, actor=world.hand, now=NOW)
    street.give_post(world.hand, PostKind.PARTY_OFFICER, world.grids[street.STREET])
    with pytest.raises(NotAllowed):
        stars.review(row, grade="kept", version=None, actor=again(world.hand), now=NOW)
    client.force_login(world.hand)
    page = client.get(reverse("partybuilding:star_claim", args=[row.pk])).content.decode()
    assert reverse("partybuilding:star_claim_step", args=[row.pk, "review"]) not in page
    assert StarClaim.objects.get().status == "pledged"


def test_who_answered_a_deputy_with_an_account_does_not_evaluate_for_her(
    councils: CouncilWorld, client: Client
) -> None:
    deputy = street.make_person("deputy", "张代表")
    row = councils.opinion(deputy=deputy)
    given: dict[str, Any] = {"version": None, "now": councils.now}
    opinions.answer(row, text="已装两盏", actor=councils.head, **given)
    with pytest.raises(NotAllowed):
        opinions.rate(row, satisfaction="satisfied", actor=councils.head, **given)
    client.force_login(councils.head)
    page = client.get(reverse("partybuilding:opinion", args=[row.pk])).content.decode()
    assert reverse("partybuilding:opinion_step", args=[row.pk, "rate"]) not in page
    opinions.rate(row, satisfaction="not", actor=deputy, **given)


def test_a_member_who_keeps_the_register_does_not_review_or_evaluate_herself(party: MemberWorld) -> None:
    row = party.report()
    party.member.user = party.head
    party.member.save(update_fields=["user"])
    row = ReportIn.objects.get(pk=row.pk)
    with pytest.raises(NotAllowed):
        links.review(party.member, "year", "satisfied", "", on=member_world.TODAY, actor=party.head, now=NOW)
    with pytest.raises(NotAllowed):
        report_ins.evaluate(row, 2026, "good", "好", actor=party.head, now=NOW)


def test_a_unit_does_not_evaluate_its_own_year(party: MemberWorld) -> None:
    row = party.report(member=None, unit=party.unit)
    street.give_post(party.hand, PostKind.INSTRUCTOR, party.grids[street.COMMUNITY])
    with pytest.raises(NotAllowed):
        report_ins.evaluate(row, 2026, "good", "好", actor=again(party.hand), now=NOW)


# --- what belongs to others -------------------------------------------------------------------------------------------


def test_a_deputy_enters_opinions_under_her_own_name_alone(councils: CouncilWorld) -> None:
    deputy = street.make_person("deputy", "张代表")
    street.give_post(deputy, PostKind.DEPUTY, councils.grid)
    street.give_post(deputy, PostKind.COMMUNITY_HEAD, councils.base.grids[street.OTHER_COMMUNITY])
    new = opinions.NewOpinion(uuid4(), "congress", "李代表", "东门缺路灯", deputy=councils.head)
    row, _made = opinions.collect(new, grid=councils.grid, actor=again(deputy), now=councils.now)
    assert (row.deputy, row.deputy_name) == (deputy, "张代表")


def activity_of_the_street(world: UnitWorld) -> Activity:
    """One of the street that takes place in a community."""
    grid, kind = world.grids[street.COMMUNITY], ActivityKind.objects.create(name="邻居节")
    times = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=2), "at": NOW}
    given = {"grid": grid, "grid_code": grid.code, "level": "street", "kind": kind, "by": world.people["partyofficer"]}
    return Activity.objects.create(**given, **times, title="邻居节", place="广场")


def test_a_community_does_not_take_files_from_an_activity_of_the_street(world: UnitWorld) -> None:
    officer = world.people["partyofficer"]
    (kept,) = attach([read_upload(PDF, "签到.pdf")], owner=activity_of_the_street(world), actor=officer, now=NOW)
    with pytest.raises(NotAllowed):
        detach(kept, actor=world.people["community"], now=NOW)
    detach(kept, actor=officer, now=NOW)
    assert not PartyFile.objects.exists()


# --- traces -----------------------------------------------------------------------------------------------------------


def test_a_file_that_is_taken_away_leaves_who_took_it(world: UnitWorld) -> None:
    project, head = world.project(), world.people["community"]
    (kept,) = attach([read_upload(PDF, "验收单.pdf")], owner=project, actor=world.hand, now=NOW)
    for _twice in range(2):
        detach(kept, actor=head, now=NOW)
    (step,) = stages.steps_of(project)
    assert (step.by, step.before, step.after) == (head, project.status, project.status)
    assert "验收单.pdf" in step.text


def test_a_paper_taken_from_an_agreement_stands_in_its_record(world: UnitWorld) -> None:
    agreement, officer = world.agreement(), world.people["partyofficer"]
    (kept,) = attach([read_upload(PDF, "协议.pdf")], owner=agreement, actor=officer, now=NOW)
    detach(kept, actor=officer, now=NOW)
    ((step, _words),) = units.record_of(agreement)
    assert (step.by, "协议.pdf" in step.text) == (officer, True)


# --- sent twice -------------------------------------------------------------------------------------------------------


def test_an_agreement_that_is_sent_twice_is_one_with_its_papers_and_one_line_in_the_record(world: UnitWorld) -> None:
    given: dict[str, Any] = {"unit": world.unit, "grid": world.grids[street.STREET], "kind": "co_building"}
    new = agreements.NewAgreement(**given, title="共建协议", signed_on=TODAY, starts_on=TODAY)
    paper = read_upload(PDF, "协议.pdf")
    first, again_ = (
        agreements.sign(new, files=[paper], actor=world.people["partyofficer"], now=NOW) for _twice in range(2)
    )
    assert (first, first.files.count(), len(units.record_of(first))) == (again_, 1, 1)


def test_a_review_that_deducts_does_so_once_however_often_it_is_sent(party: MemberWorld) -> None:
    for why in ("没来", "没来", "电话不接"):
        links.review(party.member, "everyday", "not", why, on=member_world.TODAY, actor=party.head, now=NOW)
    assert party.member.link_reviews.count() == 2


def test_who_is_asked_in_words_is_asked_once(councils: CouncilWorld) -> None:
    meeting = councils.meeting(days=2)
    for role in ("3号楼居民5人", "3号楼居民5人", "物业"):
        meetings.invite(meeting, meetings.NewGuest(role=role), actor=councils.head, now=councils.now)
    assert meeting.guests.count() == 2


# --- who reads along --------------------------------------------------------------------------------------------------

PHONE = "13812345678"


def test_units_read_no_phone_that_somebody_typed_into_a_need_or_a_project(lists: Lists) -> None:
    need = lists.need(title=f"找王大妈{PHONE}", text=f"电话{PHONE}", place=f"门卫{PHONE}")
    project = lists.project(need, title=f"疏通{PHONE}", text=f"联系{PHONE}")
    given: dict[str, Any] = {"actor": lists.units.hand, "now": NOW}
    projects.agree(project, promised_on=TODAY, **given)
    projects.finish(project, projects.Result(f"已告知{PHONE}"), **given)
    for page in (lists.get("hand", "project", project.pk), lists.get("gridleader", "need", need.pk)):
        assert page.status_code == 200
        assert PHONE not in page.content.decode()


def test_a_phone_is_not_kept_with_a_contact_of_a_household(party: MemberWorld) -> None:
    given: dict[str, Any] = {"actor": party.head, "now": NOW, "client_id": uuid4()}
    contact, _made = links.record_contact(party.link(), "visit", f"新号{PHONE}", **given)
    assert PHONE not in contact.text


def test_the_door_of_a_case_is_not_proposed_as_the_place_of_a_need() -> None:
    case = Incident(address="政通路12号院3号楼2单元502室")
    assert place_of(case) == "政通路12号院3号楼"
    assert place_of(Incident(address="东门旁", compound=Compound(name="政通路12号院"))) == "政通路12号院"


# --- rubbish ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["attachedTemplate", "oleObject", "frame", "image"])
def test_a_paper_that_fetches_something_when_it_is_opened_is_refused(kind: str) -> None:
    data = word_file(**{"word___rels__settings.xml.rels": RELATION.format(kind=kind)})
    with pytest.raises(NotValid):
        read_upload(data, "通知.docx")


def test_a_link_in_a_paper_is_no_harm() -> None:
    data = word_file(**{"word___rels__document.xml.rels": RELATION.format(kind="hyperlink")})
    assert read_upload(data, "通知.docx").size == len(data)


@pytest.mark.parametrize("forum", ["9" * 5000, "１２", "-1", "x"])
def test_a_forum_of_rubbish_in_the_address_is_refused_in_words(
    councils: CouncilWorld, client: Client, forum: str
) -> None:
    client.force_login(councils.head)
    assert client.get(reverse("partybuilding:meeting_new"), {"forum": forum}).status_code == 400
