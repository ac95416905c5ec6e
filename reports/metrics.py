"""Counts of incidents for a grid and a period, from the append-only events and the clock ledger.

One query gives all measures and indicators of a subtree: in total, by area (the next level of grids) and by category; a
second one those of the handling units. The definitions are in `reports.indicators`, the facts they speak of in
sql/facts.sql; `reports.figures` counts the other rates and lists the incidents behind any single number.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.db import connection

from incidents.states import OPEN_STATES
from reports.indicators import (
    COMPLETING,
    HANDLING,
    INDICATORS,
    MEASURE_BY_NAME,
    MEASURES,
    UNIT_INDICATORS,
    UNIT_MEASURES,
    Indicator,
    Measure,
)
from reports.periods import Period

SQL: Final = Path(__file__).parent / "sql"
NEXT_LENGTH: Final = {4: 6, 6: 9, 9: 12, 12: 15, 15: 18, 18: 21, 21: 24, 24: 24}
"""From the length of a grid code to that of the level below (architecture.md 5)."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What is counted: the subtree of `code` between two moments; `end` may be earlier than the end of the period."""

    code: str
    start: datetime
    end: datetime

    @classmethod
    def of(cls, code: str, period: Period, *, until: datetime | None = None) -> "Extent":
        """A period of a subtree, cut off at `until` when that is earlier (a preview)."""
        return cls(code, period.start, min(period.end, until) if until else period.end)

    @property
    def area_length(self) -> int:
        """The length of the codes of the areas that the extent is divided into."""
        return NEXT_LENGTH[len(self.code)]

    def parameters(self, **more: Any) -> dict[str, Any]:
        """What the queries ask for."""
        return {
            "prefix": f"{self.code}%",
            "area_length": self.area_length,
            "place_length": NEXT_LENGTH[self.area_length],
            "start": self.start,
            "end": self.end,
            "open_states": [str(state) for state in OPEN_STATES],
            "handling": [*HANDLING],
            "completing": [*COMPLETING],
            **more,
        }


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of one line: measures by name, and (numerator, denominator) of the indicators by name."""

    numbers: Mapping[str, int]
    ratios: Mapping[str, tuple[int, int]]


@dataclass(slots=True)
class Counts:
    """All lines of an extent. A category of None: not classified. Units are keyed as sql/units.sql says."""

    total: Tally
    areas: dict[str, Tally] = field(default_factory=dict)
    categories: dict[int | None, Tally] = field(default_factory=dict)
    units: dict[str, Tally] = field(default_factory=dict)


def count(extent: Extent, *, units: bool = True) -> Counts:
    """All numbers of `extent`, in two queries whatever its size; in one without the handling units."""
    rows = list(query(_totals_sql(), extent))
    counts = Counts(next(tally_of(row, MEASURES, INDICATORS) for row in rows if row["line"] == 3))
    for row in rows:
        tally = tally_of(row, MEASURES, INDICATORS)
        if row["line"] == 1:
            counts.areas[row["area"]] = tally
        elif row["line"] == 2:
            counts.categories[row["category_id"]] = tally
    if not units:
        return counts
    counts.units = {row["unit"]: tally_of(row, UNIT_MEASURES, UNIT_INDICATORS) for row in query(_units_sql(), extent)}
    return counts


def totals(extent: Extent) -> Tally:
    """The total line of `extent` alone, in one query."""
    return next(tally_of(row, MEASURES, INDICATORS) for row in query(_totals_sql(), extent) if row["line"] == 3)


def query(sql: str, extent: Extent, **more: Any) -> Iterator[dict[str, Any]]:
    """Rows of `sql` for `extent` as dictionaries."""
    with connection.cursor() as cursor:
        cursor.execute(sql, extent.parameters(**more))
        names = [column.name for column in cursor.description or ()]
        for row in cursor.fetchall():
            yield dict(zip(names, row, strict=True))


@cache
def part(name: str) -> str:
    """The text of one file of sql/; "facts" stands for those of one subtree and one period."""
    if name == "facts":
        return text("subtree") + text("facts")
    return text(name)


@cache
def narrowed(condition: str) -> str:
    """The facts of those candidates alone for which `condition` on their row `i` holds: cheaper than all of them."""
    before, after = text("subtree").rsplit(")", 1)
    return f"{before}  AND ({condition})\n){after}" + text("facts")


@cache
def text(name: str) -> str:
    """One file of sql/ as it is."""
    return (SQL / f"{name}.sql").read_text("utf-8")


@cache
def _totals_sql() -> str:
    columns = ["SELECT grouping(f.area, f.category_id) AS line, f.area, f.category_id"]
    columns += counting_columns(MEASURES, INDICATORS)
    sets = "FROM facts f GROUP BY GROUPING SETS ((), (f.area), (f.category_id))"
    return "\n".join([part("facts"), ",\n".join(columns), sets])


@cache
def _units_sql() -> str:
    columns = ["SELECT u.unit", *counting_columns(UNIT_MEASURES, UNIT_INDICATORS)]
    source = "FROM by_unit u JOIN facts f ON f.id = u.incident_id GROUP BY u.unit"
    return "\n".join([part("facts"), part("units"), ",\n".join(columns), source])


def counting_columns(measures: Sequence[Measure], indicators: Sequence[Indicator]) -> list[str]:
    """One counting column per measure (n_…) and two per indicator (above_…, below_…)."""
    condition = {measure.name: measure.condition for measure in measures}
    counted = [_filtered(f"n_{name}", each) for name, each in condition.items()]
    for indicator in indicators:
        excluded = "".join(f" AND NOT ({MEASURE_BY_NAME[name].condition})" for name in indicator.exclusions)
        counted.append(_filtered(f"above_{indicator.name}", f"({condition[indicator.numerator]}){excluded}"))
        counted.append(_filtered(f"below_{indicator.name}", f"({condition[indicator.denominator]}){excluded}"))
    return counted


def _filtered(name: str, condition: str) -> str:
    return f"count(*) FILTER (WHERE {condition}) AS {name}"


def tally_of(row: Mapping[str, Any], measures: Iterable[Measure], indicators: Iterable[Indicator]) -> Tally:
    """The line of a row with those columns."""
    numbers = {measure.name: row[f"n_{measure.name}"] for measure in measures}
    ratios = {each.name: (row[f"above_{each.name}"], row[f"below_{each.name}"]) for each in indicators}
    return Tally(numbers, ratios)
