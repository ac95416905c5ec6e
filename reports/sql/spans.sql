-- The candidates of facts.sql for one subtree and several periods: a slot is an incident in one of them.
WITH candidate AS MATERIALIZED (
    SELECT row_number() OVER () AS slot, i.id, i.category_id, i.source, i.grid_code,
           left(i.grid_code, %(area_length)s) AS area, p.start_at, p.end_at,
           2147483647 AS events, 2147483647 AS entries
    FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS p (start_at, end_at)
    JOIN incidents_incident i
      ON i.grid_code LIKE %(prefix)s AND i.reported_at < p.end_at
     AND (i.state = ANY(%(open_states)s) OR i.closed_at >= p.start_at)
)
