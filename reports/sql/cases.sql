-- After facts.sql: the open cases at the end of the extent, with whoever had the task then. ORDER and LIMIT follow.
SELECT f.id, i.number, i.title, f.category_id, k.name AS category, f.grid_code, f.area, f.state_end AS state,
       f.reported_at, f.state_since, f.overdue_since, o.name AS unit, p.real_name AS person
FROM facts f
JOIN incidents_incident i ON i.id = f.id
LEFT JOIN incidents_category k ON k.id = f.category_id
LEFT JOIN LATERAL (
    SELECT a.organization_id, a.user_id
    FROM incidents_assignment a
    WHERE a.incident_id = f.id AND a.starts_at < %(end)s
      AND f.state_end IN ('dispatched', 'handling', 'reworking', 'confirming', 'suspended', 'deferred')
    ORDER BY a.id DESC LIMIT 1
) task ON TRUE
LEFT JOIN grid_organization o ON o.id = task.organization_id
LEFT JOIN accounts_user p ON p.id = task.user_id
WHERE f.state_end = ANY(%(open_states)s)
