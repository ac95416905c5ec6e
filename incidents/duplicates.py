"""Reports that may tell of the same thing: suggested to a person, never merged by themselves (domain.md 2.3)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from math import cos, hypot, radians
from typing import Final

from django.contrib.gis.geos import Point, Polygon
from django.db.models import Q

from accounts.models import User
from incidents.models import Category, Incident

RADIUS: Final = 150
"""Metres."""
PERIOD: Final = timedelta(days=30)
SAME_START: Final = 48
"""Characters: identical first 48 characters are the same report (domain.md 2.3, 30-day duplicate logic)."""
SAME_WORDS: Final = 16
"""Characters: a shorter text says too little of a place to be the same report wherever it comes from."""
SIMILAR: Final = 0.3
LOOKED_AT: Final = 60
METRES_PER_DEGREE: Final = 111_320


def suggest_duplicates(
    *, point: Point | None, text: str, category: Category | None, actor: User, now: datetime, limit: int = 3
) -> list[Incident]:
    """Visible incidents of the last 30 days that may be the same, most alike first; one query.

    Near (150 m) and of the same category or with similar words; or anywhere with the same first 48 characters, or with
    all the same words.
    """
    where = _same_start(text) | _near(point)
    if not where:
        return []
    rows = Incident.objects.visible_to(actor).filter(where, reported_at__gte=now - PERIOD, reported_at__lte=now)
    rows = rows.select_related("category", "grid").defer("contact_name", "contact_phone", "grid__boundary")
    marks = {row: _likeness(row, point, text, category) for row in rows.order_by("-id")[:LOOKED_AT]}
    alike = sorted((row for row, mark in marks.items() if mark), key=lambda row: marks[row], reverse=True)
    return alike[:limit]


def _same_start(text: str) -> Q:
    if len(text) >= SAME_START:
        return Q(text__istartswith=text[:SAME_START])
    return Q(text=text) if len(text) >= SAME_WORDS else Q()


def _near(point: Point | None) -> Q:
    """A box around the point; the exact distance is reckoned afterwards."""
    if point is None:
        return Q()
    north = RADIUS / METRES_PER_DEGREE
    east = north / max(cos(radians(point.y)), 0.01)
    box = Polygon.from_bbox((point.x - east, point.y - north, point.x + east, point.y + north))
    box.srid = 4326
    return Q(point__coveredby=box)


def _likeness(row: Incident, point: Point | None, text: str, category: Category | None) -> float:
    """0 for another thing; else the share of common pairs of characters, more for the same category."""
    if len(text) >= SAME_WORDS and row.text[:SAME_START] == text[:SAME_START]:
        return 3.0
    if point is None or row.point is None or metres(point, row.point) > RADIUS:
        return 0.0
    alike = similarity(text, row.text)
    same = category is not None and row.category_id == category.pk
    return alike + same if same or alike >= SIMILAR else 0.0


def metres(one: Point, other: Point) -> float:
    """The distance of two near points on the ground."""
    east = (one.x - other.x) * cos(radians(one.y))
    return METRES_PER_DEGREE * hypot(east, one.y - other.y)


def similarity(one: str, other: str) -> float:
    """Common pairs of characters over all pairs, 0 to 1.

    In Python and not by pg_trgm, which sees no letters in Chinese text under the "C" locale.
    """
    first, second = set(_pairs(one)), set(_pairs(other))
    return len(first & second) / len(first | second) if first and second else 0.0


def _pairs(text: str) -> Iterable[str]:
    bare = [character for character in text.upper() if character.isalnum()]
    return ("".join(pair) for pair in pairwise(bare))
