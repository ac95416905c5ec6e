"""What an office's own Word template may say: its marks, filled from a paper or from a report; and a sample of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from grid.sheets import plain_text
from reports.documents.blocks import Block, Heading, Paragraph, Recipients, Signature, Table, Title, numbered
from reports.documents.prose import date_text, number_text
from reports.models import Paper, Report
from reports.papers import wording
from reports.papers.markup import blocks_of
from reports.papers.wording import words

Json = dict[str, Any]

NEW_PARAGRAPH: Final = "\a"
"""docxtpl begins a new paragraph of the same look here."""
PAPER_KINDS: Final = tuple(Paper.Kind.values)
REPORT_KINDS: Final = tuple(Report.Kind.values)
KINDS: Final = (*REPORT_KINDS, *PAPER_KINDS)


def paper_context(paper: Paper) -> Json:
    """The marks of one paper."""
    unit, incident = paper.organization, paper.incident
    return _plain(
        {
            "masthead": paper.masthead,
            "number": wording.number_text(paper) or words()["labels"]["draft"],
            "office": paper.office,
            "title": paper.title,
            "main_to": paper.main_to,
            "unit": unit.name if unit else paper.main_to,
            "case": incident.number if incident else "",
            "date": date_text(paper.issued_on) if paper.issued_on else "",
            "due": date_text(paper.due_on) if paper.due_on else "",
            "sent_to": paper.sent_to,
            "passed_to": paper.passed_to,
            "editor": paper.editor,
            "signer": paper.signer,
        }
    ) | _body(_lines(paper.body))


def report_context(blocks: Iterable[Block], **head: str) -> Json:
    """The marks of one report, from the blocks of its built-in document. `head`: what no block says (grid)."""
    title, lines, tables = "", [], []
    given = dict.fromkeys(("grid", "period", "office", "date", "footnote", "sent_to", "passed_to"), "") | head
    for block in numbered(blocks):
        match block:
            case Title():
                title, _end, period = block.text.partition("\n")
                given["period"] = period.strip("（）")
            case Heading() if not given["office"]:
                lines.append(_line(block.text, block.level))
            case Paragraph() if not given["office"]:
                lines.append(_line(block.text, 0))
            case Paragraph():
                given["footnote"] = block.text  # the last one after the signature
            case Signature():
                given |= {"office": block.unit, "date": block.on if isinstance(block.on, str) else date_text(block.on)}
            case Table():
                tables.append(_table(block))
            case Recipients():
                given |= {"sent_to": "、".join(block.sent_to), "passed_to": "、".join(block.passed_to)}
    return _plain(given | {"title": title}) | _body(lines) | {"tables": tables}


def _lines(body: str) -> list[Json]:
    return [_line(block.text, block.level if isinstance(block, Heading) else 0) for block in blocks_of(body)]


def _line(text: str, level: int) -> Json:
    return {"text": plain_text(text), "level": level, "is_heading": level > 0}


def _body(lines: Sequence[Json]) -> Json:
    return {"lines": list(lines), "body": NEW_PARAGRAPH.join(line["text"] for line in lines)}


def _table(table: Table) -> Json:
    return {
        "title": plain_text(table.title),
        "unit": plain_text(table.unit),
        "header": [plain_text(text) for text in table.header],
        "rows": [{"cells": [_cell(value) for value in row]} for row in table.rows],
    }


def _cell(value: Any) -> str:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return number_text(value) if is_number else plain_text(value)


def _plain(given: Mapping[str, Any]) -> Json:
    return {name: plain_text(text) for name, text in given.items()}


def sample(kind: str) -> Json:
    """Made-up content with every mark of the kind, for the check of a template and its test."""
    said = words()["sample"]
    if kind in PAPER_KINDS:
        plain = {name: said["marks"].get(name, name) for name in words()["marks"]["paper"]}
        return _plain(plain) | _body(_lines(said["body"]))
    return report_context(_sample_blocks(said), grid=said["marks"]["grid"])


def _sample_blocks(said: Mapping[str, Any]) -> Iterator[Block]:
    """A small report."""
    text, shown, table = said["text"], said["marks"], said["tables"][0]
    yield Title(f"{text['title']}\n（{shown['period']}）")
    for section in text["sections"]:
        yield Heading(1, section["heading"])
        yield from map(Paragraph, section["paragraphs"])
    yield Signature(text["office"], shown["date"])
    yield Table(table["header"], table["rows"], table["title"], table["unit"])
    yield Paragraph(text["footnote"])
    yield Recipients([shown["sent_to"]], [shown["passed_to"]])


def marks(kind: str) -> list[tuple[str, str]]:
    """Every mark of the kind with what it means, for the page."""
    group = words()["marks"]["paper" if kind in PAPER_KINDS else "report"]
    return [*group.items(), *words()["marks"]["lines"].items()] + (
        list(words()["marks"]["tables"].items()) if kind in REPORT_KINDS else []
    )
