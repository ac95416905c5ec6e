"""What fits a volunteer: open wishes and shifts near her, for her skills and times, with the reasons (issue 7).

Pure reckoning over plain facts; `volunteers.match_queries` reads them. The points order a list that a person chooses
from; nobody is ranked by them and nothing is given to anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

WISH_WEIGHTS: Final[Mapping[str, int]] = {"place": 45, "skill": 30, "time": 10, "waiting": 15}
SHIFT_WEIGHTS: Final[Mapping[str, int]] = {"place": 35, "skill": 30, "time": 35}
"""Points of each reason when it speaks wholly for the thing; together 100."""
NEARNESS: Final[Mapping[int, float]] = {15: 1.0, 12: 0.7, 9: 0.4}
"""Share of "place" by the digits that both codes begin with: same grid, same community, same street."""
UNKNOWN: Final = 0.5
"""Where nothing is asked or nothing is known."""
LONG_WAIT_DAYS: Final = 14
"""A wish that has waited so long speaks wholly for itself."""
EVENING: Final = 18
"""From this hour on it is evening."""


@dataclass(frozen=True, slots=True)
class Helper:
    """The facts of a volunteer."""

    grid_code: str
    skills: frozenset[int] = frozenset()
    skill_words: Mapping[str, str] = field(default_factory=dict)
    """Pairs of neighbouring characters of her skills, each with the name of the skill."""
    weekdays: frozenset[int] = frozenset()
    """1 Monday … 7 Sunday; none means that she has not said."""
    evenings: bool = False
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class WishFacts:
    """The facts of an open wish."""

    pk: int
    grid_code: str
    published_on: date
    words: frozenset[str] = frozenset()
    returns: int = 0
    wanted_on: date | None = None


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """The facts of a coming shift, its times in the local clock."""

    pk: int
    grid_code: str
    starts_at: datetime
    skills: frozenset[int] = frozenset()
    left: int = 1
    for_minors: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a thing fits: points by reason and the facts behind them."""

    pk: int
    points: Mapping[str, float]
    digits: int
    """So many digits of the grid codes agree: 15 the same grid, 12 the same community, 9 the same street."""
    skills: tuple[str | int, ...] = ()
    """Names (wish) or keys (shift) of the skills that it wants of her."""
    is_free: bool | None = None
    """Whether she is free then; None when no time is asked or she has not said."""
    waited: int = 0
    """Days."""
    returns: int = 0
    left: int | None = None

    @property
    def total(self) -> int:
        """0 to 100."""
        return round(sum(self.points.values()))


def fit_wish(helper: Helper, wish: WishFacts, *, today: date) -> Fit:
    """The points of one wish for one volunteer."""
    digits = _digits(helper.grid_code, wish.grid_code)
    skills = tuple(dict.fromkeys(name for pair, name in helper.skill_words.items() if pair in wish.words))
    free = _free(helper, wish.wanted_on) if wish.wanted_on else None
    waited = max((today - wish.published_on).days, 0)
    shares = {
        "place": NEARNESS.get(digits, 0.0),
        "skill": 1.0 if skills else 0.0,
        "time": UNKNOWN if free is None else float(free),
        "waiting": 1.0 if wish.returns else min(waited / LONG_WAIT_DAYS, 1.0),
    }
    points = {name: WISH_WEIGHTS[name] * share for name, share in shares.items()}
    return Fit(wish.pk, points, digits, skills, free, waited, wish.returns)


def fit_shift(helper: Helper, shift: ShiftFacts) -> Fit | None:
    """The points of one shift; None where she cannot take part (full, or not for minors)."""
    if shift.left <= 0 or (helper.is_minor and not shift.for_minors):
        return None
    digits = _digits(helper.grid_code, shift.grid_code)
    skills = tuple(sorted(helper.skills & shift.skills))
    free = _free(helper, shift.starts_at.date(), late=shift.starts_at.hour >= EVENING)
    shares = {
        "place": NEARNESS.get(digits, 0.0),
        "skill": 1.0 if skills else UNKNOWN if not shift.skills else 0.0,
        "time": UNKNOWN if free is None else float(free),
    }
    points = {name: SHIFT_WEIGHTS[name] * share for name, share in shares.items()}
    return Fit(shift.pk, points, digits, skills, free, left=shift.left)


def _digits(own: str, other: str) -> int:
    """How many digits agree, cut to a level; the whole of a shorter code counts (the street's own thing is near)."""
    if own.startswith(other):
        return max((level for level in NEARNESS if level <= len(other)), default=0)
    return next((level for level in NEARNESS if own[:level] == other[:level] and len(other) >= level), 0)


def _free(helper: Helper, day: date, *, late: bool = False) -> bool | None:
    """Whether she is free then; None when she has not said on which days she is."""
    if late and not helper.evenings:
        return False
    return day.isoweekday() in helper.weekdays if helper.weekdays else None
