"""Partner units, agreements, seats, alliances: rules, pages, who sees what."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent
from grid.models import Organization
from partybuilding import agreements, alliances, seats, units
from partybuilding.agreements import NewAgreement, state_of, unmanaged_cover
from partybuilding.models import (
    Agreement,
    Alliance,
    Forum,
    ForumMeeting,
    PartnerKind,
    PartnerUnit,
    Resolution,
    Topic,
)
from partybuilding.units import UnitFacts
from tests import street
from tests.partybuilding import unit_world
from tests.partybuilding.unit_world import NOW, PDF, TODAY, UnitWorld


@pytest.fixture
def world(db: None) -> UnitWorld:
    return unit_world.build()


def signed(world: UnitWorld, **more: Any) -> NewAgreement:
    values = {
        "unit": world.unit,
        "grid": world.grids[street.STREET],
        "kind": "property",
        "title": "红色物业服务框架协议",
    }
    return NewAgreement(**{**values, "signed_on": TODAY, "starts_on": TODAY} | more)


# --- units ------------------------------------------------------------------------------------------------------------


def test_an_organization_becomes_a_partner_once(world):
    body = Organization.objects.get(code="police")
    unit = units.join(UnitFacts(organization=body), actor=world.people["partyofficer"], now=NOW)
    assert (unit.joined_on, unit.grid_code) == (TODAY, street.STREET)
    with pytest.raises(NotNow):
        units.join(UnitFacts(organization=body), actor=world.people["partyofficer"], now=NOW)


def test_a_new_unit_brings_its_organization_and_a_known_name_is_pointed_out(world):
    facts = UnitFacts(name="道成律所", grid=world.grids[street.COMMUNITY], contact_phone="13812345678")
    unit = units.join(facts, actor=world.people["community"], now=NOW)
    assert (unit.organization.kind, units.contact(unit)) == ("enterprise", "138****5678")
    with pytest.raises(NotValid) as refusal:
        units.join(facts, actor=world.people["community"], now=NOW)
    assert "name" in refusal.value.fields


def test_a_community_makes_no_partner_for_the_street(world):
    with pytest.raises(NotAllowed):
        units.join(UnitFacts(name="某公司", grid=world.grids[street.STREET]), actor=world.people["community"], now=NOW)


def test_an_empty_contact_keeps_the_one_that_is_there_and_an_old_page_is_refused(world):
    officer = world.people["partyofficer"]
    changed = units.change(world.unit, UnitFacts(strengths="管道"), version=1, actor=officer, now=NOW)
    assert (changed.contact_phone, changed.strengths, changed.version) == ("13612345678", "管道", 2)
    with pytest.raises(NotNow):
        units.change(world.unit, UnitFacts(), version=1, actor=officer, now=NOW)


def test_a_unit_with_open_projects_does_not_leave(world):
    officer = world.people["partyofficer"]
    project = world.project(status="proposed")
    with pytest.raises(NotNow):
        units.leave(world.unit, on=TODAY, version=None, actor=officer, now=NOW)
    project.delete()
    assert units.leave(world.unit, on=TODAY, version=None, actor=officer, now=NOW).left_on == TODAY
    assert units.come_back(world.unit, version=None, actor=officer, now=NOW).left_on is None


def test_the_contact_is_opened_with_a_purpose_and_recorded(world, client: Client):
    client.force_login(world.people["partyofficer"])
    address = reverse("partybuilding:unit_contact", args=[world.unit.pk])
    assert "13612345678" not in client.get(reverse("partybuilding:unit", args=[world.unit.pk])).content.decode()
    assert "13612345678" in client.post(address, {"purpose": "约定疏通时间"}).content.decode()
    assert AccessEvent.objects.filter(action="reveal", object_type="partnerunit").count() == 1
    client.force_login(world.people["gridleader"])
    assert client.post(address, {"purpose": "约定时间"}).status_code == 403


def test_people_of_a_unit_see_their_unit_and_no_other(world, client: Client):
    world.agreement()
    client.force_login(world.hand)
    page = client.get(reverse("partybuilding:unit", args=[world.unit.pk])).content.decode()
    assert "共建协议" in page
    assert client.get(reverse("partybuilding:unit", args=[world.other.pk])).status_code == 404
    assert list(client.get(reverse("partybuilding:units")).context["page"].rows) == [world.unit]
    assert client.get(reverse("partybuilding:unit_edit", args=[world.unit.pk])).status_code == 403


def test_the_list_costs_the_same_for_any_number_of_units(world, client: Client, django_assert_max_num_queries):
    client.force_login(world.people["partyofficer"])
    kind = PartnerKind.objects.create(family="six", name="驻区单位")
    for number in range(12):
        unit_world.make_unit(world.grids[street.COMMUNITY], f"商户{number}").kinds.add(kind)
    client.get(reverse("partybuilding:units"))
    with django_assert_max_num_queries(9):
        page = client.get(reverse("partybuilding:units"), {"family": "six"})
    assert len(page.context["page"].rows) == 12
    assert client.get(reverse("partybuilding:units"), {"state": "left"}).context["page"].rows == []
    assert client.get(reverse("partybuilding:units"), {"colour": "red"}).status_code == 400


def test_the_excel_list_is_masked_and_recorded(world, client: Client):
    client.force_login(world.people["partyofficer"])
    content = client.get(reverse("partybuilding:units_excel"))
    assert content.status_code == 200
    assert AccessEvent.objects.filter(action="export", object_type="partnerunit").count() == 1
    assert b"13612345678" not in content.content


def test_a_unit_is_entered_on_the_page(world, client: Client):
    client.force_login(world.people["community"])
    body = {
        "name": "康桥悦生活",
        "kind": "property",
        "grid": world.grids[street.COMMUNITY].pk,
        "joined_on": "2026-11-01",
    }
    answer = client.post(reverse("partybuilding:unit_new"), body)
    made = PartnerUnit.objects.get(organization__name="康桥悦生活")
    assert answer["Location"] == reverse("partybuilding:unit", args=[made.pk])
    again = client.post(reverse("partybuilding:unit_new"), body)
    assert again.status_code == 422


# --- agreements -------------------------------------------------------------------------------------------------------


def test_a_framework_agreement_covers_the_compounds_nobody_manages(world):
    officer = world.people["partyofficer"]
    compounds = [world.compound(f"{n}号院") for n in range(5)]
    assert unmanaged_cover(officer, TODAY) == {"all": 5, "covered": 0, "open": 5}
    agreements.sign(signed(world, compounds=compounds[:3]), actor=officer, now=NOW)
    assert unmanaged_cover(officer, TODAY) == {"all": 5, "covered": 3, "open": 2}
    assert unmanaged_cover(officer, TODAY - timedelta(days=1))["covered"] == 0


def test_a_compound_outside_the_grid_is_refused(world):
    far = world.compound("铭功路院", code=street.OTHER_COMMUNITY)
    with pytest.raises(NotValid) as refusal:
        agreements.sign(signed(world, compounds=[far]), actor=world.people["partyofficer"], now=NOW)
    assert "compounds" in refusal.value.fields


@pytest.mark.parametrize(
    ("days", "state"),
    [
        ({}, "running"),
        ({"ends_on": TODAY + timedelta(days=60)}, "soon"),
        ({"ends_on": TODAY + timedelta(days=61)}, "running"),
    ],
)
def test_what_ends_within_two_months_ends_soon(world, days, state):
    assert state_of(world.agreement(**days), TODAY) == state


def test_an_agreement_ended_early_is_over_and_cannot_end_twice(world):
    officer = world.people["partyofficer"]
    row = world.agreement()
    with pytest.raises(NotValid):
        agreements.end_early(row, on=TODAY, text=" ", version=None, actor=officer, now=NOW)
    ended = agreements.end_early(row, on=TODAY, text="单位搬走", version=None, actor=officer, now=NOW)
    assert state_of(ended, TODAY) == "early"
    with pytest.raises(NotNow):
        agreements.end_early(row, on=TODAY, text="再次", version=None, actor=officer, now=NOW)


def test_an_agreement_is_entered_on_the_page_with_file_and_all_unmanaged_compounds(world, client: Client):
    world.compound()
    world.compound("有物业小区", is_unmanaged=False)
    client.force_login(world.people["partyofficer"])
    body = {"grid": world.grids[street.STREET].pk, "kind": "property", "title": "框架协议", "all_unmanaged": "on"}
    days = {"signed_on": "2026-01-05", "starts_on": "2026-01-05"}
    files = {"files": SimpleUploadedFile("协议.pdf", PDF)}
    client.post(reverse("partybuilding:agreement_new", args=[world.unit.pk]), body | days | files)
    row = Agreement.objects.get(title="框架协议")
    assert [one.name for one in row.compounds.all()] == ["政通路12号院"]
    page = client.get(reverse("partybuilding:agreement", args=[row.pk])).content.decode()
    assert "协议.pdf" in page
    listed = client.get(reverse("partybuilding:agreements"), {"state": "running"})
    assert listed.context["cover"] == {"all": 1, "covered": 1, "open": 0}


def test_the_street_agreement_is_seen_by_its_communities_and_by_nobody_next_door(world):
    row = agreements.sign(signed(world), actor=world.people["partyofficer"], now=NOW)
    assert Agreement.objects.visible_to(world.people["community"]).filter(pk=row.pk).exists()
    assert Agreement.objects.visible_to(world.hand).filter(pk=row.pk).exists()
    stranger = street.make_person("stranger")
    street.give_post(stranger, "community_head", world.grids[street.OTHER_COMMUNITY])
    assert not Agreement.objects.visible_to(stranger).exists()


# --- seats and alliances ----------------------------------------------------------------------------------------------


def test_a_seat_has_duties_and_stands_once(world, client: Client):
    head = world.people["community"]
    given = {"holder": "李主任", "duties": "参加每季度会议\n\n领办一件实事", "since": date(2026, 1, 1)}
    seat = seats.give(world.committee, world.unit, actor=head, now=NOW, **given)
    assert seats.duties_of(seat) == ["参加每季度会议", "领办一件实事"]
    with pytest.raises(NotNow):
        seats.give(world.committee, world.unit, actor=head, now=NOW, **given)
    client.force_login(head)
    page = client.get(reverse("partybuilding:committees"))
    assert (page.context["seats"], page.context["units"]) == (1, 1)
    seats.end(seat, until=TODAY, actor=head, now=NOW)
    assert client.get(reverse("partybuilding:committees")).context["seats"] == 0


def test_seats_are_in_grand_committees_only_and_given_by_party_work(world):
    given = {"holder": "李主任", "since": TODAY, "now": NOW}
    with pytest.raises(NotAllowed):
        seats.give(world.committee, world.unit, actor=world.people["gridleader"], **given)
    world.committee.is_grand = False
    with pytest.raises(NotValid):
        seats.give(world.committee, world.unit, actor=world.people["community"], **given)


def alliance(world: UnitWorld, **more: Any) -> Alliance:
    facts = alliances.AllianceFacts("红色物业联盟", "property", world.grids[street.STREET], **more)
    return alliances.found(facts, actor=world.people["partyofficer"], now=NOW)


def test_an_alliance_counts_what_it_solved_before_and_since(world):
    row = alliance(world, solved_before=500)
    decided(world, row)
    world.project(alliance=row, status="confirmed", done_at=NOW, result="通了", confirmed_at=NOW)
    world.project(alliance=row, title="停在半路")
    found = alliances.with_figures(Alliance.objects.filter(pk=row.pk)).get()
    assert (found.solved_before, found.done, found.decided) == (500, 1, 1)


def decided(world: UnitWorld, row: Alliance) -> None:
    made = {"grid": row.grid, "grid_code": row.grid_code}
    by = {"by": world.people["gridleader"], **made}
    forum = Forum.objects.create(name="红色物业议事会", kind="alliance", alliance=row, **made)
    meeting = ForumMeeting.objects.create(forum=forum, title="议事", starts_at=NOW, at=NOW, **by)
    topic = Topic.objects.create(title="停车", principle="hard", meeting=meeting, at=NOW, **by)
    given = {"topic": topic, "text": "划线", "result": "已划", "owner": "物业", "due_on": TODAY, "decided_at": NOW}
    Resolution.objects.create(**given, status="done", ended_at=NOW, **by)


def test_units_join_once_one_leads_and_all_leave_with_the_alliance(world):
    officer, row = world.people["partyofficer"], alliance(world)
    second = unit_world.make_unit(world.grids[street.STREET], "东来地产")
    first = alliances.add(row, world.unit, role="lead", since=date(2026, 1, 1), actor=officer, now=NOW)
    alliances.add(row, second, role="lead", since=date(2026, 2, 1), actor=officer, now=NOW)
    first.refresh_from_db()
    assert first.role == "member"
    with pytest.raises(NotNow):
        alliances.add(row, second, role="member", since=TODAY, actor=officer, now=NOW)
    alliances.dissolve(row, version=None, actor=officer, now=NOW)
    assert row.memberships.filter(until=TODAY).count() == 2


def test_the_page_of_an_alliance_shows_its_members(world, client: Client):
    row = alliance(world, activities_before=600)
    client.force_login(world.people["partyofficer"])
    body = {"unit": world.unit.pk, "role": "lead", "since": "2026-03-01"}
    client.post(reverse("partybuilding:alliance_add", args=[row.pk]), body)
    page = client.get(reverse("partybuilding:alliance", args=[row.pk]))
    assert (page.context["activities_all"], len(page.context["members"])) == (600, 1)
    client.post(reverse("partybuilding:alliance_drop", args=[row.pk, page.context["members"][0].pk]))
    assert client.get(reverse("partybuilding:alliances")).context["rows"][0].members == 0


def test_the_phone_home_of_a_unit_leads_to_its_page(world, client: Client):
    client.force_login(world.hand)
    phone = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148"}
    home = client.get(reverse("incidents:phone_home"), headers=phone).content.decode()
    assert reverse("partybuilding:units") in home
    assert str(world.unit) in client.get(reverse("partybuilding:units"), headers=phone).content.decode()
