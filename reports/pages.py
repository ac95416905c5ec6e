"""What the web pages of a report show: numbers, tables and charts of its snapshot, each linked to its incidents."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils.http import urlencode

from reports import tables
from reports.documents.prose import chinese_number, date_text
from reports.indicators import INDICATOR_BY_NAME, MEASURE_BY_NAME
from reports.tables import Cell, ReportTable, Row
from reports.words import percent, templates

Json = dict[str, Any]

HEAD_NUMBERS: Final = (
    ("reported", "", "plus"),
    ("completed", "success", "circle-check"),
    ("same_day", "success", "bolt"),
    ("open_end", "", "hourglass"),
    ("overdue_open", "danger", "clock-exclamation"),
)
HEAD_RATES: Final = ("same_day_rate", "on_time_handling_rate", "on_time_closing_rate")


def shown(snapshot: Mapping[str, Any]) -> Json:
    """The context of the document part of a page."""
    return {
        "snapshot": snapshot,
        "day_text": _day(snapshot["period"]["first"]),
        "sections": [
            {"number": chinese_number(n), **section} for n, section in enumerate(snapshot["text"]["sections"], 1)
        ],
        "stats": [_stat(snapshot, *each) for each in HEAD_NUMBERS],
        "rates": [_rate(snapshot, name) for name in HEAD_RATES],
        "tables": [_table(table, snapshot) for table in tables.all_tables(snapshot)],
        "charts": [_days_chart(snapshot), _hours_chart(snapshot), _areas_chart(snapshot), _categories_chart(snapshot)],
    }


def _day(text: str) -> str:
    return date_text(date.fromisoformat(text))


def cases_url(snapshot: Mapping[str, Any], measure: str, by: str = "", key: str = "") -> str:
    """The page of the incidents behind one number."""
    first, last = snapshot["period"]["first"], snapshot["period"]["last"]
    address = reverse("reports:cases", args=[snapshot["grid"]["code"], first, last, measure])
    return f"{address}?{urlencode({by: key})}" if by and key else address


def _stat(snapshot: Mapping[str, Any], name: str, tone: str, symbol: str) -> Json:
    value = snapshot["total"]["numbers"][name]
    more = value - snapshot["previous"][name]
    return {
        "label": MEASURE_BY_NAME[name].label,
        "value": value,
        "unit": "件",
        "tone": tone if value else "",
        "symbol": symbol,
        "hint": f"前一日 {snapshot['previous'][name]}（{more:+d}）",
        "url": cases_url(snapshot, name),
    }


def _rate(snapshot: Mapping[str, Any], name: str) -> Json:
    rate, indicator = snapshot["total"]["rates"][name], INDICATOR_BY_NAME[name]
    fraction = f"{rate['above']}/{rate['below']}"
    return {"label": indicator.label, "value": percent(rate["value"]), "hint": fraction, "formula": indicator.formula}


def _table(table: ReportTable, snapshot: Mapping[str, Any]) -> Json:
    rows = [[_cell(cell, row, table, snapshot) for cell in row.cells] for row in table.rows]
    numeric = [cell["numeric"] for cell in rows[0]]
    header = [{"text": text, "numeric": kind} for text, kind in zip(table.header, numeric, strict=True)]
    left_out = tables.full_length(table, snapshot) - len(rows)
    rest = templates("daily")["rest"].format(n=left_out) if left_out > 0 else ""
    return {"name": table.name, "title": table.title, "unit": table.unit, "header": header, "rows": rows, "rest": rest}


def _cell(cell: Cell, row: Row, table: ReportTable, snapshot: Mapping[str, Any]) -> Json:
    url = ""
    if cell.kind == "case":
        url = reverse("incidents:detail", args=[cell.value])
    elif cell.measure and cell.value and (row.key or row.is_total):
        url = cases_url(snapshot, cell.measure, table.by, row.key)
    return {"text": cell.text, "url": url, "hint": cell.hint, "numeric": cell.kind in ("count", "rate")}


# --- charts (templates/parts/chart_box.html says what they are made of) -----------------------------------------------


def _two_series(rows: list[Json]) -> list[Json]:
    return [
        {"name": MEASURE_BY_NAME[name].label, "values": [row[name] for row in rows], "tone": tone}
        for name, tone in (("reported", "primary"), ("completed", "success"))
    ]


def _chart(name: str, title: str, kind: str, labels: list[str], series: list[Json], **more: Any) -> Json:
    data = {"kind": kind, "labels": labels, "series": series, **more}
    return {"id": f"chart-{name}", "title": title, "unit": "件", "data": data}


def _days_chart(snapshot: Mapping[str, Any]) -> Json:
    rows = snapshot["days"]
    labels = [f"{int(row['day'][5:7])}月{int(row['day'][8:])}日" for row in rows]
    chart = _chart("days", templates("daily")["tables"]["days"], "line", labels, _two_series(rows))
    return chart | {"period": f"{_day(rows[0]['day'])}至{_day(rows[-1]['day'])}"}


def _hours_chart(snapshot: Mapping[str, Any]) -> Json:
    rows = snapshot["hours"]
    labels = [f"{row['hour']}时" for row in rows]
    chart = _chart("hours", templates("daily")["tables"]["hours"], "bar", labels, _two_series(rows))
    return chart | {"period": _day(snapshot["period"]["first"]), "url": cases_url(snapshot, "ever")}


def _areas_chart(snapshot: Mapping[str, Any]) -> Json:
    rows = [row for row in snapshot["areas"] if any(row["numbers"].values())]
    numbers = [row["numbers"] for row in rows]
    series = [
        {"name": MEASURE_BY_NAME[name].label, "values": [each[name] for each in numbers], "tone": tone}
        for name, tone in (("reported", "primary"), ("completed", "success"), ("overdue_open", "danger"))
    ]
    links = [cases_url(snapshot, "ever", "area", row["key"]) for row in rows]
    title = templates("daily")["tables"]["areas"]
    chart = _chart("areas", title, "bar", [row["name"] for row in rows], series, links=links)
    return chart | {"period": _day(snapshot["period"]["first"])}


def _categories_chart(snapshot: Mapping[str, Any]) -> Json:
    rows = [row for row in snapshot["categories"] if row["key"] and row["numbers"]["reported"]]
    values = [row["numbers"]["reported"] for row in rows]
    series = [{"name": MEASURE_BY_NAME["reported"].label, "values": values, "tone": "primary"}]
    links = [cases_url(snapshot, "reported", "category", row["key"]) for row in rows]
    title = templates("daily")["tables"]["categories"]
    chart = _chart("categories", title, "hbar", [row["name"] for row in rows], series, links=links)
    return chart | {"period": _day(snapshot["period"]["first"])}
