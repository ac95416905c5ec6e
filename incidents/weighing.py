"""How well each candidate fits a case: the parts of the score, and the weights they count with.

The parts are numbers from 0 to 1; the total is their weighted sum. The weights are chosen so that the order of the
rules always decides: what the first that can take it is ahead of the second by is more than load, presence and place
can make up together (tests/incidents/test_dispatch_scores.py proves it for all values).
"""

from dataclasses import dataclass, field
from typing import Any, Final

from accounts.models import User
from grid.models import Organization
from incidents.handlers import PERSON, UNIT
from incidents.models import DispatchRule
from incidents.models.incident import Locating

WEIGHTS: Final = {"rule": 0.45, "category": 0.25, "place": 0.12, "presence": 0.10, "load": 0.08}
"""What each part counts; together 1."""
RULE_BASE: Final = {"category": 1.0, "major": 0.95, "any": 0.9, "level": 0.85}
"""The rule part of the first in the order, by what speaks for it: a rule of the very category, of its major class, of
any category, or only the level that the severity says."""
RULE_STEP: Final = 0.4
"""Each further candidate that could take it keeps this share of the rule part of the one before."""
LEVEL_STEP: Final = 0.2
LEAST_PLACE: Final = 0.4
"""Each level above the one that should handle it costs this much of the place part, down to the least."""
CERTAINTY: Final = {
    Locating.INSIDE: 1.0,
    Locating.CHOSEN: 1.0,
    Locating.COMPOUND: 0.9,
    Locating.ADDRESS: 0.9,
    Locating.NEAREST: 0.7,
    Locating.DEFAULT: 0.5,
}
"""How sure the place itself is, by how it was found."""
STANDS_IN: Final = 0.6
NOBODY_THERE: Final = 0.3
"""The presence part of a substitute, and of a unit of which nobody is there; whoever is there has 1."""
HALF_LOAD: Final = 20
"""Open cases per person at which the load part has sunk to a half."""
KEPT: Final = 5
"""Candidates that a decision keeps."""


@dataclass
class Option:
    """Somebody who may be given the case, and what speaks for and against."""

    name: str
    organization: Organization | None = None
    user: User | None = None
    rule: DispatchRule | None = None
    speaks: str = "level"
    """A key of RULE_BASE."""
    levels_up: int = 0
    presence: float = 1.0
    open_cases: int = 0
    people: int = 1
    obstacle: str = ""
    """Why it cannot have the case, as a code; "" when it can."""
    code: str = ""
    """What speaks for it, as a code."""
    words: str = ""
    """Of the obstacle, or why it is chosen."""
    stands_in_for: str = ""
    """That somebody is away, when this is the substitute."""
    facts: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, float] = field(default_factory=dict)
    total: float = 0.0

    @property
    def key(self) -> str:
        """The value that a form sends for it; the grid for a vacant post."""
        if self.organization is not None:
            return f"{UNIT}:{self.organization.pk}"
        return f"{PERSON}:{self.user.pk}" if self.user is not None else str(self.facts.get("grid", ""))

    def as_data(self, *, chosen: bool) -> dict[str, Any]:
        """The candidate as a decision keeps it."""
        return {
            "key": self.key,
            "name": self.name,
            "rule": self.rule.pk if self.rule else None,
            "version": self.rule.version if self.rule else 0,
            "obstacle": self.obstacle,
            "why": self.words,
            "open": self.open_cases,
            "people": self.people,
            "parts": {name: round(value, 3) for name, value in self.parts.items()},
            "total": round(self.total, 3),
            "chosen": chosen,
        }


def weigh(options: list[Option], *, category_confidence: float, located_by: str) -> None:
    """Give every option its parts and its total; those with an obstacle have nothing of the rule part.

    `options` stand in the order of the rules.
    """
    rank = 0
    for option in options:
        able = not option.obstacle
        option.parts = {
            "rule": RULE_BASE[option.speaks] * RULE_STEP**rank if able else 0.0,
            "category": category_confidence,
            "place": place_part(option.levels_up, located_by),
            "presence": option.presence if able else 0.0,
            "load": load_part(option.open_cases, option.people),
        }
        option.total = sum(WEIGHTS[name] * value for name, value in option.parts.items())
        rank += able


def place_part(levels_up: int, located_by: str) -> float:
    """1 for the level that should handle it, at a place that is sure."""
    return max(LEAST_PLACE, 1 - LEVEL_STEP * levels_up) * CERTAINTY[Locating(located_by)]


def load_part(open_cases: int, people: int) -> float:
    """1 for somebody without open work; a half at HALF_LOAD cases a head."""
    return HALF_LOAD / (HALF_LOAD + open_cases / max(people, 1))


def runner_up(options: list[Option], chosen: Option | None) -> Option | None:
    """The best of the others who could take it."""
    others = [option for option in options if option is not chosen and not option.obstacle]
    return max(others, key=lambda option: option.total, default=None)
