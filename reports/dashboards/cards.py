"""A card of a dashboard: a chart and the same numbers as a table, each number with its list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.formats import number_format

from reports.words import percent

LEAST_PEOPLE: Final = 5
"""Fewer people than this are not told apart: a count of them is shown as “<5” (architecture.md, law 14)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it shows, the plain value for Excel, where it leads."""

    text: str
    value: Any = None
    url: str = ""
    numeric: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A chart with title, unit, period, the list behind it, and its table."""

    id: str
    title: str
    unit: str
    period: str
    url: str
    chart: Mapping[str, Any]
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]] = field(default_factory=tuple)
    note: str = ""
    height: str = "m"
    in_excel: str = "bar"
    """The kind of the native chart."""
    drawn: Sequence[int] = (1,)
    """The columns that the native chart draws."""


def words(text: str, url: str = "", hint: str = "") -> Cell:
    """A cell of words."""
    return Cell(text, text, url, numeric=False, hint=hint)


def count(value: int | None, url: str = "") -> Cell:
    """A number of incidents; none leads nowhere."""
    if value is None:
        return Cell("—")
    return Cell(number_format(value, use_l10n=True, force_grouping=True), value, url if value else "")


def rate(pair: tuple[int, int]) -> Cell:
    """A rate with its numerator and denominator beside it."""
    value = pair[0] / pair[1] if pair[1] else None
    return Cell(f"{percent(value)}（{pair[0]}/{pair[1]}）" if pair[1] else "—", value)


def people(value: int) -> Cell:
    """A number of people; small ones are not told."""
    return Cell(f"<{LEAST_PEOPLE}" if 0 < value < LEAST_PEOPLE else str(value), None if value < LEAST_PEOPLE else value)
