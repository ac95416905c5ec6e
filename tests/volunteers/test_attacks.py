"""What somebody with an ordinary account tries, and does not get (reliability.md 4)."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid
from tests import street
from tests.volunteers import micro_world, wish_world
from tests.volunteers.conftest import make_hours, make_service, make_volunteer
from volunteers import (
    attendance,
    certificates,
    claims,
    hours,
    micro,
    micro_money,
    people,
    people_stages,
    services,
    sign_ups,
    wishes,
)
from volunteers.certificates import NewCertificate
from volunteers.claims import Claimer
from volunteers.models import Certificate, HourRecord, Shift, SignUp, Volunteer, VolunteerStep, Wish, WishClaim

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(grids: dict[str, Grid]) -> User:
    """The head of a community, who is a volunteer in it herself."""
    person = street.make_person("head", real_name="王主任")
    street.give_post(person, "community_head", grids[street.COMMUNITY])
    return person


@pytest.fixture
def other(grids: dict[str, Grid]) -> User:
    """An officer of the street, with the same rights."""
    person = street.make_person("deputy", real_name="李副主任")
    street.give_post(person, "party_officer", grids[street.STREET])
    return person


@pytest.fixture
def own(grids: dict[str, Grid], head: User, now: datetime) -> Volunteer:
    """The head's own row, with three hours yesterday."""
    made = make_volunteer(grids[street.MICRO], "王主任", user=head)
    make_hours(made, make_service(grids[street.MICRO], head), 180, start=now - timedelta(days=1))
    return made


def new_certificate(volunteer: Volunteer, now: datetime) -> NewCertificate:
    today = timezone.localdate(now)
    words = {"issuer": "东福民社区", "head": "王主任", "handler": "赵六", "contact": "0371-60000000"}
    return NewCertificate(volunteer=volunteer, starts_on=today - timedelta(days=30), ends_on=today, **words)


# --- her own hours, certificates, points ------------------------------------------------------------------------------


def test_nobody_takes_over_or_corrects_her_own_hours(own: Volunteer, head: User, other: User, now: datetime) -> None:
    record, today = HourRecord.objects.get(), timezone.localdate(now)
    with pytest.raises(NotAllowed):
        hours.take_over(own, 6000, on=today, source="全国系统", actor=head, now=now)
    with pytest.raises(NotAllowed):
        hours.correct(record, 1440, reason="漏记", actor=head, now=now)
    assert hours.total(own) == 180
    hours.correct(record, 120, reason="早退", actor=other, now=now)
    assert hours.total(own) == 120


def test_nobody_certifies_herself(own: Volunteer, head: User, other: User, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        certificates.draft(new_certificate(own, now), actor=head, now=now)
    row = certificates.draft(new_certificate(own, now), actor=other, now=now)
    with pytest.raises(NotAllowed):
        certificates.publicise(row, actor=head, now=now)
    certificates.publicise(row, actor=other, now=now)
    with pytest.raises(NotAllowed):
        certificates.again(row, actor=head, now=now)
    certificates.object_to(row, text="没来", actor=other, now=now)
    with pytest.raises(NotAllowed):
        certificates.dismiss(row, text="来了", actor=head, now=now)
    assert Certificate.objects.get().status == "objected"


def test_a_certifier_does_not_read_who_objected_to_her_own_certificate(
    own: Volunteer, other: User, head: User, now: datetime, client: Client
) -> None:
    row = certificates.draft(new_certificate(own, now), actor=other, now=now)
    certificates.publicise(row, actor=other, now=now)
    certificates.object_to(row, text="当天没来", actor=other, now=now)
    seen: dict[str, Any] = {}
    for person in (head, other):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        seen[person.username] = client.get(reverse("volunteers:certificate", args=[row.pk])).content.decode()
    assert "当天没来" in seen["deputy"]
    assert "当天没来" not in seen["head"]
    assert "李副主任" not in seen["head"]


def test_staff_do_not_link_their_own_account_with_a_row(
    own: Volunteer, other: User, head: User, grids: dict[str, Grid], now: datetime
) -> None:
    rich = make_volunteer(grids[street.MICRO], "孙七", birth_year=1960, phone="13800001111")
    Volunteer.objects.filter(pk=own.pk).update(birth_year=1970, phone="13800002222")
    for row, user in ((rich, other), (own, None)):
        with pytest.raises(NotAllowed):
            people.change(row, {"user": user}, actor=user or head, now=now)
    assert dict(Volunteer.objects.values_list("pk", "user")) == {rich.pk: None, own.pk: head.pk}
    stranger = street.make_person("stranger")
    assert people.change(rich, {"user": stranger}, actor=head, now=now).user == stranger


def test_staff_do_not_register_over_a_row_that_they_entered(head: User, grids: dict[str, Grid], now: datetime) -> None:
    head.phone = "13800003333"
    head.save()
    given = {"name": "王主任", "phone": head.phone, "birth_year": 1970, "consent": True}
    people.enter(grids[street.GRID], given, actor=head, now=now)
    with pytest.raises(NotValid):
        people.register(grids[street.GRID], given, actor=head, now=now)
    assert Volunteer.objects.get().user is None


def test_a_service_that_was_called_off_gives_no_hours(
    own: Volunteer, other: User, grids: dict[str, Grid], now: datetime
) -> None:
    row = SignUp.objects.get()
    SignUp.objects.filter(pk=row.pk).update(status="done", by_leader_at=None)
    services.call_off(row.shift.service, text="大风", actor=other, now=now)
    with pytest.raises(NotNow):
        attendance.confirm(
            SignUp.objects.select_related("shift__service__team", "volunteer").get(), actor=other, now=now
        )


def test_hours_of_one_time_count_once(other: User, grids: dict[str, Grid], now: datetime) -> None:
    mine, start = make_volunteer(grids[street.MICRO], "孙七"), now - timedelta(days=1)
    make_hours(mine, make_service(grids[street.MICRO], other), 120, start=start)
    second = make_service(grids[street.MICRO], other)
    late, end = start + timedelta(minutes=60), start + timedelta(minutes=180)
    shift = Shift.objects.create(service=second, starts_at=late, ends_at=end, slots=5)
    with pytest.raises(NotNow):
        sign_ups.put_down(shift, mine.number, actor=other, now=now)


# --- who wished -------------------------------------------------------------------------------------------------------


SECRET = ("占桂兰", "3单元501", "13811112222")


def claimed(world: wish_world.Wishing, **more: Any) -> WishClaim:
    """A wish of somebody with a name, a door and a phone, claimed by the volunteer."""
    row = world.published(door=SECRET[1], phone=SECRET[2], **more)
    user = world.people["volunteer"]
    return claims.claim(row, Claimer(volunteer=Volunteer.objects.get(user=user)), actor=user, now=world.now)


def test_what_helpers_and_staff_write_does_not_say_who_wished(db: None) -> None:
    world = wish_world.build()
    row, words = claimed(world), "给占桂兰（3单元501，13811112222）送到"
    user, leader = world.people["volunteer"], world.people["gridleader"]
    row = claims.contacted(row, actor=user, now=world.now, text=words)
    claims.delivered(row, actor=user, now=world.now, text=words)
    wish = Wish.objects.get(pk=row.wish_id)
    wishes.confirm(wish, how="电话", rating=5, thanks="占桂兰谢谢大家", actor=leader, now=world.now)
    board = world.get("volunteer", "board_wish", wish.pk).content.decode()
    said = [*VolunteerStep.objects.values_list("text", flat=True), *WishClaim.objects.values_list("text", flat=True)]
    assert "占阿姨谢谢大家" in board
    assert [secret for secret in SECRET if secret in board or any(secret in one for one in said)] == []


def test_who_does_not_help_any_more_sees_the_door_no_longer(db: None) -> None:
    world = wish_world.build()
    row, user = claimed(world), world.people["volunteer"]
    assert claims.contact(row, actor=user, now=world.now).door == SECRET[1]
    Volunteer.objects.filter(user=user).update(status="paused")
    row = WishClaim.objects.get()
    with pytest.raises(NotAllowed):
        claims.contact(row, actor=user, now=world.now)
    assert SECRET[1] not in world.post("volunteer", "my_claim", row.pk, step="contact").content.decode()


def test_a_minor_is_not_sent_to_the_door_of_a_stranger(db: None) -> None:
    world = wish_world.build()
    minor = {"is_minor": True, "guardian_agreed_on": timezone.localdate(world.now)}
    Volunteer.objects.filter(user=world.people["volunteer"]).update(**minor)
    with pytest.raises(NotAllowed):
        claimed(world)
    page = world.get("volunteer", "board_wish", Wish.objects.get().pk).content.decode()
    assert 'name="as_who"' not in page


def test_a_withdrawn_wish_holds_nobody_who_delivered(db: None) -> None:
    world = wish_world.build()
    row = claimed(world, slots=2)
    claims.delivered(row, actor=world.people["volunteer"], now=world.now, text="送到")
    wish = Wish.objects.get(pk=row.wish_id)
    wishes.step(wish, "withdraw", actor=world.people["gridleader"], now=world.now, text="搬走了")
    assert WishClaim.objects.get().status == "done"
    mine = Volunteer.objects.get(user=world.people["volunteer"])
    assert people_stages.leave(mine, actor=world.people["volunteer"], now=world.now).status == "left"


# --- the money of micro-projects --------------------------------------------------------------------------------------


@pytest.fixture
def projects(db: None) -> micro_world.Micro:
    return micro_world.build()


def test_the_right_is_asked_before_the_money(projects: micro_world.Micro) -> None:
    for title in "甲乙":
        projects.bid(title)
    row = projects.reviewed(projects.bid())
    with pytest.raises(NotAllowed):
        micro_money.fund(row, Decimal(-1), actor=projects.leader, now=projects.now)


def test_nobody_decides_about_her_own_project(projects: micro_world.Micro) -> None:
    street.give_post(projects.leader, "party_officer", projects.grids[street.STREET])
    row = projects.running()
    with pytest.raises(NotAllowed):
        micro.step(row, "mid_check", actor=projects.leader, now=projects.now, text="看过")
    assert micro.step(row, "mid_check", actor=projects.officer, now=projects.now, text="看过").status == "mid_checked"


def test_the_own_money_of_a_stopped_project_is_no_money_of_the_call(projects: micro_world.Micro) -> None:
    row = projects.running()
    for name, amount in (("书架", 8_000), ("图书", 3_000)):
        paid = micro_world.paid(amount, projects.now)
        micro_money.spend(micro_world.line_of(row, name), paid, actor=projects.leader, now=projects.now)
    micro.step(row, "stop", actor=projects.officer, now=projects.now, text="停")
    assert micro_money.committed(projects.call) == Decimal(10_000)
