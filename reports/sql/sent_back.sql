-- After facts.sql: cases that came back in the period.
SELECT i.number, 'return' = ANY(f.moves) AS returned, 'rework' = ANY(f.moves) AS reworked
FROM facts f
JOIN incidents_incident i ON i.id = f.id
WHERE f.moves && ARRAY['return', 'rework']
ORDER BY i.number
LIMIT 500
