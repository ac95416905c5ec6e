"""Point → grid, in one indexed query."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import cos, radians
from typing import Any, Final

from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils import timezone

from grid.models import Grid

NEAREST_METRES: Final = 300
"""How far from a grid a point may lie to be given to it; settings.GRID_NEAREST_METRES says otherwise."""

METRES_PER_DEGREE: Final = 111_320


class How(StrEnum):
    """How sure the answer is."""

    INSIDE = "inside"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class Located:
    """The grid of a point and how it was found; "nearest" is a guess that a person should confirm."""

    grid: Grid
    how: How


# Each part runs only when those before it find nothing: LIMIT stops the Append after one row. City and district come
# last, because they hold every point: the grid across the road is a better answer than the whole district.
# A point on an edge lies in several grids: the lowest level, then the smallest code, so always the same one.
_QUERY: Final = """
WITH place AS (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS point)
(SELECT {columns}, 'inside' AS how FROM grid_grid AS g, place
 WHERE ST_Intersects(g.boundary, place.point) AND g.level >= 3 AND {valid}
 ORDER BY g.level DESC, g.code LIMIT 1)
UNION ALL
(SELECT {columns}, 'nearest' AS how FROM grid_grid AS g, place
 WHERE g.boundary && ST_Expand(place.point, %(east)s, %(north)s)
   AND g.level IN (5, 6) AND {valid}
   AND ST_DWithin(g.boundary::geography, place.point::geography, %(metres)s)
 ORDER BY ST_Distance(g.boundary::geography, place.point::geography), g.level DESC, g.code LIMIT 1)
UNION ALL
(SELECT {columns}, 'inside' AS how FROM grid_grid AS g, place
 WHERE ST_Intersects(g.boundary, place.point) AND g.level < 3 AND {valid}
 ORDER BY g.level DESC, g.code LIMIT 1)
LIMIT 1
"""
_VALID: Final = "g.kind = %(kind)s AND g.valid_from <= %(day)s AND (g.valid_to IS NULL OR g.valid_to > %(day)s)"


def locate(point: Point, *, today: date | None = None, kind: str = Grid.Kind.TERRITORIAL) -> Located | None:
    """The lowest current grid that contains `point` (WGS-84 degrees).

    Outside every street: the nearest grid or micro-grid within 300 m, marked as "nearest"; farther away: the district
    or city around it, else None.
    Dedicated grids (专属网格) lie over the territorial ones and are found only when `kind` asks for them.
    The boundary itself is not loaded.
    """
    rows = Grid.objects.raw(_sql(), _parameters(point, today or timezone.localdate(), kind))
    found: Any = next(iter(rows), None)  # `how` is a column of the query
    return Located(found, How(found.how)) if found else None


def _sql() -> str:
    columns = ", ".join(f"g.{f.column}" for f in Grid._meta.concrete_fields if f.column != "boundary")
    return _QUERY.format(columns=columns, valid=_VALID)


def _parameters(point: Point, day: date, kind: str) -> dict[str, Any]:
    metres = getattr(settings, "GRID_NEAREST_METRES", NEAREST_METRES)
    # a little more than the distance: the box only has to hold every candidate
    north = metres / METRES_PER_DEGREE * 1.05
    east = north / max(cos(radians(point.y)), 0.01)
    return {"lon": point.x, "lat": point.y, "metres": metres, "north": north, "east": east, "day": day, "kind": kind}
