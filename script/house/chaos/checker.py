"""What must hold after every fault, asked with SQL and the clients' journals only: nothing of the platform is imported.

Each law is one query that finds the rows which break it (reliability.md 2.3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg

_TABLE: Final = """
CREATE TEMP TABLE IF NOT EXISTS journal
  (key text, event text, text text, status int, number text, body text, words text);
TRUNCATE journal;
"""
_ARROWS: Final = """
(VALUES ('', 'report', 'reported'), ('', 'self_handle', 'self_handled'), ('answered', 'reopen', 'filed'),
  ('checked', 'close_checked', 'closed'), ('checked', 'force_close', 'closed'), ('checked', 'rework', 'reworking'),
  ('checking', 'force_close', 'closed'), ('checking', 'pass_check', 'checked'), ('checking', 'rework', 'reworking'),
  ('closed', 'reopen', 'filed'), ('confirming', 'confirm', 'forwarding'), ('confirming', 'force_close', 'closed'),
  ('confirming', 'send_back', 'dispatched'), ('deferred', 'cancel', 'cancelled'),
  ('deferred', 'force_close', 'closed'), ('deferred', 'resume', 'dispatched'), ('dispatched', 'cancel', 'cancelled'),
  ('dispatched', 'close_with_lead', 'closed'), ('dispatched', 'defer', 'deferred'),
  ('dispatched', 'force_close', 'closed'), ('dispatched', 'hand_on', 'dispatched'),
  ('dispatched', 'recall', 'filed'), ('dispatched', 'report_up', 'filed'), ('dispatched', 'return', 'filed'),
  ('dispatched', 'suspend', 'suspended'), ('dispatched', 'take', 'handling'), ('filed', 'cancel', 'cancelled'),
  ('filed', 'close_with_lead', 'closed'), ('filed', 'dispatch', 'dispatched'), ('filed', 'force_close', 'closed'),
  ('forwarding', 'force_close', 'closed'), ('forwarding', 'forward', 'handled'),
  ('forwarding', 'refuse_work', 'reworking'), ('handled', 'close', 'closed'), ('handled', 'force_close', 'closed'),
  ('handled', 'rework', 'reworking'), ('handled', 'start_check', 'checking'), ('handling', 'cancel', 'cancelled'),
  ('handling', 'close_with_lead', 'closed'), ('handling', 'defer', 'deferred'), ('handling', 'feedback', 'handled'),
  ('handling', 'finish', 'confirming'), ('handling', 'force_close', 'closed'), ('handling', 'hand_on', 'dispatched'),
  ('handling', 'next_step', 'handling'), ('handling', 'recall', 'filed'), ('handling', 'report_up', 'filed'),
  ('handling', 'return', 'filed'), ('handling', 'suspend', 'suspended'), ('reported', 'answer', 'answered'),
  ('reported', 'cancel', 'cancelled'), ('reported', 'close_with_lead', 'closed'), ('reported', 'file', 'filed'),
  ('reported', 'not_file', 'not_filed'), ('reported', 'reject', 'not_accepted'), ('reported', 'verify', 'verifying'),
  ('reworking', 'cancel', 'cancelled'), ('reworking', 'close_with_lead', 'closed'),
  ('reworking', 'defer', 'deferred'), ('reworking', 'force_close', 'closed'), ('reworking', 'hand_on', 'dispatched'),
  ('reworking', 'recall', 'filed'), ('reworking', 'report_up', 'filed'), ('reworking', 'suspend', 'suspended'),
  ('reworking', 'take', 'handling'), ('self_handled', 'approve_self', 'closed'),
  ('self_handled', 'refuse_self', 'cancelled'), ('suspended', 'cancel', 'cancelled'),
  ('suspended', 'force_close', 'closed'), ('suspended', 'resume', 'dispatched'),
  ('verifying', 'cancel', 'cancelled'), ('verifying', 'close_with_lead', 'closed'),
  ('verifying', 'genuine', 'reported'), ('verifying', 'not_genuine', 'reported')) AS arrow (source, move, target)
"""
"""Written out a second time on purpose: a wrong arrow in the platform's own table must be seen."""


@dataclass(frozen=True)
class Law:
    """A name for people, the group it counts for, and the query that finds what breaks it."""

    group: str
    name: str
    sql: str


LOST, TWICE_KEY, TWICE_DISPATCHED, ILLEGAL, STUCK, RUDE = (
    "acknowledged incidents lost",
    "keys with more than one incident or answer",
    "incidents dispatched twice",
    "illegal histories",
    "work that is stuck",
    "answers that should not be",
)
GROUPS: Final = (LOST, TWICE_KEY, TWICE_DISPATCHED, ILLEGAL, STUCK, RUDE)

LAWS: Final = (
    Law(
        LOST,
        "each acknowledged number exists with the text that was sent",
        """SELECT a.key, a.number FROM journal AS a JOIN journal AS s ON s.key = a.key AND s.event = 'sent'
        LEFT JOIN incidents_incident AS i ON i.number = a.number AND i.text = s.text
        WHERE a.status = 201 AND i.id IS NULL""",
    ),
    Law(
        TWICE_KEY,
        "a key has exactly one incident once acknowledged, at most one otherwise",
        """WITH kept AS (SELECT key, bool_or(status = 201) IS TRUE AS acknowledged FROM journal GROUP BY key),
        made AS (SELECT right(text, 36) AS key, count(*) AS n FROM incidents_incident
          WHERE text LIKE '%混乱测试%' GROUP BY 1)
        SELECT key, acknowledged, n FROM kept FULL JOIN made USING (key)
        WHERE coalesce(n, 0) > 1 OR (acknowledged AND coalesce(n, 0) <> 1) OR acknowledged IS NULL""",
    ),
    Law(
        TWICE_KEY,
        "all answers to one key name one number, byte for byte the same where the header was sent",
        """SELECT key, count(DISTINCT number), count(DISTINCT body) FROM journal WHERE status = 201
        GROUP BY key HAVING count(DISTINCT number) > 1 OR count(DISTINCT body) > 1""",
    ),
    Law(
        TWICE_DISPATCHED,
        "one dispatch per round",
        """SELECT incident_id FROM incidents_incidentevent GROUP BY incident_id
        HAVING count(*) FILTER (WHERE move = 'dispatch') > 1 + count(*) FILTER (WHERE move IN ('return', 'recall'))""",
    ),
    Law(
        TWICE_DISPATCHED,
        "one open assignment while somebody has it, none otherwise",
        """SELECT i.number, i.state, count(a.id) FROM incidents_incident AS i
        LEFT JOIN incidents_assignment AS a ON a.incident_id = i.id AND a.ends_at IS NULL GROUP BY i.id
        HAVING count(a.id) <> CASE WHEN i.state IN
          ('dispatched', 'handling', 'reworking', 'suspended', 'deferred', 'confirming') THEN 1 ELSE 0 END""",
    ),
    Law(
        TWICE_DISPATCHED,
        "as many assignments as dispatches, reworks and hand-overs",
        """SELECT i.number FROM incidents_incident AS i
        WHERE (SELECT count(*) FROM incidents_assignment AS a WHERE a.incident_id = i.id) <>
          (SELECT count(*) FROM incidents_incidentevent AS e
            WHERE e.incident_id = i.id AND (e.move IN ('dispatch', 'rework', 'refuse_work', 'hand_on')
              OR (e.kind = 'handed_over' AND e.from_state NOT IN ('verifying', 'checking'))))""",
    ),
    Law(
        ILLEGAL,
        "sequences are 1, 2, 3 …",
        """SELECT incident_id FROM incidents_incidentevent GROUP BY incident_id
        HAVING min(sequence) <> 1 OR max(sequence) <> count(*) OR count(DISTINCT sequence) <> count(*)""",
    ),
    Law(
        ILLEGAL,
        "each event begins where the one before it ended, and every move is an allowed arrow",
        f"""WITH steps AS (SELECT *, lag(to_state, 1, '') OVER (PARTITION BY incident_id ORDER BY sequence) AS before
          FROM incidents_incidentevent)
        SELECT s.incident_id, s.sequence FROM steps AS s
        LEFT JOIN {_ARROWS} ON arrow.source = s.from_state AND arrow.move = s.move AND arrow.target = s.to_state
        WHERE s.from_state <> s.before OR (s.kind = 'move' AND arrow.move IS NULL)
          OR (s.kind <> 'move' AND s.from_state <> s.to_state)""",
    ),
    Law(
        ILLEGAL,
        "an incident stands where its last event says",
        """SELECT i.number, i.state FROM incidents_incident AS i
        LEFT JOIN LATERAL (SELECT to_state FROM incidents_incidentevent AS e WHERE e.incident_id = i.id
          ORDER BY sequence DESC LIMIT 1) AS last ON true
        WHERE last.to_state IS DISTINCT FROM i.state""",
    ),
    Law(
        STUCK,
        "all dispatch work is done",
        "SELECT incident_id, work_state, attempts, last_error FROM incidents_dispatchwork WHERE work_state <> 'done'",
    ),
    Law(
        STUCK,
        "what waits was left to a person, with a reason",
        """SELECT i.number, i.state FROM incidents_incident AS i WHERE i.state IN ('reported', 'filed')
        AND i.duplicate_of_id IS NULL AND NOT EXISTS (
          SELECT 1 FROM incidents_incidentevent AS e WHERE e.incident_id = i.id
            AND (e.kind = 'left' OR e.move IN ('return', 'recall', 'report_up', 'not_genuine', 'reopen')))""",
    ),
    Law(
        STUCK,
        "all due messages are delivered",
        """SELECT id, work_state, last_error FROM notices_delivery
        WHERE work_state = 'dead' OR (work_state IN ('due', 'leased') AND run_at < now() - interval '60 seconds')""",
    ),
    Law(
        RUDE,
        "every answer was 201 or asked to try again",
        """SELECT key, status, words FROM journal
        WHERE event = 'answer' AND status NOT IN (201, 409, 429, 502, 503, 504)""",
    ),
)


@dataclass(frozen=True)
class Verdict:
    """How many rows break a law, and the first of them."""

    law: Law
    broken: int
    examples: tuple[str, ...]


def check(connection: psycopg.Connection[Any], journal: Iterable[Mapping[str, Any]]) -> list[Verdict]:
    """Hold every law against the database and the journals."""
    load(connection, journal)
    return [_ask(connection, law) for law in LAWS]


def load(connection: psycopg.Connection[Any], journal: Iterable[Mapping[str, Any]]) -> None:
    """Put the journals beside the tables, for this session only."""
    names = ("key", "event", "text", "status", "number", "body", "words")
    connection.execute(_TABLE)
    with connection.cursor() as cursor, cursor.copy(f"COPY journal ({', '.join(names)}) FROM STDIN") as copy:
        for line in journal:
            copy.write_row([line.get(name) for name in names])
    connection.execute("CREATE INDEX IF NOT EXISTS journal_key ON journal (key)")


def _ask(connection: psycopg.Connection[Any], law: Law) -> Verdict:
    rows = connection.execute(law.sql).fetchall()
    return Verdict(law, len(rows), tuple(str(row) for row in rows[:5]))


def waiting(connection: psycopg.Connection[Any]) -> int:
    """How much work still waits or is being done."""
    row = connection.execute(
        """SELECT (SELECT count(*) FROM incidents_dispatchwork WHERE work_state IN ('due', 'leased'))
        + (SELECT count(*) FROM notices_delivery WHERE work_state IN ('due', 'leased'))"""
    ).fetchone()
    return int(row[0]) if row else 0
