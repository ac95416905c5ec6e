"""Fills the bench database: the demo tree once, then closed incidents with their history, set-based."""

from typing import Final

from django.core.management import call_command
from django.db import connection, transaction

# One incident in 33 is still with a handler. Reports are spread over two years, places over all
# micro-grids, texts over a few hundred variants, so that filters are neither empty nor all-embracing.
_INCIDENTS: Final = """
INSERT INTO incidents_incident (id, number, title, text, category_id, severity, urgency, source, external_id, grid_id,
  grid_code, address, point, point_given, located_by, state, state_since, version, handler_organization_id,
  handler_user_id, clock, due_at, warn_at, due_estimated, was_overdue, rework_count, return_count, reporter_id,
  contact_name, contact_phone, contact_index, reported_at, filed_at, dispatched_at, handled_at, closed_at, is_demo,
  step, steps, in_arbitration, was_arbitrated, was_excused, report_up_count, reopen_count, extension_count,
  is_supervised, is_typical, closing)
SELECT g.n, to_char(g.at AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || '-' || g.n, left(g.words, 40), g.words,
  c.id, 2, 'ordinary', 'patrol', '', m.id, m.code, '建中街' || (g.n %% 190) || '号',
  ST_PointOnSurface(m.boundary), '', 'inside',
  CASE WHEN g.n %% 33 = 0 THEN 'dispatched' ELSE 'closed' END, g.at + interval '3 hours', 6, NULL, p.user_id,
  CASE WHEN g.n %% 33 = 0 THEN 'handle' ELSE '' END,
  CASE WHEN g.n %% 33 = 0 THEN now() + interval '2 days' END,
  CASE WHEN g.n %% 33 = 0 THEN now() + interval '1 day' END,
  false, g.n %% 9 = 0, 0, 0, p.user_id, '', '', '', g.at, g.at, g.at,
  CASE WHEN g.n %% 33 <> 0 THEN g.at + interval '2 hours' END,
  CASE WHEN g.n %% 33 <> 0 THEN g.at + interval '3 hours' END, true,
  1, 1, false, false, false, 0, 0, 0, false, false, CASE WHEN g.n %% 33 = 0 THEN '' ELSE 'normal' END
FROM (SELECT n, now() - interval '730 days' * ((%(top)s - n)::float / %(rows)s) - interval '1 day' AS at,
        (ARRAY['楼道堆放杂物挡住通道', '下水道堵塞污水外溢', '路灯不亮出行不便', '垃圾桶满溢有异味',
          '占道经营影响通行'])[1 + n %% 5]
        || '，地点在第' || (n %% 997) || '号楼附近，请尽快处理。' AS words
      FROM generate_series(%(first)s::bigint, %(top)s::bigint) AS n) AS g
JOIN (SELECT id, code, boundary, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS total
      FROM grid_grid WHERE level = 6 AND left(code, 6) = '410103') AS m ON m.place = g.n %% m.total
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS total
      FROM incidents_category WHERE parent_id IS NOT NULL AND is_active) AS c ON c.place = g.n %% c.total
JOIN grid_post AS p ON p.grid_id = m.id AND p.kind = 'micro_leader'
"""

_EVENTS: Final = """
INSERT INTO incidents_incidentevent (incident_id, sequence, kind, move, from_state, to_state, actor_id, actor_name,
  text, data, at)
SELECT i.id, s.sequence, 'move', s.move, s.source, s.target,
  CASE WHEN s.sequence IN (2, 3) THEN NULL ELSE i.handler_user_id END, '演示', '', '{}', i.reported_at + s.delay
FROM incidents_incident AS i, (VALUES
  (1, 'report', '', 'reported', interval '0'), (2, 'file', 'reported', 'filed', interval '1 second'),
  (3, 'dispatch', 'filed', 'dispatched', interval '1 second'),
  (4, 'take', 'dispatched', 'handling', interval '20 minutes'),
  (5, 'feedback', 'handling', 'handled', interval '2 hours'),
  (6, 'close', 'handled', 'closed', interval '3 hours')) AS s (sequence, move, source, target, delay)
WHERE i.id BETWEEN %(first)s AND %(top)s AND (i.state = 'closed' OR s.sequence <= 3)
ORDER BY i.id, s.sequence
"""

_CLOCKS: Final = """
INSERT INTO incidents_clockentry (incident_id, sequence, clock, kind, at, amount, unit, due_at, step, reason)
SELECT i.id, s.sequence, s.clock, s.kind, i.reported_at + s.delay, s.amount, s.unit, NULL, 1, ''
FROM incidents_incident AS i, (VALUES
  (1, 'accept', 'started', interval '0', 0.25, 'urgent_hour'), (2, 'accept', 'stopped', interval '1 second', NULL, ''),
  (3, 'dispatch', 'started', interval '1 second', 0.5, 'urgent_hour'),
  (4, 'dispatch', 'stopped', interval '1 second', NULL, ''),
  (5, 'handle', 'started', interval '1 second', 4, 'work_hour'),
  (6, 'handle', 'stopped', interval '2 hours', NULL, ''))
  AS s (sequence, clock, kind, delay, amount, unit)
WHERE i.id BETWEEN %(first)s AND %(top)s AND (i.state = 'closed' OR s.sequence <= 5)
"""

_ASSIGNMENTS: Final = """
INSERT INTO incidents_assignment (incident_id, user_id, starts_at, ends_at, outcome)
SELECT id, handler_user_id, dispatched_at, handled_at, CASE WHEN handled_at IS NULL THEN '' ELSE 'feedback' END
FROM incidents_incident WHERE id BETWEEN %(first)s AND %(top)s
"""


def prepare() -> None:
    """Schema, tree, people and rules, without incidents; does nothing the second time."""
    call_command("migrate", verbosity=0)
    call_command("demo", "--if-empty", "--password", "Bench-Pass-2026", "--days", "0", verbosity=0)


def fill_up_to(rows: int) -> int:
    """Add incidents until there are `rows` of ours; returns how many were added."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM incidents_incident WHERE id >= %s", [_FIRST])
        have = max(int(cursor.fetchone()[0]) - _FIRST + 1, 0)
    if have >= rows:
        return 0
    for first in range(_FIRST + have, _FIRST + rows, STEP):
        _add(first, min(first + STEP, _FIRST + rows) - 1, rows)
    return rows - have


def _add(first: int, top: int, rows: int) -> None:
    """One step: incidents and all that hangs on them in one transaction, because the database compares them."""
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in (_INCIDENTS + " ORDER BY g.n", _EVENTS, _CLOCKS, _ASSIGNMENTS):
            cursor.execute(sql, {"first": first, "top": top, "rows": rows})
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('incidents_incident', 'id'), max(id)) FROM incidents_incident"
        )
        cursor.execute("ANALYZE")


STEP: Final = 10_000
_FIRST: Final = 1_000_001
"""Our rows begin here, above whatever the demo made."""
