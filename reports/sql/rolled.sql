-- The candidates of facts.sql for the rollups: many short periods of a few incidents. Each slot brings what it is of.
WITH candidate AS MATERIALIZED (
    SELECT s.slot, s.id, NULL::bigint AS category_id, ''::text AS source, ''::text AS grid_code, ''::text AS area,
           s.start_at, s.end_at, s.events, s.entries
    FROM unnest(
        %(slots)s::bigint[], %(ids)s::bigint[], %(starts)s::timestamptz[], %(ends)s::timestamptz[],
        %(events)s::int[], %(entries)s::int[]
    ) AS s (slot, id, start_at, end_at, events, entries)
)
