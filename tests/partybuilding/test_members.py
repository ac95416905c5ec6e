"""Members: sealed, masked, found by a whole phone, opened with a purpose; entered once, moved, brought in, left."""

from datetime import date, timedelta
from threading import Thread

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent
from accounts.searches import SEARCHES
from partybuilding import member_figures, members
from partybuilding.models import PartyMember, PartyStep
from tests.partybuilding.member_world import NAME, NOW, PHONE, TODAY, MemberWorld, build, make_party
from tests.street import COMMUNITY, GRID, OTHER_GRID

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> MemberWorld:
    return build()


def test_name_and_phone_are_sealed_in_the_table(world: MemberWorld):
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM partybuilding_partymember t")
        (text,) = cursor.fetchone()
    assert NAME not in text
    assert PHONE not in text
    world.member.refresh_from_db()
    assert (world.member.name, world.member.phone) == (NAME, PHONE)


def test_only_who_edits_party_work_there_enters_a_member(world: MemberWorld):
    given = {"name": "王五", "management": "direct"}
    with pytest.raises(NotAllowed):
        members.enter(world.grids[GRID], given, actor=world.people["gridleader"], now=NOW)
    with pytest.raises(NotAllowed):
        members.enter(world.grids[OTHER_GRID], given, actor=world.head, now=NOW)


def test_the_second_click_of_one_form_is_refused(world: MemberWorld):
    world.enter("王五", phone="13900001111")
    with pytest.raises(NotValid) as caught:
        world.enter("王五", phone="139 0000 1111")
    assert "name" in caught.value.fields
    world.enter("王六", phone="13900001111")  # husband and wife share a phone


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "12345"),
        ("management", "none"),
        ("joined_year", 1920),
        ("found_on", TODAY + timedelta(days=9)),
        ("name", " "),
    ],
)
def test_what_cannot_be_is_named_by_its_field(world: MemberWorld, field: str, value: object):
    with pytest.raises(NotValid) as caught:
        world.enter(**{field: value})  # type: ignore[arg-type]
    assert field in caught.value.fields


def test_an_exact_phone_finds_its_member_and_the_search_is_recorded_without_it(world: MemberWorld):
    found = members.find_members("138 1234 5678", actor=world.head, now=NOW)
    assert [one.pk for one in found] == [world.member.pk]
    event = AccessEvent.objects.get(action="search", object_type="party_member")
    assert PHONE not in f"{event.object_id}{event.purpose}{event.fields}"
    assert members.find_members("13812345679", actor=world.head, now=NOW) == []


def test_lists_of_phones_are_not_tried(world: MemberWorld):
    for n in range(SEARCHES):
        members.find_members(f"139{n:08d}", actor=world.head, now=NOW)
    with pytest.raises(NotNow):
        members.find_members("13900009999", actor=world.head, now=NOW)


def test_a_member_is_opened_only_with_a_purpose_and_the_right(world: MemberWorld):
    with pytest.raises(NotAllowed):
        members.reveal_member(world.member, actor=world.people["gridleader"], purpose="通知", now=NOW)
    with pytest.raises(NotValid):
        members.reveal_member(world.member, actor=world.head, purpose=" ", now=NOW)
    shown = members.reveal_member(world.member, actor=world.head, purpose="通知开会", now=NOW)
    assert (shown.name, shown.phone) == (NAME, PHONE)
    assert AccessEvent.objects.get(action="reveal").purpose == "通知开会"


def test_the_history_says_which_fields_never_what(world: MemberWorld):
    members.edit(world.member, {"phone": "13900002222", "joined_year": 1999}, actor=world.head, now=NOW)
    step = PartyStep.objects.filter(subject="partymember").last()
    assert step is not None
    assert (step.after, step.text) == ("changed", "phone,joined_year")
    world.member.refresh_from_db()
    assert [m.pk for m in members.find_members("13900002222", actor=world.head, now=NOW)] == [world.member.pk]


def test_a_stale_form_is_refused(world: MemberWorld):
    members.edit(world.member, {"joined_year": 1999}, actor=world.head, now=NOW, version=1)
    with pytest.raises(NotNow):
        members.edit(world.member, {"joined_year": 2000}, actor=world.head, now=NOW, version=1)


def test_a_hidden_member_is_brought_in_once(world: MemberWorld):
    found = world.enter("李隐", found="hidden", found_on=date(2026, 10, 1))
    members.bring_in(found, world.branch, actor=world.head, now=NOW)
    found.refresh_from_db()
    assert (found.party_id, found.brought_in_on) == (world.branch.pk, TODAY)
    with pytest.raises(NotNow):
        members.bring_in(found, world.branch, actor=world.head, now=NOW)


def test_nobody_is_put_into_an_organization_of_others_or_one_that_ended(world: MemberWorld):
    far = make_party(world.grids[OTHER_GRID], "远方支部", "branch")
    with pytest.raises(NotAllowed):
        members.edit(world.member, {"party": far}, actor=world.head, now=NOW)
    world.branch.ended_on = TODAY
    world.branch.save(update_fields=["ended_on"])
    with pytest.raises(NotValid):
        world.enter(party=world.branch)


def test_the_cleanup_report_balances(world: MemberWorld):
    world.enter("甲", found="hidden", party=world.branch)
    world.enter("乙", found="pocket")
    gone = world.enter("丙", found="pocket")
    members.leave(gone, "迁出", on=TODAY, actor=world.head, now=NOW)
    (line,) = member_figures.cleanup(PartyMember.objects.visible_to(world.head))
    assert line.code == COMMUNITY
    counts = line.counts
    assert counts == {"all": 3, "hidden": 1, "pocket": 2, "brought_in": 1, "outside": 1, "gone": 1}


def test_the_four_ways_of_management_add_up(world: MemberWorld):
    for way in ("direct", "direct", "taken_over", "participating"):
        world.enter(f"{way}{PartyMember.objects.count()}", management=way)
    (line,) = member_figures.by_management(PartyMember.objects.visible_to(world.head))
    assert line.total == sum(line.counts[way] for way in PartyMember.Management.values) == 5
    assert line.counts["direct"] == 2


def test_who_left_has_no_households_and_is_not_changed(world: MemberWorld):
    link = world.link()
    members.leave(world.member, "迁出", on=TODAY, actor=world.head, now=NOW + timedelta(days=2))
    link.refresh_from_db()
    assert link.until == TODAY + timedelta(days=1)  # a tenure has at least one day
    with pytest.raises(NotNow):
        members.edit(world.member, {"joined_year": 1999}, actor=world.head, now=NOW)


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["members", "links", "report_ins", "member_cleanup"])
def test_lists_ask_the_same_number_of_queries_however_long(world: MemberWorld, client: Client, page: str):
    client.force_login(world.head)
    url = reverse(f"partybuilding:{page}")
    client.get(url)
    short = _queries(client, url)
    for n in range(8):
        one = world.enter(f"成员{n}", phone=f"139{n:08d}", found="hidden")
        world.link(f"{n}01", one)
        world.report(member=one)
    assert _queries(client, url) <= short + 2  # the first rows bring their own prefetches along
    long = _queries(client, url)
    for n in range(8, 16):
        one = world.enter(f"成员{n}", phone=f"139{n:08d}", found="hidden")
        world.link(f"{n}01", one)
        world.report(member=one)
    assert _queries(client, url) == long


def _queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_the_forms_walk_from_entering_to_leaving(world: MemberWorld, client: Client):
    client.force_login(world.head)
    new = {"grid": GRID, "name": "张三丰", "phone": "13900002222", "management": "direct", "joined_year": "1990"}
    answer = client.post(reverse("partybuilding:member_new"), new)
    made = PartyMember.objects.order_by("-pk")[0]
    assert answer["Location"] == reverse("partybuilding:member", args=[made.pk])
    page = client.get(answer["Location"]).content.decode()
    assert "张**" in page
    assert "张三丰" not in page
    edit = {"version": 1, "name": "", "phone": "", "management": "taken_over"}
    assert client.post(reverse("partybuilding:member_edit", args=[made.pk]), edit).status_code == 302
    stale = client.post(
        reverse("partybuilding:member_bring_in", args=[made.pk]), {"version": 1, "party": world.branch.pk}
    )
    assert stale.status_code == 409
    assert 'value="2"' in stale.content.decode()
    leave = {"version": 2, "on": str(TODAY), "why": "迁出"}
    assert client.post(reverse("partybuilding:member_leave", args=[made.pk]), leave).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.management, made.left_on) == ("张三丰", "taken_over", TODAY)


def test_the_search_page_keeps_the_phone_out_of_the_page(world: MemberWorld, client: Client):
    client.force_login(world.head)
    page = client.post(reverse("partybuilding:member_search"), {"number": PHONE}).content.decode()
    assert "138****5678" in page
    assert PHONE not in page


@pytest.mark.parametrize("given", ["management=nobody", "grid=x'", "found=maybe"])
def test_a_filter_that_is_none_is_refused(world: MemberWorld, client: Client, given: str):
    client.force_login(world.head)
    assert client.get(f"{reverse('partybuilding:members')}?{given}").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_enter_one_member():
    world, wrong = build(), []

    def click() -> None:
        try:
            world.enter("双击", phone="13900003333")
        except NotValid as error:
            wrong.append(error)
        finally:
            connections.close_all()

    clicks = [Thread(target=click) for _n in range(3)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert PartyMember.objects.filter(grid_code=GRID).count() == 2
    assert len(wrong) == 2
