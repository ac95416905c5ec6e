"""党员联户: doors are given once, contacts are kept once, coverage counts what is there, reviews deduct openly."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent
from grid.models import Building
from partybuilding import links, member_figures
from partybuilding.models import HouseholdLink, LinkContact
from tests.partybuilding.member_world import ID, NAME, NOW, TODAY, MemberWorld, build
from tests.street import COMMUNITY, GRID, MICRO, OTHER_GRID

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> MemberWorld:
    return build()


def test_a_door_has_one_member_in_any_spelling(world: MemberWorld):
    other = world.enter("王五")
    made = links.give_doors(
        world.member, world.building, [("1", "101室"), ("１单元", "１０２")], actor=world.head, now=NOW
    )
    assert [(one.unit, one.room) for one in made] == [("1单元", "101"), ("1单元", "102")]
    with pytest.raises(NotValid) as caught:
        links.give_doors(other, world.building, [("2", "201"), ("1", "102")], actor=world.head, now=NOW)
    assert "1单元102" in caught.value.fields["rooms"][0]
    assert HouseholdLink.objects.count() == 2  # 201 neither
    assert links.give_doors(world.member, world.building, [("1", "101")], actor=world.head, now=NOW) == []


def test_doors_are_given_only_where_one_edits(world: MemberWorld):
    with pytest.raises(NotAllowed):
        links.give_doors(world.member, world.building, [("1", "101")], actor=world.people["gridleader"], now=NOW)
    far = Building.objects.create(compound=world.building.compound, grid=world.grids[OTHER_GRID], name="9号楼")
    with pytest.raises(NotAllowed):
        links.give_doors(world.member, far, [("1", "101")], actor=world.head, now=NOW)


def test_an_ended_door_can_be_given_to_another(world: MemberWorld):
    link = world.link()
    links.end_link(link, actor=world.head, now=NOW + timedelta(days=3))
    with pytest.raises(NotNow):
        links.end_link(link, actor=world.head, now=NOW + timedelta(days=3))
    with pytest.raises(NotNow):
        links.record_contact(link, "visit", "", actor=world.head, now=NOW + timedelta(days=5), client_id=ID)
    assert world.link(member=world.enter("王五")).room == "101"


def test_a_contact_sent_twice_is_one_and_another_content_is_a_conflict(world: MemberWorld):
    link = world.link()
    first, made = links.record_contact(link, "visit", "一切正常", actor=world.head, now=NOW, client_id=ID)
    again, anew = links.record_contact(link, "visit", "一切正常", actor=world.head, now=NOW, client_id=ID)
    assert (made, anew, again.pk) == (True, False, first.pk)
    with pytest.raises(NotNow):
        links.record_contact(link, "phone", "别的", actor=world.head, now=NOW, client_id=ID)


def test_the_member_herself_notes_her_contacts_and_nobody_elses(world: MemberWorld):
    link, herself = world.link(), world.people["gridleader"]
    with pytest.raises(NotAllowed):
        links.record_contact(link, "visit", "", actor=herself, now=NOW, client_id=ID)
    world.member.user = herself
    world.member.save(update_fields=["user"])
    link = HouseholdLink.objects.select_related("member").get(pk=link.pk)
    assert links.record_contact(link, "visit", "", actor=herself, now=NOW, client_id=ID)[1]
    strange = world.link("102", world.enter("王五"))
    with pytest.raises(NotAllowed):
        links.record_contact(strange, "visit", "", actor=herself, now=NOW, client_id=uuid4())


def test_coverage_counts_doors_members_and_recent_contacts(world: MemberWorld):
    first, other = world.link("101"), world.enter("王五")
    world.link("102"), world.link("201", other)
    links.record_contact(first, "visit", "", actor=world.head, now=NOW - timedelta(days=10), client_id=ID)
    below = {one.key: one for one in member_figures.coverage_below(world.grids[COMMUNITY], today=TODAY, days=30)}
    line = below[GRID]
    assert (line.households, line.linked, line.members, line.contacted) == (20, 3, 2, 1)
    assert line.rate == pytest.approx(0.15)
    (house,) = member_figures.coverage_of_buildings(world.grids[MICRO], today=TODAY, days=5)
    assert (house.linked, house.contacted) == (3, 0)


def test_coverage_without_a_count_of_households_has_no_rate(world: MemberWorld):
    Building.objects.update(households=None)
    world.link()
    (house,) = member_figures.coverage_of_buildings(world.grids[MICRO], today=TODAY, days=30)
    assert (house.households, house.rate) == (None, None)


def test_few_and_many_households_are_told_and_about_ten_are_not():
    assert [bool(links.unusual(n)) for n in (0, 4, 5, 10, 12, 20, 21)] == [True, True, False, False, False, False, True]


def test_a_review_that_deducts_needs_words_and_is_only_counted(world: MemberWorld):
    world.link()
    with pytest.raises(NotValid) as caught:
        links.review(world.member, "half", "not", "", on=TODAY, actor=world.head, now=NOW)
    assert "text" in caught.value.fields
    links.review(world.member, "half", "basically", "来得少", on=TODAY, actor=world.head, now=NOW)
    links.review(world.member, "year", "satisfied", "", on=TODAY, actor=world.head, now=NOW)
    (row,) = member_figures.linking_members(world.head, code=COMMUNITY, today=TODAY)
    assert (row.doors, row.deducting) == (1, 1)


def test_the_pages_link_doors_and_note_a_contact(world: MemberWorld, client: Client):
    client.force_login(world.head)
    given = {"building": world.building.pk, "unit": "1", "rooms": "101、102，2单元201"}
    assert client.post(reverse("partybuilding:link_new", args=[world.member.pk]), given).status_code == 302
    doors = HouseholdLink.objects.order_by("pk").values_list("unit", "room")
    assert list(doors) == [("1单元", "101"), ("1单元", "102"), ("2单元", "201")]
    link = HouseholdLink.objects.earliest("pk")
    url, note = reverse("partybuilding:link", args=[link.pk]), {"client_id": str(ID), "way": "phone", "text": "平安"}
    assert [client.post(url, note).status_code for _n in range(2)] == [302, 302]
    assert LinkContact.objects.get().text == "平安"
    assert "福民花园1号楼1单元101" in client.get(url).content.decode()


def test_a_grid_leader_reads_but_does_not_note(world: MemberWorld, client: Client):
    link = world.link()
    client.force_login(world.people["gridleader"])
    url = reverse("partybuilding:link", args=[link.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"client_id": str(ID), "way": "phone"}).status_code == 403


def test_the_excel_list_is_masked_and_recorded(world: MemberWorld, client: Client):
    world.link()
    client.force_login(world.head)
    answer = client.get(reverse("partybuilding:link_excel"))
    assert answer.status_code == 200
    assert AccessEvent.objects.filter(action="export", object_type="household_link").count() == 1


def test_systems_note_a_contact_once(world: MemberWorld):
    link, api = world.link(), APIClient()
    api.force_authenticate(world.head)
    url = f"/api/v1/party/household-links/{link.pk}/contacts/"
    body = {"client_id": str(ID), "way": "visit", "text": "平安"}
    assert [api.post(url, body, format="json").status_code for _n in range(2)] == [201, 200]
    assert api.post(url, {**body, "way": "shout"}, format="json").status_code == 400
    shown = api.get(f"/api/v1/party/members/{world.member.pk}/").json()
    assert (shown["name"], shown["households"]) == ("欧阳**", 1)
    assert NAME not in str(api.get("/api/v1/party/members/").json())
