"""The geometry guard: what is let in, what is refused, and that nothing breaks it."""

import json
from collections.abc import Iterator
from contextlib import suppress
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import NotValid
from grid.geojson import MAX_VERTICES, find_defect, make_point, parse_area, parse_bbox, parse_features, parse_point

CROSSED = Path(__file__).resolve().parents[2].parent / "shared/data/map/zhengzhou_districts_self_intersecting.geojson"
SQUARE = [[113.0, 34.0], [113.1, 34.0], [113.1, 34.1], [113.0, 34.1], [113.0, 34.0]]
BOW_TIE = [[113.0, 34.0], [113.1, 34.1], [113.1, 34.0], [113.0, 34.1], [113.0, 34.0]]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """The words that the tests look for."""
    with translation.override("en"):
        yield


def shifted(ring: list[list[float]], by: float, size: float = 1.0) -> list[list[float]]:
    return [[113 + (lon - 113) * size + by, 34 + (lat - 34) * size + by] for lon, lat in ring]


def polygon(*rings: Any, **more: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings), **more}


def point(*numbers: Any, **more: Any) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(numbers), **more}


@pytest.mark.parametrize("form", [dict, json.dumps, lambda value: json.dumps(value).encode()])
def test_a_point_is_read_from_each_form(form: Any) -> None:
    found = parse_point(form(point(113.65, 34.75)))
    assert (found.coords, found.srid) == ((113.65, 34.75), 4326)


def test_a_point_from_two_numbers_follows_the_same_rules() -> None:
    assert make_point(113.65, 34.75).coords == (113.65, 34.75)
    with pytest.raises(NotValid):
        make_point(34.75, 113.65)


@pytest.mark.parametrize(
    "value",
    [
        point(nan, 34),
        point(113, inf),
        point(500, 200),
        point(1.8e19, 34),
        point(10**400, 34),
        point(34.75, 113.65),  # latitude and longitude exchanged
        point(113),
        point(),
        point(113, 34, 5),
        point(113, 34, 5, 6),
        point("113", "34"),
        point(True, 34),
        point(None, 34),
        point([113], [34]),
        point(113, 34, crs={"type": "name", "properties": {"name": "EPSG:3857"}}),
        point(113, 34, crs=None),
        polygon(SQUARE),
        {"type": "GeometryCollection", "geometries": []},
        {"type": "Point"},
        {"type": ["Point"], "coordinates": [113, 34]},
        {},
        [],
        None,
        7,
        "POINT(113 34)",
        "SRID=999999;POINT(113 34)",
        '{"type":"Point","coordinates":[NaN,34]}',
        '{"type":"Point","coordinates":[1e400,34]}',
        '{"type":"Point"',
        '{"type":"Point","coordinates":' + "[" * 5000,
        "\x00",
        b"\xff",
        "",
        "/vsicurl/http://127.0.0.1/x.json",
    ],
)
def test_a_bad_point_is_refused_under_its_field(value: Any) -> None:
    with pytest.raises(NotValid) as caught:
        parse_point(value, name="place")
    assert caught.value.fields["place"] == [str(caught.value)]


def test_height_is_dropped_only_when_asked() -> None:
    assert parse_point(point(113, 34, 99), drop_z=True).coords == (113.0, 34.0)
    assert parse_area(polygon([[*p, 1.0] for p in SQUARE]), drop_z=True).valid


def test_a_polygon_becomes_a_multipolygon() -> None:
    area = parse_area(polygon(SQUARE))
    assert isinstance(area, MultiPolygon)
    assert (area.srid, area.num_geom, area.hasz) == (4326, 1, False)


def test_a_multipolygon_with_a_hole_is_read_whole() -> None:
    value = {"type": "MultiPolygon", "coordinates": [[SQUARE, shifted(SQUARE, 0.02, 0.5)], [shifted(SQUARE, 0.5)]]}
    area = parse_area(json.dumps(value))
    assert area.num_geom == 2
    assert area[0].num_interior_rings == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (polygon(BOW_TIE), "crosses itself at longitude 113.05"),
        (polygon(SQUARE, shifted(SQUARE, 0.5)), "outside the area at longitude 113.5"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], [shifted(SQUARE, 0.02, 0.5)]]}, "inside each other"),
        (polygon([[113, 34], [113.1, 34], [113, 34], [113, 34]]), "not valid"),
        (polygon(SQUARE[:-1]), "last must be the first"),
        (polygon([[113, 34], [113.1, 34], [113, 34]]), "four points"),
        (polygon(), "do not fit"),
        (polygon([]), "do not fit"),
        (polygon(SQUARE, []), "do not fit"),
        ({"type": "Polygon"}, "do not fit"),
        ({"type": "Polygon", "coordinates": SQUARE}, "do not fit"),
        ({"type": "MultiPolygon", "coordinates": []}, "do not fit"),
        (polygon(SQUARE, crs={}), "coordinate system"),
        (point(113, 34), "one of"),
        ({"type": "LineString", "coordinates": SQUARE}, "one of"),
        (polygon([[1, 1], [2, 1], [2, 2], [1, 1]]), "outside China"),
        (polygon([SQUARE[0], *[[113.05, 34.05]] * MAX_VERTICES, SQUARE[0]]), "too many points"),
        (" " * 300_000, "too large"),
    ],
)
def test_a_bad_area_is_refused_with_its_reason(value: Any, reason: str) -> None:
    with pytest.raises(NotValid, match=reason) as caught:
        parse_area(value, name="boundary")
    assert list(caught.value.fields) == ["boundary"]


def test_the_largest_allowed_area_is_let_in() -> None:
    steps = MAX_VERTICES - 4
    edge = [[113 + 0.1 * n / steps, 34.0] for n in range(steps)]
    assert parse_area(json.dumps(polygon([*edge, *SQUARE[1:]]))).num_coords == MAX_VERTICES


def test_vertices_are_counted_over_all_parts() -> None:
    part = [[*SQUARE[0]], *[[113.05, 34.0]] * 1999, *SQUARE[1:]]
    with pytest.raises(NotValid, match="too many points"):
        parse_area({"type": "MultiPolygon", "coordinates": [[part]] * 3})


def test_a_report_can_ask_for_the_defect_instead_of_an_error() -> None:
    defect = find_defect(parse_area(polygon(BOW_TIE), check=False))
    assert defect
    assert (defect.lon, defect.lat) == (pytest.approx(113.05), pytest.approx(34.05))
    assert find_defect(parse_area(polygon(SQUARE))) is None
    assert find_defect(MultiPolygon())


@pytest.mark.skipif(not CROSSED.exists(), reason="needs the shared map data")
def test_each_self_intersecting_district_is_found_and_placed() -> None:
    features = parse_features(CROSSED.read_bytes())
    defects = [find_defect(parse_area(feature.geometry, check=False)) for feature in features]
    assert len(defects) == 12
    assert all(defect and defect.lon for defect in defects)


def test_features_keep_row_and_properties() -> None:
    item = {"type": "Feature", "properties": {"code": "410103008"}, "geometry": point(113, 34)}
    (one, two) = parse_features(
        json.dumps({"type": "FeatureCollection", "features": [item, {**item, "properties": None}]})
    )
    assert (one.row, one.properties["code"], two.row, two.properties) == (1, "410103008", 2, {})
    assert isinstance(parse_point(one.geometry), Point)


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"type": "FeatureCollection", "features": {}},
        {"type": "FeatureCollection"},
        {"type": "FeatureCollection", "features": [1]},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": []}, {"type": "X"}]},
        {
            "type": "FeatureCollection",
            "features": [],
            "crs": {"type": "link", "properties": {"href": "http://127.0.0.1/"}},
        },
        {"type": "Topology"},
    ],
)
def test_a_file_that_is_no_feature_collection_is_refused(document: Any) -> None:
    with pytest.raises(NotValid):
        parse_features(json.dumps(document))


def test_a_map_window_is_a_polygon() -> None:
    assert parse_bbox("113, 34,113.5,34.5").extent == (113.0, 34.0, 113.5, 34.5)


@pytest.mark.parametrize(
    "text",
    [
        *["", "nan,34,114,35", "113,34,inf,35", "1e400,34,114,35", "114,34,113,35", "113,35,114,34", "113,34,113,35"],
        *["70,3,136,54", "113,34,114", "113,34,114,35,36", "a,b,c,d", "113,34,114,99", "\x00,1,2,3", "1" * 500],
        *["１１３,34,114,35", "113,34,114,35\n,", "113;34;114;35"],
    ],
)
def test_a_bad_map_window_is_refused(text: str) -> None:
    with pytest.raises(NotValid):
        parse_bbox(text)


NUMBERS = st.floats() | st.integers() | st.floats(73, 136) | st.floats(3, 54) | st.none() | st.text(max_size=3)
NESTED = st.recursive(NUMBERS, lambda inner: st.lists(inner, max_size=5), max_leaves=30)
RINGS = st.lists(st.tuples(st.floats(113, 114), st.floats(34, 35)), min_size=3, max_size=8).map(
    lambda ring: [*ring, ring[0]]
)


@given(st.sampled_from(["Point", "Polygon", "MultiPolygon", "LineString", "", None]), NESTED)
def test_no_value_raises_anything_but_not_valid(kind: Any, coordinates: Any) -> None:
    for parse in (parse_point, parse_area):
        with suppress(NotValid):
            assert parse({"type": kind, "coordinates": coordinates}).srid == 4326


@given(st.lists(RINGS, min_size=1, max_size=3))
def test_whatever_is_let_in_is_valid_and_what_is_refused_says_why(rings: list[Any]) -> None:
    try:
        assert parse_area(polygon(*rings)).valid
    except NotValid as error:
        assert error.fields["boundary"][0]  # noqa: PT017
