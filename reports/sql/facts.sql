-- One row `f` per incident of a subtree that was open at some time of the period [start, end), from events and ledger.
-- The first step only narrows down by columns with indexes: whoever had an event in the period, or was open at either
-- of its ends, is open now or ended after the period began. All that is counted comes from the append-only rows.
WITH candidate AS MATERIALIZED (
    SELECT i.id, i.category_id, i.grid_code, left(i.grid_code, %(area_length)s) AS area
    FROM incidents_incident i
    WHERE i.grid_code LIKE %(prefix)s
      AND (i.state = ANY(%(open_states)s) OR i.closed_at >= %(start)s)
),
moved AS (
    SELECT e.incident_id,
           array_agg(DISTINCT e.move::text) AS moves,
           max(e.at) FILTER (WHERE e.move = ANY(%(completing)s)) AS completed_at
    FROM candidate c
    JOIN incidents_incidentevent e ON e.incident_id = c.id
    WHERE e.kind = 'move' AND e.at >= %(start)s AND e.at < %(end)s
    GROUP BY e.incident_id
),
-- granted before the end: more time, and appeals (超时申诉), after which the handling counts as in time
granted AS (
    SELECT e.incident_id,
           bool_or(e.kind = 'excused') AS excused,
           bool_or(e.kind = 'extended') AS was_extended,
           bool_or(e.kind = 'extended' AND e.at >= %(start)s) AS newly_extended
    FROM candidate c
    JOIN incidents_incidentevent e ON e.incident_id = c.id
    WHERE e.kind IN ('excused', 'extended') AND e.at < %(end)s
    GROUP BY e.incident_id
),
-- a leg: from one entry of a clock to the next one of the same clock. An extension or a changed calendar does not turn
-- the clock on or off (both may come while it waits or after its stop): what the turn before them says still holds.
turn AS (
    SELECT k.incident_id, k.clock, k.kind, k.at, k.due_at, k.sequence,
           count(*) FILTER (WHERE k.kind NOT IN ('extended', 'reckoned'))
               OVER (PARTITION BY k.incident_id, k.clock ORDER BY k.sequence) AS number
    FROM candidate c
    JOIN incidents_clockentry k ON k.incident_id = c.id
    WHERE k.at < %(end)s AND k.clock <> 'internal'
),
leg AS (
    SELECT t.incident_id, t.clock, t.at, t.due_at,
           first_value(t.kind) OVER (PARTITION BY t.incident_id, t.clock, t.number ORDER BY t.sequence) AS turned,
           lead(t.at) OVER (PARTITION BY t.incident_id, t.clock ORDER BY t.sequence) AS until
    FROM turn t
),
late AS (
    SELECT l.incident_id,
           min(l.due_at) FILTER (WHERE l.until IS NULL AND l.due_at < %(end)s) AS overdue_since,
           bool_or(l.until IS NULL AND l.due_at < %(end)s AND l.clock = 'handle') AS handle_overdue,
           bool_or(
               l.due_at >= %(start)s AND l.due_at < %(end)s AND (l.until IS NULL OR l.until > l.due_at)
           ) AS newly_overdue
    FROM leg l
    LEFT JOIN granted g ON g.incident_id = l.incident_id
    WHERE l.turned IN ('started', 'resumed') AND NOT (l.clock = 'handle' AND coalesce(g.excused, FALSE))
    GROUP BY l.incident_id
),
facts AS (
    SELECT c.id, c.category_id, c.grid_code, c.area,
           coalesce(m.moves, '{}') AS moves,
           born.at AS reported_at,
           before.to_state AS state_start,
           after.to_state AS state_end,
           after.at AS state_since,
           late.overdue_since,
           late.overdue_since IS NOT NULL AS overdue,
           coalesce(late.handle_overdue, FALSE) AS handle_overdue,
           coalesce(late.newly_overdue, FALSE) AS newly_overdue,
           coalesce(g.excused, FALSE) AS excused,
           coalesce(g.was_extended, FALSE) AS was_extended,
           coalesce(g.newly_extended, FALSE) AS newly_extended,
           fed.at IS NOT NULL
               AND (coalesce(g.excused, FALSE) OR due.due_at IS NULL OR fed.at <= due.due_at) AS handled_in_time,
           coalesce(
               (m.completed_at AT TIME ZONE 'Asia/Shanghai')::date = (born.at AT TIME ZONE 'Asia/Shanghai')::date,
               FALSE
           ) AS same_day
    FROM candidate c
    LEFT JOIN moved m ON m.incident_id = c.id
    LEFT JOIN late ON late.incident_id = c.id
    LEFT JOIN granted g ON g.incident_id = c.id
    JOIN LATERAL (
        SELECT e.at FROM incidents_incidentevent e
        WHERE e.incident_id = c.id AND e.kind = 'move' AND e.at < %(end)s
        ORDER BY e.sequence LIMIT 1
    ) born ON TRUE
    LEFT JOIN LATERAL (
        SELECT e.to_state FROM incidents_incidentevent e
        WHERE e.incident_id = c.id AND e.kind = 'move' AND e.at < %(start)s
        ORDER BY e.sequence DESC LIMIT 1
    ) before ON TRUE
    LEFT JOIN LATERAL (
        SELECT e.to_state, e.at FROM incidents_incidentevent e
        WHERE e.incident_id = c.id AND e.kind = 'move' AND e.at < %(end)s
        ORDER BY e.sequence DESC LIMIT 1
    ) after ON TRUE
    LEFT JOIN LATERAL (
        SELECT e.at FROM incidents_incidentevent e
        WHERE e.incident_id = c.id AND e.kind = 'move' AND e.move = ANY(%(handling)s) AND e.at < %(end)s
        ORDER BY e.sequence DESC LIMIT 1
    ) fed ON TRUE
    LEFT JOIN LATERAL (
        SELECT k.due_at FROM incidents_clockentry k
        WHERE k.incident_id = c.id AND k.clock = 'handle' AND k.at <= fed.at
          AND k.kind IN ('started', 'extended', 'resumed', 'reckoned')
        ORDER BY k.sequence DESC LIMIT 1
    ) due ON TRUE
)
