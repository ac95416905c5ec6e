"""Tables of a snapshot as plain JSON, and how page and Word show their cells. The daily report has its own (tables.py).

A table is {"name", "title", "unit", "by", "header", "rows", "widths", "chart", "note"}; a row {"key", "is_total",
"cells"}; a cell {"value", "kind"} and, when it has one, the measure whose incidents it counts and a hint.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from reports.documents.prose import number_text
from reports.words import percent, short_moment, span

Json = dict[str, Any]

NOTHING: Final = "—"
"""Stands where there is nothing to compare with or to divide."""


def cell(value: Any, kind: str = "text", *, measure: str = "", hint: str = "") -> Json:
    """One value. None is shown as a dash, never as a zero."""
    made: Json = {"value": value, "kind": kind}
    if measure:
        made["measure"] = measure
    if hint:
        made["hint"] = hint
    return made


def rate_cell(above: int, below: int) -> Json:
    """A ratio with its numerator and denominator as hint."""
    return cell(ratio(above, below), "rate", hint=f"{above}/{below}")


def ratio(above: int, below: int) -> float | None:
    """A share rounded to four digits; None of nothing."""
    return round(above / below, 4) if below else None


def row(cells: Sequence[Json], *, key: str = "", is_total: bool = False) -> Json:
    """One line; `key` is the area, category or unit it is about."""
    return {"key": key, "is_total": is_total, "cells": list(cells)}


_LOOK: Final[Mapping[str, Any]] = {"unit": "", "by": "", "widths": (), "chart": None, "note": ""}


def table(name: str, title: str, header: Sequence[str], rows: Iterable[Json], **look: Any) -> Json:
    """A table. It may have a `unit`, `by` (what its lines are: area, category, unit), `widths` (shares of the columns
    in the page's width), a `chart`, and a `note` that stands below it.
    """
    made = {"name": name, "title": title, "header": list(header), "rows": list(rows), **_LOOK, **look}
    if len(made) > len(_LOOK) + 4:
        raise TypeError(f"no such part of a table: {sorted(look)}")
    return made | {"widths": list(made["widths"])}


def chart(kind: str, values: Sequence[int], labels: int = 0) -> Json:
    """A chart of a table: which columns are drawn, which one labels them."""
    return {"kind": kind, "values": list(values), "labels": labels}


def shown(made: Mapping[str, Any]) -> Any:
    """What Word and the page show of a cell."""
    value = made["value"]
    if value is None or value == "":
        return NOTHING
    return _SHOWN.get(made["kind"], _as_it_is)(value)


def _as_it_is(value: Any) -> Any:
    return value


def _signed(value: int) -> str:
    return f"{value:+d}" if value else "0"


def growth_text(value: float | None) -> str:
    """A relative change as +8.3%; a dash where there is nothing to compare with."""
    return NOTHING if value is None else f"{value * 100:+.1f}%".replace("+0.0%", "0.0%").replace("-0.0%", "0.0%")


def _points(value: float) -> str:
    return f"{value * 100:+.1f}".replace("+0.0", "0.0").replace("-0.0", "0.0")


def _day(value: str) -> str:
    day = date.fromisoformat(value)
    return f"{day.month}月{day.day}日"


_SHOWN: Final[dict[str, Callable[[Any], Any]]] = {
    "rate": percent,
    "span": lambda value: span(value) if value else NOTHING,
    "moment": short_moment,
    "change": _signed,
    "growth": growth_text,
    "points": _points,
    "day": _day,
    "number": number_text,
}
NUMERIC: Final = frozenset({"count", "rate", "change", "growth", "points", "number", "rank"})
"""Kinds that stand at the right of a column."""
