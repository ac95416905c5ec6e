"""Patrols: what is due, one round at a time, findings that become cases once; switches that are off; badges."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from fieldwork import badges, patrol_plans, patrols, policies
from fieldwork.dictionaries import load_dictionaries
from fieldwork.models import BadgeHolding, Checkpoint, FieldPhoto, Patrol, PatrolFinding, PatrolPlan, RoleBadge
from fieldwork.patrol_plans import NewPlan
from fieldwork.patrols import NewFinding, NewPatrol
from grid.once import Conflict
from incidents.models import Incident
from tests import street
from tests.incidents.conftest import World, close_files, picture, world  # noqa: F401

pytestmark = pytest.mark.django_db
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
ZONE = ZoneInfo("Asia/Shanghai")
Start = Callable[..., Patrol]


def at(day: date, clock: str) -> datetime:
    """That time in Beijing."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=ZONE)


def plan(world: World, name: str = "日常巡查", **more: Any) -> PatrolPlan:  # noqa: F811
    """A plan of the micro-grid, by the community head."""
    since = timezone.localdate(world.now) - timedelta(days=30)
    given: dict[str, Any] = {"kind": "daily", "weekdays": EVERY_DAY, "times": 1, "starts_on": since} | more
    new = NewPlan(name, **given)
    return patrol_plans.add_plan(new, grid=world.grids[street.MICRO], actor=world.people["community"])


@pytest.fixture
def start(world: World) -> Start:  # noqa: F811
    """A round of the micro-grid."""

    def made(*, by: str = "microleader", now: datetime | None = None, **more: Any) -> Patrol:
        given: dict[str, Any] = {"client_id": uuid4(), "grid": world.grids[street.MICRO]} | more
        new = NewPatrol(**given)
        patrol, _created = patrols.start_patrol(new, actor=world.people[by], now=now or world.now)
        return patrol

    return made


def finish(world: World, patrol: Patrol, *, by: str = "microleader", **more: Any) -> Patrol:  # noqa: F811
    return patrols.finish_patrol(patrol, actor=world.people[by], **{"now": world.now} | more)


# --- plans ------------------------------------------------------------------------------------------------------------


def test_a_round_is_due_until_it_was_walked_as_often_as_planned(world: World, start: Start) -> None:  # noqa: F811
    one, leader = plan(world, times=2), world.people["microleader"]
    for left in (2, 1):
        (found,) = patrol_plans.due_rounds(leader, world.now)
        assert (found.left, found.state(world.now)) == (left, "open")
        finish(world, start(plan=one))
    assert patrol_plans.due_rounds(leader, world.now)[0].state(world.now) == "done"


def test_a_night_goes_past_midnight_and_belongs_to_the_day_it_began(world: World, start: Start) -> None:  # noqa: F811
    night = plan(world, "夜间巡查", kind="night", weekdays=[5], opens_at=time(20), closes_at=time(2))
    friday = date(2026, 11, 20)
    assert patrol_plans.rounds_of([night], at(friday, "19:00"))[0].state(at(friday, "19:00")) == "later"
    after_midnight = at(friday + timedelta(days=1), "01:00")
    patrol = start(plan=night, now=after_midnight)
    (found,) = patrol_plans.rounds_of([night], after_midnight)
    assert (found.opens, found.closes, found.running) == (at(friday, "20:00"), at(date(2026, 11, 21), "02:00"), patrol)
    assert patrol_plans.rounds_of([night], at(date(2026, 11, 21), "03:00")) == []
    finish(world, patrol, now=after_midnight)
    kept = patrol_plans.kept_in([night], friday, friday)[night.pk]
    assert (kept.wanted, kept.walked) == (1, 1)


def test_walking_twice_on_one_day_does_not_make_good_for_another(world: World, start: Start) -> None:  # noqa: F811
    one, today = plan(world), timezone.localdate(world.now)
    for _n in range(2):
        finish(world, start(plan=one))
    kept = patrol_plans.kept_in([one], today - timedelta(days=1), today)[one.pk]
    assert (kept.wanted, kept.walked, kept.share) == (2, 1, 0.5)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", " "),
        ("weekdays", []),
        ("weekdays", [8]),
        ("times", 0),
        ("times", 25),
        ("closes_at", time(9)),
        ("ends_on", date(2020, 1, 1)),
        ("checkpoints", [(str(n), None) for n in range(61)]),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_at_its_field(world: World, field: str, wrong: Any) -> None:  # noqa: F811
    with pytest.raises(NotValid) as caught:
        plan(world, **{"name": "巡查", field: wrong} if field != "name" else {"name": wrong})
    assert list(caught.value.fields) == [field]


def test_a_plan_written_anew_keeps_the_points_that_keep_their_name(world: World) -> None:  # noqa: F811
    one = plan(world, checkpoints=[("东门", None), ("配电房", street.inside(street.MICRO))])
    kept = one.checkpoints.get(name="配电房")
    new = NewPlan("日常巡查", "daily", [1], 1, date(2026, 1, 1), checkpoints=[("配电房", None), ("西门", None)])
    changed = patrol_plans.change_plan(one, new, actor=world.people["community"], version=1)
    assert list(changed.checkpoints.values_list("name", flat=True)) == ["配电房", "西门"]
    assert changed.checkpoints.get(name="配电房").pk == kept.pk
    with pytest.raises(NotNow):
        patrol_plans.change_plan(one, new, actor=world.people["community"], version=1)
    with pytest.raises(NotAllowed):
        patrol_plans.change_plan(changed, new, actor=world.people["microleader"])


def test_what_is_due_costs_two_queries_however_many_plans(world: World, start: Start) -> None:  # noqa: F811
    for n in range(12):
        finish(world, start(plan=plan(world, f"巡查{n}")))
    leader = world.people["gridleader"]
    assert patrol_plans.due_rounds(leader, world.now, limit=1)  # the scope is read once
    with CaptureQueriesContext(connection) as caught:
        assert len(patrol_plans.due_rounds(leader, world.now)) == 12
    assert len(caught) == 2


# --- rounds -----------------------------------------------------------------------------------------------------------


def test_one_walks_one_round_at_a_time_and_a_repeat_is_the_same_round(world: World, start: Start) -> None:  # noqa: F811
    given = uuid4()
    first = start(client_id=given)
    assert start(client_id=given) == first
    with pytest.raises(NotNow):
        start()
    with pytest.raises(Conflict):
        start(client_id=given, kind="special")
    with pytest.raises(NotAllowed):
        start(by="department")
    assert Patrol.objects.count() == 1


def test_the_clock_of_the_phone_counts_within_two_weeks(world: World, start: Start) -> None:  # noqa: F811
    begun = world.now - timedelta(hours=5)
    patrol = start(at=begun)
    done = finish(world, patrol, at=begun + timedelta(minutes=40))
    assert (done.at, done.finished_at, done.status) == (begun, begun + timedelta(minutes=40), "finished")
    for wrong in (world.now + timedelta(hours=1), world.now - timedelta(days=15)):
        with pytest.raises(NotValid):
            start(at=wrong)


def test_finishing_twice_is_harmless_and_nobody_else_finishes(world: World, start: Start) -> None:  # noqa: F811
    patrol = start()
    with pytest.raises(NotAllowed):
        finish(world, patrol, by="gridleader")
    done = finish(world, patrol, text="一切正常")
    assert finish(world, done, text="一切正常").version == done.version
    with pytest.raises(NotNow):
        finish(world, done, text="另一句话")


def test_no_point_has_to_be_passed_unless_a_switch_says_so(world: World, start: Start) -> None:  # noqa: F811
    one, today = plan(world, checkpoints=[("东门", None), ("西门", None)]), timezone.localdate(world.now)
    finish(world, start(plan=one))
    told: dict[str, Any] = {"starts_on": today, "ends_on": today + timedelta(days=3), "today": today}
    grid, boss = world.grids[street.STREET], world.people["admin"]
    switch = policies.switch_on("check_in", grid=grid, reason="防汛应急", actor=boss, **told)
    patrol, points = start(plan=one), list(one.checkpoints.all())
    with pytest.raises(NotValid) as caught:
        finish(world, patrol, passed=points[:1])
    assert list(caught.value.fields) == ["passed"]
    assert set(finish(world, patrol, passed=points).passed.all()) == set(points)
    policies.switch_off(switch, actor=boss, today=today + timedelta(days=1))
    assert not policies.is_on("check_in", street.MICRO, today=today + timedelta(days=1))


def test_points_of_another_plan_are_refused(world: World, start: Start) -> None:  # noqa: F811
    strange = Checkpoint.objects.create(plan=plan(world), name="东门")
    with pytest.raises(NotValid):
        finish(world, start(), passed=[strange])


# --- findings ---------------------------------------------------------------------------------------------------------


def find(world: World, patrol: Patrol, *, by: str = "microleader", **more: Any) -> PatrolFinding:  # noqa: F811
    given: dict[str, Any] = {"client_id": uuid4(), "text": "飞线充电"} | more
    new = NewFinding(**given)
    return patrols.record_finding(patrol, new, actor=world.people[by], now=world.now)[0]


def test_a_finding_becomes_one_case_however_often_it_is_sent(world: World, start: Start) -> None:  # noqa: F811
    patrol, given = start(), uuid4()
    first = find(world, patrol, client_id=given, photos=[picture()])
    assert find(world, patrol, client_id=given, photos=[picture()]) == first
    incident = Incident.objects.get()
    assert (first.incident, incident.grid_code, incident.client_uuid) == (incident, street.MICRO, given)
    assert (incident.attachments.count(), FieldPhoto.objects.filter(finding=first).count()) == (1, 1)
    with pytest.raises(Conflict):
        find(world, patrol, client_id=given, text="别的话")


def test_what_was_put_right_on_the_spot_is_no_case(world: World, start: Start) -> None:  # noqa: F811
    assert find(world, start(), fixed_on_spot=True).incident is None
    assert not Incident.objects.exists()


def test_a_refused_case_leaves_no_finding(world: World, start: Start, monkeypatch: Any) -> None:  # noqa: F811
    def broken(*_args: Any, **_more: Any) -> None:
        raise NotValid("no")

    monkeypatch.setattr(patrols, "report_incident", broken)
    with pytest.raises(NotValid):
        find(world, start())
    assert not PatrolFinding.objects.exists()


def test_only_who_walks_writes_and_not_after_breaking_off(world: World, start: Start) -> None:  # noqa: F811
    patrol = start()
    with pytest.raises(NotAllowed):
        find(world, patrol, by="gridleader")
    with pytest.raises(NotValid):
        patrols.drop_patrol(patrol, actor=world.people["microleader"], now=world.now, text=" ")
    dropped = patrols.drop_patrol(patrol, actor=world.people["microleader"], now=world.now, text="大雨")
    with pytest.raises(NotNow):
        find(world, dropped)
    assert start(kind="special").status == "running"


def test_what_was_seen_on_the_way_may_come_after_the_end(world: World, start: Start) -> None:  # noqa: F811
    begun = world.now - timedelta(hours=6)
    done = finish(world, start(at=begun), at=begun + timedelta(minutes=40))
    assert find(world, done, at=begun + timedelta(minutes=20)).at == begun + timedelta(minutes=20)
    with pytest.raises(NotNow):
        find(world, done)


# --- switches, badges -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("field", "wrong"), [("reason", " "), ("days", 91), ("days", 0), ("starts", -1)])
def test_a_switch_needs_a_reason_and_a_near_end(world: World, field: str, wrong: Any) -> None:  # noqa: F811
    today = timezone.localdate(world.now)
    starts = today + timedelta(days=wrong if field == "starts" else 0)
    told: dict[str, Any] = {"starts_on": starts, "ends_on": starts + timedelta(days=wrong if field == "days" else 5)}
    told |= {"reason": wrong if field == "reason" else "防汛", "grid": world.grids[street.STREET], "today": today}
    with pytest.raises(NotValid):
        policies.switch_on("check_in", actor=world.people["admin"], **told)
    assert not policies.is_on("check_in", street.MICRO, today=today)


def test_no_decision_makes_the_platform_record_tracks(world: World) -> None:  # noqa: F811
    today = timezone.localdate(world.now)
    told: dict[str, Any] = {"reason": "防汛", "starts_on": today, "ends_on": today + timedelta(days=5), "today": today}
    with pytest.raises(NotValid):
        policies.switch_on("track", grid=world.grids[street.STREET], actor=world.people["admin"], **told)


def test_only_the_person_in_charge_decides_and_once(world: World) -> None:  # noqa: F811
    today = timezone.localdate(world.now)
    told: dict[str, Any] = {"reason": "防汛", "starts_on": today, "ends_on": today + timedelta(days=5), "today": today}
    with pytest.raises(NotAllowed):
        policies.switch_on("check_in", grid=world.grids[street.STREET], actor=world.people["shiftleader"], **told)
    policies.switch_on("check_in", grid=world.grids[street.STREET], actor=world.people["admin"], **told)
    with pytest.raises(NotNow):
        policies.switch_on("check_in", grid=world.grids[street.STREET], actor=world.people["admin"], **told)
    assert not policies.is_on("check_in", street.OTHER_GRID, today=today)


def test_a_badge_is_worn_once_where_the_post_is_and_leaves_its_days(world: World) -> None:  # noqa: F811
    load_dictionaries()
    badge, today = RoleBadge.objects.get(name="监督员"), timezone.localdate(world.now)
    told: dict[str, Any] = {"since": today, "actor": world.people["community"], "today": today}
    held = badges.give_to_holder(badge, world.people["microleader"], **told)
    assert held.grid_code == street.MICRO
    with pytest.raises(NotNow):
        badges.give_to_holder(badge, world.people["microleader"], **told)
    with pytest.raises(NotValid):
        badges.give_to_holder(badge, world.people["operator"], **told)
    badges.take_badge(held, actor=world.people["community"], today=today + timedelta(days=4))
    assert not badges.worn_on(BadgeHolding.objects.all(), today + timedelta(days=4)).exists()
    assert badges.worn_on(BadgeHolding.objects.all(), today + timedelta(days=3)).exists()
