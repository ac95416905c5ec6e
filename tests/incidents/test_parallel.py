"""Several people and workers at once, in real transactions: one wins, nothing happens twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from accounts.errors import NotNow
from incidents import dispatch
from incidents.models import Assignment, Incident, IncidentEvent
from incidents.states import State
from notices.models import Notice
from tests.incidents.conftest import World


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Results or errors of calls that start at the same moment, each on its own connection."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_two_people_who_file_at_once_one_is_told_not_now(committed: World) -> None:
    incident = committed.incident()
    answers = together(*(lambda by=by: committed.move(incident, "file", by=by) for by in ("operator", "shiftleader")))
    assert sorted(type(answer) for answer in answers if isinstance(answer, Exception)) == [NotNow]
    assert IncidentEvent.objects.filter(move="file").count() == 1


def test_the_same_report_sent_five_times_at_once_is_one_incident(committed: World) -> None:
    given = uuid4()
    answers = together(*(lambda: committed.report(client_uuid=given) for _turn in range(5)))
    assert {getattr(answer, "pk", answer) for answer in answers} == {Incident.objects.get().pk}


def test_three_workers_dispatch_everything_once(committed: World) -> None:
    for turn in range(30):
        committed.report(text=f"{turn}号楼下垃圾堆了三天没人清")
    together(*(lambda: dispatch.dispatch_due(now=committed.now, limit=30) for _turn in range(3)))
    assert set(Incident.objects.values_list("state", flat=True)) == {State.DISPATCHED}
    assert Assignment.objects.count() == IncidentEvent.objects.filter(move="dispatch").count() == 30
    assert Notice.objects.count() == 30


@pytest.mark.parametrize("turn", range(3))
def test_a_worker_and_an_operator_at_once_leave_a_legal_history(committed: World, turn: int) -> None:
    incident = committed.report()
    together(
        lambda: dispatch.dispatch_due(now=committed.now),
        lambda: committed.move(incident, "reject"),
        lambda: committed.move(incident, "cancel"),
    )
    incident.refresh_from_db()
    events = list(incident.events.values_list("sequence", "from_state", "to_state"))
    assert [sequence for sequence, *_states in events] == list(range(1, len(events) + 1))
    assert events[-1][2] == incident.state
    assert all(one[2] == other[1] for one, other in pairwise(events))
