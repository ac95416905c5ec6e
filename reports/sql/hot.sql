-- What was reported again and again in one place: same category, same compound or grid, since `since`.
SELECT i.category_id, k.name AS category, i.compound_id, c.name AS compound,
       left(i.grid_code, %(place_length)s) AS place, left(i.grid_code, %(area_length)s) AS area,
       count(*) AS reported, count(*) FILTER (WHERE e.at >= %(start)s) AS new
FROM incidents_incidentevent e
JOIN incidents_incident i ON i.id = e.incident_id
JOIN incidents_category k ON k.id = i.category_id
LEFT JOIN grid_compound c ON c.id = i.compound_id
WHERE e.kind = 'move' AND e.move IN ('report', 'self_handle')
  AND e.at >= %(since)s AND e.at < %(end)s AND i.grid_code LIKE %(prefix)s
GROUP BY i.category_id, k.name, i.compound_id, c.name, place, area
HAVING count(*) >= %(least)s AND count(*) FILTER (WHERE e.at >= %(start)s) >= 1
ORDER BY reported DESC, new DESC, place, i.category_id, i.compound_id NULLS LAST
LIMIT %(limit)s
