"""Datum conversion against vectors of two library families, the field's own vector, and its own inverse."""

import csv
from math import cos, hypot, radians
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid.datum import Datum, from_wgs84, to_wgs84

VECTORS = Path(__file__).resolve().parents[2].parent / "shared/data/coordinates/wgs_gcj_bd_vectors.csv"
LON, LAT = st.floats(73, 136), st.floats(3, 54)


def metres(one: tuple[float, float], two: tuple[float, float]) -> float:
    return hypot((one[0] - two[0]) * cos(radians(one[1])), one[1] - two[1]) * 111_320


def vectors() -> list[dict[str, str]]:
    if not VECTORS.exists():
        return []
    with VECTORS.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def pair(row: dict[str, str], name: str) -> tuple[float, float]:
    lon, lat = name.split("/")
    return float(row[lon]), float(row[lat])


@pytest.mark.skipif(not VECTORS.exists(), reason="needs the shared test vectors")
def test_the_vectors_of_other_libraries_are_met_within_five_centimetres() -> None:
    for row in vectors():
        wgs = pair(row, "wgs_lng/wgs_lat")
        assert metres(from_wgs84(*wgs, Datum.GCJ02), pair(row, "gcj_lng_gcoord/gcj_lat_gcoord")) < 0.05, row["name"]
        assert metres(from_wgs84(*wgs, Datum.GCJ02), pair(row, "gcj_lng_evil/gcj_lat_evil")) < 0.05, row["name"]
        assert metres(from_wgs84(*wgs, Datum.BD09), pair(row, "bd_lng_gcoord/bd_lat_gcoord")) < 0.05, row["name"]


@pytest.mark.skipif(not VECTORS.exists(), reason="needs the shared test vectors")
def test_the_vectors_come_back_within_five_centimetres() -> None:
    for row in vectors():
        wgs = pair(row, "wgs_lng/wgs_lat")
        assert metres(to_wgs84(*pair(row, "gcj_lng_gcoord/gcj_lat_gcoord"), Datum.GCJ02), wgs) < 0.05, row["name"]
        assert metres(to_wgs84(*pair(row, "bd_lng_gcoord/bd_lat_gcoord"), Datum.BD09), wgs) < 0.05, row["name"]


def test_the_published_vector_of_one_point_in_three_datums_is_met() -> None:
    # domain.md 7. Its WGS-84 side was made with the usual one-step inverse, which is up to 2 m off.
    wgs, gcj, bd = (120.021519, 30.281543), (120.026268, 30.279164), (120.032768, 30.285238)
    assert metres(from_wgs84(*to_wgs84(*gcj, Datum.GCJ02), Datum.BD09), bd) < 0.2
    assert metres(to_wgs84(*gcj, Datum.GCJ02), wgs) < 2
    assert metres(to_wgs84(*bd, Datum.BD09), wgs) < 2
    one_step = tuple(2 * a - b for a, b in zip(gcj, from_wgs84(*gcj, Datum.GCJ02), strict=True))
    assert metres((one_step[0], one_step[1]), wgs) < 0.2


@given(LON, LAT, st.sampled_from(Datum))
def test_there_and_back_is_the_same_place(lon: float, lat: float, datum: Datum) -> None:
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
    assert abs(back[0] - lon) < 1e-9
    assert abs(back[1] - lat) < 1e-9


@given(LON, LAT, st.sampled_from(Datum))
def test_back_and_there_is_the_same_place(lon: float, lat: float, datum: Datum) -> None:
    there = from_wgs84(*to_wgs84(lon, lat, datum), datum)
    assert abs(there[0] - lon) < 1e-9
    assert abs(there[1] - lat) < 1e-9


@pytest.mark.parametrize("place", [(2.35, 48.85), (72.0, 30.0), (138.0, 36.0), (110.0, 0.5), (110.0, 56.0)])
def test_outside_china_gcj_is_wgs(place: tuple[float, float]) -> None:
    assert from_wgs84(*place, Datum.GCJ02) == place
    assert to_wgs84(*place, Datum.GCJ02) == place


def test_cgcs2000_is_taken_as_wgs84() -> None:
    assert to_wgs84(113.65, 34.75, Datum.CGCS2000) == (113.65, 34.75)


def test_the_hidden_shift_in_zhengzhou_is_hundreds_of_metres() -> None:
    assert 400 < metres(from_wgs84(113.65, 34.75, Datum.GCJ02), (113.65, 34.75)) < 700


def test_an_unknown_datum_is_refused() -> None:
    with pytest.raises(ValueError, match="beijing54"):
        to_wgs84(113.65, 34.75, "beijing54")
