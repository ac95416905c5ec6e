"""The daily report as Word and as Excel. Made from the frozen snapshot alone, so the bytes are the same each time."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from grid.sheets import XLSX
from reports import tables
from reports.documents.blocks import Block, Document, Heading, Paragraph, Recipients, Signature, Table, Title
from reports.documents.excel import PERCENT, WHOLE, Chart, Column, Sheet, build_excel
from reports.documents.prose import date_text
from reports.documents.word import build_word
from reports.indicators import INDICATORS, MEASURES
from reports.periods import local_day
from reports.tables import ReportTable
from reports.words import templates

Json = Mapping[str, Any]

WORD_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL_TYPE: Final = XLSX
ROWS_IN_WORD: Final = 30
"""Longer tables go on in the Excel ledger only; the Word text says how many lines."""
_WIDTHS: Final = {
    "areas": (7, 3, 3, 3, 3, 3, 3, 4),
    "categories": (7, 3, 3, 3, 3, 3, 3, 4),
    "units": (9, 3, 3, 3, 3, 3, 3, 4),
    "overdue": (13, 11, 7, 5, 8, 6, 6),
    "waiting": (13, 11, 7, 5, 8, 6, 6),
}
STREET_LEVEL: Final = 3


def word(snapshot: Json) -> bytes:
    """The report as an official document (GB/T 9704, domain.md 6.3)."""
    return build_word(document(snapshot))


def document(snapshot: Json) -> Document:
    """The report in blocks."""
    return Document(_name(snapshot), list(_blocks(snapshot)), _as_of(snapshot), snapshot["text"]["office"])


def excel(snapshot: Json) -> bytes:
    """The report's tables and ledgers as a workbook."""
    sheets = [_sheet(table, snapshot) for table in tables.all_tables(snapshot)]
    if snapshot["matters"]:
        sheets.append(_sheet(tables.matters(snapshot), snapshot))
    sheets += [*appendix_sheet(snapshot), _days(snapshot), _definitions(snapshot)]
    return build_excel(sheets, as_of=_as_of(snapshot), title=_name(snapshot), author=snapshot["text"]["office"])


def file_name(snapshot: Json, ending: str) -> str:
    """The name under which a browser keeps the file."""
    return f"{snapshot['grid']['name']}日调度报告{snapshot['period']['first']}.{ending}"


def _name(snapshot: Json) -> str:
    return f"{snapshot['text']['title']}（{_day_text(snapshot)}）"


def _day_text(snapshot: Json) -> str:
    return date_text(date.fromisoformat(snapshot["period"]["first"]))


def _as_of(snapshot: Json) -> datetime:
    return datetime.fromisoformat(snapshot["as_of"])


# --- Word -------------------------------------------------------------------------------------------------------------


def _blocks(snapshot: Json) -> Iterator[Block]:
    text = snapshot["text"]
    yield Title(f"{text['title']}\n（{_day_text(snapshot)}）")
    for section in text["sections"]:
        yield Heading(1, section["heading"])
        for paragraph in section["paragraphs"]:
            yield Paragraph(paragraph)
    yield Signature(text["office"], local_day(_as_of(snapshot)))
    yield Paragraph(templates("daily")["headings"]["tables"], indent=False)
    for table in tables.all_tables(snapshot):
        yield from _word_table(table, snapshot)
    yield from appendix(snapshot)
    yield Paragraph(text["footnote"])
    yield _recipients(snapshot)


def appendix(snapshot: Json) -> Iterator[Block]:
    """What the meetings on this report decided, where there is something (`finished.appendix`)."""
    if found := snapshot.get("appendix"):
        yield Table(header=found["header"], rows=found["rows"], title=found["title"], widths=(3, 10, 5, 4, 6))


def appendix_sheet(snapshot: Json) -> Iterator[Sheet]:
    """The same for the workbook."""
    if found := snapshot.get("appendix"):
        columns = [Column(title, 60 if n == 1 else 20) for n, title in enumerate(found["header"])]
        title = f"{snapshot['grid']['name']}{found['title']}"
        yield Sheet(name="工作交办清单", columns=columns, rows=found["rows"], title=title)


def _word_table(table: ReportTable, snapshot: Json) -> Iterator[Block]:
    """A table that fits the 156 mm of the page: formulas stay in Excel, long ledgers are cut and say so."""
    width = 4 if table.name == "rates" else len(table.header)
    rows = table.rows[:ROWS_IN_WORD]
    yield Table(
        header=table.header[:width],
        rows=[[cell.text for cell in row.cells[:width]] for row in rows],
        title=table.title,
        unit=table.unit,
        period=_day_text(snapshot) if table.name == "summary" else "",
        widths=_WIDTHS.get(table.name, (3, *[2] * (width - 1))),
    )
    if (left_out := tables.full_length(table, snapshot) - len(rows)) > 0:
        yield Paragraph(templates("daily")["rest"].format(n=left_out))


def _recipients(snapshot: Json) -> Recipients:
    """As the paper was sent (`finished.as_read`), else as this kind of report usually goes."""
    if given := snapshot.get("recipients"):
        return Recipients(given["sent_to"], given["passed_to"])
    words, low = templates("daily"), "" if snapshot["grid"]["level"] <= STREET_LEVEL else "_low"
    sent, passed = words[f"sent_to{low}"], words[f"passed_to{low}"]
    name = snapshot["grid"]["name"]
    return Recipients([each.format(grid=name) for each in sent], [each.format(grid=name) for each in passed])


# --- Excel ------------------------------------------------------------------------------------------------------------

_FORMATS: Final = {"count": WHOLE, "rate": PERCENT}
_WIDE: Final = {"标题": 36, "事项": 80, "计算方法": 60, "口径": 60}


def _sheet(table: ReportTable, snapshot: Json) -> Sheet:
    return Sheet(
        name=table.title,
        columns=[_column(table, number) for number in range(len(table.header))],
        rows=[[cell.value if cell.kind in _FORMATS else cell.text for cell in row.cells] for row in table.rows],
        title=f"{snapshot['grid']['name']}{table.title}",
        unit=table.unit,
        period=_day_text(snapshot),
    )


def _column(table: ReportTable, number: int) -> Column:
    title, kind = table.header[number], table.rows[0].cells[number].kind
    width = _WIDE.get(title, 24 if number == 0 or title in ("责任单位（人）", "责任方") else 14)
    return Column(title, width, _FORMATS.get(kind, ""))


def _days(snapshot: Json) -> Sheet:
    words = templates("daily")
    headers = [words["columns"][name] for name in ("day", "reported", "completed")]
    return Sheet(
        name=words["tables"]["days"],
        columns=[Column(headers[0], 16), *(Column(title, 14, WHOLE) for title in headers[1:])],
        rows=[[row["day"], row["reported"], row["completed"]] for row in snapshot["days"]],
        title=f"{snapshot['grid']['name']}{words['tables']['days']}",
        unit="件",
        period=f"{snapshot['days'][0]['day']}至{snapshot['days'][-1]['day']}",
        chart=Chart("line", values=(1, 2)),
    )


def _definitions(snapshot: Json) -> Sheet:
    """What each number means, so that a reader of the file needs nothing else."""
    words = templates("daily")
    rows = [[measure.label, measure.meaning] for measure in MEASURES]
    rows += [[indicator.label, indicator.formula] for indicator in INDICATORS]
    columns = [Column(words["columns"]["measure"], 20), Column(words["columns"]["meaning"], 80)]
    return Sheet(words["tables"]["definitions"], columns, rows, title=snapshot["text"]["footnote"])
