"""Coordinate datums, converted at the edge of the system; inside everything is WGS-84 degrees (domain.md 7).

GCJ-02 is used by AutoNavi and Tencent, BD-09 by Baidu. CGCS2000 equals WGS-84 within centimetres. GCJ-02 hides the true
position only inside a rectangle around China; outside it is WGS-84 itself. The inverses are iterated until they agree
with the forward way to far below a millimetre.
"""

from __future__ import annotations

from collections.abc import Callable
from math import atan2, cos, hypot, pi, sin, sqrt
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

Point = tuple[float, float]
"""(longitude, latitude) in degrees."""


class Datum(models.TextChoices):
    """The datum a caller's coordinates are given in."""

    WGS84 = "wgs84", _("WGS-84 (GPS)")
    CGCS2000 = "cgcs2000", _("CGCS2000 (Tianditu)")
    GCJ02 = "gcj02", _("GCJ-02 (AutoNavi, Tencent)")
    BD09 = "bd09", _("BD-09 (Baidu)")


# Krasovsky 1940, the ellipsoid of the obfuscation
_AXIS: Final = 6378245.0
_ECCENTRICITY: Final = 0.00669342162296594323
_BAIDU: Final = pi * 3000.0 / 180.0
_BOUNDS: Final = (72.004, 137.8347, 0.8293, 55.8271)
_ENOUGH: Final = 1e-12
_ROUNDS: Final = 50


def to_wgs84(lon: float, lat: float, datum: Datum | str) -> Point:
    """(lon, lat) in WGS-84 of a position given in `datum`, all in degrees."""
    match Datum(datum):
        case Datum.GCJ02:
            return _gcj_to_wgs(lon, lat)
        case Datum.BD09:
            return _gcj_to_wgs(*_bd_to_gcj(lon, lat))
        case _:
            return lon, lat


def from_wgs84(lon: float, lat: float, datum: Datum | str) -> Point:
    """(lon, lat) in `datum` of a WGS-84 position, all in degrees."""
    match Datum(datum):
        case Datum.GCJ02:
            return _wgs_to_gcj(lon, lat)
        case Datum.BD09:
            return _gcj_to_bd(*_wgs_to_gcj(lon, lat))
        case _:
            return lon, lat


def _outside(lon: float, lat: float) -> bool:
    west, east, south, north = _BOUNDS
    return not (west <= lon <= east and south <= lat <= north)


def _wgs_to_gcj(lon: float, lat: float) -> Point:
    return (lon, lat) if _outside(lon, lat) else _shifted(lon, lat)


def _gcj_to_wgs(lon: float, lat: float) -> Point:
    return (lon, lat) if _outside(lon, lat) else _inverse(_shifted, lon, lat)


def _shifted(lon: float, lat: float) -> Point:
    x, y = lon - 105.0, lat - 35.0
    sine = sin(lat / 180.0 * pi)
    magic = 1 - _ECCENTRICITY * sine * sine
    root = sqrt(magic)
    north = _north(x, y) * 180.0 / ((_AXIS * (1 - _ECCENTRICITY)) / (magic * root) * pi)
    east = _east(x, y) * 180.0 / (_AXIS / root * cos(lat / 180.0 * pi) * pi)
    return lon + east, lat + north


def _waves(value: float, *terms: tuple[float, float]) -> float:
    return sum(size * sin(value * rate * pi) for size, rate in terms) * 2.0 / 3.0


def _north(x: float, y: float) -> float:
    flat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    return (
        flat + _waves(x, (20, 6), (20, 2)) + _waves(y, (20, 1), (40, 1 / 3)) + _waves(y, (160, 1 / 12), (320, 1 / 30))
    )


def _east(x: float, y: float) -> float:
    flat = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    return (
        flat + _waves(x, (20, 6), (20, 2)) + _waves(x, (20, 1), (40, 1 / 3)) + _waves(x, (150, 1 / 12), (300, 1 / 30))
    )


def _gcj_to_bd(lon: float, lat: float) -> Point:
    radius = hypot(lon, lat) + 0.00002 * sin(lat * _BAIDU)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BAIDU)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006


def _bd_to_gcj(lon: float, lat: float) -> Point:
    return _inverse(_gcj_to_bd, lon, lat)


def _inverse(forward: Callable[[float, float], Point], lon: float, lat: float) -> Point:
    """The position that `forward` takes to (lon, lat): both shifts are small and smooth, so the fixed point is near."""
    x, y = lon, lat
    for _round in range(_ROUNDS):
        there = forward(x, y)
        east, north = lon - there[0], lat - there[1]
        x, y = x + east, y + north
        if abs(east) < _ENOUGH and abs(north) < _ENOUGH:
            break
    return x, y
