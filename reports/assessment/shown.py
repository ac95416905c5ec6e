"""Results as people see them: numbers of the page, the chart, the Excel ledger. Made from the stored results alone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from grid.models import Grid
from reports.assessment.counting import CALL_RATES
from reports.assessment.ledger import Row
from reports.assessment.schemes import examples
from reports.documents.excel import PERCENT, Chart, Column, Sheet, build_excel
from reports.indicators import CHAPTER_INDICATORS, INDICATOR_BY_NAME
from reports.models import Assessment, AssessmentEntry
from reports.periods import Period

Json = dict[str, Any]
POINTS: Final = "0.00"
MODES: Final = {
    "share": "分值×率",
    "inverse": "分值×（1−率）",
    "bar": "达标满分，每低1个百分点扣分",
    "hand": "评议打分",
}
WHY: Final = {
    "few": "样本不足，不参与排名",
    "post": "按岗位汇总，不排名",
    "unmarked": "评议未完成",
    "nothing": "无数据",
}


def lines(results: Mapping[str, Any], shown: Sequence[Json] | None = None) -> list[Json]:
    """Lines with numbers instead of texts, additions summed up, and why there is no rank."""
    return [_line(one) for one in (shown if shown is not None else results["lines"])]


def _line(one: Mapping[str, Any]) -> Json:
    return {
        **one,
        "cells": [_cell(cell) for cell in one["cells"]],
        "added": sum(float(value) for value in one["given"].values()),
        "total": _float(one["total"]),
        "percent": _float(one["percent"]),
        "reason": WHY.get(one["why"], ""),
        "was": _line(one["was"]) if "was" in one else None,
    }


def _cell(cell: Mapping[str, Any]) -> Json:
    return {**cell, **{name: _float(cell[name]) for name in ("rate", "low", "high", "shrunk", "points")}}


def _float(text: str | None) -> float | None:
    return None if text is None else float(text)


def items(results: Mapping[str, Any]) -> list[Json]:
    """The items with their formula in words and how their rate counts."""
    return [
        {**item, "formula": formula(item["indicator"]), "how": MODES[item["mode"]], "points": float(item["points"])}
        for item in results["plan"]["items"]
    ]


def formula(indicator: str) -> str:
    """The definition of an indicator in words; "" for what is given by hand."""
    known = {**INDICATOR_BY_NAME, **{one.name: one for one in CHAPTER_INDICATORS}}
    if indicator in known:
        return known[indicator].formula
    return next((str(rate.formula) for rate in CALL_RATES if rate.name == indicator), "")


def chart(results: Mapping[str, Any]) -> Json:
    """The totals as bars, in the order of the table; those without a score are left out."""
    scored = [line for line in results["lines"] if line["total"] is not None]
    return {
        "kind": "hbar" if len(scored) > 8 else "bar",
        "labels": [line["name"] for line in scored],
        "series": [{"name": words()["total"], "values": [float(line["total"]) for line in scored]}],
    }


# --- Excel ------------------------------------------------------------------------------------------------------------


def words() -> Mapping[str, str]:
    """The Chinese words of the ledger."""
    found: Mapping[str, str] = examples()["words"]
    return found


def excel(row: Assessment, entries: Sequence[AssessmentEntry]) -> bytes:
    """The ledger: results with a chart, every rate with its numerator and denominator, entries, definitions."""
    results = row.results
    sheets = [_results(results), _rates(results), _entries(results, entries), _excluded(results), _definitions(results)]
    as_of = datetime.fromisoformat(results["as_of"])
    return build_excel([sheet for sheet in sheets if sheet.rows], as_of=as_of, title=title(results))


def title(results: Mapping[str, Any]) -> str:
    """What page and files are called."""
    return f"{results['grid']['name']}{results['scheme']['name']}"


def file_name(results: Mapping[str, Any]) -> str:
    """The name under which a browser keeps the ledger."""
    return f"{title(results)}{results['period']['first']}至{results['period']['last']}.xlsx"


def days(results: Mapping[str, Any]) -> str:
    """The days in the caption of tables."""
    return f"{results['period']['first']}至{results['period']['last']}"


def _results(results: Mapping[str, Any]) -> Sheet:
    plan, w = results["plan"], words()
    heads = [Column(w["rank"]), Column(w["subject"], 24), Column(w["cases"])]
    heads += [Column(item["label"], 0, POINTS) for item in plan["items"]]
    heads += [Column(w[name], 0, POINTS) for name in ("base", "added", "total", "percent")]
    heads += [Column(w["grade"]), Column(w["note"], 24)]
    rows = [
        [
            line["rank"] or "—",
            line["name"],
            line["cases"],
            *(cell["points"] if cell["points"] is not None else "—" for cell in line["cells"]),
            float(plan["base"]),
            line["added"],
            line["total"] if line["total"] is not None else "—",
            line["percent"] if line["percent"] is not None else "—",
            line["grade"] or "—",
            line["reason"],
        ]
        for line in lines(results)
    ]
    total = 4 + len(plan["items"]) + 1
    return Sheet(w["results"], heads, rows, title(results), w["points"], days(results), Chart("column", [total], 1))


def _rates(results: Mapping[str, Any]) -> Sheet:
    w = words()
    heads = [Column(w["subject"], 24), Column(w["item"], 16), Column(w["above"]), Column(w["below"])]
    heads += [Column(w[name], 0, PERCENT) for name in ("rate", "low", "high", "shrunk")]
    heads.append(Column(w["points"], 0, POINTS))
    return Sheet(w["rates"], heads, list(_rate_rows(results)), period=days(results))


def _rate_rows(results: Mapping[str, Any]) -> Iterator[list[Any]]:
    labels = {item["key"]: item["label"] for item in results["plan"]["items"] if item["mode"] != "hand"}
    for line in lines(results):
        for cell in line["cells"]:
            if cell["item"] in labels:
                numbers = [cell[name] if cell[name] is not None else "—" for name in ("rate", "low", "high", "shrunk")]
                points = cell["points"] if cell["points"] is not None else "—"
                yield [line["name"], labels[cell["item"]], cell["above"], cell["below"], *numbers, points]


def _entries(results: Mapping[str, Any], entries: Sequence[AssessmentEntry]) -> Sheet:
    w = words()
    heads = [Column(w["subject"], 24), Column(w["item"], 24), Column(w["points"], 0, POINTS), Column(w["reason"], 40)]
    heads += [Column(w["evidence"], 40), Column(w["state"], 30)]
    rows = [
        [
            results["names"].get(one.subject, one.subject),
            str(one.rule or one.item),
            float(one.amount),
            one.reason,
            "；".join(filter(None, (one.incident.number if one.incident else "", one.evidence))),
            f"{w['withdrawn']}：{one.withdrawn_reason}" if one.withdrawn_at else w["stands"],
        ]
        for one in entries
    ]
    return Sheet(w["entries"], heads, rows, period=days(results))


def _excluded(results: Mapping[str, Any]) -> Sheet:
    rows = [[one["number"], one["reason"]] for one in results["excluded"]]
    return Sheet(words()["excluded"], [Column(words()["number"], 20), Column(words()["reason"], 60)], rows)


def _definitions(results: Mapping[str, Any]) -> Sheet:
    w = words()
    rows = [[item["label"], item["points"], item["how"], item["formula"]] for item in items(results)]
    plan = results["plan"]
    fair = w["fair"].format(shrink=plan["shrink_cases"], least=plan["least_cases"])
    rows += [[w["comparison"], "", "", fair], [w["source"], "", "", results["scheme"]["source"]]]
    heads = [Column(w["item"], 20), Column(w["points"], 10), Column(w["how"], 28), Column(w["formula"], 80)]
    return Sheet(w["definitions"], heads, rows)


def ledger_excel(grid: Grid, period: Period, rows: Sequence[Row]) -> bytes:
    """The work ledger of a grid as a workbook; times as people here read them."""
    w = words()
    heads = [Column(w["number_in_list"], 6), Column(w["day"], 18), Column(w["kind"], 16), Column(w["matter"], 50)]
    heads.append(Column(w["outcome"], 50))
    found = [[n, row.at, row.label, row.matter, row.result] for n, row in enumerate(rows, start=1)]
    span = f"{period.first:%Y-%m-%d}至{period.last:%Y-%m-%d}"
    sheet = Sheet(w["ledger"], heads, found, f"{grid.name}{w['ledger']}", "", span)
    return build_excel([sheet], as_of=period.end, title=f"{grid.name}{w['ledger']}")


def ledger_name(grid: Grid, period: Period) -> str:
    """The name under which a browser keeps it."""
    return f"{grid.name}{words()['ledger']}{period.first:%Y-%m}.xlsx"
