"""Moves: who, when, with what, and what each leaves behind."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.errors import DomainError, NotAllowed, NotNow, NotValid
from grid.posts import PostKind
from incidents import lifecycle
from incidents.models import Assignment, Incident
from incidents.photos import ProcessedPhoto
from incidents.states import ASSIGNED, MOVE_BY_NAME, MOVES, START, State
from notices.models import Notice
from tests import street
from tests.incidents.conftest import WAY, World, make_category

DESK = {"operator", "shiftleader", "admin"}
CHECKERS = DESK | {"community", "gridleader"}
DISPATCHERS = {"dispatcher", "shiftleader", "admin"}
LEADERS_TOO = DESK | {"community", "gridleader"}
"""The level rule leaves a micro matter to the persons in charge below the street too."""
ORDERS = {"shiftleader", "admin"}
UNIT = {"department", "head"}
NOBODY: set[str] = set()
MAY = {
    "verify": DESK,
    "genuine": CHECKERS,
    "not_genuine": CHECKERS,
    "file": DESK,
    "answer": DESK,
    "reject": DESK,
    "not_file": ORDERS,
    "cancel": DESK,
    "dispatch": DISPATCHERS,
    "recall": DISPATCHERS,
    "take": UNIT,
    "hand_on": {"head"},
    "return": UNIT,
    "report_up": UNIT,
    "next_step": UNIT,
    "feedback": UNIT,
    "finish": UNIT,
    "send_back": {"head"},
    "confirm": {"head"},
    "forward": DISPATCHERS,
    "refuse_work": DISPATCHERS,
    "suspend": NOBODY,
    "defer": NOBODY,
    "resume": UNIT,
    "start_check": CHECKERS,
    "pass_check": CHECKERS,
    "close": LEADERS_TOO,
    "close_checked": LEADERS_TOO,
    "rework": CHECKERS,
    "force_close": ORDERS,
    "close_with_lead": NOBODY,
    # the grid leader reported it as handled on the spot: another confirms
    "approve_self": LEADERS_TOO - {"gridleader"},
    "refuse_self": LEADERS_TOO - {"gridleader"},
    "reopen": LEADERS_TOO,
}
"""Written by hand, so that the table of moves is held against something."""
NOT_NOW = {"finish", "next_step"}
"""What the incidents of this table never allow: no head confirms, and the work has one step."""


def outcome(world: World, incident: Incident, move: str, role: str) -> str:
    """What a role's try at a move ends in; undone afterwards."""
    try:
        with transaction.atomic():
            world.move(incident, move, by=role, sanctioned=False)
            transaction.set_rollback(True)
    except DomainError as error:
        return type(error).__name__
    return "done"


@pytest.mark.parametrize("state", State.values)
def test_every_role_tries_every_move_in_every_state(world: World, state: str) -> None:
    world.people["stranger"] = street.make_person("stranger")
    street.give_post(world.people["stranger"], PostKind.SHIFT_LEADER, world.grids[street.OTHER_STREET])
    incident = world.incident(state)
    wrong = []
    for role in world.people:
        for move, roles in MAY.items():
            possible = state in MOVE_BY_NAME[move].sources
            right = "NotNow" if move in NOT_NOW else "done"
            expected = "NotNow" if not possible else right if role in roles else "NotAllowed"
            if (got := outcome(world, incident, move, role)) != expected:
                wrong.append((role, move, expected, got))
    assert wrong == []


@pytest.mark.parametrize("state", State.values)
def test_buttons_are_exactly_the_moves_that_would_succeed(world: World, state: str) -> None:
    incident = world.incident(state)
    for role, person in world.people.items():
        offered = {move.name for move in lifecycle.allowed_moves(incident, person)}
        rightly = {move for move in MAY if state in MOVE_BY_NAME[move].sources and role in MAY[move]}
        assert offered == rightly - NOT_NOW, role


def test_the_table_of_rights_names_every_move() -> None:
    assert set(MAY) == {move.name for move in MOVES if START not in move.sources}


def test_moves_from_the_start_are_not_for_existing_incidents(world: World) -> None:
    incident = world.incident()
    for move in (move for move in MOVES if START in move.sources):
        with pytest.raises(NotNow):
            world.move(incident, move.name, by="gridleader")


@pytest.mark.parametrize("state", list(WAY))
def test_version_counts_the_moves_and_history_names_the_people(world: World, state: str) -> None:
    incident = world.incident(state)
    incident.refresh_from_db()
    events = list(incident.events.all())
    assert (incident.state, incident.version) == (state, len(events))
    assert events[0].actor_name == "gridleader（网格长）"
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))


def test_a_stale_version_changes_nothing(world: World) -> None:
    incident = world.incident(State.FILED)
    with pytest.raises(NotNow):
        world.move(incident, "dispatch", version=incident.version - 1)
    incident.refresh_from_db()
    assert incident.state == State.FILED
    assert world.move(incident, "dispatch", version=incident.version).state == State.DISPATCHED


@pytest.mark.parametrize(
    ("state", "move", "field"),
    [
        (State.REPORTED, "file", "category"),
        (State.REPORTED, "reject", "reason"),
        (State.FILED, "dispatch", "handler"),
        (State.HANDLING, "feedback", "text"),
        (State.HANDLED, "close", "text"),
        (State.HANDLED, "rework", "reason"),
    ],
)
def test_what_a_move_needs_is_asked_for_by_name(world: World, state: str, move: str, field: str) -> None:
    incident = world.incident(state)
    nothing = {"text": "  ", "reason": "", "category": None, "organization": None}
    with pytest.raises(NotValid) as caught:
        world.move(incident, move, **nothing)
    assert list(caught.value.fields) == [field]


def test_words_that_are_too_long_are_refused(world: World) -> None:
    with pytest.raises(NotValid) as caught:
        world.move(world.incident(State.HANDLING), "feedback", text="长" * 5001)
    assert list(caught.value.fields) == ["text"]


def test_the_desk_hands_an_incident_only_to_its_own_street(world: World) -> None:
    far = street.make_organization(world.grids[street.OTHER_STREET], "far", name="别的街道")
    stranger = street.make_person("far_leader")
    street.give_post(stranger, PostKind.GRID_LEADER, world.grids[street.OTHER_GRID])
    incident = world.incident(State.FILED)
    with pytest.raises(NotValid) as caught:
        world.move(incident, "dispatch", organization=far, user=stranger)
    assert set(caught.value.fields) == {"organization", "user"}


def test_the_leader_of_the_street_may_be_handed_a_matter(world: World) -> None:
    leader = street.make_person("secretary")
    street.give_post(leader, PostKind.STREET_SECRETARY, world.grids[street.STREET])
    incident = world.move(world.incident(State.FILED), "dispatch", organization=None, user=leader)
    assert lifecycle.perform(incident.pk, "take", actor=leader, now=world.now).state == State.HANDLING


def test_a_category_that_is_not_used_any_more_is_refused(world: World) -> None:
    old = make_category("旧类", is_active=False)
    with pytest.raises(NotValid):
        world.move(world.incident(), "file", category=old)


def test_whoever_handled_it_may_not_check_or_close_it(world: World) -> None:
    incident = world.move(world.incident(State.FILED), "dispatch", organization=None, user=world.people["gridleader"])
    for move in ("take", "feedback"):
        world.move(incident, move, by="gridleader")
    for move in ("start_check", "rework"):
        with pytest.raises(NotAllowed, match="处置"):
            world.move(incident, move, by="gridleader")
    assert world.move(incident, "close", by="operator").state == State.CLOSED


def test_the_system_makes_only_the_moves_that_are_its_own(world: World) -> None:
    for move in set(MAY) - NOT_NOW:
        incident = world.incident(MOVE_BY_NAME[move].sources[0])
        given: dict[str, Any] = {"category": world.garbage, "organization": world.unit, "text": "x", "reason": "x"}
        if MOVE_BY_NAME[move].system:
            assert lifecycle.perform(incident.pk, move, actor=None, now=world.now, **given).version > incident.version
        else:
            with pytest.raises(NotAllowed):
                lifecycle.perform(incident.pk, move, actor=None, now=world.now, **given)


def test_rework_goes_back_to_the_same_handler_with_the_time_that_was_left(
    world: World, later: Callable[..., datetime]
) -> None:
    incident = world.incident(State.HANDLING)
    left = incident.due_at - incident.state_since  # type: ignore[operator]
    incident = world.move(incident, "feedback", now=later(minutes=10))
    assert incident.clock == "check"
    incident = world.move(incident, "rework", now=later(days=1))
    assert (incident.clock, incident.rework_count) == ("handle", 1)
    assert incident.handler_organization == world.unit
    assert incident.due_at is not None
    assert incident.due_at >= later(days=1)
    assert left > timedelta(0)


def test_a_return_frees_the_incident_and_a_dispatch_begins_a_new_clock(world: World) -> None:
    incident = world.move(world.incident(State.HANDLING), "return")
    assert (incident.handler_organization, incident.handler_user, incident.return_count) == (None, None, 1)
    assert incident.clock == "dispatch"
    assert world.move(incident, "dispatch").clock == "handle"
    kinds = [(entry.clock, entry.kind) for entry in incident.clock_entries.all()]
    assert kinds.count(("handle", "started")) == 2


@pytest.mark.parametrize("move", ["return", "recall", "cancel", "feedback"])
def test_the_assignment_ends_with_the_move_that_ends_it(world: World, move: str) -> None:
    incident = world.incident(State.HANDLING)
    assert Assignment.objects.get(incident=incident).user == world.people["department"]
    world.move(incident, move)
    assert list(Assignment.objects.filter(incident=incident).values_list("outcome", flat=True)) == [move]


@pytest.mark.parametrize("state", list(WAY))
def test_an_open_assignment_stands_exactly_while_the_handler_has_it(world: World, state: str) -> None:
    incident = world.incident(state)
    assert incident.assignments.filter(ends_at__isnull=True).count() == (state in ASSIGNED)


def test_ended_incidents_have_an_end_and_no_clock(world: World) -> None:
    for state in (State.CLOSED, State.CANCELLED, State.NOT_ACCEPTED):
        incident = world.incident(state)
        assert incident.closed_at == world.now
        assert (incident.clock, incident.due_at, incident.warn_at) == ("", None, None)


def test_a_unit_learns_of_its_task_and_the_reporter_of_the_end(world: World) -> None:
    incident = world.incident(State.CLOSED)
    told = set(Notice.objects.values_list("recipient__username", "kind"))
    tasks = {("department", "incident.dispatch"), ("head", "incident.dispatch")}
    assert told == tasks | {("gridleader", "incident.close")}
    assert {notice.url for notice in Notice.objects.all()} == {f"/incidents/{incident.number}/"}


def test_dispatchers_learn_of_a_return_and_the_handler_of_a_rework(world: World) -> None:
    world.move(world.incident(State.DISPATCHED), "return")
    world.incident(State.REWORKING)
    told = set(Notice.objects.exclude(kind="incident.dispatch").values_list("recipient__username", "kind"))
    returned = {(name, "incident.return") for name in ("dispatcher", "shiftleader")}
    assert told == returned | {("department", "incident.rework")}


def test_photos_of_a_move_hang_on_its_event(world: World) -> None:
    photo = ProcessedPhoto(b"jpeg", "ab" * 32, 10, 10, b"thumb")
    incident = world.move(world.incident(State.HANDLING), "feedback", photos=[photo, photo])
    attachment = incident.attachments.get()
    assert (attachment.stage, attachment.event.move) == ("handled", "feedback")
    with attachment.file.open() as file:
        assert file.read() == b"jpeg"


def test_an_urgent_category_makes_the_incident_urgent_and_its_clock_continuous(world: World) -> None:
    burst = make_category("水管爆裂", urgency="urgent", severity=3)
    incident = world.move(world.move(world.incident(), "file", category=burst), "dispatch")
    assert (incident.urgency, incident.severity) == ("urgent", 3)
    assert incident.due_at == world.now + timedelta(hours=4)


def test_a_move_of_an_unknown_incident_says_so(world: World) -> None:
    with pytest.raises(Incident.DoesNotExist):
        lifecycle.perform(0, "file", actor=world.people["operator"], now=world.now)
