"""The rates of field work (走访率, 隐患整改率, 承诺兑现率) as indicators: fractions in total, by area and by time.

Counted by `reports.chapters.fieldwork_counts`, so that an indicator equals the report. A rate of people of whom there
are fewer than five is not shown (architecture.md, law 14).
"""

from collections.abc import Mapping

from reports.chapters import fieldwork_counts as counts
from reports.indicators import FIELD_INDICATORS, Indicator
from reports.metrics import Extent

Fraction = tuple[int, int]


def fraction(indicator: Indicator, extent: Extent) -> Fraction:
    """Above and below the line for a subtree; one query."""
    return _of(indicator, counts.totals(extent, only=_names(indicator)))


def fractions(extent: Extent) -> dict[str, Fraction]:
    """Those of every rate by name; one query."""
    found = counts.totals(extent, only=frozenset().union(*map(_names, FIELD_INDICATORS)))
    return {each.name: _of(each, found) for each in FIELD_INDICATORS}


def nothing() -> dict[str, Fraction]:
    """Of no time."""
    return {each.name: (0, 0) for each in FIELD_INDICATORS}


def by_area(extent: Extent, *wanted: Indicator) -> dict[str, dict[str, Fraction]]:
    """Those of the `wanted` rates by the next level of grids; one query."""
    names = frozenset(name for each in wanted for name in _names(each))
    lines = counts.by_area(extent, only=names)
    return {area: {each.name: _of(each, line) for each in wanted} for area, line in lines.items()}


def _names(indicator: Indicator) -> frozenset[str]:
    return frozenset((indicator.numerator, indicator.denominator))


def _of(indicator: Indicator, found: Mapping[str, int]) -> Fraction:
    return found[indicator.numerator], found[indicator.denominator]
