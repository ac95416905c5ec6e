"""Word and Excel of the weekly, monthly and quarterly reports, from the frozen snapshot alone: the same bytes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from reports import cells
from reports.daily_document import STREET_LEVEL, appendix, appendix_sheet
from reports.documents.blocks import Block, Document, Heading, Paragraph, Recipients, Signature, Table, Title
from reports.documents.excel import PERCENT, WHOLE, Chart, Column, Sheet, build_excel
from reports.documents.word import build_word
from reports.periods import local_day
from reports.rhythms.pages import days_text, shown, subtitle
from reports.words import templates

__all__ = ["document", "excel", "file_name", "shown", "word"]

Json = Mapping[str, Any]

ROWS_IN_WORD: Final = 30
"""Longer tables go on in the Excel ledger only; the Word text says how many lines."""
ONLY_IN_EXCEL: Final = frozenset({"days"})
FORMATS: Final = {
    "count": WHOLE,
    "rank": WHOLE,
    "rate": PERCENT,
    "change": "+#,##0;-#,##0;0",
    "growth": "+0.0%;-0.0%;0.0%",
    "points": "+0.0;-0.0;0.0",
    "number": "0.##",
}


def word(snapshot: Json, text: Json | None = None) -> bytes:
    """The report as an official document (GB/T 9704, domain.md 6.3); `text` replaces the generated one."""
    made = {**snapshot, "text": text} if text else snapshot
    return build_word(document(made))


def document(snapshot: Json) -> Document:
    """The report in blocks."""
    return Document(_name(snapshot), list(_blocks(snapshot)), _as_of(snapshot), snapshot["text"]["office"])


def excel(snapshot: Json) -> bytes:
    """Text, tables with native charts, and definitions as a workbook."""
    sheets = [_text(snapshot), *(_sheet(table, snapshot) for table in snapshot["tables"])]
    sheets += [*appendix_sheet(dict(snapshot)), _definitions(snapshot)]
    return build_excel(sheets, as_of=_as_of(snapshot), title=_name(snapshot), author=snapshot["text"]["office"])


def file_name(snapshot: Json, ending: str) -> str:
    """The name under which a browser keeps the file."""
    return f"{snapshot['text']['short_title'].replace(' ', '')}.{ending}"


def _name(snapshot: Json) -> str:
    return f"{snapshot['text']['title']}（{subtitle(snapshot)}）"


def _as_of(snapshot: Json) -> datetime:
    return datetime.fromisoformat(snapshot["as_of"])


def _words() -> Mapping[str, Any]:
    return templates("rhythms")


# --- Word -------------------------------------------------------------------------------------------------------------


def _blocks(snapshot: Json) -> Iterator[Block]:
    text = snapshot["text"]
    yield Title(f"{text['title']}\n（{subtitle(snapshot)}）")
    for section in text["sections"]:
        yield Heading(1, section["heading"])
        for paragraph in section["paragraphs"]:
            yield Paragraph(paragraph)
    yield Signature(text["office"], local_day(_as_of(snapshot)))
    yield Paragraph(_words()["tables_heading"], indent=False)
    for table in snapshot["tables"]:
        if table["name"] not in ONLY_IN_EXCEL:
            yield _word_table(table, snapshot)
    yield from appendix(dict(snapshot))
    yield Paragraph(text["footnote"])
    yield _recipients(snapshot)


def _word_table(table: Json, snapshot: Json) -> Table:
    """A table that fits the 156 mm of the page; long ledgers are cut and say so."""
    rows = table["rows"]
    if len(rows) > ROWS_IN_WORD:
        rows = [*rows[: ROWS_IN_WORD - 1], rows[-1]] if rows[-1]["is_total"] else rows[:ROWS_IN_WORD]
    left_out = len(table["rows"]) - len(rows)
    notes = [table["note"], _words()["rest"].format(n=left_out) if left_out else ""]
    return Table(
        header=table["header"],
        rows=[[cells.shown(cell) for cell in row["cells"]] for row in rows],
        title=table["title"],
        unit=table["unit"],
        period=days_text(snapshot) if table["name"] == "summary" else "",
        widths=table["widths"] or (3, *[2] * (len(table["header"]) - 1)),
        note="".join(note for note in notes if note),
    )


def _recipients(snapshot: Json) -> Recipients:
    """As the paper was sent, else as this kind of report usually goes."""
    if given := snapshot.get("recipients"):
        return Recipients(given["sent_to"], given["passed_to"])
    words, low = _words(), "" if snapshot["grid"]["level"] <= STREET_LEVEL else "_low"
    name = snapshot["grid"]["name"]
    sent, passed = ([each.format(grid=name) for each in words[f"{key}{low}"]] for key in ("sent_to", "passed_to"))
    return Recipients(sent, passed)


# --- Excel ------------------------------------------------------------------------------------------------------------


def _text(snapshot: Json) -> Sheet:
    """The text, so that the file tells everything."""
    rows = [
        [section["heading"] if place == 0 else "", paragraph]
        for section in snapshot["text"]["sections"]
        for place, paragraph in enumerate(section["paragraphs"])
    ]
    title, name = _words()["tables"]["text"], snapshot["text"]["title"]
    return Sheet(
        title, [Column("章节", 18), Column("内容", 110)], rows, title=name, period=days_text(snapshot), wrap=True
    )


def _sheet(table: Json, snapshot: Json) -> Sheet:
    spec = table["chart"]
    without_sum = sum(not row["is_total"] for row in table["rows"])
    return Sheet(
        name=table["title"],
        columns=[_column(table, number) for number in range(len(table["header"]))],
        rows=[[_value(cell) for cell in row["cells"]] for row in table["rows"]],
        title=f"{snapshot['grid']['name']}{table['title']}",
        unit=table["unit"],
        period=days_text(snapshot),
        chart=Chart(spec["kind"], spec["values"], spec["labels"], rows=without_sum) if spec else None,
    )


def _value(cell: Json) -> Any:
    """Numbers stay numbers; what is not known is a dash."""
    value = cell["value"]
    if cell["kind"] not in FORMATS or value is None:
        return cells.shown(cell)
    return round(value * 100, 2) if cell["kind"] == "points" else value


def _column(table: Json, number: int) -> Column:
    title, some = table["header"][number], [row["cells"][number] for row in table["rows"]]
    longest = max(_length(str(cells.shown(cell))) for cell in some)
    width = min(60, max(10, 2 + _length(title), 2 + longest))
    return Column(title, width, FORMATS.get(_kind(some), ""))


def _length(text: str) -> int:
    """The width of a text in characters of a spreadsheet: Chinese ones count twice."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _kind(some: Sequence[Json]) -> str:
    return str(some[0]["kind"])


def _definitions(snapshot: Json) -> Sheet:
    """What each number means, and the notes of the tables, so that a reader of the file needs nothing else."""
    words = _words()
    rows = [[each["label"], each["meaning"]] for each in snapshot["definitions"]]
    rows += [[table["title"], table["note"]] for table in snapshot["tables"] if table["note"]]
    columns = [Column(words["columns"]["measure"], 20), Column(words["columns"]["meaning"], 80)]
    return Sheet(words["tables"]["definitions"], columns, rows, title=snapshot["text"]["footnote"], wrap=True)
