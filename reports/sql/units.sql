-- After facts.sql: one row `u` per unit and incident. A unit is an organization, or the grid staff of an area when a
-- person without an organization had the task. Each move is put down to whoever had the task at that moment.
, act AS (
    SELECT f.id AS incident_id, e.move::text AS move, e.at, task.unit
    FROM facts f
    JOIN incidents_incidentevent e ON e.incident_id = f.id
    JOIN LATERAL (
        SELECT coalesce('o' || a.organization_id, 'a' || f.area) AS unit
        FROM incidents_assignment a
        WHERE a.incident_id = f.id AND a.starts_at <= e.at
        ORDER BY a.id DESC LIMIT 1
    ) task ON TRUE
    WHERE e.kind = 'move' AND e.at >= %(start)s AND e.at < %(end)s
      AND e.move IN ('dispatch', 'feedback', 'confirm', 'return', 'rework', 'refuse_work')
    UNION ALL
    SELECT f.id, 'hold', NULL, task.unit
    FROM facts f
    JOIN LATERAL (
        SELECT coalesce('o' || a.organization_id, 'a' || f.area) AS unit
        FROM incidents_assignment a
        WHERE a.incident_id = f.id AND a.starts_at < %(end)s
        ORDER BY a.id DESC LIMIT 1
    ) task ON TRUE
    WHERE f.state_end IN ('dispatched', 'handling', 'reworking', 'confirming')
),
done AS (
    SELECT act.unit, act.incident_id, array_agg(DISTINCT act.move) AS moves,
           max(act.at) FILTER (WHERE act.move = ANY(%(handling)s)) AS fed_at
    FROM act
    GROUP BY act.unit, act.incident_id
),
by_unit AS (
    SELECT done.unit, done.incident_id, done.moves,
           due.due_at IS NULL OR done.fed_at <= due.due_at AS in_time
    FROM done
    LEFT JOIN LATERAL (
        SELECT k.due_at FROM incidents_clockentry k
        WHERE k.incident_id = done.incident_id AND k.clock = 'handle' AND k.at <= done.fed_at
          AND k.kind IN ('started', 'extended', 'resumed', 'reckoned')
        ORDER BY k.sequence DESC LIMIT 1
    ) due ON TRUE
)
