"""What a document is made of, before it is Word or a page."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from reports.documents.prose import heading_number


@dataclass(frozen=True)
class Title:
    """The title of the document; line ends in it are kept."""

    text: str


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (一、) to 4 （1）. `counted=False`: its number stands in the text as somebody typed it."""

    level: int
    text: str
    counted: bool = True


@dataclass(frozen=True)
class Paragraph:
    """Running text. `indent=False` for the line that names the receivers (主送机关)."""

    text: str
    indent: bool = True


@dataclass(frozen=True)
class Table:
    """A table with its caption, its unit (件) and the period its numbers are of; all three may be empty.

    `widths` are the shares of the columns in the width of the page; without them all are alike. `note` stands below it.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[Any]]
    title: str = ""
    unit: str = ""
    period: str = ""
    widths: Sequence[int] = ()
    note: str = ""


@dataclass(frozen=True)
class Signature:
    """Who issued the document, and when (署名, 成文日期): a day, or words in its place."""

    unit: str
    on: date | str


@dataclass(frozen=True)
class Recipients:
    """The foot of a bulletin (版记): to whom it is sent up (送), passed on (发), and who edited it."""

    sent_to: Sequence[str] = ()
    passed_to: Sequence[str] = ()
    editor: str = ""


@dataclass(frozen=True)
class Masthead:
    """The red head of a paper (版头): its name in large red type, its number, a line with two ends, the red rule."""

    name: str
    number: str = ""
    left: str = ""
    right: str = ""


@dataclass(frozen=True)
class NumberLine:
    """The number of a paper without a red head, under its title."""

    text: str


@dataclass(frozen=True)
class Imprint:
    """The foot of a notice or decision (版记): who gets a copy (抄送), and who printed it when (印发)."""

    copies: str
    printed: str


@dataclass(frozen=True)
class Picture:
    """A picture (PNG) in the middle of the page, so wide, with a line of text below it."""

    content: bytes
    text: str
    millimetres: int = 30

    @property
    def data(self) -> str:
        """For the page: the picture inside the address."""
        return f"data:image/png;base64,{b64encode(self.content).decode()}"


Block = Title | Heading | Paragraph | Table | Signature | Recipients | Masthead | NumberLine | Imprint | Picture


@dataclass(frozen=True)
class Document:
    """A whole document. `as_of` is the moment its facts are of; it is the only time that goes into the file."""

    name: str
    blocks: Sequence[Block]
    as_of: datetime
    author: str = ""


def numbered(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with their headings numbered 一、（一）1.（1）; a heading starts the count below it anew."""
    counts = [0, 0, 0, 0]
    for block in blocks:
        if isinstance(block, Heading) and block.counted:
            place = block.level - 1
            counts[place:] = [counts[place] + 1, *[0] * (3 - place)]
            yield replace(block, text=heading_number(block.level, counts[place]) + block.text)
        else:
            yield block
