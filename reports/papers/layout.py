"""A paper as blocks, for Word and for the page that prints. The same paper gives the same bytes."""

from collections.abc import Iterator
from datetime import datetime, time

from reports.documents.blocks import (
    Block,
    Document,
    Imprint,
    Masthead,
    NumberLine,
    Paragraph,
    Recipients,
    Signature,
    Title,
)
from reports.documents.prose import date_text
from reports.documents.word import build_word
from reports.models import Paper
from reports.papers import templates
from reports.papers.context import paper_context
from reports.papers.markup import blocks_of
from reports.papers.wording import kind_name, number_text, words
from reports.periods import PEOPLE_TIME


def word(paper: Paper) -> bytes:
    """The paper as .docx: in the office's own template when one is in use and works, else in the built-in layout."""
    content, _failed = made(paper)
    return content


def made(paper: Paper) -> tuple[bytes, bool]:
    """The file, and whether a template is in use that failed."""
    filled, failed = templates.rendered(paper.kind, paper.grid.code, lambda: paper_context(paper), as_of=_as_of(paper))
    return (build_word(document(paper)) if filled is None else filled), failed


def document(paper: Paper) -> Document:
    """The paper in the built-in layout."""
    return Document(file_stem(paper), list(blocks(paper)), _as_of(paper), paper.office)


def blocks(paper: Paper) -> Iterator[Block]:
    """Head, title, text, and foot, in the order of GB/T 9704: a bulletin's own, or those of a notice."""
    yield from _head(paper)
    if paper.main_to:
        yield Paragraph(f"{paper.main_to}：", indent=False)
    yield from blocks_of(paper.body)
    if paper.kind == Paper.Kind.BULLETIN:
        yield Paragraph("")
        yield Recipients([paper.sent_to] * bool(paper.sent_to), [paper.passed_to] * bool(paper.passed_to), paper.editor)
    else:
        yield Signature(paper.office, paper.issued_on or "　　年　月　日")
        yield Imprint("；".join(part for part in (paper.sent_to, paper.passed_to) if part), _printed(paper))


def _head(paper: Paper) -> Iterator[Block]:
    number = number_shown(paper)
    if paper.kind == Paper.Kind.BULLETIN:
        yield Masthead(paper.masthead, number, paper.office, day_text(paper))
    elif paper.masthead:
        signer = f"{words()['labels']['signer']}{paper.signer}" if paper.signer else ""
        yield Masthead(paper.masthead, "" if signer else number, number if signer else "", signer)
    yield Title(paper.title)
    if paper.kind != Paper.Kind.BULLETIN and not paper.masthead:
        yield NumberLine(number)


def number_shown(paper: Paper) -> str:
    """The number, or that there is none yet; a withdrawn paper says so wherever it goes."""
    labels = words()["labels"]
    if paper.status == Paper.Status.WITHDRAWN:
        return f"{number_text(paper)}{labels['withdrawn']}"
    return number_text(paper) or str(labels["draft"])


def day_text(paper: Paper) -> str:
    """The date of the paper; "" before the issue."""
    return date_text(paper.issued_on) if paper.issued_on else ""


def _printed(paper: Paper) -> str:
    return str(words()["labels"]["imprint"].format(office=paper.office, day=day_text(paper)))


def _as_of(paper: Paper) -> datetime:
    """The only moment in the file: the day of the issue, or that of the draft."""
    if paper.issued_on is None:
        return paper.created_at
    return datetime.combine(paper.issued_on, time(), PEOPLE_TIME)


def file_stem(paper: Paper) -> str:
    """The name of the file without its ending."""
    number = number_text(paper)
    title = paper.title.replace("\n", "").replace("/", "／")[:60]
    return f"{kind_name(paper.kind)}{number}_{title}" if number else f"{kind_name(paper.kind)}草稿_{title}"
