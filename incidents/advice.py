"""What the system proposes to the desk, with its reasons: category, handler, likely repeats. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from incidents.deciding import Decision
from incidents.dispatch import decide, suggest_handler
from incidents.duplicates import suggest_duplicates
from incidents.handlers import PERSON, UNIT, Handler
from incidents.models import Category, Incident
from incidents.states import State
from incidents.story import reason_lines

SHOWN: Final = 3
"""Candidates and repeats that are shown; more would not be read."""


@dataclass(frozen=True, slots=True)
class CategoryOffer:
    """A candidate category: its words, and its share of all candidates' scores."""

    pk: int
    name: str
    share: float
    words: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What stands beside the form of a case."""

    categories: Sequence[CategoryOffer]
    confidence: float
    handler: str
    lines: Sequence[str]
    repeats: Sequence[Incident]

    @property
    def is_empty(self) -> bool:
        """Nothing to say."""
        return not (self.categories or self.handler or self.lines or self.repeats)


NO_DECISION: Final = Decision()


def decision_for(incident: Incident, *, now: datetime) -> Decision:
    """What the system would do with a case that waits at the desk; an empty decision in every other state."""
    if incident.state == State.REPORTED:
        return decide(incident, now)
    return suggest_handler(incident, now) if incident.state == State.FILED else NO_DECISION


def advise(incident: Incident, *, user: Any, now: datetime) -> Advice:
    """Everything proposed for one case; repeats only among what `user` sees."""
    decision = decision_for(incident, now=now)
    repeats: list[Incident] = []
    if incident.state in (State.REPORTED, State.FILED):
        found = suggest_duplicates(
            point=incident.point, text=incident.text, category=incident.category, actor=user, now=now, limit=SHOWN + 1
        )
        repeats = [other for other in found if other.pk != incident.pk][:SHOWN]
    return Advice(
        categories=_offers(decision) if incident.state == State.REPORTED else (),
        confidence=decision.category_confidence,
        handler=str(decision.organization or decision.user or ""),
        lines=reason_lines(decision.reasons),
        repeats=repeats,
    )


def _offers(decision: Decision) -> list[CategoryOffer]:
    total = sum(candidate["score"] for candidate in decision.categories) or 1
    return [
        CategoryOffer(one["category"], one["name"], one["score"] / total, "、".join(one["words"]))
        for one in decision.categories[:SHOWN]
    ]


def proposed_category(incident: Incident, *, now: datetime) -> Category | None:
    """The category that the case has or that its words point to clearly."""
    return incident.category or decision_for(incident, now=now).category


def proposed_handler(decision: Decision) -> Handler | None:
    """The proposed unit or person, as a choice of the form."""
    if decision.organization:
        return Handler(f"{UNIT}:{decision.organization.pk}", decision.organization.name, decision.organization)
    if decision.user:
        return Handler(f"{PERSON}:{decision.user.pk}", decision.user.real_name, user=decision.user)
    return None


def proposed_values(incident: Incident, decision: Decision) -> dict[str, Any]:
    """First values for the form of a move."""
    category = incident.category or decision.category
    handler = proposed_handler(decision)
    return {"category": category.pk if category else "", "handler": handler.value if handler else ""}
