"""What the system proposes to the desk, with its reasons: category and handler, each with the others. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.deciding import Decision
from incidents.dispatch import decide, suggest_handler
from incidents.handlers import PERSON, UNIT, Handler
from incidents.models import Category, Incident
from incidents.states import State
from incidents.story import reason_lines
from incidents.weighing import WEIGHTS, Option

SHOWN: Final = 3
"""Candidates that are shown; more would not be read."""
PART_LABELS: Final[dict[str, Promise]] = {
    "rule": _("Rule"),
    "category": _("Category"),
    "place": _("Place"),
    "presence": _("Presence"),
    "load": _("Load"),
}


@dataclass(frozen=True, slots=True)
class CategoryOffer:
    """A candidate category: its words, and its share of all candidates' scores."""

    pk: int
    name: str
    share: float
    words: str


@dataclass(frozen=True, slots=True)
class HandlerOffer:
    """A candidate handler: its total, the parts (label, part, weight), why it is chosen or what stands in its way."""

    value: str
    name: str
    total: float
    parts: Sequence[tuple[Promise, float, float]]
    words: str
    possible: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """What stands beside the form of a case."""

    categories: Sequence[CategoryOffer]
    confidence: float
    handler: str
    fit: float
    """The confidence of the handler, 0 to 1."""
    handlers: Sequence[HandlerOffer]
    lines: Sequence[str]

    @property
    def others(self) -> Sequence[HandlerOffer]:
        """The handlers that were considered and not chosen."""
        return [one for one in self.handlers if not one.chosen]

    @property
    def is_empty(self) -> bool:
        """Nothing to say."""
        return not (self.categories or self.handler or self.handlers or self.lines)


NO_DECISION: Final = Decision()


def decision_for(incident: Incident, *, now: datetime) -> Decision:
    """What the system would do with a case that waits at the desk; an empty decision in every other state."""
    if incident.state == State.REPORTED:
        return decide(incident, now)
    return suggest_handler(incident, now) if incident.state == State.FILED else NO_DECISION


def advise(incident: Incident, *, now: datetime) -> Advice:
    """Everything proposed for one case."""
    decision = decision_for(incident, now=now)
    return Advice(
        categories=_offers(decision) if incident.state == State.REPORTED else (),
        confidence=decision.category_confidence,
        handler=str(decision.organization or decision.user or ""),
        fit=decision.confidence,
        handlers=_handlers(decision),
        lines=reason_lines(decision.reasons),
    )


def _handlers(decision: Decision) -> list[HandlerOffer]:
    """The chosen one first, then the others by their totals; those who cannot take it last."""
    others = sorted(decision.options, key=lambda one: (one is not decision.chosen, bool(one.obstacle), -one.total))
    return [_handler_offer(option, chosen=option is decision.chosen) for option in others[:SHOWN]]


def _handler_offer(option: Option, *, chosen: bool) -> HandlerOffer:
    parts = [(PART_LABELS[name], option.parts.get(name, 0.0), weight) for name, weight in WEIGHTS.items()]
    return HandlerOffer(option.key, option.name, option.total, parts, option.words, not option.obstacle, chosen)


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
    return {
        "category": category.pk if category else safest_category(decision),
        "handler": handler.value if handler else "",
    }


def safest_category(decision: Decision) -> int | str:
    """The best candidate category although it is not sure enough by itself; "" when two are equally good."""
    first, second = [*decision.categories[:2], {"score": 0}, {"score": 0}][:2]
    return first["category"] if first["score"] > second["score"] else ""
