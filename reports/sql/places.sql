-- After facts.sql: where it was reported: by compound, else by the grid two levels below.
SELECT left(f.grid_code, %(place_length)s) AS place, i.compound_id, c.name AS compound, f.area,
       count(*) FILTER (WHERE f.moves && ARRAY['report', 'self_handle']) AS reported,
       count(*) FILTER (WHERE f.moves && %(completing)s::text[]) AS completed,
       count(*) FILTER (WHERE f.state_end = ANY(%(open_states)s)) AS open_end
FROM facts f
JOIN incidents_incident i ON i.id = f.id
LEFT JOIN grid_compound c ON c.id = i.compound_id
GROUP BY place, i.compound_id, c.name, f.area
HAVING count(*) FILTER (WHERE f.moves && ARRAY['report', 'self_handle']) > 0
ORDER BY reported DESC, place, i.compound_id NULLS FIRST
LIMIT %(limit)s
