"""The list of the honoured as Word and Excel."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from reports.documents.blocks import Block, Document, Heading, Paragraph, Signature, Table, Title
from reports.documents.excel import Column, Sheet, build_excel
from reports.documents.prose import date_text
from reports.documents.word import build_word
from reports.honours.deciding import office_of, title_words
from reports.honours.reading import grouped, named_in
from reports.models import HonourRound, Nomination
from reports.periods import local_day
from reports.words import templates

WIDTHS = (2, 5, 11, 10)
TITLE_COLUMN = 3


def word(one: HonourRound, *, now: datetime) -> bytes:
    """The public list (公示) before the decision, the list of the honoured after it."""
    return build_word(Document(title_of(one), list(_blocks(one, now)), now, office_of(one)))


def excel(one: HonourRound, *, now: datetime) -> bytes:
    """The same list as one sheet per heading."""
    columns = [Column(text, width) for text, width in zip(_words()["header"], (8, 16, 36, 28, 28), strict=True)]
    sheets = [
        Sheet(place.heading, columns, _rows(own), f"{title_of(one)}：{place.heading}", "名（个）", _period(one))
        for place, own in grouped(named_in(one))
    ] or [Sheet("名单", columns, [], title_of(one))]
    return build_excel(sheets, as_of=now, title=title_of(one), author=office_of(one))


def file_name(one: HonourRound, ending: str) -> str:
    """The name under which a browser keeps the file."""
    return f"{title_of(one)}.{ending}"


def title_of(one: HonourRound) -> str:
    """2023年上半年网格先锋表彰名单, or …拟表彰名单公示 before the decision."""
    decided = one.status == HonourRound.Status.DECIDED
    name = one.name.replace("表彰", "", 1) if "表彰" in one.name else one.name
    return str(_words()["decided" if decided else "shown"]).format(name=name)


def _words() -> Any:
    return templates("honours")["list"]


def _period(one: HonourRound) -> str:
    return f"{date_text(one.period_start)}至{date_text(one.period_end)}"


def _rows(rows: list[Nomination]) -> list[list[Any]]:
    return [[n, r.name, r.unit, title_words(r.place.title), r.certificate or "—"] for n, r in enumerate(rows, 1)]


def _untitled(row: Sequence[Any]) -> list[Any]:
    """Without the title, which stands over the table."""
    return [cell for place, cell in enumerate(row) if place != TITLE_COLUMN]


def _blocks(one: HonourRound, now: datetime) -> Iterator[Block]:
    words, rows = _words(), named_in(one)
    decided = one.status == HonourRound.Status.DECIDED
    until = date_text(one.public_until) if one.public_until else "—"
    text = words["decided_text" if decided else "shown_text"]
    yield Title(title_of(one))
    yield Paragraph(text.format(name=one.name, count=len(rows), until=until, office=office_of(one)))
    for place, own in grouped(rows):
        yield Heading(1, f"{place.heading}（{len(own)}名）")
        yield Paragraph(words["title"].format(title=title_words(place.title)))
        yield Table(_untitled(words["header"]), [_untitled(row) for row in _rows(own)], widths=WIDTHS)
    yield Signature(office_of(one), one.decided_on or local_day(now))
