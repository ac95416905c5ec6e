"""Fills party work: a tree of 10,000 organizations below the street of the demo, whatever the number of incidents.

A part with rows of its own adds its statements to `_FILLS` or `_LISTS` and its pages to `PAGES`.
"""

from typing import Any, Final

from django.core.management import call_command
from django.db import connection, transaction

STREET: Final = "410103008"
MARK: Final = "bench"
ORGANIZATIONS: Final = 10_000
LISTED: Final = 5_000
"""Needs, and resources."""
FIRST_NEED: Final = 900_000_001

PAGES: Final[dict[str, tuple[str, str]]] = {
    # the whole tree stands below the first organization: its page counts all of it
    "party_tree": ("shiftleader", "/party/organizations/?grid=410103008"),
    # one need among 5,000 against 5,000 resources of 200 units, and the board of ten of them
    "party_need": ("shiftleader", f"/party/needs/{FIRST_NEED}/"),
    "party_board": ("shiftleader", "/party/lists/board/"),
}
"""Name of the case: who reads which page."""

_BODIES: Final = """
INSERT INTO grid_organization (grid_id, kind, code, name, duties, duty_phone, address, confirms_work, is_active,
  is_demo)
SELECT g.id, 'party', 'bench-' || n, '压测党组织' || n, '', '', '', false, true, true
FROM generate_series(1, %(most)s::bigint) AS n, grid_grid AS g WHERE g.code = %(street)s
"""
# one committee, 20 of communities, 400 branches, the others groups; the path ends with the own key, eight digits
_TREE: Final = """
INSERT INTO partybuilding_partyorganization (organization_id, kind, path, is_grand, version, grid_id, grid_code,
  is_demo)
SELECT o.id, CASE WHEN n = 1 THEN 'work' WHEN n <= 21 THEN 'community' WHEN n <= 421 THEN 'branch' ELSE 'group' END,
  'bench-' || n, false, 1, o.grid_id, %(street)s, true
FROM (SELECT *, substr(code, 7)::bigint AS n FROM grid_organization WHERE code LIKE 'bench-%%') AS o
ORDER BY n
"""
_PARENTS: Final = """
UPDATE partybuilding_partyorganization AS own SET parent_id = upper.id
FROM partybuilding_partyorganization AS upper
WHERE own.path LIKE 'bench-%%' AND upper.path LIKE 'bench-%%' AND upper.path = 'bench-' || CASE
  WHEN substr(own.path, 7)::bigint = 1 THEN 0 WHEN substr(own.path, 7)::bigint <= 21 THEN 1
  WHEN substr(own.path, 7)::bigint <= 421 THEN 2 + (substr(own.path, 7)::bigint %% 20)
  ELSE 22 + (substr(own.path, 7)::bigint %% 400) END
"""
_PATHS: Final = """
WITH RECURSIVE walk(id, path) AS (
  SELECT id, lpad(id::text, 8, '0') FROM partybuilding_partyorganization
  WHERE parent_id IS NULL AND path LIKE 'bench-%%'
  UNION ALL
  SELECT own.id, walk.path || lpad(own.id::text, 8, '0')
  FROM partybuilding_partyorganization AS own JOIN walk ON own.parent_id = walk.id
) UPDATE partybuilding_partyorganization AS own SET path = walk.path FROM walk WHERE own.id = walk.id
"""
# without statistics the planner compares every row with every other
_COUNT: Final = "ANALYZE partybuilding_partyorganization"
_FILLS: Final = (_BODIES, _TREE, _COUNT, _PARENTS, _COUNT, _PATHS)

_UNIT_BODIES: Final = """
INSERT INTO grid_organization
  (grid_id, kind, code, name, duties, duty_phone, address, confirms_work, is_active, is_demo)
SELECT g.id, 'institution', 'benchunit-' || n, '压测共建单位' || n, '', '', '', false, true, true
FROM generate_series(1, 200) AS n, grid_grid AS g WHERE g.code = %(street)s
"""
_UNITS: Final = """
INSERT INTO partybuilding_partnerunit (organization_id, contact_name, contact_phone, strengths, version, is_demo)
SELECT id, '', '', '', 1, true FROM grid_organization WHERE code LIKE 'benchunit-%%'
"""
_RESOURCES: Final = """
INSERT INTO partybuilding_resource (client_id, digest, version, unit_id, kind_id, title, text, serves_code, point,
  weekdays, capacity, status, by_id, at, is_demo)
SELECT gen_random_uuid(), '', 1, u.ids[1 + n %% 200], k.ids[1 + n %% array_length(k.ids, 1)], '压测资源' || n, '',
  %(street)s, ST_SetSRID(ST_MakePoint(113.6 + (n %% 97) / 2000.0, 34.7 + (n %% 89) / 2000.0), 4326),
  CASE n %% 3 WHEN 0 THEN ARRAY[6, 7]::smallint[] ELSE '{}' END, 1 + n %% 6, 'offered', a.id, now(), true
FROM generate_series(1, %(listed)s::bigint) AS n,
  (SELECT array_agg(unit.id) AS ids FROM partybuilding_partnerunit AS unit JOIN grid_organization AS o
   ON o.id = unit.organization_id WHERE o.code LIKE 'benchunit-%%') AS u,
  (SELECT array_agg(id) AS ids FROM partybuilding_supportkind) AS k,
  (SELECT min(id) AS id FROM accounts_user) AS a
"""
_NEEDS: Final = """
INSERT INTO partybuilding_need (id, client_id, digest, version, number, title, text, kind_id, source, place, point,
  from_on, until_on, status, level_code, level_since, by_id, at, grid_id, grid_code, is_demo)
SELECT %(first)s - 1 + n, gen_random_uuid(), '', 1, '压测需求' || n, '压测需求' || n, '',
  k.ids[1 + n %% array_length(k.ids, 1)], 'community', '',
  ST_SetSRID(ST_MakePoint(113.6 + (n %% 83) / 2000.0, 34.7 + (n %% 79) / 2000.0), 4326),
  current_date + 5, current_date + 35, 'open', g.codes[spot.place], now() - n * interval '1 hour', a.id,
  now() - n * interval '1 hour', g.ids[spot.place], g.codes[spot.place], true
FROM generate_series(1, %(listed)s::bigint) AS n,
  (SELECT array_agg(id ORDER BY code) AS ids, array_agg(code ORDER BY code) AS codes FROM grid_grid
   WHERE code LIKE %(street)s || '%%' AND length(code) = 15) AS g,
  (SELECT array_agg(id) AS ids FROM partybuilding_supportkind) AS k,
  (SELECT min(id) AS id FROM accounts_user) AS a,
  LATERAL (SELECT 1 + n %% array_length(g.ids, 1) AS place) AS spot
"""
_LISTS: Final = (_UNIT_BODIES, _UNITS, _RESOURCES, _NEEDS)


def fill_up() -> str:
    """Add party work where there is none of ours; what there is now, in words."""
    values = {"most": ORGANIZATIONS, "street": STREET, "listed": LISTED, "first": FIRST_NEED}
    added = [_fill(_FILLS, "bench-%", ORGANIZATIONS, values), _fill(_LISTS, "benchunit-%", 1, values)]
    if any(added):
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return f"{ORGANIZATIONS:,} party organizations, {LISTED:,} needs and {LISTED:,} resources"


def _fill(statements: tuple[str, ...], mark: str, least: int, values: dict[str, Any]) -> bool:
    """Run `statements` unless there are `least` organizations with the mark; whether it did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM grid_organization WHERE code LIKE %s", [mark])
        if int(cursor.fetchone()[0]) >= least:
            return False
    with transaction.atomic(), connection.cursor() as cursor:
        call_command("load_party_catalogue", verbosity=0)
        for sql in statements:
            cursor.execute(sql, values)
    return True
