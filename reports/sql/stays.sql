-- Stays in a state that ended in the period, by state and band of length; for subtrees that have no cells.
SELECT e.from_state AS state, width_bucket(extract(epoch FROM e.at - p.at)::float8, %(bands)s::float8[]) AS band,
       count(*) AS stays, sum(trunc(extract(epoch FROM e.at - p.at)))::bigint AS seconds
FROM incidents_incidentevent e
JOIN incidents_incident i ON i.id = e.incident_id
JOIN LATERAL (
    SELECT b.at FROM incidents_incidentevent b
    WHERE b.incident_id = e.incident_id AND b.kind = 'move' AND b.sequence < e.sequence
    ORDER BY b.sequence DESC LIMIT 1
) p ON TRUE
WHERE e.kind = 'move' AND e.from_state <> '' AND e.at >= %(start)s AND e.at < %(end)s AND i.grid_code LIKE %(prefix)s
GROUP BY 1, 2
