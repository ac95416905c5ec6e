"""Fills field work beside the incidents: for 100,000 of them 100,000 notes, 60,000 patrols, 20,000 households.

A street writes as many notes in a year (domain.md 3.1). Every household waits for a visit, every fourth has somebody
in care; names are sealed as the product seals them.
"""

from datetime import date
from typing import Any, Final

from django.core.management import call_command
from django.db import connection, transaction

from fieldwork.models import CareColour, CareSubject, PopulationTag, Resident, VisitPlan

MARK: Final = "bench"
PATROLS, HOUSEHOLDS = 0.6, 0.2
"""For one note."""

_PEOPLE: Final = """
(SELECT m.id, m.code, p.user_id, row_number() OVER (ORDER BY m.code) - 1 AS place, count(*) OVER () AS total
 FROM grid_grid AS m JOIN grid_post AS p ON p.grid_id = m.id AND p.kind = 'micro_leader'
 WHERE m.level = 6 AND m.code LIKE '410103008%%')
"""
_NOTES: Final = f"""
INSERT INTO fieldwork_quicknote (client_id, digest, by_id, at, received_at, grid_id, grid_code, is_demo, text, became)
SELECT gen_random_uuid(), 'bench', m.user_id, s.at, s.at, m.id, m.code, true,
  (ARRAY['楼道堆放杂物已劝导清走', '下水道堵塞联系物业疏通', '路灯不亮已报修', '垃圾桶满溢通知清运', '占道经营劝离',
    '独居老人家中煤气灶老旧，提醒更换', '自来水管漏水，关了总阀', '入户宣传防诈骗', '暖气不热，转供热公司'])[1 + n %% 9]
  || '，在第' || (n %% 997) || '号楼附近，' || (ARRAY['明天再来看。', '已拍照留存。', '居民配合。'])[1 + n %% 3], ''
FROM (SELECT n, now() - interval '365 days' * ((%(top)s - n)::float / %(rows)s) AS at
      FROM generate_series(%(first)s::bigint, %(top)s::bigint) AS n) AS s
JOIN {_PEOPLE} AS m ON m.place = s.n %% m.total
ORDER BY s.n
"""
_PATROLS: Final = f"""
INSERT INTO fieldwork_patrol (client_id, digest, by_id, at, received_at, grid_id, grid_code, is_demo, version, kind,
  status, finished_at, text)
SELECT gen_random_uuid(), 'bench', m.user_id, s.at, s.at, m.id, m.code, true, 2,
  CASE WHEN n %% 9 = 0 THEN 'night' ELSE 'daily' END, 'finished', s.at + interval '40 minutes', ''
FROM (SELECT n, now() - interval '1 hour' - interval '365 days' * ((%(top)s - n)::float / %(rows)s) AS at
      FROM generate_series(%(first)s::bigint, %(top)s::bigint) AS n) AS s
JOIN {_PEOPLE} AS m ON m.place = s.n %% m.total
ORDER BY s.n
"""
_HOUSEHOLDS: Final = """
INSERT INTO fieldwork_household (building_id, grid_id, grid_code, unit, room, tenure, people, is_active, version,
  is_demo)
SELECT b.id, b.grid_id, b.code, 'bench', n::text, CASE WHEN n %% 5 = 0 THEN 'rented' ELSE 'owned' END, 2, true, 1, true
FROM generate_series(%(first)s::bigint, %(top)s::bigint) AS n
JOIN (SELECT b.id, b.grid_id, g.code, row_number() OVER (ORDER BY b.id) - 1 AS place, count(*) OVER () AS total
      FROM grid_building AS b JOIN grid_grid AS g ON g.id = b.grid_id WHERE g.code LIKE '410103008%%') AS b
  ON b.place = n %% b.total
"""
_RESIDENTS: Final = """
INSERT INTO fieldwork_resident (household_id, name, phone, phone_index, id_number, id_index, sex, relation, is_head)
SELECT id, %(name)s, '', '', '', '', 'f', '', true FROM fieldwork_household
WHERE unit = 'bench' AND room::bigint BETWEEN %(first)s AND %(top)s
"""
_DUTIES: Final = """
INSERT INTO fieldwork_visitduty (plan_id, household_id, grid_id, grid_code, due_on, dropped, is_demo)
SELECT %(plan)s, id, grid_id, grid_code, current_date + (room::bigint %% 60)::int - 20, false, true
FROM fieldwork_household WHERE unit = 'bench' AND room::bigint BETWEEN %(first)s AND %(top)s
"""
_CARE: Final = """
INSERT INTO fieldwork_caresubject (household_id, resident_id, tag_id, status, reason, health, basis, since,
  entered_by_id, grid_id, grid_code, is_demo, version)
SELECT h.id, r.id, (%(tags)s::bigint[])[1 + h.room::bigint / 4 %% cardinality(%(tags)s::bigint[])], 'active',
  %(reason)s, '', 'duty', current_date, (SELECT min(id) FROM accounts_user WHERE is_superuser), h.grid_id, h.grid_code,
  true, 1
FROM fieldwork_household AS h JOIN fieldwork_resident AS r ON r.household_id = h.id
WHERE h.unit = 'bench' AND h.room::bigint %% 4 = 0 AND h.room::bigint BETWEEN %(first)s AND %(top)s
"""


def fill_up_to(rows: int) -> str:
    """Add field work until there are `rows` notes of ours and the rest in proportion; what there is now, in words."""
    have = _count("SELECT count(*) FROM fieldwork_quicknote WHERE digest = 'bench'")
    if have < rows:
        with transaction.atomic(), connection.cursor() as cursor:
            call_command("load_field_catalogue", verbosity=0)
            values = _values()
            for sql, share in (
                (_NOTES, 1.0),
                (_PATROLS, PATROLS),
                *((one, HOUSEHOLDS) for one in (_HOUSEHOLDS, _RESIDENTS, _DUTIES, _CARE)),
            ):
                span = {"first": int(have * share) + 1, "top": int(rows * share), "rows": int(rows * share)}
                cursor.execute(sql, values | span)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return f"{rows:,} notes, {int(rows * PATROLS):,} patrols, {int(rows * HOUSEHOLDS):,} households"


def _values() -> dict[str, Any]:
    """Sealed texts, the plan and the tags that the rows need."""
    plan, _made = VisitPlan.objects.get_or_create(
        name=MARK, defaults={"target": "household", "times": 1, "period": "half", "starts_on": date(2026, 1, 1)}
    )
    tags = list(PopulationTag.objects.filter(is_sensitive=False).values_list("pk", flat=True)[:9]) or [_tag().pk]
    return {
        "plan": plan.pk,
        "tags": tags,
        "name": Resident._meta.get_field("name").get_prep_value("压测"),
        "reason": CareSubject._meta.get_field("reason").get_prep_value("压测"),
    }


def _tag() -> PopulationTag:
    colour, _made = CareColour.objects.get_or_create(
        slot=1, defaults={"name": "红", "value": "#d63939", "meaning": MARK}
    )
    return PopulationTag.objects.create(name=MARK, colour=colour)


def _count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])
