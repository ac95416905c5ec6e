-- The candidates of facts.sql for one subtree and one period: a slot is an incident. This step only narrows down by columns
-- with indexes: whoever had an event in the period, or was open at either of its ends, was reported before its end, and
-- is open now or ended after it began. All that is counted comes from the append-only rows.
WITH candidate AS MATERIALIZED (
    SELECT i.id AS slot, i.id, i.category_id, i.source, i.grid_code, left(i.grid_code, %(area_length)s) AS area,
           %(start)s::timestamptz AS start_at, %(end)s::timestamptz AS end_at, 2147483647 AS events, 2147483647 AS entries
    FROM incidents_incident i
    WHERE i.grid_code LIKE %(prefix)s AND i.reported_at < %(end)s
      AND (i.state = ANY(%(open_states)s) OR i.closed_at >= %(start)s)
)
