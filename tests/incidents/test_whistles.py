"""A whistle: who may do what when, its clocks, the rule of the lead unit, what is written and who hears of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.errors import NotAllowed, NotNow, NotValid
from incidents.calendars import DbCalendar
from incidents.models import IncidentEvent, Whistle, WhistleEvent, WhistleLevel, WhistleTask
from incidents.whistle_levels import load_levels
from incidents.whistle_moves import LABELS, MOVES, State, WhistleMove
from incidents.whistle_raising import Call
from incidents.whistle_reminders import remind_late
from incidents.worktime import TimeUnit, add_time
from notices.models import Notice
from tests import street
from tests.incidents.conftest import World
from tests.incidents.whistling import WAY, Whistling, build_whistling


@pytest.fixture
def stage(world: World) -> Whistling:
    return build_whistling(world)


# --- the table: every state × every move × every role ---

WHOSE = {
    "approve": {"secretary", "admin"},
    "refuse": {"secretary", "admin"},
    "withdraw": {"dispatcher"},
    "evaluate": {"dispatcher"},
    "respond": {"police", "head"},
    "attend": {"police", "head", "dispatcher"},
    "conclude": {"police", "head"},
    "finish": set(),
}
"""Who makes each move with a whistle of the dispatcher; the steps are those of the lead unit."""
FROM = {
    "approve": {"raised"},
    "refuse": {"raised"},
    "withdraw": {"raised", "blown"},
    "evaluate": {"handled"},
    **{name: {"blown"} for name in ("respond", "attend", "conclude", "finish")},
}
ROLES = "dispatcher secretary police head market shiftleader operator community gridleader auditor admin".split()


def prepare(stage: Whistling, whistle: Whistle, move: WhistleMove) -> None:
    """Bring the lead unit to where nothing but state and right stands in the way of the step."""
    if whistle.state == State.BLOWN and move.name in ("attend", "conclude"):
        stage.work(whistle, lead=False, steps=("respond", "attend", "finish"))
        stage.work(whistle, lead=True, steps=("respond",) if move.name == "attend" else ("respond", "attend"))


def outcome(stage: Whistling, whistle: Whistle, move: WhistleMove, role: str) -> str:
    """What one try gives; it is undone afterwards."""
    try:
        with transaction.atomic():
            after = stage.move(whistle, move.name, by=role)
            transaction.set_rollback(True)
    except NotAllowed:
        return "not you"
    except NotNow:
        return "not now"
    return after.state


def expected(state: str, move: WhistleMove, role: str) -> str:
    """From this file's own table."""
    if role not in WHOSE[move.name]:
        return "not you"
    return (move.target or state) if state in FROM[move.name] else "not now"


@pytest.mark.parametrize("state", [State(state).value for state in WAY])
def test_every_move_in_every_state_by_every_role(stage: Whistling, state: str) -> None:
    whistle, wrong = stage.whistle(state), []
    for move in MOVES:
        with transaction.atomic():
            prepare(stage, whistle, move)
            tries = {role: outcome(stage, whistle, move, role) for role in ROLES}
            transaction.set_rollback(True)
        wrong += [(move.name, role, got) for role, got in tries.items() if got != expected(state, move, role)]
    assert wrong == []


def test_the_assisting_unit_finishes_and_never_concludes(stage: Whistling) -> None:
    whistle = stage.whistle(State.BLOWN)
    stage.work(whistle, lead=False)
    with pytest.raises(NotAllowed):
        stage.move(whistle, "conclude", by="market", lead=False)
    assert stage.move(whistle, "finish", lead=False).state == State.BLOWN


def test_every_move_has_its_row_in_this_table_and_a_word() -> None:
    assert {move.name for move in MOVES} == set(WHOSE) == set(FROM)
    assert set(State.values) == {state.value for state in WAY}
    assert {move.name for move in MOVES} <= set(LABELS)


# --- approval ---


@pytest.mark.parametrize("name", ["approve", "refuse"])
def test_the_caller_never_decides_on_the_own_whistle(stage: Whistling, name: str) -> None:
    whistle = stage.new(by="secretary")
    with pytest.raises(NotAllowed, match=r"yourself|自己"):
        stage.move(whistle, name, by="secretary")


def test_the_database_refuses_a_whistle_that_its_caller_approved(stage: Whistling) -> None:
    whistle = stage.new()
    with pytest.raises(IntegrityError, match="whistle_not_approved_by_caller"), transaction.atomic():
        Whistle.objects.filter(pk=whistle.pk).update(approver=whistle.caller)


def test_a_head_of_another_community_does_not_approve(stage: Whistling) -> None:
    street.give_post(street.make_person("sister"), "community_head", stage.world.grids[street.SISTER])
    stage.people["sister"] = stage.people["community"].__class__.objects.get(username="sister")
    whistle = stage.new(by="cadre", grid=stage.world.grids[street.COMMUNITY])
    with pytest.raises(NotAllowed):
        stage.move(whistle, "approve", by="sister")
    assert stage.move(whistle, "approve", by="community").approver == stage.people["community"]


@pytest.mark.parametrize("name", ["refuse", "withdraw"])
def test_no_whistle_ends_without_a_reason(stage: Whistling, name: str) -> None:
    with pytest.raises(NotValid) as refusal:
        stage.move(stage.new(), name, text=" ")
    assert "text" in refusal.value.fields


# --- clocks ---

LIMITS = {"red": (timedelta(hours=1), timedelta(hours=2)), "yellow": (timedelta(hours=2), timedelta(hours=24))}
LIMITS["blue"] = (timedelta(hours=24), timedelta(days=7))


@pytest.mark.parametrize("level", LIMITS)
def test_both_clocks_of_every_unit_run_from_the_blowing(stage: Whistling, level: str) -> None:
    whistle = stage.whistle(State.BLOWN, level=level)
    respond, done = LIMITS[level]
    times = set(whistle.tasks.values_list("respond_due_at", "due_at"))
    assert times == {(stage.world.now + respond, stage.world.now + done)}
    assert whistle.rank == WhistleLevel.objects.get(colour=level).rank


def test_a_level_in_working_time_follows_the_calendar(stage: Whistling) -> None:
    WhistleLevel.objects.filter(colour="blue").update(respond_amount=Decimal(4), respond_unit=TimeUnit.WORK_HOUR)
    whistle = stage.whistle(State.BLOWN, level="blue")
    due = add_time(stage.world.now, 4, TimeUnit.WORK_HOUR, DbCalendar())
    assert stage.task(whistle).respond_due_at == due


def test_a_level_that_changes_later_moves_no_whistle(stage: Whistling) -> None:
    whistle = stage.whistle(State.BLOWN, level="blue")
    WhistleLevel.objects.update(rank=3, handle_amount=1)
    stage.work(whistle, lead=True, steps=("respond",))
    stage.move(whistle, "attend", rank=1)
    assert "未达到" not in WhistleEvent.objects.get(move="attend").text
    assert stage.task(whistle).due_at == stage.world.now + timedelta(days=7)


def test_loading_the_levels_twice_keeps_what_people_edited(db: None) -> None:
    assert load_levels() == 3
    WhistleLevel.objects.filter(colour="red").update(handle_amount=Decimal(3))
    assert load_levels() == 0
    assert WhistleLevel.objects.get(colour="red").handle_amount == 3
    assert all(WhistleLevel.objects.values_list("source", flat=True))


# --- the steps of a unit ---


def test_the_lead_unit_waits_for_the_others(stage: Whistling) -> None:
    whistle = stage.whistle(State.BLOWN)
    stage.work(whistle, lead=True)
    with pytest.raises(NotNow, match="市场监管所"):
        stage.move(whistle, "conclude")
    stage.work(whistle, lead=False, steps=("respond", "attend", "finish"))
    assert stage.move(whistle, "conclude").state == State.HANDLED


@pytest.mark.parametrize(("done", "next_step"), [((), "attend"), ((), "finish"), (("respond",), "finish")])
def test_no_step_is_left_out(stage: Whistling, done: tuple[str, ...], next_step: str) -> None:
    whistle = stage.whistle(State.BLOWN)
    stage.work(whistle, lead=False, steps=done)
    with pytest.raises(NotNow):
        stage.move(whistle, next_step, lead=False)


@pytest.mark.parametrize("name", ["respond", "attend", "finish"])
def test_no_step_is_made_twice(stage: Whistling, name: str) -> None:
    whistle = stage.whistle(State.BLOWN)
    steps = ("respond", "attend", "finish")
    stage.work(whistle, lead=False, steps=steps[: steps.index(name) + 1])
    with pytest.raises(NotNow):
        stage.move(whistle, name, lead=False)


@pytest.mark.parametrize(("level", "rank", "below"), [("blue", 1, False), ("yellow", 1, True), ("red", 2, True)])
def test_a_rank_below_the_level_is_recorded_and_said(stage: Whistling, level: str, rank: int, below: bool) -> None:
    whistle = stage.whistle(State.BLOWN, level=level)
    stage.work(whistle, lead=True, steps=("respond",))
    stage.move(whistle, "attend", attendee="王五", rank=rank)
    text = WhistleEvent.objects.get(move="attend").text
    assert text.startswith("王五")
    assert ("未达到" in text) is below


def test_the_right_rank_may_come_after_a_lower_one_and_the_first_arrival_counts(
    stage: Whistling, later: Callable[..., datetime]
) -> None:
    whistle = stage.whistle(State.BLOWN, level="red")
    stage.work(whistle, lead=True, steps=("respond",))
    stage.move(whistle, "attend", rank=1)
    with pytest.raises(NotValid):
        stage.move(whistle, "attend", rank=1)
    stage.move(whistle, "attend", rank=3, attendee="所长", now=later(hours=1))
    task = stage.task(whistle)
    assert (task.attendee, task.attendee_rank, task.attended_at) == ("所长", 3, stage.world.now)


def test_a_version_that_is_old_is_refused(stage: Whistling) -> None:
    whistle = stage.new()
    with pytest.raises(NotNow, match=r"Somebody|有人"):
        stage.move(whistle, "approve", version=whistle.version + 1)
    assert stage.move(whistle, "approve", version=whistle.version).version == whistle.version + 1


# --- evaluation ---


def test_every_unit_is_rated_or_nothing_is(stage: Whistling) -> None:
    whistle = stage.whistle(State.HANDLED)
    with pytest.raises(NotValid):
        stage.move(whistle, "evaluate", ratings={})
    assert stage.move(whistle, "evaluate").state == State.CLOSED
    assert set(whistle.tasks.values_list("rating", "rating_text")) == {(4, "来得快")}


@pytest.mark.parametrize("stars", [0, 6])
def test_a_rating_is_from_one_to_five(stage: Whistling, stars: int) -> None:
    whistle = stage.whistle(State.HANDLED)
    given = stage.given(whistle).ratings
    with pytest.raises(NotValid):
        stage.move(whistle, "evaluate", ratings={pk: type(one)(stars) for pk, one in given.items()})


def test_who_answers_for_the_place_evaluates_when_the_caller_has_left(stage: Whistling) -> None:
    whistle = stage.whistle(State.HANDLED)
    with pytest.raises(NotAllowed):
        stage.move(whistle, "evaluate", by="secretary")
    stage.people["dispatcher"].__class__.objects.filter(username="dispatcher").update(is_active=False)
    assert stage.move(whistle, "evaluate", by="secretary").state == State.CLOSED


# --- raising ---


def calls(stage: Whistling, **change: Any) -> tuple[Call, ...]:
    first = {"organization": stage.lead, "task": "查处", "is_lead": True} | change
    return (Call(**first),)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("title", lambda stage: {"title": " "}),
        ("text", lambda stage: {"text": "字" * 2001}),
        ("ground", lambda stage: {"ground": "weather"}),
        ("level", lambda stage: {"level": "pink"}),
        ("calls", lambda stage: {"calls": ()}),
        ("calls", lambda stage: {"calls": calls(stage) * 2}),
        ("calls", lambda stage: {"calls": calls(stage, is_lead=False)}),
        ("calls", lambda stage: {"calls": calls(stage, task="")}),
    ],
)
def test_a_whistle_says_what_it_must(stage: Whistling, field: str, given: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(NotValid) as refusal:
        stage.new(**given(stage))
    assert field in refusal.value.fields
    assert not Whistle.objects.exists()


@pytest.mark.parametrize("kind", ["social", "property", "enterprise", "committee"])
def test_every_kind_of_active_unit_of_the_street_is_called(stage: Whistling, kind: str) -> None:
    community = stage.world.grids[street.COMMUNITY]
    unit = street.make_organization(community, code=kind, kind=kind, name="社区党支部")
    assert stage.new(calls=calls(stage, organization=unit)).tasks.get().organization == unit


def test_units_elsewhere_and_those_that_ended_are_not_called(stage: Whistling) -> None:
    far = street.make_organization(stage.world.grids[street.OTHER_STREET], code="far")
    old = street.make_organization(stage.world.grids[street.STREET], code="old", is_active=False)
    for unit in (far, old):
        with pytest.raises(NotValid):
            stage.new(calls=calls(stage, organization=unit))


@pytest.mark.parametrize("role", ["operator", "gridleader", "department", "auditor"])
def test_who_may_not_whistle_cannot(stage: Whistling, role: str) -> None:
    with pytest.raises(NotAllowed):
        stage.new(by=role)


def test_numbers_follow_each_other_and_the_same_one_sent_twice_is_one(stage: Whistling) -> None:
    first, again, other = stage.new(), stage.new(), stage.new(title="燃气泄漏")
    assert first == again
    year = stage.world.now.year
    assert [first.number, other.number] == [f"W{year}-0001", f"W{year}-0002"]


def test_a_whistle_from_a_case_is_the_community_s_and_stands_in_its_history(stage: Whistling) -> None:
    incident = stage.world.report()
    whistle = stage.whistle(State.CLOSED, grid=None, incident=incident)
    assert whistle.grid_code == street.COMMUNITY
    events = IncidentEvent.objects.filter(incident=incident, kind=IncidentEvent.Kind.WHISTLED)
    assert list(events.values_list("data__move", flat=True)) == ["raise", "approve", "conclude", "evaluate"]
    assert all(whistle.number in text for text in events.values_list("text", flat=True))


def test_nobody_whistles_for_a_case_that_she_cannot_see(stage: Whistling) -> None:
    foreign = stage.world.report(by="admin", point=street.inside(street.OTHER_GRID))
    with pytest.raises(NotValid) as refusal:
        stage.new(incident=foreign)
    assert "incident" in refusal.value.fields


# --- what is written, and who hears of it ---


def test_the_history_only_grows(stage: Whistling) -> None:
    whistle = stage.whistle(State.CLOSED)
    moves = list(whistle.events.values_list("move", flat=True))
    assert moves[:2] == ["raise", "approve"]
    assert moves[-3:] == ["rate", "rate", "evaluate"]
    for change in (whistle.events.all().delete, lambda: whistle.events.update(text="x")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def told(whistle: Whistle, move: str) -> set[str]:
    rows = Notice.objects.filter(kind=f"whistle.{move}", dedupe_key__startswith=f"whistle:{whistle.pk}:")
    return {name for name in rows.values_list("recipient__username", flat=True) if name}


def test_everybody_concerned_hears_of_each_step(stage: Whistling) -> None:
    whistle = stage.whistle(State.CLOSED)
    assert told(whistle, "raise") == {"secretary"}
    assert told(whistle, "approve") == {"dispatcher", "head", "department", "market"}
    assert told(whistle, "respond") == told(whistle, "conclude") == {"dispatcher"}
    assert told(whistle, "finish") == {"dispatcher", "head", "department"}
    assert told(whistle, "evaluate") == {"head", "department", "market"}


def test_a_red_whistle_is_urgent_and_carries_the_unit_s_own_task(stage: Whistling) -> None:
    stage.whistle(State.BLOWN, level="red")
    notice = Notice.objects.get(kind="whistle.approve", recipient=stage.people["market"])
    assert notice.level == Notice.Level.URGENT
    assert "查验营业资质" in notice.body
    assert "牵头查处噪声" not in notice.body


# --- reminders ---


def test_a_late_unit_is_reminded_once_of_its_response_and_once_of_its_task(
    stage: Whistling, later: Callable[..., datetime]
) -> None:
    whistle = stage.whistle(State.BLOWN)
    stage.move(whistle, "respond", lead=False)
    hours = (1, 2.1, 3, 23, 24.1, 25, 60)
    assert [remind_late(now=later(hours=n)) for n in hours] == [0, 1, 0, 0, 2, 0, 0]
    moves = list(whistle.events.filter(move__startswith="remind").values_list("move", flat=True))
    assert moves == ["remind_respond", "remind_done", "remind_done"]
    assert told(whistle, "remind_respond") == {"head", "department", "dispatcher", "supervisor", "shiftleader"}


@pytest.mark.parametrize("state", [State.RAISED, State.HANDLED, State.CLOSED, State.WITHDRAWN])
def test_nobody_is_reminded_of_what_is_over_or_not_begun(
    stage: Whistling, later: Callable[..., datetime], state: str
) -> None:
    stage.whistle(state)
    assert remind_late(now=later(days=30)) == 0


# --- who sees it ---


def seen_by(stage: Whistling, role: str) -> int:
    return Whistle.objects.visible_to(stage.people[role]).count()


def test_a_called_unit_sees_it_from_the_blowing_on(stage: Whistling) -> None:
    whistle = stage.whistle()
    assert seen_by(stage, "market") == 0
    stage.move(whistle, "approve")
    assert seen_by(stage, "market") == seen_by(stage, "police") == 1


def test_the_subtree_sees_it_and_others_do_not(stage: Whistling) -> None:
    stage.whistle(grid=stage.world.grids[street.COMMUNITY])
    assert [seen_by(stage, role) for role in ("community", "operator", "admin")] == [1, 1, 1]
    assert seen_by(stage, "gridleader") == seen_by(stage, "microleader") == 0


def test_tasks_keep_one_lead_in_the_database(stage: Whistling) -> None:
    whistle = stage.new()
    with pytest.raises(IntegrityError, match="whistle_one_lead"), transaction.atomic():
        WhistleTask.objects.filter(whistle=whistle).update(is_lead=True)
