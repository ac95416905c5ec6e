-- After facts.sql: a hash over all rows that the numbers were counted from, in one fixed order.
SELECT encode(sha256(convert_to(coalesce(string_agg(line, E'\n' ORDER BY line COLLATE "C"), ''), 'UTF8')), 'hex') AS hash,
       count(*) AS rows
FROM (
    SELECT concat_ws(' ', 'e', e.incident_id, e.sequence, e.kind, e.move, e.to_state, extract(epoch FROM e.at)) AS line
    FROM facts f
    JOIN incidents_incidentevent e ON e.incident_id = f.id
    WHERE e.kind = 'move' AND e.at < %(end)s
    UNION ALL
    SELECT concat_ws(' ', 'c', k.incident_id, k.sequence, k.clock, k.kind, extract(epoch FROM k.at),
                     extract(epoch FROM k.due_at))
    FROM facts f
    JOIN incidents_clockentry k ON k.incident_id = f.id
    WHERE k.at < %(end)s
) AS input
