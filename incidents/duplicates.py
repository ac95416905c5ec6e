"""Reports that may tell of the same thing: scored with visible parts, suggested, never merged by themselves.

domain.md 2.3, the 30-day logic: the same family of issue and the same place. Noise and wage cases need the same door
number; utilities, roads and garbage are merged along the street; the same first 48 characters are the same report.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import cos, hypot, radians
from typing import Any, Final

from django.contrib.gis.geos import Point, Polygon
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from grid.models import Compound
from incidents.addresses import Door, parse_door, same_door
from incidents.models import Category, Incident, Procedure
from incidents.procedure import procedure

RADIUS: Final = 150
"""Metres, where the rules of procedure say nothing else."""
PERIOD: Final = timedelta(days=30)
"""The same for days."""
SAME_START: Final = 48
"""Characters: identical first 48 characters are the same report (domain.md 2.3, 30-day duplicate logic)."""
SAME_WORDS: Final = 16
"""Characters: a shorter text says too little of a place to be the same report wherever it comes from."""
SIMILAR: Final = 0.3
"""The share of common pairs of characters from which two texts are of one family, whatever their categories."""
LOOKED_AT: Final = 120
METRES_PER_DEGREE: Final = 111_320

WEIGHTS: Final = {"place": 0.35, "category": 0.25, "text": 0.30, "time": 0.10}
"""What each part counts; together 1. Place counts most: the same words about another house are another case."""
SHOWN_FROM: Final = 0.5
"""Totals below are not shown: the edge of the radius, other words and another day together."""
SAME_REPORT: Final = 0.95
"""The least total of two texts that begin with the same 48 characters."""
EDGE: Final = 0.5
"""The place part at the edge of the radius; 1 at the same point."""
SAME_COMPOUND: Final = 0.8
"""The place part of the same compound when no point is known."""
HALF: Final = 0.5
"""The category part for the same major class, and for a report that has no category yet."""
FULL_TEXT: Final = 2 / 3
"""Texts so alike say the same: people never word a thing twice in the same way."""
DOOR_WORDS: Final = ("噪音", "噪声", "扰民", "欠薪", "讨薪", "工资", "劳资")
"""Noise and wages: the same only behind the same door."""
STREET_WORDS: Final = tuple(
    (
        "垃圾 渣土 道路 路面 路灯 井盖 雨水 积水 积雪 撒遗 下水道 管道 管网 供水 自来水 停水 供电 电力 停电 供热 热力 "
        "供气 燃气 通信 线缆 市政 交通信号 交通标志 护栏 减速带"
    ).split()
)
"""Utilities, roads and garbage: the same along the whole street."""
PART_LABELS: Final[dict[str, Promise]] = {
    "place": gettext_lazy("Place"),
    "category": gettext_lazy("Category"),
    "text": gettext_lazy("Words"),
    "time": gettext_lazy("Time"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The report that others are compared with; one that is not written yet has no pk."""

    text: str
    point: Point | None = None
    category: Category | None = None
    address: str = ""
    compound_id: int | None = None
    grid_code: str = ""
    at: datetime | None = None
    pk: int | None = None
    lead_id: int | None = None

    @property
    def door(self) -> Door:
        """What the address says."""
        return parse_door(self.address)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike another incident is: parts from 0 to 1, the total weighted, and why it was looked at."""

    incident: Incident
    parts: dict[str, float]
    total: float
    same_words: bool = False

    @property
    def rows(self) -> Sequence[tuple[Promise, float, float]]:
        """(label, part, weight) for a page."""
        return [(PART_LABELS[name], self.parts[name], WEIGHTS[name]) for name in WEIGHTS]

    @property
    def words(self) -> str:
        """The parts in one line: the reason that a press of the desk's button leaves in the history."""
        parts = "、".join(f"{label} {part:.0%}" for label, part, _weight in self.rows)
        return _("Same matter: likeness %(total)s (%(parts)s)") % {"total": f"{self.total:.0%}", "parts": parts}

    def as_data(self) -> dict[str, float]:
        """Rounded, as an event or an API keeps it."""
        return {name: round(value, 2) for name, value in self.parts.items()} | {"total": round(self.total, 2)}


def subject_of(incident: Incident) -> Subject:
    """An incident as what others are compared with."""
    return Subject(
        text=incident.text,
        point=incident.point,
        category=incident.category,
        address=incident.address,
        compound_id=incident.compound_id,
        grid_code=incident.grid_code,
        at=incident.reported_at,
        pk=incident.pk,
        lead_id=incident.duplicate_of_id,
    )


def candidates(incident: Incident, *, user: Any, now: datetime, limit: int = 5) -> list[Likeness]:
    """Visible incidents that may be the same as this one and are not in its cluster yet, best first; two queries."""
    return find(subject_of(incident), user=user, now=now)[:limit]


def open_and_ended(found: Sequence[Likeness], *, shown: int) -> dict[str, list[Likeness]]:
    """The ones that can be joined to, and those that only tell what was done before; at most `shown` of each."""
    still = [one for one in found if one.incident.is_open]
    return {"open": still[:shown], "ended": [one for one in found if not one.incident.is_open][:shown]}


def suggest_duplicates(
    *,
    point: Point | None,
    text: str,
    category: Category | None,
    actor: User,
    now: datetime,
    limit: int = 3,
    address: str = "",
    compound: Compound | None = None,
) -> list[Incident]:
    """The same for a report that is just coming in; two queries."""
    subject = Subject(text, point, category, address, compound.pk if compound else None)
    return [found.incident for found in find(subject, user=actor, now=now)[:limit]]


def find(subject: Subject, *, user: Any, now: datetime) -> list[Likeness]:
    """Everything that is alike enough to be shown, best first."""
    rules = procedure()
    if not (where := _near(subject.point, rules.duplicate_metres) | _same_start(subject.text) | _same_address(subject)):
        return []
    at, days = subject.at or now, timedelta(days=rules.duplicate_days)
    rows = Incident.objects.visible_to(user).filter(where, reported_at__gte=at - days, reported_at__lte=at + days)
    rows = rows.select_related("category", "grid").defer("contact_name", "contact_phone", "grid__boundary")
    scored = [score(subject, row, rules, at=at) for row in _others(subject, rows).order_by("-id")[:LOOKED_AT]]
    return sorted((one for one in scored if one), key=lambda one: (-one.total, -one.incident.pk))


def _others(subject: Subject, rows: Any) -> Any:
    """Without the incident itself and whatever is in its cluster."""
    if subject.pk is None:
        return rows
    rows = rows.exclude(pk=subject.pk).exclude(duplicate_of=subject.pk)
    if subject.lead_id is not None:
        rows = rows.exclude(pk=subject.lead_id).exclude(duplicate_of=subject.lead_id)
    return rows


def _same_start(text: str) -> Q:
    if len(text) >= SAME_START:
        return Q(text__istartswith=text[:SAME_START])
    return Q(text=text) if len(text) >= SAME_WORDS else Q()


def _near(point: Point | None, radius: int) -> Q:
    """A box around the point; the exact distance is reckoned afterwards."""
    if point is None:
        return Q()
    return Q(point__coveredby=box_around(point, radius))


def box_around(point: Point, radius: int) -> Polygon:
    """The square of twice `radius` metres around a point, sides north and east."""
    north = radius / METRES_PER_DEGREE
    east = north / max(cos(radians(point.y)), 0.01)
    box = Polygon.from_bbox((point.x - east, point.y - north, point.x + east, point.y + north))
    box.srid = 4326
    return box


def _same_address(subject: Subject) -> Q:
    """In the same compound, or on the same road of the same street."""
    where = Q(compound=subject.compound_id) if subject.compound_id else Q()
    if road := subject.door.road:
        where |= Q(address__icontains=road, grid_code__startswith=subject.grid_code[:9])
    return where


# --- the score --------------------------------------------------------------------------------------------------------


def score(subject: Subject, row: Incident, rules: Procedure, *, at: datetime) -> Likeness | None:
    """How alike `row` is; None for another thing: another family of issue, another place, or a total too small."""
    same_words = len(subject.text) >= SAME_WORDS and row.text[:SAME_START] == subject.text[:SAME_START]
    alike = 1.0 if same_words else wording(subject.text, row.text)
    place = place_part(subject, row, rules.duplicate_metres)
    category = category_part(subject.category, row.category)
    if not same_words and (place is None or (category < 1 and alike < SIMILAR)):
        return None
    days = abs((row.reported_at - at).total_seconds()) / 86_400
    parts = {
        "place": place or 0.0,
        "category": category,
        "text": min(alike / FULL_TEXT, 1.0),
        "time": max(0.0, 1 - days / max(rules.duplicate_days, 1)),
    }
    total = sum(WEIGHTS[name] * value for name, value in parts.items())
    total = max(total, SAME_REPORT) if same_words else total
    return Likeness(row, parts, total, same_words) if total >= SHOWN_FROM else None


def place_part(subject: Subject, row: Incident, radius: int) -> float | None:
    """1 for the same place, EDGE at the edge of the radius, None for another place."""
    door, other = subject.door, parse_door(row.address)
    away = metres(subject.point, row.point) if subject.point and row.point else None
    near = away is not None and away <= radius
    compound = subject.compound_id is not None and row.compound_id == subject.compound_id
    road = bool(door.road) and door.road == other.road and row.grid_code.startswith(subject.grid_code[:9])
    if same_door(door, other) and (near or compound or road):
        return 1.0
    if _is_about(DOOR_WORDS, subject.category, subject.text) or _is_about(DOOR_WORDS, row.category, row.text):
        return None
    if road and _is_about(STREET_WORDS, subject.category, subject.text):
        return 1.0
    if near and away is not None:
        return 1 - (1 - EDGE) * away / max(radius, 1)
    return SAME_COMPOUND if compound and away is None else None


def category_part(one: Category | None, other: Category | None) -> float:
    """1 for the same class, a half for the same major class or where one has none yet."""
    if one is None or other is None:
        return HALF
    if one.pk == other.pk:
        return 1.0
    return HALF if one.parent_id is not None and one.parent_id == other.parent_id else 0.0


def _is_about(words: Iterable[str], category: Category | None, text: str) -> bool:
    """Whether the class, or the report itself while it has none, names one of the words."""
    said = category.name if category else text
    return any(word in said for word in words)


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


def wording(one: str, other: str) -> float:
    """Twice the common pairs over the pairs of both, 0 to 1: a long text and a short one may well say the same."""
    common = similarity(one, other)
    return 2 * common / (1 + common)


def _pairs(text: str) -> Iterable[str]:
    bare = [character for character in text.upper() if character.isalnum()]
    return ("".join(pair) for pair in pairwise(bare))
