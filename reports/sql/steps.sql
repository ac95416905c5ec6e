-- Reported and completed per day, week or month of a subtree, a class (with its minor ones) and a source; for questions
-- whose cells are not kept. An incident is reported once and completed once.
SELECT date_trunc(%(step)s, e.at AT TIME ZONE 'Asia/Shanghai')::date AS day,
       count(*) FILTER (WHERE e.move IN ('report', 'self_handle')) AS reported,
       count(*) FILTER (WHERE e.move = ANY(%(completing)s)) AS completed
FROM incidents_incidentevent e
JOIN incidents_incident i ON i.id = e.incident_id
WHERE e.kind = 'move' AND (e.move = 'report' OR e.move = ANY(%(completing)s))
  AND e.at >= %(start)s AND e.at < %(end)s AND i.grid_code LIKE %(prefix)s
  AND (%(category)s = '' OR (%(category)s = 'none' AND i.category_id IS NULL)
       OR i.category_id IN (SELECT c.id FROM incidents_category c
                            WHERE c.id::text = %(category)s OR c.parent_id::text = %(category)s))
  AND (%(source)s = '' OR i.source = %(source)s)
GROUP BY day
