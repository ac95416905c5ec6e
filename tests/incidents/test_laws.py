"""The database itself refuses what must never be: illegal arrows, gaps, rewritten history, a state without event."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from incidents.models import AllowedMove, Incident, IncidentEvent
from incidents.states import State, arrows
from tests.incidents.conftest import World


def refused(text: str) -> Any:
    """A statement that the database must refuse, undone to before it."""
    return pytest.raises(DatabaseError, match=text)


@pytest.fixture
def incident(world: World) -> Iterator[Incident]:
    with transaction.atomic():
        yield world.incident(State.DISPATCHED)


def event(incident: Incident, **values: Any) -> IncidentEvent:
    """The next event, legal unless `values` say otherwise."""
    legal = {"sequence": 4, "move": "take", "from_state": "dispatched", "to_state": "handling"}
    return IncidentEvent(incident=incident, at=incident.reported_at, **legal | values)


def test_the_table_in_the_database_is_the_table_in_the_code(db: None) -> None:
    assert set(AllowedMove.objects.values_list("source", "move", "target")) == arrows()


@pytest.mark.parametrize(
    ("values", "law"),
    [
        ({"move": "close", "to_state": "closed"}, "not an allowed move"),
        ({"to_state": "handled"}, "not an allowed move"),
        ({"kind": "remark", "move": "", "to_state": "handling"}, "not an allowed move"),
        ({"kind": "remark", "to_state": "dispatched"}, "not an allowed move"),
        ({"sequence": 5}, "does not follow"),
        ({"from_state": "reworking"}, "does not follow"),
        ({"sequence": 1, "from_state": "", "move": "report", "to_state": "reported"}, "event_sequence_once"),
        ({}, "last event says"),
    ],
)
def test_an_event_that_breaks_a_law_is_refused(incident: Incident, values: dict[str, Any], law: str) -> None:
    with refused(law), transaction.atomic():
        event(incident, **values).save()


def test_a_batch_with_one_bad_event_is_refused_whole(incident: Incident) -> None:
    remark = {"kind": "remark", "move": "", "to_state": "dispatched"}
    with refused("does not follow"), transaction.atomic():
        IncidentEvent.objects.bulk_create([event(incident, **remark), event(incident, **remark, sequence=6)])
    assert incident.events.count() == 3


@pytest.mark.parametrize("table", ["incidents_incidentevent", "incidents_clockentry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = at", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_history_cannot_be_rewritten(incident: Incident, table: str, statement: str) -> None:
    with refused("append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement.format(table))


def test_a_state_that_no_event_says_is_refused_at_the_end_of_the_transaction(incident: Incident) -> None:
    with refused("last event says"), transaction.atomic(), connection.cursor() as cursor:
        Incident.objects.filter(pk=incident.pk).update(state=State.HANDLING)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_incident_without_any_event_is_refused(world: World) -> None:
    first = world.incident()
    Incident.objects.filter(pk=first.pk).update(client_uuid=None)
    with refused("last event says"), transaction.atomic(), connection.cursor() as cursor:
        first.pk, first.number = None, "20260101-000001"
        first.save(force_insert=True)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_numbers_never_come_again(world: World) -> None:
    numbers = {world.report().number for _turn in range(3)}
    assert len(numbers) == 3


def test_ten_thousand_events_are_checked_in_a_second(world: World) -> None:
    incident = world.incident()
    remarks = [
        event(incident, sequence=n, kind="remark", move="", from_state="reported", to_state="reported")
        for n in range(2, 10_002)
    ]
    with connection.cursor() as cursor:
        IncidentEvent.objects.bulk_create(remarks)
        cursor.execute("SELECT count(*) FROM incidents_incidentevent WHERE incident_id = %s", [incident.pk])
        assert cursor.fetchone()[0] == 10_001
