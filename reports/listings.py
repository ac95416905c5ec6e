"""What a report lists beside its counts: overdue and waiting cases, hot issues, days, hours; and the input's hash."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from accounts.protect import mask_numbers
from reports.metrics import Extent, narrowed, part, query

Row = dict[str, Any]

OVERDUE_LIMIT: Final = 100
WAITING_LIMIT: Final = 10
HOT_LEAST: Final = 3
HOT_LIMIT: Final = 5


def overdue_cases(extent: Extent) -> list[Row]:
    """Open cases whose present stage is over its limit at the end of `extent`, the longest overdue first."""
    return _cases(_cases_sql("AND f.overdue ORDER BY f.overdue_since, f.id"), extent, OVERDUE_LIMIT)


def longest_waiting(extent: Extent) -> list[Row]:
    """Open cases at the end of `extent`, the oldest report first."""
    return _cases(_cases_sql("ORDER BY f.reported_at, f.id"), extent, WAITING_LIMIT)


def hot_issues(extent: Extent, *, since: datetime) -> list[Row]:
    """Same kind of problem in the same place, reported at least three times from `since` on and again in `extent`."""
    return list(query(part("hot"), extent, since=since, least=HOT_LEAST, limit=HOT_LIMIT))


def days(extent: Extent, *, since: datetime) -> list[Row]:
    """Reported and completed per local day and category, from `since` to the end of `extent`."""
    return list(query(part("trend"), extent, since=since))


def hours(extent: Extent) -> Mapping[int, Row]:
    """Reported and completed per local hour of `extent`."""
    return {row["hour"]: row for row in query(part("hours"), extent)}


def sent_back(extent: Extent) -> dict[str, list[str]]:
    """Numbers of the cases returned and reworked in `extent`, by measure."""
    rows = list(query("\n".join([part("facts"), part("sent_back")]), extent))
    return {name: [row["number"] for row in rows if row[name]] for name in ("returned", "reworked")}


def input_hash(extent: Extent) -> str:
    """A hash of every event and clock entry that the numbers of `extent` come from; the same for ever."""
    sql = "\n".join([part("facts"), part("input")])
    return str(next(query(sql, extent))["hash"])


def totals_by_day(rows: list[Row], wanted: list[date]) -> list[Row]:
    """One row for each of the `wanted` days, categories summed up."""
    return [
        {
            "day": day.isoformat(),
            "reported": sum(row["reported"] for row in rows if row["day"] == day),
            "completed": sum(row["completed"] for row in rows if row["day"] == day),
        }
        for day in wanted
    ]


@cache
def _cases_sql(choice: str) -> str:
    # open at the end: open still, or ended after it
    facts = narrowed("i.state = ANY(%(open_states)s) OR i.closed_at >= %(end)s")
    return "\n".join([facts, part("cases"), choice, "LIMIT %(limit)s"])


def _cases(sql: str, extent: Extent, limit: int) -> list[Row]:
    return list(_described(query(sql, extent, limit=limit), extent))


def _described(rows: Iterator[Row], extent: Extent) -> Iterator[Row]:
    for row in rows:
        overdue = row["overdue_since"]
        yield {
            **{name: row[name] for name in ("id", "number", "category_id", "area", "grid_code", "state")},
            "title": mask_numbers(row["title"]),
            "category": row["category"] or "",
            "unit": row["unit"] or "",
            "person": row["person"] or "",
            "reported_at": row["reported_at"].isoformat(),
            "waiting": int((extent.end - row["reported_at"]).total_seconds()),
            "due_at": overdue.isoformat() if overdue else None,
            "overdue": int((extent.end - overdue).total_seconds()) if overdue else 0,
        }
