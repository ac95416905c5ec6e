"""One indicator explained with its value: for a grid and a time, by month, by area, and where else it is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from reports import callback_figures, chapter_figures, figures
from reports.callback_figures import Fraction, is_small
from reports.indicators import CHAPTER_INDICATORS, CHAPTERS, INDICATORS, UNIT_INDICATORS, Indicator
from reports.metrics import NEXT_LENGTH, Extent
from reports.models import Scheme
from reports.periods import Period, local_day
from reports.rollups import reading
from reports.words import templates

MONTHS: Final = 6
MONTH: Final = "m"
LIVE_LENGTH: Final = 9
"""Down from streets everything is counted when asked for; the months of a city would take minutes."""


@dataclass(frozen=True, slots=True)
class Value:
    """A fraction; `hidden` when it is of too few people to be shown."""

    above: int = 0
    below: int = 0
    hidden: bool = False

    @property
    def ratio(self) -> float | None:
        """The rate; None of nothing, and of too few people."""
        return self.above / self.below if self.below and not self.hidden else None

    @property
    def is_weak(self) -> bool:
        """So few that a comparison says little."""
        return self.below < 20


@dataclass(frozen=True, slots=True)
class Explained:
    """The value in total, of the last months (first day of each) and by area (code)."""

    total: Value
    months: Sequence[tuple[date, Value]]
    areas: Mapping[str, Value]


def explain(indicator: Indicator, code: str, period: Period, *, now: datetime) -> Explained:
    """Everything about one indicator; two queries."""
    extent = Extent.of(code, period, until=now)
    spans = [(each.start, min(each.end, now)) for each in months_until(period.last)]
    spans = [(start, end) for start, end in spans if start < end]
    if indicator.family == "call_backs":
        return _of_people(indicator, extent, spans)
    if indicator in CHAPTER_INDICATORS:
        return _of_chapter(indicator, extent, spans)
    areas = figures.divided(extent, "area", only=indicator) if extent.start < extent.end else {}
    fractions = {area: tally.ratios[indicator.name] for area, tally in areas.items()}
    months = _months(indicator, code, spans, now)
    above, below = (sum(each[side] for each in fractions.values()) for side in (0, 1))
    return Explained(Value(above, below), months, {area: Value(*each) for area, each in sorted(fractions.items())})


def _months(
    indicator: Indicator, code: str, spans: Sequence[tuple[datetime, datetime]], now: datetime
) -> list[tuple[date, Value]]:
    """The core is read from the rollups at any level; what they do not hold is counted, from streets downwards."""
    first = [local_day(start) for start, _end in spans]
    if spans and indicator in INDICATORS and reading.as_of() is not None:
        tallies = [tally for _day, tally in reading.series(code, MONTH, first[0], first[-1], now=now)]
    elif spans and len(code) >= LIVE_LENGTH:
        tallies = figures.series(code, spans, only=indicator)
    else:
        return []
    return [(day, Value(*tally.ratios[indicator.name])) for day, tally in zip(first, tallies, strict=True)]


def _of_people(indicator: Indicator, extent: Extent, spans: Sequence[tuple[datetime, datetime]]) -> Explained:
    """The same of call-backs: lines of fewer than five people stay hidden."""
    first = min([extent.start, *(start for start, _end in spans)])
    last = max([extent.end, *(end for _start, end in spans)])
    known = callback_figures.answers(Extent(extent.code, first, last))
    asked = callback_figures.between(known, extent.start, extent.end)
    areas = callback_figures.by_area(asked, NEXT_LENGTH[len(extent.code)])
    months = [
        (local_day(start), _value(indicator, callback_figures.between(known, start, end))) for start, end in spans
    ]
    lines = {area: _value(indicator, some) for area, some in sorted(areas.items())}
    return Explained(_value(indicator, asked), months, _guarded(lines))


def _value(indicator: Indicator, some: Sequence[callback_figures.Answer]) -> Value:
    fraction: Fraction = callback_figures.fractions(some)[indicator.name]
    return Value(hidden=True) if is_small(fraction) else Value(*fraction)


def _of_chapter(indicator: Indicator, extent: Extent, spans: Sequence[tuple[datetime, datetime]]) -> Explained:
    """The same of what a chapter counts; one query for the total, the areas and each month."""

    def told(fraction: Fraction) -> Value:
        return Value(hidden=True) if indicator.of_people and is_small(fraction) else Value(*fraction)

    if extent.start >= extent.end:
        return Explained(Value(), [], {})
    months = [
        (local_day(start), told(chapter_figures.fraction(indicator, Extent(extent.code, start, end))))
        for start, end in spans
    ]
    areas = chapter_figures.by_area(extent, indicator)
    lines = {area: told(found[indicator.name]) for area, found in sorted(areas.items())}
    return Explained(told(chapter_figures.fraction(indicator, extent)), months, _guarded(lines))


def _guarded(lines: Mapping[str, Value]) -> Mapping[str, Value]:
    """One hidden line alone could be reckoned from the total: then the smallest shown one is hidden too."""
    shown = [code for code, value in lines.items() if not value.hidden and value.below]
    if sum(value.hidden for value in lines.values()) != 1 or not shown:
        return lines
    smallest = min(shown, key=lambda code: (lines[code].below, code))
    return {**lines, smallest: Value(hidden=True)}


def months_until(last: date) -> list[Period]:
    """The last six months, that of `last` included, oldest first."""
    found, day = [], last
    for _number in range(MONTHS):
        first = day.replace(day=1)
        found.append(Period(first, _month_end(first)))
        day = date.fromordinal(first.toordinal() - 1)
    return found[::-1]


def _month_end(first: date) -> date:
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return date.fromordinal(after.toordinal() - 1)


def uses(indicator: Indicator, user: Any) -> list[str]:
    """Where it stands, in the words of the office."""
    places = ["日调度报告、周报告、月总结、季观摩"] if indicator in INDICATORS else []
    places += ["分单位表"] if indicator in UNIT_INDICATORS else []
    places += ["回访三率"] if indicator.family == "call_backs" else []
    if indicator in CHAPTER_INDICATORS:
        places.append(f"周报告、月总结、季观摩（{templates(CHAPTERS[indicator.family])['title']}）")
    schemes = Scheme.objects.visible_to(user).filter(is_active=True, items__indicator=indicator.name)
    names = schemes.order_by("name").values_list("name", flat=True).distinct()
    return places + [f"考核方案：{name}" for name in names]
