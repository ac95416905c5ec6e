"""The numbers of an analysis, read from the rollups; one function per question, a fixed number of queries each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from reports.dashboards.choice import Choice
from reports.indicators import INDICATORS, MEASURES
from reports.metrics import Extent, Tally, part, query
from reports.periods import Period
from reports.rollups import names, reading

STEPS: Final = {"d": "day", "w": "week", "m": "month"}
NOTHING: Final = Tally(
    dict.fromkeys((each.name for each in MEASURES), 0), dict.fromkeys((each.name for each in INDICATORS), (0, 0))
)


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a trend; what stays open at its end is None where only moves were counted."""

    day: date
    reported: int
    completed: int
    open_end: int | None = None
    overdue_open: int | None = None


def as_of() -> datetime | None:
    """Up to when the rollups are complete; None: everything is counted on the spot."""
    return reading.as_of()


def asked(choice: Choice) -> tuple[Choice, datetime | None]:
    """The question, knowing whether the rollups can answer it, and up to when they are complete."""
    complete = as_of()
    return choice.at(rolled=complete is not None), complete


def total(choice: Choice, period: Period, now: datetime) -> Tally:
    """The numbers of one period."""
    return reading.tally(choice.code, choice.grain, period.first, **choice.filters, now=now)


def lines(choice: Choice, by: str, now: datetime) -> dict[str, Tally]:
    """The numbers of the period by "area", "category" or "source"."""
    return reading.breakdown(choice.code, choice.grain, choice.period.first, by, **choice.filters, now=now)


def trend(choice: Choice, grain: str, span: Period, now: datetime) -> list[Point]:
    """One point per day, week or month (d, w, m) from that of the first day to that of the last, oldest first."""
    if choice.rolled and names.kept(_cut(choice), choice.code, grain):
        found = reading.series(choice.code, grain, span.first, span.last, **choice.filters, now=now)
        return [_point(day, tally) for day, tally in found]
    counted = {row["day"]: row for row in _steps(choice, grain, span, now)}
    return [
        Point(day, counted[day]["reported"], counted[day]["completed"]) if day in counted else Point(day, 0, 0)
        for day in firsts(grain, span)
    ]


def firsts(grain: str, span: Period) -> list[date]:
    """The first days of the steps that `span` touches."""
    found, day = [], names.first_day(grain, span.first)
    while day <= span.last:
        found.append(day)
        day = names.next_first(grain, day)
    return found


def plus(tallies: Iterable[Tally]) -> Tally:
    """The sum of lines that share no incident."""
    every = list(tallies)
    numbers = {name: sum(each.numbers[name] for each in every) for name in NOTHING.numbers}
    ratios = {
        name: (sum(each.ratios[name][0] for each in every), sum(each.ratios[name][1] for each in every))
        for name in NOTHING.ratios
    }
    return Tally(numbers, ratios)


def share(pair: tuple[int, int]) -> float | None:
    """A numerator over its denominator; None of nothing."""
    return pair[0] / pair[1] if pair[1] else None


def _cut(choice: Choice) -> str:
    if choice.category:
        return str(names.Cut.BOTH if choice.source else names.Cut.CATEGORY)
    return str(names.Cut.SOURCE if choice.source else names.Cut.ALL)


def _point(day: date, tally: Tally) -> Point:
    numbers = tally.numbers
    return Point(day, numbers["reported"], numbers["completed"], numbers["open_end"], numbers["overdue_open"])


def _steps(choice: Choice, grain: str, span: Period, now: datetime) -> Iterator[Mapping[str, Any]]:
    whole = Period(names.first_day(grain, span.first), span.last)
    return query(part("steps"), Extent.of(choice.code, whole, until=now), step=STEPS[grain], **choice.filters)


# --- weekdays, hours and stays ----------------------------------------------------------------------------------------


def hours(choice: Choice, now: datetime) -> Mapping[tuple[int, int], Mapping[str, int]]:
    """Reports and completions by ISO weekday and hour, of the whole months of the period."""
    months = choice.months
    if _has_steps(choice):
        return reading.hours(choice.code, months.first, months.last)
    rows = query(part("week_hours"), Extent.of(choice.code, months, until=now))
    return {(row["weekday"], row["hour"]): row for row in rows}


def waits(choice: Choice, now: datetime) -> Mapping[str, reading.Wait]:
    """The stays in each state that ended in the whole months of the period."""
    months = choice.months
    if _has_steps(choice):
        return reading.waits(choice.code, months.first, months.last)
    found: dict[str, reading.Wait] = {}
    extent = Extent.of(choice.code, months, until=now)
    for row in query(part("stays"), extent, bands=list(names.BANDS)):
        old = found.get(row["state"], reading.Wait(0, 0, [0] * (len(names.BANDS) + 1)))
        bands = [count + (row["stays"] if at == row["band"] else 0) for at, count in enumerate(old.bands)]
        found[row["state"]] = reading.Wait(old.left + row["stays"], old.seconds + row["seconds"], bands)
    return found


def _has_steps(choice: Choice) -> bool:
    """Whether hours and stays of the subtree are kept."""
    return choice.rolled and len(choice.code) in names.LEVELS and len(choice.code) <= names.EVENT_LENGTH
