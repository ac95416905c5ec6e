"""What an office's own Word template may say: its marks, filled from a paper or from a report; and a sample of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from grid.sheets import plain_text
from reports.documents.blocks import Heading
from reports.documents.prose import date_text, heading_number
from reports.models import Paper, Report
from reports.papers.markup import blocks_of
from reports.papers.wording import number_text, words

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
            "number": number_text(paper) or words()["labels"]["draft"],
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


def report_context(text: Mapping[str, Any], tables: Iterable[Mapping[str, Any]], **head: str) -> Json:
    """The marks of one report. `text` as in the snapshot, `tables` with title, unit, header and rows of texts.

    `head`: grid, period, date, sent_to, passed_to.
    """
    lines = []
    for number, section in enumerate(text["sections"], start=1):
        lines.append(_line(heading_number(1, number) + section["heading"], 1))
        lines += [_line(paragraph, 0) for paragraph in section["paragraphs"]]
    plain = {"title": text["title"], "office": text["office"], "footnote": text.get("footnote", "")}
    empty = dict.fromkeys(("grid", "period", "date", "sent_to", "passed_to"), "")
    return _plain(empty | plain | head) | _body(lines) | {"tables": [_table(one) for one in tables]}


def _lines(body: str) -> list[Json]:
    return [_line(block.text, block.level if isinstance(block, Heading) else 0) for block in blocks_of(body)]


def _line(text: str, level: int) -> Json:
    return {"text": plain_text(text), "level": level, "is_heading": level > 0}


def _body(lines: Sequence[Json]) -> Json:
    return {"lines": list(lines), "body": NEW_PARAGRAPH.join(line["text"] for line in lines)}


def _table(table: Mapping[str, Any]) -> Json:
    return {
        "title": plain_text(table["title"]),
        "unit": plain_text(table.get("unit", "")),
        "header": [plain_text(text) for text in table["header"]],
        "rows": [{"cells": [plain_text(text) for text in row]} for row in table["rows"]],
    }


def _plain(given: Mapping[str, Any]) -> Json:
    return {name: plain_text(text) for name, text in given.items()}


def sample(kind: str) -> Json:
    """Made-up content with every mark of the kind, for the check of a template and its test."""
    said = words()["sample"]
    if kind in PAPER_KINDS:
        plain = {name: said["marks"].get(name, name) for name in words()["marks"]["paper"]}
        return _plain(plain) | _body(_lines(said["body"]))
    head = {name: said["marks"][name] for name in ("grid", "period", "date", "sent_to", "passed_to")}
    return report_context(said["text"], said["tables"], **head)


def marks(kind: str) -> list[tuple[str, str]]:
    """Every mark of the kind with what it means, for the page."""
    group = words()["marks"]["paper" if kind in PAPER_KINDS else "report"]
    return [*group.items(), *words()["marks"]["lines"].items()] + (
        list(words()["marks"]["tables"].items()) if kind in REPORT_KINDS else []
    )
