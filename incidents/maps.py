"""What maps of cases show, as GeoJSON made of two SQL queries at most: points, or cells when there are too many."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import Avg, Count, FloatField, Func, Q, QuerySet
from django.db.models.functions import Floor

from grid.models import Grid
from incidents.overview import NO_LOAD, Load
from incidents.querysets import IncidentQuerySet
from incidents.states import OPEN_STATES

POINT_LIMIT: Final = 2000
"""More points than this are drawn as cells with a count."""
CELLS_ACROSS: Final = 24
SMALLEST: Final = 0.0005
"""Degrees: no cells finer than a few metres."""
SIMPLIFY: Final = {3: 0.0002, 4: 0.0001, 5: 0.00004, 6: 0.00002}
"""Degrees by which a boundary of a level may be simplified for a map of many."""


class X(Func):
    """Longitude of a point."""

    function = "ST_X"
    output_field = FloatField()


class Y(Func):
    """Latitude of a point."""

    function = "ST_Y"
    output_field = FloatField()


class Simplified(Func):
    """A boundary with fewer points, neighbours kept whole."""

    function = "ST_SimplifyPreserveTopology"
    template = "%(function)s(%(expressions)s, %(by)s)"


def points(rows: IncidentQuerySet, *, limit: int = POINT_LIMIT) -> tuple[list[dict[str, Any]], bool]:
    """The cases that have a place, as rows with number, title, state, due_at, x, y; and whether there are more."""
    found = rows.filter(point__isnull=False).order_by("-id").annotate(x=X("point"), y=Y("point"))
    drawn = list(found.values("number", "title", "state", "due_at", "x", "y")[: limit + 1])
    return drawn[:limit], len(drawn) > limit


def cells(rows: IncidentQuerySet, *, width: float, now: datetime) -> list[dict[str, Any]]:
    """Counts of cases in square cells, about `CELLS_ACROSS` of them over `width` degrees: count, late, x, y."""
    size = max(width, SMALLEST) / CELLS_ACROSS
    columns = {"column": Floor(X("point") / size), "row": Floor(Y("point") / size)}
    late = Count("pk", filter=Q(due_at__lt=now, state__in=OPEN_STATES))
    found = rows.filter(point__isnull=False).order_by().annotate(**columns).values("column", "row")
    return list(found.annotate(count=Count("pk"), late=late, x=Avg(X("point")), y=Avg(Y("point"))))


def boundaries(grids: QuerySet[Any], *, level: int) -> QuerySet[Any]:
    """`grids` of one level with their boundary as simplified GeoJSON text in `shape`."""
    simplified = Simplified("boundary", by=SIMPLIFY.get(level, 0.00002), output_field=Grid._meta.get_field("boundary"))
    return grids.filter(level=level, boundary__isnull=False).annotate(shape=AsGeoJSON(simplified, precision=6))


def tone(state: str, due_at: datetime | None, *, now: datetime) -> str:
    """The colour of a pin: late, live, or ended."""
    if state not in OPEN_STATES:
        return "secondary"
    return "danger" if due_at and due_at < now else "primary"


def collection(features: Iterable[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A GeoJSON FeatureCollection."""
    return {"type": "FeatureCollection", "features": list(features), **more}


def point_feature(x: float, y: float, properties: dict[str, Any]) -> dict[str, Any]:
    """One GeoJSON point; six decimals are about 0.1 m."""
    place = {"type": "Point", "coordinates": [round(x, 6), round(y, 6)]}
    return {"type": "Feature", "geometry": place, "properties": properties}


def load_of(loads: dict[str, Load], code: str) -> dict[str, int]:
    """Open and overdue of a grid, as the map colours them."""
    load = loads.get(code, NO_LOAD)
    return {"open": load.open, "overdue": load.overdue}
