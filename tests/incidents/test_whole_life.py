"""The rules of the whole life: verification, levels, the unit's own confirmation, steps, arbitration, clusters."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from accounts.errors import NotAllowed, NotNow, NotValid
from grid.models import Grid
from grid.posts import PostKind
from incidents import clocks, deadlines, dispatch, lifecycle
from incidents.models import Category, Incident, Procedure
from incidents.models.incident import Closing, Source
from incidents.states import MOVE_BY_NAME, Clock, State
from incidents.worktime import TimeUnit
from notices.models import Notice
from tests import street
from tests.incidents.conftest import World, make_category, picture
from tests.incidents.test_clocks import limit

Later = Callable[..., datetime]


@pytest.fixture
def strict(world: World) -> World:
    """An office that has the reports of the hotline verified on site."""
    Procedure.objects.create(pk=1, verify_sources=["hotline"])
    return world


# --- verification -----------------------------------------------------------------------------------------------------


def test_a_hotline_report_is_looked_at_before_it_is_filed(strict: World) -> None:
    incident = strict.report(source=Source.HOTLINE)
    with pytest.raises(NotNow, match="现场"):
        strict.move(incident, "file")
    incident = strict.move(incident, "verify", user=strict.people["microleader"])
    strict.move(incident, "genuine", by="microleader")
    assert strict.move(incident, "file").state == State.FILED


def test_a_patrol_workers_report_needs_no_second_look(strict: World) -> None:
    assert strict.move(strict.report(source=Source.PATROL), "file").state == State.FILED


def test_an_urgent_report_does_not_wait_for_a_look_on_site(strict: World) -> None:
    assert strict.move(strict.report(source=Source.HOTLINE, urgency="urgent"), "file").state == State.FILED


def test_the_acceptance_clock_rests_while_somebody_looks(strict: World, later: Later) -> None:
    incident = strict.report(source=Source.HOTLINE)
    due = incident.due_at
    incident = strict.move(incident, "verify", now=later(minutes=5))
    assert (incident.clock, incident.due_at) == ("verify", later(minutes=35))
    incident = strict.move(incident, "genuine", now=later(minutes=25))
    assert (incident.clock, incident.due_at) == ("accept", due + timedelta(minutes=20))


def test_the_worker_asks_the_nearest_leader_and_goes_on_when_it_is_so(strict: World) -> None:
    incident = strict.report(source=Source.HOTLINE)
    dispatch.dispatch_due(now=strict.now)
    incident.refresh_from_db()
    assert (incident.state, incident.inspector) == (State.VERIFYING, strict.people["microleader"])
    assert Notice.objects.filter(recipient=incident.inspector, kind="incident.verify").exists()
    strict.move(incident, "genuine", by="microleader")
    dispatch.dispatch_due(now=strict.now)
    incident.refresh_from_db()
    assert (incident.state, incident.inspector, incident.is_genuine) == (State.DISPATCHED, None, True)


def test_what_is_not_so_is_left_to_the_shift_leader(strict: World) -> None:
    incident = strict.move(strict.report(source=Source.HOTLINE), "verify")
    incident = strict.move(incident, "not_genuine", by="gridleader")
    with pytest.raises(NotNow):
        strict.move(incident, "file")
    with pytest.raises(NotAllowed):
        strict.move(incident, "not_file", by="operator")
    assert strict.move(incident, "not_file").state == State.NOT_FILED


def test_nothing_is_refused_filing_before_somebody_looked(strict: World) -> None:
    with pytest.raises(NotNow):
        strict.move(strict.report(source=Source.HOTLINE), "not_file")


# --- levels -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severity", "closers"),
    [
        (1, {"gridleader", "community", "operator"}),
        (2, {"gridleader", "community", "operator"}),
        (3, {"community", "operator"}),
        (4, {"operator"}),
    ],
)
def test_severity_decides_the_level_that_may_close(world: World, severity: int, closers: set[str]) -> None:
    category = make_category("某类", severity=severity)
    incident = world.move(world.report(), "file", category=category)
    for name in ("dispatch", "take", "feedback"):
        incident = world.move(incident, name)
    may = {
        role
        for role in ("gridleader", "community", "operator")
        if "close" in {move.name for move in lifecycle.allowed_moves(incident, world.people[role])}
    }
    assert may == closers
    if "gridleader" not in closers:
        with pytest.raises(NotNow, match="更高"):
            world.move(incident, "close", by="gridleader")


def test_reporting_up_needs_a_reason_and_finds_the_leader_one_level_higher(world: World) -> None:
    incident = world.report()
    dispatch.dispatch_due(now=world.now)
    incident.refresh_from_db()
    assert incident.handler_user == world.people["microleader"]
    with pytest.raises(NotValid):
        world.move(incident, "report_up", by="microleader", reason="")
    incident = world.move(incident, "report_up", by="microleader", reason="涉及整个小区，需网格协调")
    assert (incident.state, incident.level, incident.report_up_count) == (State.FILED, Grid.Level.GRID, 1)
    dispatch.dispatch_due(now=world.now)
    incident.refresh_from_db()
    assert incident.handler_user == world.people["gridleader"]


def test_the_street_has_nobody_above_it_here(world: World) -> None:
    incident = world.move(world.report(), "file", category=make_category("大事", severity=4))
    incident = world.move(world.move(incident, "dispatch"), "take")
    with pytest.raises(NotNow):
        world.move(incident, "report_up")


# --- the unit ---------------------------------------------------------------------------------------------------------


def test_the_head_hands_on_within_the_unit_and_the_units_clock_runs(world: World, later: Later) -> None:
    limit("internal", 2, "urgent_hour")
    incident = world.move(world.incident(State.DISPATCHED), "hand_on", user=world.people["department"])
    assert incident.handler_user == world.people["department"]
    assert (incident.clock, incident.unit_due_at) == ("handle", later(hours=2))
    assert deadlines.run_clocks(now=later(hours=3)) == 1
    assert incident.events.filter(kind="unit_overdue").count() == 1
    assert Notice.objects.filter(recipient=world.people["head"], kind="incident.unit_overdue").exists()
    incident = world.move(world.move(incident, "take"), "feedback")
    assert incident.unit_due_at is None


def test_only_people_of_the_unit_are_handed_on_to(world: World) -> None:
    with pytest.raises(NotValid) as caught:
        world.move(world.incident(State.DISPATCHED), "hand_on", user=world.people["gridleader"])
    assert list(caught.value.fields) == ["member"]


def test_a_confirming_head_and_the_dispatcher_stand_before_the_check(world: World, later: Later) -> None:
    incident = world.incident(State.CONFIRMING)
    assert incident.clock == "handle"
    incident = world.move(incident, "confirm", now=later(minutes=30))
    assert clocks.readings(incident)[Clock.HANDLE].paused
    incident = world.move(incident, "forward")
    assert (incident.state, incident.clock) == (State.HANDLED, "check")


def test_a_handler_cannot_pass_by_the_confirming_head(world: World) -> None:
    world.confirming_unit()
    with pytest.raises(NotNow, match="负责人"):
        world.move(_handling(world), "feedback")


def _handling(world: World) -> Incident:
    incident = world.report()
    for name in ("file", "dispatch", "take"):
        incident = world.move(incident, name)
    return incident


def test_work_in_steps_runs_one_limit_after_the_other(world: World, later: Later) -> None:
    for step, (amount, unit) in enumerate(((4, "urgent_hour"), (7, "natural_day"), (20, "natural_day")), start=1):
        limit(category=world.garbage, step=step, amount=amount, unit=unit)
    incident = _handling(world)
    assert (incident.steps, incident.due_at) == (3, later(hours=4))
    with pytest.raises(NotNow):
        world.move(incident, "feedback")
    incident = world.move(incident, "next_step", now=later(hours=3))
    assert incident.due_at == later(hours=3) + timedelta(days=7)
    incident = world.move(incident, "next_step", now=later(days=5))
    assert (incident.step, incident.due_at) == (3, later(days=25))
    assert world.move(incident, "feedback", now=later(days=9)).state == State.HANDLED


# --- returns ----------------------------------------------------------------------------------------------------------


def test_the_third_return_goes_to_arbitration_which_binds(world: World) -> None:
    incident = world.incident(State.FILED)
    for _turn in range(3):
        incident = world.move(world.move(incident, "dispatch", by="shiftleader"), "return")
    assert (incident.in_arbitration, incident.return_count) == (True, 3)
    with pytest.raises(NotAllowed, match="裁"):
        world.move(incident, "dispatch", by="dispatcher")
    incident = world.move(incident, "dispatch", by="shiftleader")
    assert (incident.in_arbitration, incident.was_arbitrated) == (False, True)
    with pytest.raises(NotNow, match="裁"):
        world.move(incident, "return")


def test_the_first_receiver_stays_responsible_until_another_takes_it_on(world: World) -> None:
    other = street.make_organization(world.grids[street.STREET], "other", name="另一单位")
    other_person = street.make_person("other_handler")
    street.give_post(other_person, PostKind.HANDLER, other)
    world.people["other"] = other_person
    incident = world.move(world.move(world.incident(State.FILED), "dispatch"), "return")
    incident = world.move(incident, "dispatch", organization=other)
    assert incident.responsible_organization == world.unit
    assert world.move(incident, "take", by="other").responsible_organization == other


# --- endings ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def checked_category(world: World) -> Category:
    world.garbage.needs_site_check = True
    world.garbage.save()
    return world.garbage


@pytest.mark.usefixtures("checked_category")
def test_what_must_be_checked_on_site_is_not_closed_at_the_desk(world: World) -> None:
    incident = world.incident(State.HANDLED)
    with pytest.raises(NotNow, match="现场"):
        world.move(incident, "close")
    incident = world.move(incident, "start_check", user=world.people["gridleader"])
    with pytest.raises(NotValid) as caught:
        world.move(incident, "pass_check", photos=[])
    assert list(caught.value.fields) == ["photo"]
    incident = world.move(incident, "pass_check", photos=[picture()])
    assert (incident.is_solved, incident.clock) == (True, "")
    assert world.move(incident, "close_checked").closing == Closing.NORMAL


def test_closing_late_is_another_kind_of_closing(world: World, later: Later) -> None:
    incident = world.move(world.incident(State.HANDLING), "feedback", now=later(days=30))
    assert world.move(incident, "close", now=later(days=30)).closing == Closing.OVERDUE


def test_closing_alone_does_not_mean_solved(world: World) -> None:
    assert world.incident(State.CLOSED).is_solved is None


def test_a_reopened_case_is_open_again_and_keeps_its_history(world: World) -> None:
    incident = world.move(world.incident(State.CLOSED), "reopen", reason="回访不满意")
    assert (incident.state, incident.closed_at, incident.closing, incident.reopen_count) == (State.FILED, None, "", 1)
    assert incident.clock == "dispatch"


def test_an_answer_at_once_ends_it_with_a_category(world: World) -> None:
    incident = world.move(world.report(), "answer", text="已告知办理流程")
    assert (incident.state, incident.category, incident.closed_at) == (State.ANSWERED, world.garbage, world.now)


def test_what_was_handled_on_the_spot_is_reviewed_by_another(world: World) -> None:
    incident = world.incident(State.SELF_HANDLED)
    with pytest.raises(NotAllowed):
        world.move(incident, "approve_self", by="gridleader")
    assert world.move(incident, "approve_self").closing == Closing.SELF
    assert world.move(world.incident(State.SELF_HANDLED), "refuse_self").state == State.CANCELLED


def test_members_of_a_cluster_end_with_their_lead_and_each_reporter_hears_it(world: World) -> None:
    lead = world.incident(State.HANDLED)
    member = world.incident(State.FILED, by="microleader")
    gone = world.incident(State.CANCELLED, by="microleader")
    for one in (member, gone):
        lifecycle.change(one.pk, "joined", actor=None, now=world.now, duplicate_of_id=lead.pk)
    world.move(lead, "close")
    member.refresh_from_db()
    gone.refresh_from_db()
    assert (member.state, member.closing, member.clock) == (State.CLOSED, Closing.WITH_LEAD, "")
    assert gone.state == State.CANCELLED
    assert Notice.objects.filter(recipient=world.people["microleader"], kind="incident.close_with_lead").count() == 1


# --- without a move ---------------------------------------------------------------------------------------------------


def test_more_time_is_counted_from_the_old_deadline(world: World, later: Later) -> None:
    limit(category=world.garbage, amount=4, unit="urgent_hour")
    incident = _handling(world)
    given = {"clock": Clock.HANDLE, "amount": Decimal(4), "unit": TimeUnit.URGENT_HOUR}
    longer = lifecycle.extend(incident.pk, actor=None, now=later(hours=1), reason="工程量大", **given)
    assert (longer.due_at, longer.extension_count, longer.version) == (later(hours=8), 1, incident.version + 1)


def test_a_hand_over_changes_the_person_and_nothing_else(world: World) -> None:
    incident = world.incident(State.HANDLING)
    after = lifecycle.reassign(
        incident.pk, user=world.people["head"], actor=world.people["shiftleader"], now=world.now, reason="离岗"
    )
    assert (after.handler_user, after.state, after.due_at) == (world.people["head"], incident.state, incident.due_at)
    assert [one.user for one in after.assignments.filter(ends_at__isnull=True)] == [world.people["head"]]
    closed = world.incident(State.CLOSED)
    with pytest.raises(NotNow):
        lifecycle.reassign(closed.pk, user=world.people["head"], actor=world.people["admin"], now=world.now, reason="x")


def test_state_and_handler_change_by_moves_alone(world: World) -> None:
    incident = world.report()
    for field in ("state", "handler_user_id", "due_at"):
        with pytest.raises(ValueError, match="only a move"):
            lifecycle.change(incident.pk, "remark", actor=None, now=world.now, **{field: None})


def test_rest_needs_an_approved_application(world: World) -> None:
    incident = world.incident(State.HANDLING)
    for role in ("dispatcher", "shiftleader", "admin"):
        assert MOVE_BY_NAME["suspend"] not in lifecycle.allowed_moves(incident, world.people[role])
        with pytest.raises(NotAllowed):
            world.move(incident, "suspend", by=role, sanctioned=False)


def test_after_a_rest_the_time_that_was_left_goes_on(world: World, later: Later) -> None:
    limit(category=world.garbage, amount=4, unit="urgent_hour")
    incident = world.move(_handling(world), "suspend", now=later(hours=1))
    assert (incident.clock, incident.due_at) == ("", None)
    assert incident.resume_at is not None
    incident = world.move(incident, "resume", now=later(days=3))
    assert (incident.clock, incident.due_at, incident.resume_at) == ("handle", later(days=3, hours=3), None)
