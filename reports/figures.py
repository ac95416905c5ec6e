"""Every indicator of domain.md 2.5 for a subtree and a time, counted when asked for, and the incidents behind a number.

Reports and rollups count the core (`reports.metrics`); this adds the other rates over the same facts, so that all stand
side by side on the page of the indicators, in the API and in an assessment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final

from reports.indicators import (
    ALL_INDICATOR_BY_NAME,
    ALL_MEASURE_BY_NAME,
    ALL_MEASURES,
    INCIDENT_INDICATORS,
    UNIT_INDICATORS,
    UNIT_MEASURE_BY_NAME,
    UNIT_MEASURES,
    Indicator,
    Measure,
)
from reports.metrics import Extent, Tally, counting_columns, part, query, tally_of, text

CUTS: Final[Mapping[str, str]] = {
    "area": "f.area",
    "category": "coalesce(f.category_id::text, 'none')",
    "source": "f.source",
    "unit": "u.unit",
}
"""What a total can be divided by, and the key of its lines."""
SIDES: Final = ("above", "below")
MORE_FACTS: Final = (
    "was_checked",
    "accepted_in_time",
    "dispatched_in_time",
    "verified_in_time",
    "checked_in_time",
    "category_kept",
    "is_solved",
    "by_system",
    "is_urgent",
)
"""Columns of sql/more.sql beside those of facts.sql."""


@dataclass(frozen=True, slots=True)
class Line:
    """Which line of a table a number stands in; nothing given means the total."""

    area: str = ""
    category: str = ""
    unit: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A count that can be opened: a measure, or one side of an indicator."""

    slug: str
    label: str
    meaning: str
    condition: str


@dataclass(frozen=True, slots=True)
class Found:
    """The incidents behind a number: how many, and the ids of the first ones, the oldest report first."""

    total: int
    ids: list[int] = field(default_factory=list)


def figures(extent: Extent) -> Tally:
    """All measures and indicators of `extent`; one query."""
    return _EVERYTHING.tally(next(query(_EVERYTHING.sql("facts"), extent)))


def divided(extent: Extent, by: str, *, only: Indicator | None = None) -> dict[str, Tally]:
    """The same per line of a cut ("area", "category", "source"), or what units have ("unit"); one query.

    `only`: one indicator with its two measures, which costs less.
    """
    asked = _OF_UNITS if by == "unit" else _asked(only)
    key = CUTS[by]
    return {row["key"]: asked.tally(row) for row in query(asked.sql("facts", key, joined=by == "unit"), extent)}


def series(code: str, spans: Sequence[tuple[datetime, datetime]], *, only: Indicator | None = None) -> list[Tally]:
    """The numbers of one subtree in each of `spans` (first moment, first moment after); one query."""
    extent = Extent(code, spans[0][0], spans[-1][1])
    asked = _asked(only)
    moments = {"starts": [start for start, _end in spans], "ends": [end for _start, end in spans]}
    found = {row["key"]: asked.tally(row) for row in query(asked.sql("spans", "c.start_at"), extent, **moments)}
    return [found.get(start, asked.nothing()) for start, _end in spans]


def nothing(only: Indicator | None = None) -> Tally:
    """The line of nobody."""
    return _asked(only).nothing()


def number(slug: str, line: Line) -> Number:
    """What a slug counts: a measure's name, or "above_"/"below_" and an indicator's. KeyError for any other."""
    side, _part, name = slug.partition("_")
    if side in SIDES and name in ALL_INDICATOR_BY_NAME:
        return _side(slug, side, ALL_INDICATOR_BY_NAME[name], line)
    measure = (UNIT_MEASURE_BY_NAME if line.unit else ALL_MEASURE_BY_NAME)[slug]
    return Number(slug, measure.label, measure.meaning, measure.condition)


def _side(slug: str, side: str, indicator: Indicator, line: Line) -> Number:
    """One side of an indicator without what it leaves out; call-backs are no incidents (KeyError)."""
    if indicator.family != "measures" or (line.unit and indicator not in UNIT_INDICATORS):
        raise KeyError(slug)
    shown = indicator.above if side == "above" else indicator.below
    table = UNIT_MEASURE_BY_NAME if line.unit else ALL_MEASURE_BY_NAME
    left_out = [f" AND NOT ({ALL_MEASURE_BY_NAME[name].condition})" for name in indicator.exclusions]
    condition = "".join((f"({table[shown.name].condition})", *left_out))
    meaning = "；".join((table[shown.name].meaning, *indicator.left_out))
    return Number(slug, f"{indicator.label} · {shown.label}", meaning, condition)


def behind(extent: Extent, wanted: Number, line: Line, *, limit: int) -> Found:
    """The incidents that make up one number, and how many they are; one query."""
    chosen = {"area": line.area, "category": line.category, "unit": line.unit, "source": line.source}
    sql = _behind_sql(wanted.condition, by_unit=bool(line.unit))
    rows = list(query(sql, extent, limit=limit, **chosen))
    return Found(rows[0]["total"] if rows else 0, [row["id"] for row in rows])


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which numbers are counted together."""

    measures: tuple[Measure, ...]
    indicators: tuple[Indicator, ...]

    def tally(self, row: Mapping[str, Any]) -> Tally:
        return tally_of(row, self.measures, self.indicators)

    def nothing(self) -> Tally:
        zeros = dict.fromkeys((each.name for each in self.measures), 0)
        return Tally(zeros, dict.fromkeys((each.name for each in self.indicators), (0, 0)))

    def sql(self, candidates: str, key: str = "", *, joined: bool = False) -> str:
        """Over the incidents of one period ("facts") or of several ("spans"), in one line or one per `key`."""
        counted = ",\n".join(counting_columns(self.measures, self.indicators))
        more = _asks_more(counted)
        parts = [part("facts")] if candidates == "facts" else [text(candidates), text("facts")]
        parts += [part(name) for name, needed in (("more", more), ("units", joined)) if needed]
        source = f"FROM {'more' if more else 'facts'} f"
        source += " JOIN by_unit u ON u.incident_id = f.id" if joined else ""
        source += " JOIN candidate c ON c.slot = f.slot" if candidates == "spans" else ""
        shown, grouped = (f"{key} AS key,", f"GROUP BY {key}") if key else ("", "")
        return "\n".join([*parts, f"SELECT {shown}", counted, source, grouped])


_EVERYTHING: Final = _Asked(ALL_MEASURES, INCIDENT_INDICATORS)
_OF_UNITS: Final = _Asked(UNIT_MEASURES, UNIT_INDICATORS)


def _asked(only: Indicator | None) -> _Asked:
    """Everything, or one indicator; its two measures may be the same."""
    return _Asked(tuple({only.above: None, only.below: None}), (only,)) if only else _EVERYTHING


def _asks_more(condition: str) -> bool:
    return any(f"f.{name}" in condition for name in MORE_FACTS)


@cache
def _behind_sql(condition: str, *, by_unit: bool) -> str:
    more = _asks_more(condition)
    parts = [part("facts"), *([part("more")] if more else []), *([part("units")] if by_unit else [])]
    source = f"FROM {'more' if more else 'facts'} f"
    unit = "JOIN by_unit u ON u.incident_id = f.id AND u.unit = %(unit)s" if by_unit else ""
    parts += ["SELECT f.id, count(*) OVER () AS total", source, unit, f"WHERE ({condition})", *_filters()]
    return "\n".join([*parts, "ORDER BY f.reported_at, f.id LIMIT %(limit)s"])


def _filters() -> list[str]:
    """The parts that a number is narrowed to; a major class stands for all below it."""
    below = "SELECT k.id FROM incidents_category k WHERE %(category)s IN (k.id::text, k.parent_id::text)"
    return [
        "AND (%(area)s = '' OR f.area = %(area)s)",
        "AND (%(source)s = '' OR f.source = %(source)s)",
        f"AND (%(category)s = '' OR (%(category)s = 'none' AND f.category_id IS NULL) OR f.category_id IN ({below}))",
    ]
