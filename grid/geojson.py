"""The geometry guard: GeoJSON from outside becomes a geometry of coordinates we have looked at (reliability.md 3.2).

Nothing a user sends reaches GDAL, and GEOS only gets numbers that were checked one by one: allow-listed types, finite,
two-dimensional, within China, closed rings, a bounded number of vertices. No `crs` member: coordinates are WGS-84.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point, Polygon
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotValid
from accounts.json_guard import JsonLimits, load_json

SRID: Final = 4326
WEST, EAST, SOUTH, NORTH = 73.0, 136.0, 3.0, 54.0
MAX_VERTICES: Final = 5_000
MAX_BYTES: Final = 256 * 1024
MAX_BBOX_AREA: Final = 4.0
"""Square degrees of the largest map window that is answered: several cities."""

_LIMITS: Final = JsonLimits(depth=8, nodes=40_000, size=MAX_BYTES)
_FILE_LIMITS: Final = JsonLimits(depth=12, nodes=6_000_000, size=40 * 1024 * 1024, key=200)

Position = tuple[float, float]
Ring = list[Position]


@dataclass(frozen=True)
class Defect:
    """Why an area is not valid, and where (WGS-84 degrees; None when GEOS names no place)."""

    reason: str
    lon: float | None = None
    lat: float | None = None

    def __str__(self) -> str:
        if self.lon is None or self.lat is None:
            return self.reason
        place = {"reason": self.reason, "lon": f"{self.lon:.6f}", "lat": f"{self.lat:.6f}"}
        return _("%(reason)s at longitude %(lon)s, latitude %(lat)s") % place


@dataclass(frozen=True)
class Feature:
    """One feature of a collection, its geometry not yet looked at; `row` counts from 1."""

    row: int
    properties: dict[str, Any] = field(default_factory=dict)
    geometry: Any = None


# --- what callers use -------------------------------------------------------------------------------------------------


def parse_point(value: Any, *, name: str = "point", drop_z: bool = False) -> Point:
    """A point from GeoJSON (text, bytes or parsed). NotValid with the message under `name`."""
    reader = _Reader(name, drop_z)
    geometry = reader.geometry(value, ("Point",))
    lon, lat = reader.position(geometry.get("coordinates"))
    return Point(lon, lat, srid=SRID)


def make_point(lon: Any, lat: Any, *, name: str = "point") -> Point:
    """A point from two numbers that came apart from each other, under the same rules."""
    return Point(*_Reader(name).position([lon, lat]), srid=SRID)


def parse_area(value: Any, *, name: str = "boundary", drop_z: bool = False, check: bool = True) -> MultiPolygon:
    """An area from a GeoJSON Polygon or MultiPolygon. NotValid with reason and place when it is no valid area.

    With `check=False` an invalid shape (not: an invalid value) is let through, for a report that lists all defects.
    """
    reader = _Reader(name, drop_z)
    geometry = reader.geometry(value, ("Polygon", "MultiPolygon"))
    area = reader.area(geometry["type"], geometry.get("coordinates"))
    if check and (defect := find_defect(area)):
        reader.fail(_("The area is not valid: %(defect)s.") % {"defect": defect})
    return area


def parse_bbox(text: str, *, name: str = "bbox", max_area: float = MAX_BBOX_AREA) -> Polygon:
    """The map window "west,south,east,north" in degrees as a polygon; finite, in order, of a bounded size."""
    reader = _Reader(name)
    west, south, east, north = reader.numbers(text)
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
        reader.fail(_("The map window must be given in degrees of longitude and latitude."))
    if not (west < east and south < north):
        reader.fail(_("The map window must be given as west, south, east, north."))
    if (east - west) * (north - south) > max_area:
        reader.fail(_("The map window is too large: zoom in."))
    window = Polygon.from_bbox((west, south, east, north))
    window.srid = SRID
    return window


def parse_features(raw: bytes | str, *, name: str = "file", max_features: int = 20_000) -> list[Feature]:
    """The features of a GeoJSON file (FeatureCollection or one Feature); each geometry is parsed later, row by row."""
    reader = _Reader(name)
    document = reader.mapping(load_json(raw, limits=_FILE_LIMITS))
    found = document.get("features") if document.get("type") == "FeatureCollection" else [document]
    if not isinstance(found, list) or len(found) > max_features:
        reader.fail(_("A list of at most %(count)s features is expected.") % {"count": max_features})
    return [_feature(reader, row, item) for row, item in enumerate(found, start=1)]


def find_defect(area: GEOSGeometry) -> Defect | None:
    """What makes a geometry invalid, and where; None when it is valid."""
    if area.empty:
        return Defect(_("The area is empty"))
    if area.valid:
        return None
    return _defect(area.valid_reason)


# --- reading ----------------------------------------------------------------------------------------------------------


def _feature(reader: _Reader, row: int, item: Any) -> Feature:
    feature = reader.mapping(item)
    properties = feature.get("properties") or {}
    if feature.get("type") != "Feature" or not isinstance(properties, dict):
        reader.fail(_("Row %(row)s is not a GeoJSON feature.") % {"row": row})
    return Feature(row, properties, feature.get("geometry"))


class _Reader:
    """Reads one geometry and puts every complaint under one field name."""

    def __init__(self, name: str, drop_z: bool = False) -> None:
        self.name = name
        self.drop_z = drop_z
        self.left = MAX_VERTICES

    def fail(self, message: str) -> NoReturn:
        raise NotValid(message, {self.name: [message]})

    def mapping(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.fail(_("A GeoJSON object is expected."))
        if "crs" in value:
            self.fail(_("A coordinate system must not be given: coordinates are WGS-84 longitude and latitude."))
        return value

    def geometry(self, value: Any, types: Sequence[str]) -> Mapping[str, Any]:
        geometry = self.mapping(self._loaded(value))
        if geometry.get("type") not in types:
            self.fail(_("The geometry must be one of: %(types)s.") % {"types": ", ".join(types)})
        return geometry

    def _loaded(self, value: Any) -> Any:
        if not isinstance(value, str | bytes):
            return value
        try:
            return load_json(value, limits=_LIMITS)
        except NotValid as error:
            self.fail(str(error))

    def area(self, kind: str, coordinates: Any) -> MultiPolygon:
        parts = [coordinates] if kind == "Polygon" else self._items(coordinates)
        polygons = [Polygon(*self._rings(part), srid=SRID) for part in parts]
        return MultiPolygon(*polygons, srid=SRID)

    def _rings(self, value: Any) -> Iterator[Ring]:
        return iter([self._ring(ring) for ring in self._items(value)])

    def _ring(self, value: Any) -> Ring:
        positions = self._items(value)
        self.left -= len(positions)
        if self.left < 0:
            self.fail(_("The area has too many points: at most %(count)s are allowed.") % {"count": MAX_VERTICES})
        ring = [self.position(position) for position in positions]
        if len(ring) < 4 or ring[0] != ring[-1]:
            self.fail(_("Each ring needs at least four points, and the last must be the first again."))
        return ring

    def _items(self, value: Any) -> Sequence[Any]:
        if not isinstance(value, list | tuple) or not value:
            self.fail(_("The coordinates do not fit the type of the geometry."))
        return value

    def position(self, value: Any) -> Position:
        numbers = self._items(value)
        if len(numbers) == 3 and self.drop_z:
            numbers = numbers[:2]
        if len(numbers) != 2 or not all(_is_number(number) for number in numbers):
            self.fail(_("Each position must be two numbers: longitude and latitude."))
        lon, lat = numbers
        if not (WEST <= lon <= EAST and SOUTH <= lat <= NORTH):  # NaN and infinity fail here too
            self.fail(_("The position lies outside China (longitude 73 to 136, latitude 3 to 54)."))
        return float(lon), float(lat)

    def numbers(self, text: str) -> list[float]:
        parts = text.split(",") if len(text) <= 200 else []
        if len(parts) != 4 or not all(_NUMBER.fullmatch(part.strip()) for part in parts):
            self.fail(_("The map window must be four numbers: west, south, east, north."))
        return [float(part) for part in parts]


_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,6}(?:\.[0-9]{0,30})?")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# --- why GEOS refuses -------------------------------------------------------------------------------------------------

_REASON: Final = re.compile(r"(?P<reason>[^\[]+?)\s*(?:\[(?P<lon>\S+) (?P<lat>[^\s\]]+).*\])?\s*", re.DOTALL)
_REASONS: Final = {
    "Self-intersection": gettext_lazy("The outline crosses itself"),
    "Ring Self-intersection": gettext_lazy("A ring touches or crosses itself"),
    "Hole lies outside shell": gettext_lazy("A hole lies outside the area"),
    "Holes are nested": gettext_lazy("Holes lie inside each other"),
    "Nested shells": gettext_lazy("Parts of the area lie inside each other"),
    "Interior is disconnected": gettext_lazy("Holes cut the area in pieces"),
    "Duplicate Rings": gettext_lazy("The same ring is given twice"),
    "Too few points in geometry component": gettext_lazy("A ring has too few different points"),
}


def _defect(reason: str) -> Defect:
    found = _REASON.fullmatch(reason)
    if found is None:
        return Defect(reason)
    text = str(_REASONS.get(found["reason"], found["reason"]))
    try:
        return Defect(text, float(found["lon"]), float(found["lat"]))
    except (TypeError, ValueError):
        return Defect(text)
