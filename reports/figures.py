"""Every indicator of domain.md 2.5 for a subtree and a time, counted when asked for, and the incidents behind any number.

Reports and rollups count the core (`reports.metrics`); this adds the other rates over the same facts, so that all stand
side by side on the page of the indicators, in the API and in an assessment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from reports.indicators import (
    ALL_INDICATOR_BY_NAME,
    ALL_MEASURE_BY_NAME,
    ALL_MEASURES,
    INCIDENT_INDICATORS,
    UNIT_INDICATORS,
    UNIT_MEASURE_BY_NAME,
    UNIT_MEASURES,
    Indicator,
)
from reports.metrics import Extent, Tally, counting_columns, part, query, tally_of, text
from reports.periods import Period

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
    return tally_of(next(query(_total_sql(), extent)), ALL_MEASURES, INCIDENT_INDICATORS)


def divided(extent: Extent, by: str) -> dict[str, Tally]:
    """The same per line of a cut ("area", "category", "source"), or what a unit's lines have ("unit"); one query."""
    if by == "unit":
        return {row["key"]: tally_of(row, UNIT_MEASURES, UNIT_INDICATORS) for row in query(_divided_sql(by), extent)}
    return {row["key"]: tally_of(row, ALL_MEASURES, INCIDENT_INDICATORS) for row in query(_divided_sql(by), extent)}


def series(code: str, periods: Sequence[Period]) -> list[Tally]:
    """All numbers of one subtree in each of `periods`; one query. A period in which nothing lay open is all zeros."""
    extent = Extent(code, periods[0].start, periods[-1].end)
    spans = {"starts": [each.start for each in periods], "ends": [each.end for each in periods]}
    rows = query(_series_sql(), extent, **spans)
    found = {row["start_at"]: tally_of(row, ALL_MEASURES, INCIDENT_INDICATORS) for row in rows}
    return [found.get(each.start, nothing()) for each in periods]


def nothing() -> Tally:
    """The line of nobody."""
    return Tally(
        dict.fromkeys(ALL_MEASURE_BY_NAME, 0), dict.fromkeys((each.name for each in INCIDENT_INDICATORS), (0, 0))
    )


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


@cache
def _total_sql() -> str:
    return "\n".join([part("facts"), part("more"), "SELECT", _counted(), "FROM more f"])


@cache
def _divided_sql(by: str) -> str:
    key = CUTS[by]
    if by == "unit":
        counted = ",\n".join(counting_columns(UNIT_MEASURES, UNIT_INDICATORS))
        source = "FROM by_unit u JOIN facts f ON f.id = u.incident_id GROUP BY u.unit"
        return "\n".join([part("facts"), part("units"), f"SELECT {key} AS key,", counted, source])
    return "\n".join([part("facts"), part("more"), f"SELECT {key} AS key,", _counted(), f"FROM more f GROUP BY {key}"])


@cache
def _series_sql() -> str:
    source = "FROM more f JOIN candidate c ON c.slot = f.slot GROUP BY c.start_at"
    return "\n".join([text("spans"), text("facts"), text("more"), "SELECT c.start_at,", _counted(), source])


def _counted() -> str:
    return ",\n".join(counting_columns(ALL_MEASURES, INCIDENT_INDICATORS))


@cache
def _behind_sql(condition: str, *, by_unit: bool) -> str:
    asks_more = any(f"f.{name}" in condition for name in MORE_FACTS)
    parts = [part("facts"), *([part("more")] if asks_more else []), *([part("units")] if by_unit else [])]
    source = "FROM more f" if asks_more else "FROM facts f"
    unit = "JOIN by_unit u ON u.incident_id = f.id AND u.unit = %(unit)s" if by_unit else ""
    parts += ["SELECT f.id, count(*) OVER () AS total", source, unit, f"WHERE ({condition})", *_filters()]
    return "\n".join([*parts, "ORDER BY f.reported_at, f.id LIMIT %(limit)s"])


def _filters() -> list[str]:
    return [f"AND (%({name})s = '' OR {key} = %({name})s)" for name, key in CUTS.items() if name != "unit"]
