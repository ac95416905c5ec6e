"""Fills party work: a tree of 10,000 organizations below the street of the demo, whatever the number of incidents.

A part with rows of its own adds its statements to `_FILLS` and its pages to `PAGES`.
"""

from typing import Final

from django.core.management import call_command
from django.db import connection, transaction

STREET: Final = "410103008"
MARK: Final = "bench"
ORGANIZATIONS: Final = 10_000

PAGES: Final[dict[str, tuple[str, str]]] = {
    # the whole tree stands below the first organization: its page counts all of it
    "party_tree": ("shiftleader", "/party/organizations/?grid=410103008"),
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
_FILLS: Final = (_BODIES, _TREE, _PARENTS, _PATHS)


def fill_up() -> str:
    """Add party work where there is none of ours; what there is now, in words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM grid_organization WHERE code LIKE 'bench-%%'", [])
        have = int(cursor.fetchone()[0])
    if have < ORGANIZATIONS:
        with transaction.atomic(), connection.cursor() as cursor:
            call_command("load_party_catalogue", verbosity=0)
            for sql in _FILLS:
                cursor.execute(sql, {"most": ORGANIZATIONS, "street": STREET})
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return f"{ORGANIZATIONS:,} party organizations"
