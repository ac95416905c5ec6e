"""对接: which resources fit a need, best first, each with the reasons; the same the other way round (4.3).

Pure reckoning over plain facts; `partybuilding.match_queries` reads them. Kind and reach are conditions, the rest is
weighed. The weights order a list that a person decides by: nothing is given to a unit by them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Final

WEIGHTS: Final[Mapping[str, int]] = {
    "place": 25,
    "record": 20,
    "words": 20,
    "days": 15,
    "capacity": 10,
    "distance": 10,
}
"""Points of each reason when it speaks wholly for the resource; together 100."""
ELSEWHERE: Final = 0.4
"""A resource for another part of the level at which the need waits: it has to be asked whether it comes."""
UNKNOWN: Final = 0.5
"""Where nothing is known, neither for nor against."""
ENOUGH_WORDS: Final = 2
"""Words of two characters that both sides say; so many speak wholly for the resource."""
COMMON_WORDS: Final = frozenset(("社区", "服务", "居民", "党员", "小区", "网格", "单位", "活动", "楼院", "队伍"))
"""Said in nearly every need and resource: they tell nothing."""
NEAR_M: Final = 500
FAR_M: Final = 5000
EARTH_M: Final = 6_371_000
LONGEST_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class Wanted:
    """The facts of a need."""

    kind: int
    grid_code: str
    level_code: str
    from_on: date | None = None
    until_on: date | None = None
    place: tuple[float, float] | None = None
    """Longitude and latitude (WGS-84)."""
    compound: int | None = None
    unit: int | None = None
    words: frozenset[str] = frozenset()
    """What it is called, in pairs of neighbouring characters (`words_of`)."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The facts of a resource and of its unit's past; `used` times in this half-year, `covers` by agreement."""

    pk: int
    unit: int
    kind: int
    serves_code: str
    place: tuple[float, float] | None = None
    weekdays: frozenset[int] = frozenset()
    from_on: date | None = None
    until_on: date | None = None
    capacity: int | None = None
    used: int = 0
    due: int = 0
    """Promises of the unit whose day has come."""
    kept: int = 0
    """Those kept on their day or before."""
    grade: float | None = None
    """Mean grade (1 to 5) of its evaluated projects."""
    covers: frozenset[int] = frozenset()
    """Compounds that an agreement of the unit covers."""
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """How well an offer fits: points by reason, the facts behind them, and what speaks against it outright."""

    offer: Offer
    points: Mapping[str, float]
    serves: bool
    covered: bool
    free_days: int | None
    """None when the need names no days."""
    left: int | None
    """Times left in this half-year; None without a limit."""
    metres: int | None
    shared: frozenset[str] = frozenset()
    """Words that both say."""

    @property
    def total(self) -> int:
        """0 to 100."""
        return round(sum(self.points.values()))

    @property
    def is_possible(self) -> bool:
        """Whether there is a day and a time left for it."""
        return self.free_days != 0 and (self.left is None or self.left > 0)


def reaches(wanted: Wanted, offer: Offer) -> bool:
    """Same kind, not the unit in need itself, and serving the place or a part of the level at which the need waits."""
    near = wanted.grid_code.startswith(offer.serves_code) or offer.serves_code.startswith(wanted.level_code)
    return wanted.kind == offer.kind and wanted.unit != offer.unit and near


def weigh(wanted: Wanted, offer: Offer, *, today: date, weights: Mapping[str, int] = WEIGHTS) -> Match:
    """The points of one offer for one need."""
    serves = wanted.grid_code.startswith(offer.serves_code)
    covered = wanted.compound is not None and wanted.compound in offer.covers
    free, asked = free_days(wanted, offer, today)
    left = None if offer.capacity is None else max(offer.capacity - offer.used, 0)
    metres = distance_m(wanted.place, offer.place)
    shared = wanted.words & offer.words
    shares = {
        "place": 1.0 if serves or covered else ELSEWHERE,
        "record": _record(offer),
        "words": min(1.0, len(shared) / ENOUGH_WORDS),
        "days": 1.0 if asked == 0 else free / asked,
        "capacity": 1.0 if offer.capacity is None or left is None else left / max(offer.capacity, 1),
        "distance": _nearness(metres),
    }
    return Match(
        offer=offer,
        points={name: weights[name] * share for name, share in shares.items()},
        serves=serves,
        covered=covered,
        free_days=free if asked else None,
        left=left,
        metres=metres,
        shared=shared,
    )


def ranked(wanted: Wanted, offers: Iterable[Offer], *, today: date) -> list[Match]:
    """The offers that reach the need, possible ones first, best first; ties by the older resource."""
    found = [weigh(wanted, offer, today=today) for offer in offers if reaches(wanted, offer)]
    return sorted(found, key=lambda one: (not one.is_possible, -one.total, one.offer.pk))


def words_of(*texts: str) -> frozenset[str]:
    """The pairs of neighbouring Chinese characters of the texts (most words have two), without what all say."""
    pairs = {text[n : n + 2] for text in texts for n in range(len(text) - 1)}
    return frozenset(pair for pair in pairs - COMMON_WORDS if all("\u4e00" <= sign <= "\u9fff" for sign in pair))


def free_days(wanted: Wanted, offer: Offer, today: date) -> tuple[int, int]:
    """(days of the need's window on which the offer is free, days of the window from today on); (0, 0) without one.

    A window that is open at one end counts as far as a year.
    """
    if wanted.from_on is None and wanted.until_on is None:
        gone = offer.until_on is not None and offer.until_on < today
        return (0, 1) if gone else (0, 0)
    first = max(wanted.from_on or today, today)
    last = min(wanted.until_on or first + timedelta(days=LONGEST_DAYS), first + timedelta(days=LONGEST_DAYS))
    if last < first:
        return 0, 0
    begin = max(first, offer.from_on) if offer.from_on else first
    end = min(last, offer.until_on) if offer.until_on else last
    return days_of_week(begin, end, offer.weekdays), (last - first).days + 1


def days_of_week(first: date, last: date, weekdays: frozenset[int]) -> int:
    """Days from `first` to `last` that are one of `weekdays` (1 Monday … 7 Sunday; none means every day).

    Reckoned by whole weeks: a board weighs tens of thousands of pairs.
    """
    days = (last - first).days + 1
    if days <= 0 or not weekdays:
        return max(days, 0)
    weeks, rest = divmod(days, 7)
    start = first.isoweekday() - 1
    return weeks * len(weekdays) + sum((start + n) % 7 + 1 in weekdays for n in range(rest))


def distance_m(a: tuple[float, float] | None, b: tuple[float, float] | None) -> int | None:
    """Metres between two places on the sphere; None when one is not known."""
    if a is None or b is None:
        return None
    lon1, lat1, lon2, lat2 = map(radians, (*a, *b))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_M * asin(sqrt(min(half, 1.0))))


def _nearness(metres: int | None) -> float:
    if metres is None:
        return UNKNOWN
    return max(0.0, min(1.0, (FAR_M - metres) / (FAR_M - NEAR_M)))


def _record(offer: Offer) -> float:
    """Kept promises and grades; a unit without a past is neither praised nor blamed."""
    kept = offer.kept / offer.due if offer.due else None
    graded = (offer.grade - 1) / 4 if offer.grade is not None else None
    known = [share for share in (kept, graded) if share is not None]
    return sum(known) / len(known) if known else UNKNOWN
