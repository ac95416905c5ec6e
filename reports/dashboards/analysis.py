"""One analysis as a page and a workbook show it: the head, and the cards of the chosen tab."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from grid.models import Grid
from reports.dashboards import breakdowns, data, figures, flows, outcomes, trends
from reports.dashboards.breakdowns import Classes
from reports.dashboards.cards import Card
from reports.dashboards.choice import Choice
from reports.dashboards.figures import Number, Rate
from reports.metrics import NEXT_LENGTH


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reader stands in the tree: the way down to the grid, and the grids one level below, by code."""

    way: Sequence[tuple[str, str]]
    below: Mapping[str, str]

    @classmethod
    def of(cls, grid: Grid, grids: Any) -> "Place":
        """Of `grids`, those that the reader may see; one query. Current names win over old ones of the same code."""
        length = NEXT_LENGTH[len(grid.code)]
        above = [grid.code[:size] for size in (4, 6, 9, 12, 15) if size <= len(grid.code)]
        rows = grids.filter(code__in=above) | grids.filter(parent=grid)
        named = dict(rows.order_by("valid_from").values_list("code", "name"))
        way = [(code, named[code]) for code in above if code in named]
        return cls(way, {code: name for code, name in sorted(named.items()) if len(code) == length})


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a page shows."""

    choice: Choice
    place: Place
    classes: Classes
    as_of: datetime | None
    numbers: Sequence[Number]
    rates: Sequence[Rate]
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and when."""

    user: Any
    now: datetime


def analysed(choice: Choice, place: Place, *, user: Any, now: datetime) -> Analysis:
    """The whole answer; the number of queries depends on the tab and the filters, never on the data."""
    choice, as_of = data.asked(choice)
    classes, tallies = Classes.read(), figures.compared(choice, now)
    cards = _TABS[choice.tab](choice, place, classes, Asked(user, now))
    return Analysis(
        choice,
        place,
        classes,
        as_of,
        figures.numbers(choice, tallies, now),
        figures.rates(choice, tallies),
        cards,
    )


def _trend(choice: Choice, place: Place, classes: Classes, asked: Asked) -> list[Card]:
    found = [
        trends.trend(choice, asked.now),
        breakdowns.by_category(choice, classes, asked.now),
        breakdowns.by_source(choice, asked.now),
    ]
    if place.below:
        found.insert(1, breakdowns.by_area(choice, place.below, asked.now))
    return found


def _hours(choice: Choice, place: Place, classes: Classes, asked: Asked) -> list[Card]:
    return [flows.heat(choice, name, asked.now) for name in ("reported", "completed")]


def _waits(choice: Choice, place: Place, classes: Classes, asked: Asked) -> list[Card]:
    return [flows.waiting(choice, asked.now)]


def _bounces(choice: Choice, place: Place, classes: Classes, asked: Asked) -> list[Card]:
    return [outcomes.bounces(choice, asked.user)]


def _solved(choice: Choice, place: Place, classes: Classes, asked: Asked) -> list[Card]:
    return [outcomes.solved(choice)]


def _people(choice: Choice, place: Place, classes: Classes, asked: Asked) -> list[Card]:
    return [outcomes.reporters(choice, place.below)]


Tab = Callable[[Choice, Place, Classes, Asked], list[Card]]
_TABS: Final[Mapping[str, Tab]] = {
    "trend": _trend,
    "hours": _hours,
    "waits": _waits,
    "bounces": _bounces,
    "solved": _solved,
    "people": _people,
}
