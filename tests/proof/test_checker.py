"""The checker of `script/chaos` must see each kind of damage: a checker that finds nothing proves nothing."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from house import postgres, stack
from house.chaos import checker

KEY = "3f2f6c1e-0000-4000-8000-000000000001"
TEXT = f"路灯不亮，混乱测试{KEY}"
SENT = {"event": "sent", "key": KEY, "text": TEXT}
DAMAGES = {
    "the incident is gone": (
        checker.LOST,
        "UPDATE incidents_incident SET number = 'gone' WHERE number = 'X-1'",
    ),
    "the text is another": (
        checker.LOST,
        "UPDATE incidents_incident SET text = 'other' WHERE number = 'X-1'",
    ),
    "a second incident for the key": (
        checker.TWICE_KEY,
        f"UPDATE incidents_incident SET text = '{TEXT}' WHERE number = 'X-2'",
    ),
    "a second dispatch": (
        checker.TWICE_DISPATCHED,
        """INSERT INTO incidents_incidentevent
          (incident_id, sequence, kind, move, from_state, to_state, actor_name, text, data, at)
        SELECT incident_id, 99, kind, move, from_state, to_state, actor_name, text, data, at
        FROM incidents_incidentevent WHERE move = 'dispatch' LIMIT 1""",
    ),
    "a second assignment": (
        checker.TWICE_DISPATCHED,
        """INSERT INTO incidents_assignment (incident_id, organization_id, user_id, starts_at, ends_at, outcome)
        SELECT incident_id, organization_id, user_id, starts_at, starts_at, '' FROM incidents_assignment LIMIT 1""",
    ),
    "nobody has a dispatched incident": (
        checker.TWICE_DISPATCHED,
        "UPDATE incidents_assignment SET ends_at = starts_at WHERE ends_at IS NULL",
    ),
    "a hole in a history": (
        checker.ILLEGAL,
        "DELETE FROM incidents_incidentevent WHERE sequence = 2",
    ),
    "a move that is no arrow": (
        checker.ILLEGAL,
        "UPDATE incidents_incidentevent SET move = 'close' WHERE move = 'file'",
    ),
    "a state without its event": (
        checker.ILLEGAL,
        "UPDATE incidents_incident SET state = 'reported' WHERE state = 'dispatched'",
    ),
    "work nobody does": (
        checker.STUCK,
        "UPDATE incidents_dispatchwork SET work_state = 'due'",
    ),
    "a message that nobody delivers": (
        checker.STUCK,
        "UPDATE notices_delivery SET work_state = 'leased', run_at = now() - interval '5 minutes'",
    ),
    "quarantined work": (
        checker.STUCK,
        "UPDATE incidents_dispatchwork SET work_state = 'dead'",
    ),
    "a report that nobody looked at": (
        checker.STUCK,
        """UPDATE incidents_incident SET state = 'reported' WHERE number = 'X-2';
        DELETE FROM incidents_incidentevent WHERE kind = 'left'""",
    ),
}


@pytest.fixture
def street(key: str) -> Iterator[psycopg.Connection[Any]]:
    """A transaction on the demo street, without the laws inside the database; two of its cases play the load's."""
    dsn = f"host={stack.socket_folder(stack.AREA)} user={postgres.USER} dbname={stack.BASE}"
    with psycopg.connect(dsn) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DROP INDEX assignment_one_open")
        connection.execute("UPDATE notices_delivery SET work_state = 'done'")  # no worker has run here yet
        for number in (1, 2):
            connection.execute(
                """UPDATE incidents_incident SET number = %s, text = CASE WHEN %s = 1 THEN %s ELSE text END
                WHERE id = (SELECT id FROM incidents_incident WHERE number NOT LIKE 'X-%%' ORDER BY id LIMIT 1)""",
                [f"X-{number}", number, TEXT],
            )
        yield connection
        connection.rollback()


def broken(street: psycopg.Connection[Any], *lines: dict[str, Any]) -> set[str]:
    """The groups whose laws do not hold."""
    journal = [SENT, *lines]
    return {verdict.law.group for verdict in checker.check(street, journal) if verdict.broken}


def answered(**more: Any) -> dict[str, Any]:
    """One answer in the journal."""
    return {"event": "answer", "key": KEY, "status": 201, "number": "X-1", "body": "same", **more}


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_the_servers_of_the_proofs_are_durable(street: psycopg.Connection[Any], setting: str) -> None:
    assert street.execute(f"SHOW {setting}").fetchall() == [("on",)]


def test_a_sound_street_breaks_no_law(street: psycopg.Connection[Any]) -> None:
    assert broken(street, answered(), answered()) == set()


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_checker_sees(street: psycopg.Connection[Any], damage: str) -> None:
    group, sql = DAMAGES[damage]
    street.execute(sql)
    assert group in broken(street, answered())


def test_the_checker_sees_two_numbers_for_one_key(street: psycopg.Connection[Any]) -> None:
    assert checker.TWICE_KEY in broken(street, answered(), answered(number="X-2"))


def test_the_checker_sees_two_bodies_for_one_key(street: psycopg.Connection[Any]) -> None:
    assert checker.TWICE_KEY in broken(street, answered(), answered(body="another"))


def test_the_checker_sees_an_error_page(street: psycopg.Connection[Any]) -> None:
    assert checker.RUDE in broken(street, answered(), answered(status=500, number=None, body=None, words="oops"))


def test_a_report_that_was_never_acknowledged_may_be_missing(street: psycopg.Connection[Any]) -> None:
    street.execute("UPDATE incidents_incident SET text = 'other' WHERE number = 'X-1'")
    assert broken(street, answered(status=503, number=None, body=None)) == set()
