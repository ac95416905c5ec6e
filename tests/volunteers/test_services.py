"""Services: slots and waiting list, attendance by two sides, hours with corrections (domain.md 5.2)."""

import threading
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid
from notices.models import Notice
from tests import street
from tests.volunteers.conftest import make_volunteer
from volunteers import attendance, hours, people_stages, service_news, services, shifts, sign_ups
from volunteers.models import HourRecord, ServiceActivity, ServiceKind, Shift, SignUp, StarLevel, Team, VolunteerStep
from volunteers.services import NewService

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid(grids: dict[str, Grid]) -> Grid:
    return grids[street.GRID]


@pytest.fixture
def leader(grid: Grid) -> User:
    person = street.make_person("leader")
    street.give_post(person, "grid_leader", grid)
    return person


def planned(grid: Grid, leader: User, now: datetime, *, slots: int = 2, **more: Any) -> Shift:
    """A service with one shift of two hours tomorrow."""
    kind, _made = ServiceKind.objects.get_or_create(name="清洁家园")
    start = now + timedelta(days=1)
    given = {"shifts": [(start, start + timedelta(hours=2), slots)], "title": "清洁家园", "place": "广场"}
    service = services.plan(NewService(**{"kind": kind, "grid": grid} | given | more), actor=leader, now=now)
    return service.shifts.get()


def person(grid: Grid, name: str, **more: Any) -> tuple[User, Any]:
    user = street.make_person(name)
    return user, make_volunteer(grid, name, user=user, **more)


def signed(shift: Shift, user: User, volunteer: Any, now: datetime) -> SignUp:
    return sign_ups.sign_up(shift, volunteer, actor=user, now=now)


def test_who_comes_late_waits_and_moves_up_and_is_told(grid: Grid, leader: User, now: datetime) -> None:
    shift = planned(grid, leader, now, slots=1)
    (first, one), (second, two) = person(grid, "a"), person(grid, "b")
    row = signed(shift, first, one, now)
    waiting = signed(shift, second, two, now)
    assert signed(shift, second, two, now) == waiting
    assert (row.place, waiting.place, waiting.status) == (1, None, "waiting")
    sign_ups.withdraw(row, actor=first, now=now)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.place) == ("signed_up", 1)
    assert Notice.objects.filter(kind="service.moved_up", recipient=second).exists()


def test_who_has_left_is_paused_or_busy_by_now_does_not_move_up(grid: Grid, leader: User, now: datetime) -> None:
    shift, other = (planned(grid, leader, now, slots=1) for _n in range(2))
    (first, one), (second, two), (third, three) = (person(grid, name) for name in "abc")
    row, *waiting = [signed(shift, *who, now) for who in ((first, one), (second, two), (third, three))]
    signed(other, second, two, now)
    sign_ups.withdraw(row, actor=first, now=now)
    assert [_status(one) for one in waiting] == ["waiting", "signed_up"]
    (fourth, four) = person(grid, "d")
    signed(shift, fourth, four, now)
    people_stages.pause(four, actor=fourth, now=now)
    sign_ups.withdraw(waiting[1], actor=third, now=now)
    assert not shift.sign_ups.filter(status="signed_up").exists()


def _status(row: SignUp) -> str:
    row.refresh_from_db()
    return row.status


def test_one_withdraws_only_in_time_and_only_for_oneself(grid: Grid, leader: User, now: datetime) -> None:
    shift = planned(grid, leader, now)
    (user, volunteer), (other, _hers) = person(grid, "a"), person(grid, "b")
    row = signed(shift, user, volunteer, now)
    with pytest.raises(NotAllowed):
        sign_ups.withdraw(row, actor=other, now=now)
    late = shift.starts_at - timedelta(hours=1)
    with pytest.raises(NotNow):
        sign_ups.withdraw(row, actor=user, now=late)
    assert sign_ups.withdraw(row, actor=leader, now=late).status == "withdrawn"


@pytest.mark.parametrize(
    ("more", "service"),
    [({"status": "applied"}, {}), ({"is_minor": True, "guardian_agreed_on": date(2026, 1, 1)}, {})],
)
def test_who_is_not_approved_or_under_age_is_refused(
    more: dict[str, Any], service: dict[str, Any], grid: Grid, leader: User, now: datetime
) -> None:
    shift = planned(grid, leader, now, **service)
    user, volunteer = person(grid, "a", **more)
    with pytest.raises(NotNow):
        signed(shift, user, volunteer, now)


def test_nobody_is_at_two_services_at_once_unless_one_is_called_off(grid: Grid, leader: User, now: datetime) -> None:
    first, second = planned(grid, leader, now), planned(grid, leader, now, title="别的")
    user, volunteer = person(grid, "a")
    signed(first, user, volunteer, now)
    with pytest.raises(NotNow):
        signed(second, user, volunteer, now)
    services.call_off(first.service, text="大风", actor=leader, now=now)
    assert signed(second, user, volunteer, now).status == "signed_up"
    assert Notice.objects.get(kind="service.called_off", recipient=user).body == "大风"
    assert service_news.remind_shifts(now=now + timedelta(hours=1)) == 1


def test_hours_need_both_sides_and_lie_within_the_shift(grid: Grid, leader: User, now: datetime) -> None:
    shift = planned(grid, leader, now)
    user, volunteer = person(grid, "a")
    row = signed(shift, user, volunteer, now)
    with pytest.raises(NotNow):
        attendance.check_in(row, actor=user, now=shift.starts_at - timedelta(hours=1))
    with pytest.raises(NotAllowed):
        attendance.check_in(row, actor=leader, now=shift.starts_at)
    row = attendance.check_in(row, actor=user, now=shift.starts_at - timedelta(minutes=10))
    row = attendance.check_out(row, actor=user, now=shift.starts_at + timedelta(minutes=90))
    with pytest.raises(NotAllowed):
        attendance.confirm(row, actor=user, now=shift.ends_at)
    done = attendance.confirm(row, actor=leader, now=shift.ends_at)
    with pytest.raises(NotNow):
        attendance.confirm(done, actor=leader, now=shift.ends_at)
    assert HourRecord.objects.get().minutes == 90
    assert not done.is_capped


def test_a_forgotten_check_out_is_the_end_of_the_shift_and_marked(grid: Grid, leader: User, now: datetime) -> None:
    shift = planned(grid, leader, now)
    user, volunteer = person(grid, "a")
    row = attendance.check_in(signed(shift, user, volunteer, now), actor=user, now=shift.starts_at)
    assert attendance.cap_forgotten(now=shift.ends_at + timedelta(hours=1)) == 0
    late = shift.ends_at + timedelta(hours=3)
    assert [attendance.cap_forgotten(now=late) for _n in range(2)] == [1, 0]
    row.refresh_from_db()
    assert (row.status, row.out_at, row.is_capped) == ("done", shift.ends_at, True)
    assert VolunteerStep.objects.filter(subject="signup", after="done", by=None).count() == 1


def test_the_organizer_notes_a_whole_shift_but_not_herself(grid: Grid, leader: User, now: datetime) -> None:
    shift = planned(grid, leader, now, slots=5)
    people = [person(grid, name) for name in "abc"]
    rows = [signed(shift, user, volunteer, now) for user, volunteer in people]
    own = signed(shift, leader, make_volunteer(grid, user=leader), now)
    attendance.check_in(rows[0], actor=people[0][0], now=shift.starts_at)
    with pytest.raises(NotNow):
        attendance.note(shift, [rows[1].pk], actor=leader, now=shift.starts_at)
    noted = attendance.note(shift, [rows[1].pk, own.pk], actor=leader, now=shift.ends_at)
    assert (noted.confirmed, noted.missed, noted.open) == (1, 1, 1)
    status = dict(shift.sign_ups.values_list("volunteer__user__username", "status"))
    assert status == {"a": "here", "b": "confirmed", "c": "no_show", "leader": "signed_up"}
    assert list(Notice.objects.filter(kind="service.noted").values_list("recipient__username", flat=True)) == ["b"]
    attendance.deny(rows[0], text="名单上没有", actor=leader, now=shift.ends_at)
    assert Notice.objects.get(kind="service.denied", recipient=people[0][0]).body == "名单上没有"


def test_the_leader_of_the_team_organizes_and_others_do_not(grid: Grid, leader: User, now: datetime) -> None:
    (head, hers), (user, volunteer) = person(grid, "head"), person(grid, "a")
    team = Team.objects.create(name="理发队", leader=hers, grid=grid, grid_code=grid.code)
    shift = planned(grid, leader, now, team=team)
    row = signed(shift, user, volunteer, now)
    with pytest.raises(NotAllowed):
        attendance.note(shift, [row.pk], actor=user, now=shift.ends_at)
    assert attendance.note(shift, [row.pk], actor=head, now=shift.ends_at).confirmed == 1


def test_a_note_of_many_takes_as_many_queries_as_one_of_few(
    grid: Grid, leader: User, now: datetime, django_assert_max_num_queries: Any
) -> None:
    shift = planned(grid, leader, now, slots=40)
    for n in range(40):
        volunteer = make_volunteer(grid, wants_points=False)
        SignUp.objects.create(shift=shift, volunteer=volunteer, place=n + 1, signed_at=now)
    keys = list(shift.sign_ups.values_list("pk", flat=True)[:30])
    with django_assert_max_num_queries(26):
        noted = attendance.note(shift, keys, actor=leader, now=shift.ends_at)
    assert (noted.confirmed, noted.missed, HourRecord.objects.count()) == (30, 10, 30)


def test_a_correction_stands_beside_the_old_row(grid: Grid, leader: User, now: datetime) -> None:
    volunteer = make_volunteer(grid)
    clerk = street.make_person("clerk")
    assert grid.parent is not None
    street.give_post(clerk, "community_head", grid.parent)
    record = hours.take_over(volunteer, 6000, on=date(2025, 1, 1), source="全国系统", actor=clerk, now=now)
    with pytest.raises(NotAllowed):
        hours.correct(record, 60, reason="写错", actor=leader, now=now)
    with pytest.raises(NotNow):
        hours.take_over(volunteer, 6000, on=date(2025, 1, 1), source="全国系统", actor=clerk, now=now)
    hours.correct(record, 5990, reason="写错", actor=clerk, now=now)
    assert list(HourRecord.objects.order_by("pk").values_list("minutes", flat=True)) == [6000, -10]
    assert hours.total(volunteer) == 5990
    StarLevel.objects.bulk_create(StarLevel(stars=n, hours=h) for n, h in ((1, 50), (2, 100)))
    assert hours.standing(5990) == hours.Stars(1, 2, 10)


def test_a_shift_is_moved_or_widened_and_people_hear_of_it(grid: Grid, leader: User, now: datetime) -> None:
    shift = planned(grid, leader, now, slots=1)
    (first, one), (second, two) = person(grid, "a"), person(grid, "b")
    signed(shift, first, one, now)
    waiting = signed(shift, second, two, now)
    later = {"starts_at": shift.starts_at + timedelta(hours=1), "ends_at": shift.ends_at + timedelta(hours=1)}
    shifts.change_shift(shift, **later, slots=2, actor=leader, now=now)
    waiting.refresh_from_db()
    assert waiting.status == "signed_up"
    assert Notice.objects.filter(kind="service.moved").count() == 2
    with pytest.raises(NotValid):
        shifts.change_shift(shift, **later, slots=1, actor=leader, now=now)
    with pytest.raises(NotNow):
        shifts.drop_shift(shift, actor=leader, now=now)


def test_a_plan_sent_twice_is_one_and_nonsense_is_refused_at_its_field(grid: Grid, leader: User, now: datetime) -> None:
    key = uuid4()
    fixed = now.replace(microsecond=0)
    assert planned(grid, leader, fixed, client_id=key) == planned(grid, leader, fixed, client_id=key)
    wrong: dict[str, Any] = {
        "shifts": services.daily(date(2026, 1, 1), date(2027, 1, 1), time(9), time(8), 0),
        "title": " ",
    }
    with pytest.raises(NotValid) as error:
        planned(grid, leader, now, **wrong)
    assert set(error.value.fields) == {"shifts", "slots", "title"}


def test_a_service_ends_when_its_people_are_noted(grid: Grid, leader: User, now: datetime) -> None:
    shift = planned(grid, leader, now)
    row = signed(shift, *person(grid, "a"), now)
    given: dict[str, Any] = {"beneficiaries": 40, "result": "干净了", "actor": leader}
    for moment in (now, shift.ends_at):
        with pytest.raises(NotNow):
            services.end(shift.service, **given, now=moment)
    attendance.note(shift, [row.pk], actor=leader, now=shift.ends_at)
    with pytest.raises(NotNow):
        services.call_off(shift.service, text="晚了", actor=leader, now=shift.ends_at)
    assert services.end(shift.service, **given, now=shift.ends_at).beneficiaries == 40


@pytest.mark.django_db(transaction=True)
class TestRace:
    """Twenty people tap at the same moment for five slots."""

    @pytest.fixture(autouse=True)
    def _close(self) -> Iterator[None]:
        yield
        connections.close_all()

    def test_slots_are_given_once_and_the_others_wait(self, grids: dict[str, Grid]) -> None:
        now, grid = timezone.now(), grids[street.GRID]
        leader = street.make_person("leader")
        street.give_post(leader, "grid_leader", grid)
        shift = planned(grid, leader, now, slots=5)
        people = [person(grid, f"p{n}") for n in range(20)]
        gate = threading.Barrier(5)

        def tap(batch: list[tuple[User, Any]]) -> None:
            gate.wait()
            for user, volunteer in batch:
                signed(shift, user, volunteer, now)
            connection.close()

        threads = [threading.Thread(target=tap, args=(people[n::5],)) for n in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        places = list(SignUp.objects.filter(status="signed_up").order_by("place").values_list("place", flat=True))
        assert places == [1, 2, 3, 4, 5]
        assert SignUp.objects.filter(status="waiting").count() == 15
        assert ServiceActivity.objects.count() == 1
