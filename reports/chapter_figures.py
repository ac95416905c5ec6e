"""The rates that chapters count (走访率, 需求满足率 …) as indicators: fractions in total, by area and by time.

Counted by the sources of the chapters, so that an indicator equals the report. A rate of people of whom there are fewer
than five is not shown (architecture.md, law 14).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from reports.chapters import fieldwork_counts, partybuilding_counts, volunteers_counts
from reports.chapters.counting import Sources
from reports.indicators import CHAPTER_INDICATORS, Indicator
from reports.metrics import Extent

Fraction = tuple[int, int]
SOURCES: Final[Mapping[str, Sources]] = {
    "field": fieldwork_counts.SOURCES,
    "party": partybuilding_counts.SOURCES,
    "volunteers": volunteers_counts.SOURCES,
}
"""What counts the indicators of a family."""


def fraction(indicator: Indicator, extent: Extent) -> Fraction:
    """Above and below the line for a subtree; one query."""
    return _of(indicator, SOURCES[indicator.family].totals(extent, only=_names([indicator])))


def fractions(extent: Extent) -> dict[str, Fraction]:
    """Those of every rate by name; a query for each family."""
    found: dict[str, Fraction] = {}
    for family, some in _by_family(CHAPTER_INDICATORS).items():
        numbers = SOURCES[family].totals(extent, only=_names(some))
        found |= {each.name: _of(each, numbers) for each in some}
    return found


def nothing() -> dict[str, Fraction]:
    """Of no time."""
    return {each.name: (0, 0) for each in CHAPTER_INDICATORS}


def by_area(extent: Extent, *wanted: Indicator) -> dict[str, dict[str, Fraction]]:
    """Those of the `wanted` rates by the next level of grids; a query for each family."""
    found: dict[str, dict[str, Fraction]] = {}
    for family, some in _by_family(wanted).items():
        for area, line in SOURCES[family].by_area(extent, only=_names(some)).items():
            found.setdefault(area, {each.name: (0, 0) for each in wanted}).update(
                {each.name: _of(each, line) for each in some}
            )
    return found


def _by_family(wanted: Sequence[Indicator]) -> dict[str, list[Indicator]]:
    families: dict[str, list[Indicator]] = {}
    for each in wanted:
        families.setdefault(each.family, []).append(each)
    return families


def _names(wanted: Sequence[Indicator]) -> frozenset[str]:
    return frozenset(name for each in wanted for name in (each.numerator, each.denominator))


def _of(indicator: Indicator, found: Mapping[str, int]) -> Fraction:
    return found[indicator.numerator], found[indicator.denominator]
