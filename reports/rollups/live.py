"""The same numbers counted on the spot: where there are no cells, while they are built, and to hold them against."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, Final

from reports.indicators import INDICATORS, MEASURES
from reports.metrics import Extent, Tally, counting_columns, part, query, tally_of
from reports.rollups.names import grain_period

GROUPS: Final = {
    "": "''",
    "area": "f.area",
    "category": "coalesce(f.category_id::text, 'none')",
    "source": "f.source",
}


def tallies(
    code: str, grain: str, first: Any, by: str = "", *, categories: tuple[str, ...], source: str, until: datetime
) -> dict[str, Tally]:
    """The numbers of a subtree and period by "area", "category", "source" or "" (one line ""); up to `until`."""
    extent = Extent.of(code, grain_period(grain, first), until=until)
    rows = query(_sql(by), extent, categories=list(categories), every=not categories, source=source)
    return dict(_lines(rows))


def _lines(rows: Iterator[dict[str, Any]]) -> Iterator[tuple[str, Tally]]:
    for row in rows:
        yield row["line"], tally_of(row, MEASURES, INDICATORS)


@cache
def _sql(by: str) -> str:
    chosen = (
        "FROM facts f\n"
        "WHERE (%(every)s OR coalesce(f.category_id::text, 'none') = ANY(%(categories)s))\n"
        "AND (%(source)s = '' OR f.source = %(source)s)\n"
    )
    numbers = ",\n".join([f"SELECT {GROUPS[by]} AS line", *counting_columns(MEASURES, INDICATORS)])
    return "\n".join([part("facts"), numbers, chosen, "GROUP BY 1"])
