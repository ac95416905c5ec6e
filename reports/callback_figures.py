"""The three rates (三率) as indicators: their fractions for a subtree and a time, in total, by area and by month.

The answers are those of people: a line of fewer than five is not shown (architecture.md, law 14).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from incidents.models import CallBack
from incidents.rates import SATISFIED, rates
from reports.indicators import CALL_BACK_INDICATORS
from reports.metrics import Extent

FEWEST: Final = 5
"""Fewer people than this could be recognised."""
Fraction = tuple[int, int]
Answer = Mapping[str, Any]

_READ: Final = (
    "incident__grid_code",
    "called_at",
    "contact",
    "responded",
    "solved",
    "satisfaction",
    "is_excluded",
)
_CONDITIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "assigned": {},
    "contacted": {"responded": True},
    "called_back": {"contact": CallBack.Contact.REACHED},
    "solved": {"contact": CallBack.Contact.REACHED, "solved": True},
    "satisfied": {"contact": CallBack.Contact.REACHED, "satisfaction__in": SATISFIED},
}
_LINKS: Final[Mapping[str, str]] = {
    "assigned": "",
    "contacted": "&responded=true",
    "called_back": "&contact=reached",
    "solved": "&contact=reached&solved=true",
    "satisfied": "&contact=reached&satisfaction=very&satisfaction=satisfied",
}


def answers(extent: Extent) -> list[Answer]:
    """The finished call-backs of a subtree that were called in the time; one query."""
    rows = CallBack.objects.filter(incident__grid_code__startswith=extent.code).counted()
    return list(rows.between(extent.start, extent.end).order_by("pk").values(*_READ))


def fractions(some: Iterable[Answer]) -> dict[str, Fraction]:
    """Numerator and denominator of each of the three, by name."""
    found = rates(some)
    counts = {
        "assigned": found.assigned,
        "contacted": found.contacted,
        "called_back": found.called_back,
        "solved": found.solved,
        "satisfied": found.satisfied,
    }
    return {each.name: (counts[each.numerator], counts[each.denominator]) for each in CALL_BACK_INDICATORS}


def by_area(some: Iterable[Answer], length: int) -> dict[str, list[Answer]]:
    """The answers by the first `length` characters of the grid's code."""
    found: dict[str, list[Answer]] = defaultdict(list)
    for answer in some:
        found[answer["incident__grid_code"][:length]].append(answer)
    return dict(found)


def between(some: Iterable[Answer], start: datetime, end: datetime) -> list[Answer]:
    """Those called in the time, end excluded."""
    return [answer for answer in some if start <= answer["called_at"] < end]


def behind(extent: Extent, measure: str, user: Any) -> QuerySet[CallBack]:
    """The call-backs that a measure counts, as far as `user` may see call-backs at all."""
    rows = CallBack.objects.visible_to(user).filter(incident__grid_code__startswith=extent.code)
    found: QuerySet[CallBack] = rows.counted().between(extent.start, extent.end).filter(**_CONDITIONS[measure])
    return found


def list_query(measure: str) -> str:
    """What the list of call-backs is asked for to show them."""
    return _LINKS[measure]


def is_small(fraction: Fraction) -> bool:
    """Some people, but too few to speak of them."""
    return 0 < fraction[1] < FEWEST
