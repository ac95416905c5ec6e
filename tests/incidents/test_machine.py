"""Random walks through the life of incidents (reliability.md 2.3, I4 to I7): whatever people do, the laws hold."""

import os
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.errors import DomainError
from incidents import deadlines, dispatch
from incidents.models import Assignment, DispatchDecision, Incident, IncidentEvent
from incidents.states import MOVE_BY_NAME, START, WITH_HANDLER, arrows
from tests.incidents.conftest import World, build_world

LONG = os.environ.get("LONG") == "1"
MOVES = sorted(name for name, move in MOVE_BY_NAME.items() if START not in move.sources)
ROLES = ("operator", "dispatcher", "shiftleader", "department", "gridleader", "microleader", "community", "auditor")
CHOICE = st.integers(0, 4)


class Life(RuleBasedStateMachine):
    """Incidents, people who do what they like with them, a worker, and time that passes."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.block = transaction.atomic()
        self.block.__enter__()
        self.world = build_world()
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
        incident = self.world.report(text=text, external_id="" if key is None else str(key))
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
        assert DispatchDecision.objects.count() <= Incident.objects.count()


def check_history(incident: Incident) -> None:
    """I6 and I7: gap-free, legal, the state is the last event's, one move for each version."""
    events: list[IncidentEvent] = sorted(incident.events.all(), key=lambda event: event.sequence)
    moves = [event for event in events if event.kind == "move"]
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert all((event.from_state, event.move, event.to_state) in arrows() for event in moves)
    assert all(one.to_state == other.from_state for one, other in pairwise(events))
    assert (events[-1].to_state, len(moves)) == (incident.state, incident.version)
    assert all(event.actor_name for event in events)


def check_task(incident: Incident) -> None:
    """I4: one open assignment while the handler has it, none else; its clock runs; an end has no clock."""
    open_: list[Assignment] = [one for one in incident.assignments.all() if one.ends_at is None]
    assert len(open_) == (incident.state in WITH_HANDLER)
    assert (incident.clock == "handle") == (incident.state in WITH_HANDLER)
    assert bool(incident.clock) == incident.is_open == (incident.due_at is not None)
    assert (incident.overdue_at is None) or (incident.was_overdue and incident.due_at < incident.overdue_at)


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
