"""The floor of each case: the least SQL for the same work, through psycopg, on the same machine and cluster."""

import os
import random
from collections.abc import Callable
from typing import Any, Final

import psycopg

Work = Callable[[int], object]

_LOCATE: Final = """
SELECT id, code FROM grid_grid
WHERE boundary && ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), 4326)
  AND ST_Covers(boundary, ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), 4326))
ORDER BY level DESC, code LIMIT 1
"""
_INTAKE: Final = f"""
WITH place AS ({_LOCATE}),
     new AS (INSERT INTO floor_incident (grid_id, grid_code, text, state, at)
             SELECT id, code, %(text)s, 'reported', now() FROM place RETURNING id, at),
     event AS (INSERT INTO floor_event (incident_id, sequence, move, at) SELECT id, 1, 'report', at FROM new)
INSERT INTO floor_work (incident_id, run_at) SELECT id, at FROM new
"""
_DISPATCH: Final = """
WITH work AS (SELECT id, incident_id FROM floor_work WHERE done_at IS NULL ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1),
     moved AS (UPDATE floor_incident SET state = 'dispatched' FROM work WHERE floor_incident.id = work.incident_id),
     events AS (INSERT INTO floor_event (incident_id, sequence, move, at)
                SELECT incident_id, n, 'move', now() FROM work, generate_series(2, 3) AS n)
UPDATE floor_work SET done_at = now() FROM work WHERE floor_work.id = work.id
"""
_LIST: Final = """
SELECT i.number, i.title, i.state, i.due_at, i.reported_at, g.name, c.name
FROM incidents_incident AS i JOIN grid_grid AS g ON g.id = i.grid_id
  LEFT JOIN incidents_category AS c ON c.id = i.category_id
WHERE i.grid_code LIKE '410103008%%' ORDER BY i.id DESC LIMIT 50
"""
_DETAIL: Final = """
SELECT row_to_json(i),
  (SELECT json_agg(e ORDER BY e.sequence) FROM incidents_incidentevent AS e WHERE e.incident_id = i.id)
FROM incidents_incident AS i WHERE i.id = %(id)s
"""
_MAP: Final = """
SELECT json_agg(json_build_object('n', number, 'x', ST_X(point), 'y', ST_Y(point)))
FROM (SELECT number, point FROM incidents_incident
      WHERE point && ST_MakeEnvelope(113.63, 34.732, 113.652, 34.75, 4326)
        AND state NOT IN ('closed', 'cancelled', 'not_accepted', 'self_handled') LIMIT 500) AS x
"""
_REPORT: Final = """
SELECT e.move, left(i.grid_code, 12), count(*)
FROM incidents_incidentevent AS e JOIN incidents_incident AS i ON i.id = e.incident_id
WHERE e.at >= %(day)s AND e.at < %(day)s + interval '1 day' AND i.grid_code LIKE '410103008%%' GROUP BY 1, 2
"""
_NOTES: Final = """
SELECT id, text, at, became FROM fieldwork_quicknote WHERE grid_code LIKE '410103008%%' ORDER BY id DESC LIMIT 50
"""
_DUE: Final = """
SELECT id, due_on, household_id FROM fieldwork_visitduty
WHERE done_on IS NULL AND NOT dropped AND grid_code LIKE '410103008%%' ORDER BY due_on, id LIMIT 50
"""
_CARE: Final = """
SELECT h.building_id, t.colour_id, count(*) FROM fieldwork_caresubject AS s
  JOIN fieldwork_household AS h ON h.id = s.household_id JOIN fieldwork_populationtag AS t ON t.id = s.tag_id
WHERE s.status = 'active' AND s.grid_code LIKE '410103008%%' GROUP BY 1, 2
"""
_TABLES: Final = """
DROP TABLE IF EXISTS floor_work, floor_event, floor_incident;
CREATE TABLE floor_incident (id bigserial PRIMARY KEY, grid_id bigint, grid_code text, text text,
  state text, at timestamptz);
CREATE TABLE floor_event (id bigserial PRIMARY KEY, incident_id bigint, sequence int, move text, at timestamptz,
  UNIQUE (incident_id, sequence));
CREATE TABLE floor_work (id bigserial PRIMARY KEY, incident_id bigint, run_at timestamptz, done_at timestamptz);
CREATE INDEX floor_work_live ON floor_work (id) WHERE done_at IS NULL;
"""


def dsn() -> str:
    """The address of the bench database as psycopg reads it."""
    return os.environ["DATABASE_URL"].replace("postgis://", "postgresql://")


class Floors:
    """Bare SQL through one connection; each method gives one unit of work to be timed."""

    def __init__(self) -> None:
        self.connection = psycopg.connect(dsn(), autocommit=True)
        self.connection.execute(_TABLES)
        self.random = random.Random(7)

    def run(self, sql: str, **values: Any) -> list[Any]:
        """One statement in its own transaction."""
        cursor = self.connection.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []

    def point(self) -> dict[str, float]:
        """A place inside the demo street."""
        return {"x": self.random.uniform(113.633, 113.649), "y": self.random.uniform(34.734, 34.748)}

    def prepare_dispatch(self, number: int) -> None:
        """Rows for the floor of dispatch to claim."""
        for _ in range(number):
            self.run(_INTAKE, text="井盖破损", **self.point())

    def work(self, name: str) -> Work:
        """The least work of the case `name`."""
        works: dict[str, Work] = {
            "intake": lambda n: self.run(_INTAKE, text="井盖破损", **self.point()),
            "dispatch": lambda n: self.run(_DISPATCH),
            "list": lambda n: self.run(_LIST),
            "list_filter": lambda n: self.run(_LIST),
            "list_text": lambda n: self.run(_LIST),
            "detail": lambda n: self.run(_DETAIL, id=1_000_001 + n % 2900),
            "map": lambda n: self.run(_MAP),
            "note_text": lambda n: self.run(_NOTES),
            "note_word": lambda n: self.run(_NOTES),
            "visits_due": lambda n: self.run(_DUE),
            "care_map": lambda n: self.run(_CARE),
            "daily_report": lambda n: self.run(_REPORT, day="2026-06-01"),
            "locate": lambda n: self.run(_LOCATE, x=100 + self.random.random(), y=30 + self.random.random()),
        }
        return works[name]
