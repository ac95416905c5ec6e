"""Excel ledgers and statistics: title, unit and period over a frozen header, number formats, a native chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from xlsxwriter.worksheet import Worksheet

from grid.sheets import SafeWorkbook, plain_text, sheet_name
from reports.documents.word import caption

PERCENT: Final = "0.0%"
WHOLE: Final = "#,##0"

_HEADER_ROW: Final = 2
_FONT: Final = {"font_name": "宋体", "valign": "vcenter"}


@dataclass(frozen=True)
class Column:
    """A column: its title, its width in characters (0: by the title) and the number format of its cells."""

    title: str
    width: int = 0
    num_format: str = ""


@dataclass(frozen=True)
class Chart:
    """A native chart beside the table: one series per column in `values`, labelled by the column `labels`.

    Of the first `rows` lines (0: all), so that a sum at the end stays out of it.
    """

    kind: Literal["column", "bar", "line", "pie"]
    values: Sequence[int]
    labels: int = 0
    title: str = ""
    rows: int = 0


@dataclass(frozen=True)
class Sheet:
    """One sheet with one table; `wrap` breaks long text inside its cell."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    title: str = ""
    unit: str = ""
    period: str = ""
    chart: Chart | None = None
    wrap: bool = False


def build_excel(sheets: Sequence[Sheet], *, as_of: datetime, title: str, author: str = "") -> bytes:
    """A workbook of the sheets in their order; the same content gives the same bytes."""
    safe = SafeWorkbook(as_of, title=title, author=author)
    names: set[str] = set()
    for sheet in sheets:
        _add_sheet(safe, sheet, _unique(sheet_name(sheet.name), names))
    return safe.close()


def _unique(name: str, names: set[str]) -> str:
    """Excel takes no two sheets whose names differ by case only."""
    candidate, number = name, 1
    while candidate.lower() in names:
        number += 1
        candidate = f"{name[: 31 - len(str(number)) - 1]} {number}"
    names.add(candidate.lower())
    return candidate


def _add_sheet(safe: SafeWorkbook, sheet: Sheet, name: str) -> None:
    page = safe.book.add_worksheet(name)
    _write_head(safe, page, sheet)
    for column, spec in enumerate(sheet.columns):
        safe.put(page, _HEADER_ROW, column, spec.title, **_FONT, bold=True, align="center", border=1, text_wrap=True)
        page.set_column(column, column, spec.width or min(40, max(10, 2 + 2 * len(spec.title))))
    _write_rows(safe, page, sheet)
    _set_print(page, len(sheet.columns))
    if sheet.chart and sheet.rows:
        _add_chart(safe, page, sheet, sheet.chart, name)


def _write_head(safe: SafeWorkbook, page: Worksheet, sheet: Sheet) -> None:
    last = len(sheet.columns) - 1
    for row, text, look in (
        (0, sheet.title or sheet.name, {"bold": True, "font_size": 16, "align": "center"}),
        (1, caption(sheet.period, sheet.unit), {"align": "right"}),
    ):
        if last:
            page.merge_range(row, 0, row, last, "", safe.format(**_FONT, **look))
        safe.put(page, row, 0, text, **_FONT, **look)
    page.set_row(0, 30)


def _write_rows(safe: SafeWorkbook, page: Worksheet, sheet: Sheet) -> None:
    for number, row in enumerate(sheet.rows, start=_HEADER_ROW + 1):
        for column, (spec, value) in enumerate(zip(sheet.columns, row, strict=True)):
            look: dict[str, Any] = {"num_format": spec.num_format} if spec.num_format else {}
            look |= {"text_wrap": True} if sheet.wrap else {}
            safe.put(page, number, column, value, **_FONT, border=1, **look)
    if sheet.rows:
        page.autofilter(_HEADER_ROW, 0, _HEADER_ROW + len(sheet.rows), len(sheet.columns) - 1)


def _set_print(page: Worksheet, columns: int) -> None:
    page.freeze_panes(_HEADER_ROW + 1, 0)
    page.repeat_rows(_HEADER_ROW)
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_footer("&C— &P —")
    if columns > 7:
        page.set_landscape()


def _add_chart(safe: SafeWorkbook, page: Worksheet, sheet: Sheet, spec: Chart, name: str) -> None:
    chart = safe.book.add_chart({"type": spec.kind})
    first, last = _HEADER_ROW + 1, _HEADER_ROW + (spec.rows or len(sheet.rows))
    for column in spec.values:
        chart.add_series(
            {
                "name": [name, _HEADER_ROW, column],
                "categories": [name, first, spec.labels, last, spec.labels],
                "values": [name, first, column, last, column],
            }
        )
    chart.set_title({"name": plain_text(spec.title or sheet.title or sheet.name)})
    chart.set_legend({"none": True} if len(spec.values) == 1 and spec.kind != "pie" else {"position": "bottom"})
    page.insert_chart(_HEADER_ROW, len(sheet.columns) + 1, chart, {"description": "左侧表格的图表"})
