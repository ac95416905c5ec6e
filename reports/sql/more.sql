-- After facts.sql: the facts with what the rates of filing, dispatch, check, urgency and solving speak of besides.
-- Each clock is read at the last decision of its kind in the period; a decision without a limit is in time.
, said AS (
    SELECT c.slot,
           max(e.at) FILTER (WHERE e.at >= c.start_at AND e.move IN ('file', 'answer')) AS accepted_at,
           max(e.at) FILTER (WHERE e.at >= c.start_at AND e.move = 'dispatch') AS dispatched_at,
           bool_or(e.actor_id IS NULL) FILTER (WHERE e.at >= c.start_at AND e.move = 'dispatch') AS by_system,
           max(e.at) FILTER (WHERE e.at >= c.start_at AND e.move IN ('genuine', 'not_genuine')) AS verified_at,
           -- a check that was passed before is over: sending the case back then is no second check
           max(e.at) FILTER (
               WHERE e.at >= c.start_at
                 AND (e.move IN ('pass_check', 'close') OR (e.move = 'rework' AND e.from_state <> 'checked'))
           ) AS checked_at,
           (array_agg(e.data ->> 'category' ORDER BY e.sequence DESC) FILTER (WHERE e.move = 'file'))[1] AS filed_as,
           (array_agg(e.kind = 'solved' OR e.move = 'pass_check' ORDER BY e.sequence DESC) FILTER (
               WHERE e.kind IN ('solved', 'unsolved') OR e.move IN ('pass_check', 'reopen')
           ))[1] AS is_solved
    FROM facts f
    JOIN candidate c ON c.slot = f.slot
    JOIN incidents_incidentevent e ON e.incident_id = c.id
    WHERE e.at < c.end_at AND e.sequence <= c.events
      AND (
          e.kind IN ('solved', 'unsolved')
          OR e.move IN (
              'file', 'answer', 'dispatch', 'genuine', 'not_genuine', 'pass_check', 'close', 'rework', 'reopen'
          )
      )
    GROUP BY c.slot
),
-- the planner would compare every turn with every slot if the clocks were chosen by WHERE (see facts.sql, due)
stopped AS (
    SELECT t.slot,
           bool_and(t.at <= t.due_at) FILTER (
               WHERE t.kind = 'stopped' AND t.clock = 'accept' AND t.at = s.accepted_at
           ) AS accepted_in_time,
           bool_and(t.at <= t.due_at) FILTER (
               WHERE t.kind = 'stopped' AND t.clock = 'dispatch' AND t.at = s.dispatched_at
           ) AS dispatched_in_time,
           bool_and(t.at <= t.due_at) FILTER (
               WHERE t.kind = 'stopped' AND t.clock = 'verify' AND t.at = s.verified_at
           ) AS verified_in_time,
           bool_and(t.at <= t.due_at) FILTER (
               WHERE t.kind = 'stopped' AND t.clock = 'check' AND t.at = s.checked_at
           ) AS checked_in_time
    FROM turn t
    JOIN said s ON s.slot = t.slot
    GROUP BY t.slot
),
more AS (
    SELECT f.*,
           s.checked_at IS NOT NULL AS was_checked,
           coalesce(k.accepted_in_time, TRUE) AS accepted_in_time,
           coalesce(k.dispatched_in_time, TRUE) AS dispatched_in_time,
           coalesce(k.verified_in_time, TRUE) AS verified_in_time,
           coalesce(k.checked_in_time, TRUE) AS checked_in_time,
           coalesce(s.filed_as = g.code, TRUE) AS category_kept,
           coalesce(s.is_solved, FALSE) AS is_solved,
           coalesce(s.by_system, FALSE) AS by_system,
           i.urgency = 'urgent' AS is_urgent
    FROM facts f
    JOIN incidents_incident i ON i.id = f.id
    LEFT JOIN said s ON s.slot = f.slot
    LEFT JOIN stopped k ON k.slot = f.slot
    LEFT JOIN incidents_category g ON g.id = f.category_id
)
