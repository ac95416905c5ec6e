"""Applications: who may apply for what and when, who reviews it, and what an approval does."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.posts import PostKind
from incidents import applications, lifecycle, resting
from incidents.application_queries import waiting_for
from incidents.clocks import readings
from incidents.demo.applications import build_applications
from incidents.models import Application, Incident, IncidentEvent, Procedure, Review
from incidents.models.incident import Closing
from incidents.states import Clock, State
from notices.models import Notice
from tests import street
from tests.incidents.conftest import World, picture
from tests.incidents.test_parallel import together

Kind, Status = Application.Kind, Application.Status
LATE = timedelta(days=12)
"""Longer than the limit of four working hours, holidays included."""


@pytest.fixture
def secretary(world: World) -> User:
    """The leader in charge, who approves what goes beyond the rule."""
    user = street.make_person("secretary")
    street.give_post(user, PostKind.STREET_SECRETARY, world.grids[street.STREET])
    world.people["secretary"] = user
    return user


def ask(world: World, case: Incident, kind: str, *, by: str = "department", **more: Any) -> Application:
    given = {"actor": world.people[by], "now": world.now, "reason": "需要开挖，等待施工许可"} | more
    if kind in (Kind.SUSPENSION, Kind.DEFERRAL):
        given.setdefault("until", given["now"] + timedelta(days=30))
    return applications.apply(case.pk, kind, **given)


def decide(world: World, row: Application, by: str, result: str = "approved", **more: Any) -> Application:
    given = {"actor": world.people[by], "now": world.now, "reason": "情况属实"} | more
    return applications.review(row.pk, result=result, **given)


def due(case: Incident) -> datetime | None:
    case.refresh_from_db()
    return readings(case)[Clock.HANDLE].due_at


# --- extension


def test_an_extension_adds_the_original_limit_to_the_deadline(world: World, later: Callable[..., datetime]) -> None:
    case = world.incident(State.HANDLING)
    before, limit = due(case), readings(case)[Clock.HANDLE].steps[0]
    row = decide(world, ask(world, case, Kind.EXTENSION), "shiftleader")
    assert (row.status, row.amount, row.unit) == (Status.APPROVED, limit.amount, limit.unit)
    after = due(case)
    assert before
    assert after
    assert after > before
    assert (case.due_at, case.extension_count) == (after, 1)


def test_the_second_extension_needs_the_higher_approver_and_there_is_no_third(world: World, secretary: User) -> None:
    case = world.incident(State.HANDLING)
    decide(world, ask(world, case, Kind.EXTENSION), "shiftleader")
    second = ask(world, case, Kind.EXTENSION)
    with pytest.raises(NotAllowed):
        decide(world, second, "shiftleader")
    decide(world, second, "secretary")
    with pytest.raises(NotNow):
        ask(world, case, Kind.EXTENSION)
    case.refresh_from_db()
    assert case.extension_count == 2


def test_a_rejected_or_withdrawn_one_does_not_consume_the_quota(world: World) -> None:
    case = world.incident(State.HANDLING)
    for number in range(3):
        row = ask(world, case, Kind.EXTENSION)
        if number % 2:
            applications.withdraw(row.pk, actor=world.people["department"], now=world.now)
        else:
            decide(world, row, "shiftleader", "rejected")
    assert decide(world, ask(world, case, Kind.EXTENSION), "shiftleader").ordinal == 1


def test_the_office_sets_how_many_extensions_there_are(world: World) -> None:
    Procedure.objects.create(pk=1, most_extensions=0)
    with pytest.raises(NotNow):
        ask(world, world.incident(State.HANDLING), Kind.EXTENSION)


def test_an_overdue_case_gets_neither_time_nor_rest(world: World) -> None:
    case = world.incident(State.HANDLING)
    for kind in (Kind.EXTENSION, Kind.SUSPENSION, Kind.DEFERRAL):
        with pytest.raises(NotNow):
            ask(world, case, kind, now=world.now + LATE)


def test_what_was_applied_for_in_time_may_be_approved_after_the_deadline(world: World) -> None:
    case = world.incident(State.HANDLING)
    row = ask(world, case, Kind.EXTENSION)
    assert decide(world, row, "shiftleader", now=world.now + LATE).status == Status.APPROVED


# --- rest


@pytest.mark.parametrize(("kind", "state"), [(Kind.SUSPENSION, State.SUSPENDED), (Kind.DEFERRAL, State.DEFERRED)])
def test_a_rest_stops_the_clock_until_its_day(world: World, kind: str, state: str) -> None:
    case = world.incident(State.HANDLING)
    row = decide(world, ask(world, case, kind), "dispatcher")
    case.refresh_from_db()
    assert (case.state, case.resume_at, case.due_at) == (state, row.until, None)
    assert readings(case)[Clock.HANDLE].paused
    with pytest.raises(NotNow):
        world.move(case, "feedback")


def test_on_its_day_it_goes_on_by_itself_with_the_time_that_was_left(world: World) -> None:
    case = world.incident(State.HANDLING)
    row = decide(world, ask(world, case, Kind.SUSPENSION), "dispatcher")
    assert row.until
    assert resting.resume_due(now=row.until - timedelta(seconds=1)) == 0
    assert resting.resume_due(now=row.until) == 1
    case.refresh_from_db()
    assert (case.state, case.resume_at, case.handler_organization) == (State.DISPATCHED, None, world.unit)
    assert case.due_at
    assert case.due_at > row.until
    last = IncidentEvent.objects.filter(incident=case).latest("sequence")
    assert (last.move, last.actor) == ("resume", None)
    assert resting.resume_due(now=row.until) == 0


def test_a_rest_has_an_end_and_lasts_no_longer_than_the_office_allows(world: World) -> None:
    case = world.incident(State.HANDLING)
    Procedure.objects.create(pk=1, longest_suspension_days=100, longest_deferral_days=20)
    for kind, days in ((Kind.SUSPENSION, 101), (Kind.DEFERRAL, 21), (Kind.SUSPENSION, -1)):
        with pytest.raises(NotValid):
            ask(world, case, kind, until=world.now + timedelta(days=days))
    with pytest.raises(NotValid):
        ask(world, case, Kind.SUSPENSION, until=None)
    assert ask(world, case, Kind.SUSPENSION, until=world.now + timedelta(days=100)).status == Status.PENDING


def test_a_suspension_is_granted_once_per_case(world: World) -> None:
    case = world.incident(State.HANDLING)
    row = decide(world, ask(world, case, Kind.SUSPENSION), "dispatcher")
    assert row.until
    resting.resume_due(now=row.until)
    with pytest.raises(NotNow):
        ask(world, case, Kind.SUSPENSION, now=row.until)


def test_a_rest_whose_day_has_passed_cannot_be_approved_any_more(world: World) -> None:
    row = ask(world, world.incident(State.HANDLING), Kind.SUSPENSION, until=world.now + timedelta(days=1))
    with pytest.raises(NotNow):
        decide(world, row, "dispatcher", now=world.now + timedelta(days=2))
    row.refresh_from_db()
    assert (row.status, row.reviews.count()) == (Status.PENDING, 0)


def test_a_case_that_cannot_go_on_does_not_hold_up_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [world.incident(State.SUSPENDED) for _n in range(2)]
    real = lifecycle.perform

    def stuck(pk: int, *args: Any, **more: Any) -> Incident:
        if pk == cases[0].pk:
            raise NotNow("stuck")
        return real(pk, *args, **more)

    monkeypatch.setattr(resting, "perform", stuck)
    assert resting.resume_due(now=world.now + timedelta(days=40)) == 1
    assert set(Incident.objects.values_list("state", flat=True)) == {State.SUSPENDED, State.DISPATCHED}


# --- appeal


def overdue_case(world: World) -> Incident:
    case = world.incident(State.HANDLING)
    return world.move(case, "feedback", now=world.now + LATE)


def test_an_appeal_is_reviewed_by_two_people_and_excuses_the_case(world: World) -> None:
    case = overdue_case(world)
    row = ask(world, case, Kind.APPEAL, now=world.now + LATE)
    first = decide(world, row, "dispatcher", now=world.now + LATE)
    assert (first.status, first.step) == (Status.PENDING, 2)
    case.refresh_from_db()
    assert case.was_excused is False
    decide(world, row, "operator", now=world.now + LATE)
    case.refresh_from_db()
    assert case.was_excused is True
    assert IncidentEvent.objects.filter(incident=case, kind=IncidentEvent.Kind.EXCUSED).exists()


def test_one_person_does_not_make_both_reviews(world: World) -> None:
    row = ask(world, overdue_case(world), Kind.APPEAL, now=world.now + LATE)
    decide(world, row, "shiftleader", now=world.now + LATE)
    with pytest.raises(NotAllowed):
        decide(world, row, "shiftleader", now=world.now + LATE)


def test_an_appeal_is_made_once_whatever_became_of_it(world: World) -> None:
    case = overdue_case(world)
    decide(world, ask(world, case, Kind.APPEAL, now=world.now + LATE), "dispatcher", "rejected")
    with pytest.raises(NotNow):
        ask(world, case, Kind.APPEAL, now=world.now + LATE)


def test_nothing_is_appealed_against_that_was_in_time(world: World) -> None:
    with pytest.raises(NotNow):
        ask(world, world.incident(State.HANDLED), Kind.APPEAL)


def test_an_excused_case_is_closed_as_in_time(world: World) -> None:
    case, now = overdue_case(world), world.now + LATE
    row = ask(world, case, Kind.APPEAL, now=now)
    for reviewer in ("dispatcher", "operator"):
        decide(world, row, reviewer, now=now)
    assert world.move(case, "close", now=now).closing == Closing.NORMAL


# --- who


@pytest.mark.parametrize("role", ["gridleader", "operator", "dispatcher", "shiftleader", "supervisor"])
def test_only_the_handler_and_its_unit_may_apply(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        ask(world, world.incident(State.HANDLING), Kind.EXTENSION, by=role)


ROLES = ("operator", "dispatcher", "shiftleader", "supervisor", "community", "gridleader", "department", "auditor")
REVIEWERS = {
    Kind.EXTENSION: {"shiftleader"},
    Kind.SUSPENSION: {"dispatcher", "shiftleader"},
    Kind.DEFERRAL: {"dispatcher", "shiftleader"},
}


@pytest.mark.parametrize("kind", REVIEWERS)
def test_only_the_reviewers_of_the_table_review(world: World, kind: Kind) -> None:
    row = ask(world, world.incident(State.HANDLING), kind)
    for role in ROLES:
        assert waiting_for(world.people[role]).filter(pk=row.pk).exists() == (role in REVIEWERS[kind]), role
        if role not in REVIEWERS[kind]:
            with pytest.raises(NotAllowed):
                decide(world, row, role)


def test_nobody_decides_about_her_own_application(world: World) -> None:
    street.give_post(world.people["shiftleader"], PostKind.HANDLER, world.unit)
    case = world.incident(State.HANDLING)
    row = ask(world, case, Kind.SUSPENSION, by="shiftleader")
    assert not waiting_for(world.people["shiftleader"]).exists()
    with pytest.raises(NotAllowed):
        decide(world, row, "shiftleader")
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(
            application=row,
            applicant=row.applicant,
            approver=row.applicant,
            result="approved",
            reason="x",
            at=world.now,
        )


def test_a_reviewer_of_another_street_reviews_nothing_here(world: World) -> None:
    stranger = street.make_person("stranger")
    street.give_post(stranger, PostKind.SHIFT_LEADER, world.grids[street.OTHER_STREET])
    row = ask(world, world.incident(State.HANDLING), Kind.SUSPENSION)
    assert not waiting_for(stranger).exists()
    with pytest.raises(NotAllowed):
        applications.review(row.pk, result="approved", reason="x", actor=stranger, now=world.now)


# --- what becomes of it


def test_one_of_a_kind_waits_at_a_time(world: World) -> None:
    case = world.incident(State.HANDLING)
    ask(world, case, Kind.EXTENSION)
    with pytest.raises(NotNow):
        ask(world, case, Kind.EXTENSION)
    assert ask(world, case, Kind.SUSPENSION).status == Status.PENDING


@pytest.mark.parametrize("move", ["feedback", "return", "recall"])
def test_an_application_lapses_when_the_case_leaves_the_handler(world: World, move: str) -> None:
    case = world.incident(State.HANDLING)
    row = ask(world, case, Kind.EXTENSION)
    world.move(case, move)
    row.refresh_from_db()
    assert (row.status, row.decided_at) == (Status.LAPSED, world.now)
    with pytest.raises(NotNow):
        decide(world, row, "shiftleader")


def test_an_application_stays_when_the_unit_names_somebody(world: World) -> None:
    case = world.incident(State.HANDLING)
    row = ask(world, case, Kind.EXTENSION)
    world.move(case, "hand_on")
    assert decide(world, row, "shiftleader").status == Status.APPROVED


def test_an_appeal_outlives_the_task(world: World) -> None:
    case = world.incident(State.HANDLING)
    row = ask(world, case, Kind.APPEAL, now=world.now + LATE)
    world.move(case, "feedback", now=world.now + LATE)
    row.refresh_from_db()
    assert row.status == Status.PENDING


def test_what_is_decided_stays_decided(world: World) -> None:
    row = ask(world, world.incident(State.HANDLING), Kind.SUSPENSION)
    decide(world, row, "dispatcher", "rejected")
    with pytest.raises(NotNow):
        decide(world, row, "shiftleader")
    with pytest.raises(NotNow):
        applications.withdraw(row.pk, actor=world.people["department"], now=world.now)


def test_only_the_applicant_or_its_unit_withdraws(world: World) -> None:
    row = ask(world, world.incident(State.HANDLING), Kind.SUSPENSION)
    with pytest.raises(NotAllowed):
        applications.withdraw(row.pk, actor=world.people["dispatcher"], now=world.now)
    assert applications.withdraw(row.pk, actor=world.people["head"], now=world.now).status == Status.WITHDRAWN


def test_history_and_notices_tell_of_it(world: World) -> None:
    case = world.incident(State.HANDLING)
    row = ask(world, case, Kind.SUSPENSION, photos=[picture()])
    assert Notice.objects.filter(recipient=world.people["dispatcher"], kind="application.review").exists()
    decide(world, row, "dispatcher")
    kinds = list(IncidentEvent.objects.filter(incident=case).order_by("-sequence").values_list("kind", flat=True)[:3])
    assert kinds == ["move", "reviewed", "applied"]
    assert Notice.objects.filter(recipient=world.people["department"], kind="application.decided").exists()
    applied = IncidentEvent.objects.get(incident=case, kind="applied")
    assert applied.attachments.count() == 1


@pytest.mark.parametrize("reason", ["", "  ", "长" * 2001])
def test_an_application_gives_its_reason(world: World, reason: str) -> None:
    with pytest.raises(NotValid):
        ask(world, world.incident(State.HANDLING), Kind.EXTENSION, reason=reason)


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"result": "maybe"}])
def test_a_review_gives_its_reason_and_a_result(world: World, wrong: dict[str, str]) -> None:
    row = ask(world, world.incident(State.HANDLING), Kind.EXTENSION)
    with pytest.raises(NotValid):
        decide(world, row, "shiftleader", **wrong)
    assert not Review.objects.exists()


# --- at the same moment


def test_of_two_reviewers_at_once_one_is_told_not_now(committed: World) -> None:
    row = ask(committed, committed.incident(State.HANDLING), Kind.SUSPENSION)
    answers = together(*(lambda by=by: decide(committed, row, by) for by in ("dispatcher", "shiftleader")))
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [NotNow]
    assert Review.objects.count() == IncidentEvent.objects.filter(move="suspend").count() == 1


def test_of_two_applicants_at_once_one_is_told_not_now(committed: World) -> None:
    case = committed.incident(State.HANDLING)
    answers = together(*(lambda by=by: ask(committed, case, Kind.EXTENSION, by=by) for by in ("department", "head")))
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [NotNow]
    assert Application.objects.count() == 1


def test_an_approval_and_the_end_of_the_task_at_once_leave_one_truth(committed: World) -> None:
    case = committed.incident(State.HANDLING)
    row = ask(committed, case, Kind.SUSPENSION)
    together(lambda: decide(committed, row, "dispatcher"), lambda: committed.move(case, "feedback"))
    case.refresh_from_db()
    row.refresh_from_db()
    assert (case.state, row.status) in ((State.SUSPENDED, Status.APPROVED), (State.HANDLED, Status.LAPSED))


def test_two_workers_resume_each_case_once(committed: World) -> None:
    for _turn in range(6):
        committed.incident(State.SUSPENDED)
    day = committed.now + timedelta(days=40)
    done = together(*(lambda: resting.resume_due(now=day) for _worker in range(3)))
    assert sum(done) == IncidentEvent.objects.filter(move="resume").count() == 6


def test_the_demo_shows_every_kind_in_several_states(world: World) -> None:
    for _turn in range(8):
        world.incident(State.HANDLING)
    late = overdue_case(world)
    Incident.objects.filter(pk=late.pk).update(was_overdue=True)
    assert build_applications(world.now) == 8
    assert set(Application.objects.values_list("kind", flat=True)) == {Kind.EXTENSION, Kind.SUSPENSION, Kind.DEFERRAL}
    assert build_applications(world.now + LATE) == 1
    found = set(Application.objects.values_list("status", flat=True))
    assert found == {Status.APPROVED, Status.REJECTED, Status.PENDING}
