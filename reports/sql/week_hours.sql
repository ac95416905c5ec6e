-- Reported and completed per weekday (1: Monday) and local hour of the period; for subtrees that have no cells.
SELECT extract(isodow FROM e.at AT TIME ZONE 'Asia/Shanghai')::int AS weekday,
       extract(hour FROM e.at AT TIME ZONE 'Asia/Shanghai')::int AS hour,
       count(*) FILTER (WHERE e.move IN ('report', 'self_handle')) AS reported,
       count(*) FILTER (WHERE e.move = ANY(%(completing)s)) AS completed
FROM incidents_incidentevent e
JOIN incidents_incident i ON i.id = e.incident_id
WHERE e.kind = 'move' AND (e.move = 'report' OR e.move = ANY(%(completing)s))
  AND e.at >= %(start)s AND e.at < %(end)s AND i.grid_code LIKE %(prefix)s
GROUP BY weekday, hour
