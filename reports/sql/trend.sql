-- Reported and completed per local day and category since `since`. An incident is reported once and completed once.
SELECT (e.at AT TIME ZONE 'Asia/Shanghai')::date AS day, i.category_id,
       count(*) FILTER (WHERE e.move IN ('report', 'self_handle')) AS reported,
       count(*) FILTER (WHERE e.move = ANY(%(completing)s)) AS completed
FROM incidents_incidentevent e
JOIN incidents_incident i ON i.id = e.incident_id
WHERE e.kind = 'move' AND (e.move = 'report' OR e.move = ANY(%(completing)s))
  AND e.at >= %(since)s AND e.at < %(end)s AND i.grid_code LIKE %(prefix)s
GROUP BY day, i.category_id
ORDER BY day, i.category_id NULLS LAST
