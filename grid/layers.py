"""Boundaries for maps: one GeoJSON text, made by one SQL query."""

from datetime import date
from typing import Any, Final

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import Func, JSONField, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, JSONObject

from grid.models import Grid
from grid.people import leader_name

LIMIT: Final = 3_000
"""Areas of one answer; a map window with more of them has to be zoomed in."""
DIGITS: Final = 6


class Simplified(Func):
    """A boundary with fewer points; edges stay on the same lines, so neighbours still meet."""

    function = "ST_SimplifyPreserveTopology"
    arity = 2
    output_field = Grid._meta.get_field("boundary")


def tolerance(zoom: int) -> float:
    """Degrees of half a pixel at `zoom` of a web map."""
    return 360 / 256 / 2**zoom / 2


def layer_text(grids: QuerySet[Any], *, zoom: int, today: date) -> str:
    """The FeatureCollection of `grids` that have a boundary, as text: the database builds it, Python only passes it on.

    Properties: code, name, level, kind, households, leader ("" when vacant).
    """
    drawn = grids.current(today).filter(boundary__isnull=False).order_by("code")  # type: ignore[attr-defined]
    shape = AsGeoJSON(Simplified("boundary", Value(tolerance(zoom))), precision=DIGITS)
    feature = JSONObject(
        type=Value("Feature"),
        geometry=Cast(shape, JSONField()),
        properties=JSONObject(
            code="code",
            name="name",
            level="level",
            kind="kind",
            households="households",
            leader=Coalesce(leader_name(today), Value("")),
        ),
    )
    features = drawn.annotate(feature=feature).values("feature")[:LIMIT]
    text = features.aggregate(text=Cast(JSONBAgg("feature"), TextField()))["text"]
    return f'{{"type":"FeatureCollection","features":{text or "[]"}}}'
