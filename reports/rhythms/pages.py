"""The page of a weekly, monthly or quarterly report: the context of templates/reports/parts/document.html."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.urls import reverse

from reports import cells
from reports.documents.prose import chinese_number, date_text
from reports.indicators import INDICATOR_BY_NAME, MEASURE_BY_NAME
from reports.pages import HEAD_NUMBERS, HEAD_RATES, cases_url
from reports.words import percent, templates

Json = dict[str, Any]
Snapshot = Mapping[str, Any]

CHART_KINDS: Final = {"column": "bar", "bar": "hbar", "line": "line"}
TONES: Final = ("primary", "success", "danger")


def shown(snapshot: Snapshot) -> Json:
    """Numbers, text, charts and tables; every number that has a measure opens its incidents."""
    return {
        "snapshot": snapshot,
        "day_text": subtitle(snapshot),
        "sections": [
            {"number": chinese_number(n), **section} for n, section in enumerate(snapshot["text"]["sections"], 1)
        ],
        "stats": [_stat(snapshot, *each) for each in HEAD_NUMBERS],
        "rates": [_rate(snapshot, name) for name in HEAD_RATES],
        "tables": [_table(table, snapshot) for table in snapshot["tables"]],
        "charts": [_chart(table, snapshot) for table in snapshot["tables"] if table["chart"]],
    }


def subtitle(snapshot: Snapshot) -> str:
    """The period as it stands under the title; texts that were edited may lack it."""
    return str(snapshot["text"].get("subtitle") or days_text(snapshot))


def days_text(snapshot: Snapshot) -> str:
    """The days that the numbers are of: 2026年11月9日至2026年11月15日."""
    first, last = (date_text(date.fromisoformat(snapshot["period"][each])) for each in ("first", "last"))
    return str(templates("rhythms")["days"].format(first=first, last=last))


def _stat(snapshot: Snapshot, name: str, tone: str, symbol: str) -> Json:
    numbers = snapshot["numbers"]
    value, hint = numbers["total"]["numbers"][name], ""
    if numbers["previous"]:
        before = numbers["previous"]["numbers"][name]
        words = templates("rhythms")["periods"][snapshot["kind"]]
        than = words["same_span" if snapshot["interim"] else "previous"]
        hint = f"{than} {before}（{value - before:+d}）"
    return {
        "label": MEASURE_BY_NAME[name].label,
        "value": value,
        "unit": "件",
        "tone": tone if value else "",
        "symbol": symbol,
        "hint": hint,
        "url": cases_url(snapshot, name),
    }


def _rate(snapshot: Snapshot, name: str) -> Json:
    rate, indicator = snapshot["numbers"]["total"]["rates"][name], INDICATOR_BY_NAME[name]
    fraction = f"{rate['above']}/{rate['below']}"
    return {"label": indicator.label, "value": percent(rate["value"]), "hint": fraction, "formula": indicator.formula}


def _table(table: Mapping[str, Any], snapshot: Snapshot) -> Json:
    rows = [[_cell(cell, row, table, snapshot) for cell in row["cells"]] for row in table["rows"]]
    numeric = [cell["numeric"] for cell in rows[0]]
    header = [{"text": text, "numeric": kind} for text, kind in zip(table["header"], numeric, strict=True)]
    return {
        "name": table["name"],
        "title": table["title"],
        "unit": table["unit"],
        "header": header,
        "rows": rows,
        "rest": table["note"],
    }


def _cell(cell: Json, row: Json, table: Mapping[str, Any], snapshot: Snapshot) -> Json:
    url = ""
    if cell["kind"] == "case":
        url = reverse("incidents:detail", args=[cell["value"]])
    elif cell.get("measure") and cell["value"] and (row["key"] or row["is_total"]):
        url = cases_url(snapshot, cell["measure"], table["by"], row["key"])
    return {
        "text": cells.shown(cell),
        "url": url,
        "hint": cell.get("hint", ""),
        "numeric": cell["kind"] in cells.NUMERIC,
    }


def _chart(table: Mapping[str, Any], snapshot: Snapshot) -> Json:
    """A table as a chart, without its sum."""
    spec, rows = table["chart"], [row for row in table["rows"] if not row["is_total"]]
    series = [
        {
            "name": table["header"][column],
            "values": [row["cells"][column]["value"] for row in rows],
            "tone": TONES[place % len(TONES)],
        }
        for place, column in enumerate(spec["values"])
    ]
    labels = [str(cells.shown(row["cells"][spec["labels"]])) for row in rows]
    data = {"kind": CHART_KINDS[spec["kind"]], "labels": labels, "series": series}
    if links := _links(table, rows, spec["values"], snapshot):
        data["links"] = links
    return {
        "id": f"chart-{table['name']}",
        "title": table["title"],
        "unit": table["unit"],
        "data": data,
        "period": days_text(snapshot),
    }


def _links(table: Mapping[str, Any], rows: Sequence[Json], values: Sequence[int], snapshot: Snapshot) -> list[str]:
    """Where the bars lead, when every one leads somewhere."""
    if not rows or not all(row["key"] and row["cells"][values[0]].get("measure") for row in rows):
        return []
    return [cases_url(snapshot, row["cells"][values[0]]["measure"], table["by"], row["key"]) for row in rows]
