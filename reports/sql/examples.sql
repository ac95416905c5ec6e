-- After facts.sql: cases that may stand as examples. `verdict` is the reporter's last answer before the end of the period.
SELECT f.id, i.number, i.title, k.name AS category, f.grid_code, f.area, f.reported_at, f.state_end AS state,
       f.handled_in_time, f.overdue_since, o.name AS unit, spoken.satisfaction, back.returns, back.reworks,
       ended.at AS ended_at
FROM facts f
JOIN incidents_incident i ON i.id = f.id
LEFT JOIN incidents_category k ON k.id = f.category_id
LEFT JOIN LATERAL (
    SELECT c.satisfaction, c.solved
    FROM incidents_callback c
    WHERE c.incident_id = f.id AND c.contact = 'reached' AND NOT c.is_excluded AND c.called_at < %(end)s
    ORDER BY c.round DESC LIMIT 1
) spoken ON TRUE
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE e.move = 'return') AS returns,
           count(*) FILTER (WHERE e.move IN ('rework', 'refuse_work')) AS reworks
    FROM incidents_incidentevent e
    WHERE e.incident_id = f.id AND e.kind = 'move' AND e.at < %(end)s
) back ON TRUE
LEFT JOIN LATERAL (
    SELECT max(e.at) AS at
    FROM incidents_incidentevent e
    WHERE e.incident_id = f.id AND e.kind = 'move' AND e.move IN ('close', 'close_checked') AND e.at < %(end)s
) ended ON TRUE
LEFT JOIN LATERAL (
    SELECT a.organization_id
    FROM incidents_assignment a
    WHERE a.incident_id = f.id AND a.starts_at < %(end)s
    ORDER BY a.id DESC LIMIT 1
) task ON TRUE
LEFT JOIN grid_organization o ON o.id = task.organization_id
