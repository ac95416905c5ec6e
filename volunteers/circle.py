"""The ten-minute circle (10分钟服务圈): which share of the households lives within a walk of a service point.

Households are counted where their building stands, else their compound; a walk is the distance as the crow flies up to
the reach of the point (800 m unless the office says otherwise, domain.md 10, row 0.27). One query over PostGIS.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from volunteers.models import ServicePoint
from volunteers.service_points import in_season

MOST_OUTSIDE: Final = 20

_HOMES: Final = """
WITH points AS MATERIALIZED (
    SELECT place::geography AS place, {reach} AS reach,
           ST_Expand(place, {reach} / (111000 * cos(radians(ST_Y(place))))) AS box
    FROM volunteers_servicepoint WHERE id = ANY(%(points)s)
), homes AS (
    SELECT COALESCE(building.point, compound.point) AS place, building.households AS n, grid.code, compound.id
    FROM grid_building building
    JOIN grid_compound compound ON compound.id = building.compound_id
    JOIN grid_grid grid ON grid.id = building.grid_id
    WHERE building.households > 0 AND grid.code LIKE %(under)s
    UNION ALL
    SELECT compound.point, compound.households, grid.code, compound.id
    FROM grid_compound compound
    JOIN grid_grid grid ON grid.id = compound.grid_id
    WHERE compound.households > 0 AND grid.code LIKE %(under)s AND NOT EXISTS (
        SELECT 1 FROM grid_building building WHERE building.compound_id = compound.id AND building.households > 0)
), judged AS (
    SELECT homes.*, homes.place IS NOT NULL AND EXISTS (
        SELECT 1 FROM points WHERE points.box && homes.place
            AND ST_DWithin(points.place, homes.place::geography, points.reach, false)) AS near
    FROM homes
)
"""
_BY_COMMUNITY: Final = """
SELECT left(judged.code, 12), COALESCE(community.name, left(judged.code, 12)),
       sum(n) FILTER (WHERE place IS NOT NULL), COALESCE(sum(n) FILTER (WHERE near), 0),
       COALESCE(sum(n) FILTER (WHERE place IS NULL), 0)
FROM judged LEFT JOIN grid_grid community ON community.code = left(judged.code, 12)
GROUP BY 1, 2 ORDER BY 1
"""
_OUTSIDE: Final = """
SELECT compound.id, compound.name, COALESCE(community.name, ''), sum(n),
       min((SELECT min(ST_Distance(points.place, judged.place::geography, false)) FROM points))
FROM judged JOIN grid_compound compound ON compound.id = judged.id
LEFT JOIN grid_grid community ON community.code = left(judged.code, 12)
WHERE NOT near AND judged.place IS NOT NULL
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1 LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Cover:
    """One community: households on the map, those of them within a walk, those without a place."""

    code: str
    name: str
    placed: int
    near: int
    unplaced: int = 0

    @property
    def share(self) -> float | None:
        """From 0 to 1; None without households on the map."""
        return self.near / self.placed if self.placed else None


@dataclass(frozen=True, slots=True)
class Outside:
    """A compound with households beyond every walk; `metres` to the nearest point, None without any."""

    pk: int
    name: str
    community: str
    households: int
    metres: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """Which points count, for which part of the tree; `metres` instead of each point's own walk."""

    under: str
    kinds: tuple[int, ...] = ()
    metres: int | None = None
    in_season_on: date | None = None


def points_of(asked: Question) -> QuerySet[ServicePoint]:
    """The points in use that count; also those beyond the border, because people walk over it."""
    rows = ServicePoint.objects.filter(is_active=True)
    if asked.kinds:
        rows = rows.filter(kind__in=asked.kinds)
    if asked.in_season_on:
        rows = rows.filter(in_season(asked.in_season_on))
    return rows


def coverage(asked: Question) -> list[Cover]:
    """The communities below `asked.under` in the order of their codes; two queries, however many households."""
    return [
        Cover(code, name, placed or 0, near, unplaced)
        for code, name, placed, near, unplaced in _rows(asked, _BY_COMMUNITY)
    ]


def whole(found: list[Cover], *, code: str = "", name: str = "") -> Cover:
    """All communities together."""
    return Cover(
        code, name, sum(one.placed for one in found), sum(one.near for one in found), sum(one.unplaced for one in found)
    )


def outside(asked: Question, *, most: int = MOST_OUTSIDE) -> list[Outside]:
    """The compounds with most households beyond every walk: where the next point is missed."""
    rows = _rows(asked, _OUTSIDE, most=most)
    return [
        Outside(pk, name, community, n, None if away is None else round(away)) for pk, name, community, n, away in rows
    ]


def _rows(asked: Question, select: str, **more: Any) -> list[tuple[Any, ...]]:
    reach = "%(metres)s::float" if asked.metres else "reach"
    points = list(points_of(asked).values_list("pk", flat=True))
    given = {"points": points, "under": f"{asked.under}%", "metres": asked.metres, **more}
    with connection.cursor() as cursor:
        cursor.execute(_HOMES.format(reach=reach) + select, given)
        return list(cursor.fetchall())


def reach_shapes(rows: QuerySet[ServicePoint], metres: int | None = None) -> list[tuple[int, str, str]]:
    """(id, name, circle as GeoJSON text) of `rows`, for a map."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name, ST_AsGeoJSON(ST_Buffer(place::geography, COALESCE(%s, reach), 8)::geometry, 5)"
            " FROM volunteers_servicepoint WHERE id = ANY(%s) ORDER BY id",
            [metres, ids],
        )
        return list(cursor.fetchall())
