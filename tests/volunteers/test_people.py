"""Volunteers and teams: registered once, minors with a guardian, approved by somebody else, erased when they leave."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent, User
from grid.models import Grid
from notices.models import Notice
from tests import street
from tests.street import COMMUNITY, GRID, OTHER_GRID
from tests.volunteers.conftest import make_service
from volunteers import people, people_secrets, people_stages, services, teams
from volunteers.models import HourRecord, Membership, Shift, SignUp, Team, Volunteer, VolunteerRecord, VolunteerStep

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
PHONE = "13812345678"
GIVEN: dict[str, Any] = {"name": "欧阳占元", "phone": PHONE, "birth_year": 1960, "consent": True}
CHILD: dict[str, Any] = {
    "name": "欧阳小占",
    "birth_year": 2012,
    "guardian_name": "欧阳占元",
    "guardian_phone": PHONE,
    "guardian_agreed_on": TODAY,
    "consent": True,
}


@dataclass
class World:
    grids: dict[str, Grid]
    staff: dict[str, User]
    someone: User

    @property
    def head(self) -> User:
        return self.staff["community"]

    def enter(self, **more: Any) -> Volunteer:
        return people.enter(self.grids[GRID], GIVEN | more, actor=self.head, now=NOW)

    def join(self, **more: Any) -> Volunteer:
        return people.register(self.grids[COMMUNITY], GIVEN | more, actor=self.someone, now=NOW)

    def active(self, user: User | None = None, **more: Any) -> Volunteer:
        row = self.enter(**more)
        return people.change(row, {"user": user}, actor=self.head, now=NOW) if user else row

    def team(self, leader: Volunteer | None = None, name: str = "银龄互助队") -> Team:
        return teams.found(self.grids[COMMUNITY], {"name": name, "leader": leader}, actor=self.head, now=NOW)


@pytest.fixture
def world() -> World:
    grids = street.build_streets()
    return World(grids, street.make_roles(grids), street.make_person("resident", "欧阳占元"))


def login(client: Client, user: User) -> None:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def test_one_registers_and_the_community_is_told_and_decides(world: World):
    row = world.join()
    assert (row.status, row.number, row.user) == ("applied", "ZY2026000001", world.someone)
    assert Notice.objects.filter(recipient=world.head, kind="volunteer.applied").count() == 1
    people_stages.approve(row, actor=world.head, now=NOW)
    told = Notice.objects.get(recipient=world.someone)
    assert told.kind == "volunteer.active"
    assert row.number in told.body


def test_numbers_are_one_after_the_other_whatever_the_grid(world: World):
    first, second = world.enter(), world.enter(phone="13812345679")
    assert [first.number, second.number] == ["ZY2026000001", "ZY2026000002"]


def test_the_same_draft_sent_twice_is_one_volunteer_and_one_phone_stands_once(world: World):
    key = UUID(int=5)
    given = {"actor": world.someone, "now": NOW, "client_id": key}
    first = people.register(world.grids[COMMUNITY], GIVEN, **given)
    assert people.register(world.grids[COMMUNITY], GIVEN, **given).pk == first.pk
    with pytest.raises(NotNow):
        world.join(phone="13812345670")
    with pytest.raises(NotValid) as caught:
        world.enter(name="别人")
    assert "phone" in caught.value.fields
    assert Volunteer.objects.count() == 1


def test_whoever_tries_phones_out_is_stopped(world: World):
    for n in range(6):
        world.enter(phone=f"138{n:04d}5678")
    tried: list[type] = []
    for n in range(6):
        with pytest.raises((NotValid, NotNow)) as caught:
            world.join(phone=f"138{n:04d}5678")
        tried.append(caught.type)
    assert tried == [NotValid] * 5 + [NotNow]


def test_the_phone_of_the_account_takes_over_the_row_that_staff_entered(world: World):
    row = world.enter()
    with pytest.raises(NotValid):
        world.join()  # anybody can type a phone
    world.someone.set_phone(PHONE)
    world.someone.save()
    assert world.join().pk == row.pk
    row.refresh_from_db()
    assert (row.user, row.status) == (world.someone, "active")


@pytest.mark.parametrize(
    ("missing", "nothing"), [("guardian_name", ""), ("guardian_phone", ""), ("guardian_agreed_on", None)]
)
def test_a_minor_needs_a_guardian(world: World, missing: str, nothing: object):
    with pytest.raises(NotValid) as caught:
        people.enter(world.grids[GRID], CHILD | {missing: nothing}, actor=world.head, now=NOW)
    assert missing in caught.value.fields
    world.enter()  # the parent's phone is the parent's own
    child = people.enter(world.grids[GRID], CHILD, actor=world.head, now=NOW)
    assert (child.is_minor, child.status) == (True, "active")


@pytest.mark.parametrize(
    ("field", "value"),
    [("birth_year", 2024), ("birth_year", 1890), ("birth_year", None), ("phone", "12345"), ("phone", ""), ("name", " "),
     ("consent", False), ("weekdays", [8])],
)  # fmt: skip
def test_what_cannot_be_is_named_by_its_field(world: World, field: str, value: object):
    with pytest.raises(NotValid) as caught:
        world.enter(**{field: value})
    assert field in caught.value.fields
    assert not Volunteer.objects.exists()


def test_in_the_year_of_turning_18_the_year_alone_does_not_say_it(world: World):
    with pytest.raises(NotValid):
        world.enter(birth_year=2008)
    assert not world.enter(birth_year=2008, of_age=True).is_minor


def test_who_grew_up_is_a_minor_no_more_and_the_parents_phone_stays_the_parents(world: World):
    parent, child = world.enter(), people.enter(world.grids[GRID], CHILD | {"phone": PHONE}, actor=world.head, now=NOW)
    assert people_stages.grow_up(now=NOW + timedelta(days=4 * 365)) == 0
    later = datetime(2031, 1, 1, tzinfo=UTC)
    assert (people_stages.grow_up(now=later), people_stages.grow_up(now=later)) == (1, 0)
    child.refresh_from_db()
    assert (child.is_minor, child.guardian_name, child.phone, parent.phone) == (False, "", "", PHONE)


def test_nobody_decides_her_own_application_or_in_another_street(world: World):
    own = people.register(world.grids[COMMUNITY], GIVEN, actor=world.head, now=NOW)
    with pytest.raises(NotAllowed):
        people_stages.approve(own, actor=world.head, now=NOW)
    with pytest.raises(NotAllowed):
        people.enter(world.grids[OTHER_GRID], GIVEN, actor=world.head, now=NOW)
    with pytest.raises(NotAllowed):
        people_stages.approve(own, actor=world.staff["gridleader"], now=NOW)


def test_who_leaves_is_erased_but_for_what_she_did(world: World):
    row = world.active(world.someone, skills=())
    record = people.add_record(row, "honour", "社区月度之星", on=TODAY, actor=world.head, now=NOW)
    world.team(row)
    people_stages.leave(row, actor=world.someone, now=NOW)
    row.refresh_from_db()
    assert (row.status, row.phone, row.phone_index, row.user, row.weekdays) == ("left", "", "", None, [])
    assert Team.objects.get().leader is None
    assert Membership.objects.get().status == "left"
    assert VolunteerRecord.objects.get() == record
    assert world.join().status == "applied"  # she may come again


def test_who_is_expected_somewhere_does_not_leave(world: World):
    row = world.active(world.someone)
    shift = Shift.objects.create(
        service=make_service(world.grids[GRID], world.head), starts_at=NOW, ends_at=NOW + timedelta(hours=2), slots=1
    )
    SignUp.objects.create(shift=shift, volunteer=row, place=1, signed_at=NOW)
    with pytest.raises(NotNow):
        people_stages.leave(row, actor=world.someone, now=NOW)
    row.refresh_from_db()
    assert row.phone == PHONE


def test_a_service_called_off_a_shift_over_and_a_waiting_list_hold_nobody_back(world: World):
    row = world.active(world.someone)
    late = NOW + timedelta(days=1)
    off, over, full = (_shift(world, start) for start in (late, NOW - timedelta(days=1), late))
    for place, shift in ((1, off), (1, over), (None, full)):
        status = "signed_up" if place else "waiting"
        SignUp.objects.create(shift=shift, volunteer=row, place=place, signed_at=NOW, status=status)
    services.call_off(off.service, text="大风", actor=world.head, now=NOW)
    people_stages.leave(row, actor=world.someone, now=NOW)
    row.refresh_from_db()
    assert (row.status, full.sign_ups.get().status) == ("left", "withdrawn")


def _shift(world: World, start: datetime) -> Shift:
    service = make_service(world.grids[GRID], world.head)
    return Shift.objects.create(service=service, starts_at=start, ends_at=start + timedelta(hours=2), slots=1)


def test_she_changes_her_times_and_staff_who_she_is_and_the_record_holds_no_values(world: World):
    row = world.active(world.someone)
    people.change(row, {"weekdays": [7, 6], "phone": "13812345679"}, actor=world.someone, now=NOW)
    with pytest.raises(NotAllowed):
        people.change(row, {"name": "别人"}, actor=world.someone, now=NOW)
    row.refresh_from_db()
    assert (row.weekdays, row.phone) == ([6, 7], "13812345679")
    assert people_secrets.find_volunteers("13812345679", actor=world.head, now=NOW) == [row]
    told = " ".join(VolunteerStep.objects.values_list("text", flat=True))
    assert "电话" in told or "phone" in told
    assert "138" not in told
    with pytest.raises(NotNow):
        people.change(row, {"evenings": True}, actor=world.someone, now=NOW, version=1)


def test_one_asks_to_join_a_team_once_and_its_leader_decides(world: World):
    leader = world.active(street.make_person("leader"), phone="13812345670")
    team, row = world.team(leader), world.active(world.someone)
    asked = teams.ask(team, row, actor=world.someone, now=NOW)
    assert teams.ask(team, row, actor=world.someone, now=NOW).pk == asked.pk
    assert Notice.objects.filter(recipient=leader.user, kind="membership.asked").count() == 1
    with pytest.raises(NotAllowed):
        teams.answer(asked, take=True, actor=world.someone, now=NOW)
    taken = teams.answer(asked, take=True, actor=leader.user, now=NOW)  # type: ignore[arg-type]
    assert (taken.status, taken.since) == ("active", TODAY)
    with pytest.raises(NotNow):
        teams.answer(asked, take=False, actor=world.head, now=NOW)


def test_a_team_with_planned_services_does_not_end_and_its_members_leave_with_it(world: World):
    team = world.team(world.enter())
    service = make_service(world.grids[GRID], world.head)
    service.team = team
    service.save()
    with pytest.raises(NotNow):
        teams.end(team, text="合并", actor=world.head, now=NOW)
    type(service).objects.update(status="ended")
    teams.end(team, text="合并", actor=world.head, now=NOW)
    assert Membership.objects.get().status == "left"
    with pytest.raises(NotNow):
        teams.ask(team, world.active(world.someone, phone="13812345670"), actor=world.someone, now=NOW)


def test_boards_show_only_the_teams_that_want_it(world: World):
    shown, hidden = world.team(), world.team(name="平安巡逻队")
    teams.change(shown, {"on_boards": True}, actor=world.head, now=NOW)
    (line,) = teams.on_board(Team.objects.all(), 2026)
    assert (line.pk, line.minutes) == (shown.pk, 0)  # type: ignore[attr-defined]
    assert hidden.on_boards is False


def test_a_leader_opens_her_own_people_only_and_it_is_recorded(world: World, client: Client):
    leader = world.active(world.someone, phone="13812345670")
    team, other = world.team(leader), world.enter(name="孙七七", phone="13812345671")
    url = reverse("volunteers:volunteer_reveal", args=[other.pk])
    login(client, world.someone)
    assert client.get(url).status_code == 404
    teams.add(team, other, actor=world.head, now=NOW)
    assert "孙七七" not in client.get(url).content.decode()
    assert "孙七七" in client.post(url, {"purpose": "通知集合"}).content.decode()
    assert AccessEvent.objects.filter(action="reveal", object_type="volunteer").count() == 1


def test_from_the_phone_form_to_the_approval_by_clicks(world: World, client: Client):
    login(client, world.someone)
    assert reverse("volunteers:join") in client.get(reverse("volunteers:me")).content.decode()
    typed = {"grid": COMMUNITY, "name": "欧阳占元", "phone": PHONE, "birth_year": "1960"}
    assert client.post(reverse("volunteers:join"), typed).status_code == 422  # without agreement
    assert client.post(reverse("volunteers:join"), typed | {"consent": "on"}).status_code == 302
    row = Volunteer.objects.get()
    assert client.get(reverse("volunteers:me")).status_code == 200
    login(client, world.head)
    assert row.number in client.get(reverse("volunteers:volunteers") + "?status=applied").content.decode()
    assert client.post(reverse("volunteers:volunteer_approve", args=[row.pk]), {"version": "1"}).status_code == 302
    assert client.post(reverse("volunteers:volunteer_approve", args=[row.pk]), {"version": "1"}).status_code == 422
    row.refresh_from_db()
    assert row.status == "active"


def test_pages_cost_the_same_for_one_and_for_many(world: World, client: Client):
    login(client, world.head)
    row = world.active(world.someone)
    team = teams.change(world.team(row), {"on_boards": True}, actor=world.head, now=NOW)
    pages = [
        *(reverse(f"volunteers:{name}") for name in ("volunteers", "teams", "team_board", "volunteer_excel")),
        *(reverse("volunteers:volunteer", args=[row.pk]), reverse("volunteers:team", args=[team.pk])),
    ]

    def costs() -> list[int]:
        found = []
        for page in pages:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(page).status_code == 200
            found.append(len(queries))
        return found

    costs()  # sessions and caches are warm
    before = costs()
    for n in range(5):
        more = world.enter(name=f"张{n}", phone=f"1391234567{n}")
        teams.add(team, more, actor=world.head, now=NOW)
        teams.change(world.team(more, f"第{n}队"), {"on_boards": True}, actor=world.head, now=NOW)
        people.add_record(row, "training", "急救", on=TODAY, actor=world.head, now=NOW)
        HourRecord.objects.create(volunteer=more, kind="taken_over", minutes=90, on=TODAY, at=NOW)
    assert costs() == before
