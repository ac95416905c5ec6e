-- After the candidates: one row `f` per slot whose incident existed before the end of its period [start_at, end_at), from
-- the first `events` events and the first `entries` entries of the ledger. A slot is one incident in one period.
, told AS (
    SELECT c.slot,
           coalesce(
               array_agg(DISTINCT e.move::text) FILTER (WHERE e.kind = 'move' AND e.at >= c.start_at), '{}'
           ) AS moves,
           max(e.at) FILTER (
               WHERE e.kind = 'move' AND e.at >= c.start_at AND e.move = ANY(%(completing)s)
           ) AS completed_at,
           (array_agg(e.at ORDER BY e.sequence) FILTER (WHERE e.kind = 'move'))[1] AS reported_at,
           (array_agg(e.to_state ORDER BY e.sequence DESC) FILTER (
               WHERE e.kind = 'move' AND e.at < c.start_at
           ))[1] AS state_start,
           (array_agg(e.to_state ORDER BY e.sequence DESC) FILTER (WHERE e.kind = 'move'))[1] AS state_end,
           (array_agg(e.at ORDER BY e.sequence DESC) FILTER (WHERE e.kind = 'move'))[1] AS state_since,
           (array_agg(e.at ORDER BY e.sequence DESC) FILTER (
               WHERE e.kind = 'move' AND e.move = ANY(%(handling)s)
           ))[1] AS fed_at,
           -- granted before the end: more time, and appeals (超时申诉), after which the handling counts as in time
           coalesce(bool_or(e.kind = 'excused'), FALSE) AS excused,
           coalesce(bool_or(e.kind = 'extended'), FALSE) AS was_extended,
           coalesce(bool_or(e.kind = 'extended' AND e.at >= c.start_at), FALSE) AS newly_extended
    FROM candidate c
    JOIN incidents_incidentevent e ON e.incident_id = c.id
    WHERE e.at < c.end_at AND e.sequence <= c.events AND e.kind IN ('move', 'excused', 'extended')
    GROUP BY c.slot
),
-- a leg: from one entry of a clock to the next one of the same clock. An extension or a changed calendar does not turn
-- the clock on or off (both may come while it waits or after its stop): what the turn before them says still holds.
turn AS (
    SELECT c.slot, c.start_at, c.end_at, k.clock, k.kind, k.at, k.due_at, k.sequence,
           count(*) FILTER (WHERE k.kind NOT IN ('extended', 'reckoned'))
               OVER (PARTITION BY c.slot, k.clock ORDER BY k.sequence) AS number
    FROM candidate c
    JOIN incidents_clockentry k ON k.incident_id = c.id
    WHERE k.at < c.end_at AND k.sequence <= c.entries AND k.clock <> 'internal'
),
leg AS (
    SELECT t.slot, t.start_at, t.end_at, t.clock, t.kind, t.at, t.due_at, t.sequence,
           first_value(t.kind) OVER (PARTITION BY t.slot, t.clock, t.number ORDER BY t.sequence) AS turned,
           lead(t.at) OVER (PARTITION BY t.slot, t.clock ORDER BY t.sequence) AS until
    FROM turn t
),
late AS (
    SELECT l.slot,
           min(l.due_at) FILTER (WHERE l.until IS NULL AND l.due_at < l.end_at) AS overdue_since,
           bool_or(l.until IS NULL AND l.due_at < l.end_at AND l.clock = 'handle') AS handle_overdue,
           bool_or(
               l.due_at >= l.start_at AND l.due_at < l.end_at AND (l.until IS NULL OR l.until > l.due_at)
           ) AS newly_overdue
    FROM leg l
    LEFT JOIN told t ON t.slot = l.slot
    WHERE l.turned IN ('started', 'resumed') AND NOT (l.clock = 'handle' AND coalesce(t.excused, FALSE))
    GROUP BY l.slot
),
-- the limit that held when the handling was fed back last. Chosen by FILTER, not by WHERE: the planner knows nothing of
-- what a CTE holds, takes three conditions for a handful of rows, and would compare every leg with every slot
due AS (
    SELECT l.slot,
           (array_agg(l.due_at ORDER BY l.sequence DESC) FILTER (
               WHERE l.clock = 'handle' AND l.at <= t.fed_at
                 AND l.kind IN ('started', 'extended', 'resumed', 'reckoned')
           ))[1] AS due_at
    FROM leg l
    JOIN told t ON t.slot = l.slot
    GROUP BY l.slot
),
facts AS (
    SELECT c.slot, c.id, c.category_id, c.source, c.grid_code, c.area, t.moves, t.reported_at, t.state_start,
           t.state_end, t.state_since, late.overdue_since,
           late.overdue_since IS NOT NULL AS overdue,
           coalesce(late.handle_overdue, FALSE) AS handle_overdue,
           coalesce(late.newly_overdue, FALSE) AS newly_overdue,
           t.excused, t.was_extended, t.newly_extended,
           t.fed_at IS NOT NULL AND (t.excused OR due.due_at IS NULL OR t.fed_at <= due.due_at) AS handled_in_time,
           coalesce(
               (t.completed_at AT TIME ZONE 'Asia/Shanghai')::date = (t.reported_at AT TIME ZONE 'Asia/Shanghai')::date,
               FALSE
           ) AS same_day
    FROM candidate c
    JOIN told t ON t.slot = c.slot
    LEFT JOIN late ON late.slot = c.slot
    LEFT JOIN due ON due.slot = c.slot
    WHERE t.state_end IS NOT NULL
)
