"""Random walks through the life of incidents (reliability.md 2.3, I4 to I7): whatever people do, the laws hold."""

import contextlib
import os
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.errors import DomainError
from incidents import clocks, deadlines, dispatch, lifecycle
from incidents.models import Assignment, Incident, IncidentEvent, Procedure
from incidents.states import ASSIGNED, INSPECTED, MOVE_BY_NAME, RESTING, START, WITH_HANDLER, Clock, State, arrows
from tests.incidents.conftest import World, build_world
from tests.incidents.test_clocks import limit

LONG = os.environ.get("LONG") == "1"
MOVES = sorted(name for name, move in MOVE_BY_NAME.items() if START not in move.sources)
ROLES = (
    "operator",
    "dispatcher",
    "shiftleader",
    "department",
    "head",
    "gridleader",
    "microleader",
    "community",
    "auditor",
)
CHOICE = st.integers(0, 4)
CHANGING = ("move", "joined", "handed_over", "extended")
"""Kinds of events that come with a new version."""


class Life(RuleBasedStateMachine):
    """Incidents, people who do what they like with them, a worker, and time that passes."""

    world: World

    @initialize(confirms=st.booleans(), verifies=st.booleans(), steps=st.integers(1, 3))
    def begin(self, confirms: bool, verifies: bool, steps: int) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()
        self.world = build_world()
        self.world.confirming_unit(confirms)
        Procedure.objects.create(pk=1, verify_sources=["patrol"] if verifies else [])
        for step in range(1, steps + 1):
            limit(category=self.world.garbage, step=step, amount=4 * step, unit="work_hour")
        self.keys = [self.world.people["gridleader"].pk, 7]

    def teardown(self) -> None:
        if hasattr(self, "block"):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    def _incident(self, choice: int) -> Incident | None:
        rows = list(Incident.objects.order_by("pk"))
        return rows[choice % len(rows)] if rows else None

    @rule(text=st.sampled_from(["垃圾堆了三天", "说不清"]), key=st.one_of(st.none(), st.integers(0, 3)))
    def report(self, text: str, key: int | None) -> None:
        before = Incident.objects.filter(external_id=str(key)).exists()
        # a number before it: the same words at the same place would be held for the desk as a repeat
        words = f"{Incident.objects.count()}号楼{text}"
        incident = self.world.report(text=words, external_id="" if key is None else str(key))
        assert incident.events.filter(move="report").count() == 1
        assert not before or Incident.objects.filter(external_id=str(key)).count() == 1

    @rule(
        choice=CHOICE,
        name=st.sampled_from(MOVES),
        role=st.sampled_from(ROLES),
        stale=st.booleans(),
        by_name=st.booleans(),
    )
    def move(self, choice: int, name: str, role: str, stale: bool, by_name: bool) -> None:
        if (incident := self._incident(choice)) is None:
            return
        given: dict[str, Any] = {"version": incident.version - stale}
        if name == "dispatch" and by_name:
            given |= {"organization": None, "user": self.world.people["gridleader"]}
        try:
            with transaction.atomic():
                self.world.move(incident, name, by=role, **given)
        except DomainError:
            after = Incident.objects.get(pk=incident.pk)
            assert (after.state, after.version) == (incident.state, incident.version)
        else:
            assert not stale

    @rule(one=CHOICE, other=CHOICE)
    def join(self, one: int, other: int) -> None:
        """A member of a cluster, whose lead may end at any time."""
        member, lead = self._incident(one), self._incident(other)
        if member is None or lead is None or member.pk == lead.pk or lead.duplicate_of_id or member.duplicates.exists():
            return
        actor = self.world.people["operator"]
        lifecycle.change(member.pk, "joined", actor=actor, now=self.world.now, duplicate_of_id=lead.pk)

    @rule(choice=CHOICE, role=st.sampled_from(["department", "head", "gridleader"]))
    def hand_over(self, choice: int, role: str) -> None:
        if (incident := self._incident(choice)) is None:
            return
        with contextlib.suppress(DomainError), transaction.atomic():
            people = self.world.people
            now, why = self.world.now, "岗位调整"
            lifecycle.reassign(incident.pk, user=people[role], actor=people["shiftleader"], now=now, reason=why)

    @rule(choice=CHOICE, amount=st.integers(1, 9))
    def extend(self, choice: int, amount: int) -> None:
        if (incident := self._incident(choice)) is None:
            return
        with contextlib.suppress(DomainError), transaction.atomic():
            given = {"clock": "handle", "amount": Decimal(amount), "unit": "work_hour", "reason": "工程量大"}
            longer = lifecycle.extend(incident.pk, actor=self.world.people["shiftleader"], now=self.world.now, **given)
            assert longer.clock != "handle" or incident.due_at is None or longer.due_at > incident.due_at

    @rule()
    def work(self) -> None:
        dispatch.dispatch_due(now=self.world.now)

    @rule(minutes=st.integers(1, 3000))
    def wait(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)
        deadlines.run_clocks(now=self.world.now)

    @invariant()
    def laws_hold(self) -> None:
        if not hasattr(self, "world"):
            return
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for incident in Incident.objects.prefetch_related("events", "assignments", "clock_entries"):
            check_history(incident)
            check_task(incident)
            check_ledger(incident)


def check_history(incident: Incident) -> None:
    """I6 and I7: gap-free, legal, the state is the last event's, one move for each version."""
    events: list[IncidentEvent] = sorted(incident.events.all(), key=lambda event: event.sequence)
    moves = [event for event in events if event.kind == "move"]
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert all((event.from_state, event.move, event.to_state) in arrows() for event in moves)
    assert all(one.to_state == other.from_state for one, other in pairwise(events))
    versions = [event for event in events if event.kind in CHANGING]
    assert (events[-1].to_state, len(versions)) == (incident.state, incident.version)
    assert all(event.actor_name for event in events)


def check_task(incident: Incident) -> None:
    """I4: one open assignment while the handler has it, none else; its clock runs; an end has no clock."""
    open_: list[Assignment] = [one for one in incident.assignments.all() if one.ends_at is None]
    assert len(open_) == (incident.state in ASSIGNED)
    assert (incident.clock == "handle") == (incident.state in (*WITH_HANDLER, State.CONFIRMING))
    without_clock = incident.state in (*RESTING, State.CHECKED) or not incident.is_open
    assert bool(incident.clock) == (not without_clock) == (incident.due_at is not None)
    assert (incident.overdue_at is None) or (incident.was_overdue and incident.due_at < incident.overdue_at)
    assert (incident.resume_at is not None) == (incident.state in RESTING)
    assert incident.inspector_id is None or incident.state in INSPECTED
    assert (incident.closed_at is None) == incident.is_open
    assert bool(incident.closing) == (incident.state == State.CLOSED) or incident.state == State.CANCELLED
    assert incident.step <= incident.steps


def check_ledger(incident: Incident) -> None:
    """What is stored beside the incident is what its ledger says when it is reckoned again."""
    found = clocks.readings(incident)
    running = {clock: reading for clock, reading in found.items() if reading.running}
    beside = running.pop(Clock.INTERNAL, None)
    assert incident.unit_due_at == (beside.due_at if beside else None)
    assert [(clock, one.due_at, one.warn_at) for clock, one in running.items()] == (
        [(incident.clock, incident.due_at, incident.warn_at)] if incident.clock else []
    )
    assert all(one.paused for clock, one in found.items() if clock == Clock.HANDLE and incident.state in RESTING)


@pytest.mark.django_db
def test_whatever_people_do_the_laws_hold() -> None:
    examples, steps = (500, 50) if LONG else (10, 25)
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
