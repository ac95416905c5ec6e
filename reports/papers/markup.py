"""The text of a paper as people type it: plain lines, some of which are headings by how they begin.

“一、” is a heading of level 1, “（一）” of level 2, “1.” of level 3; every other line is a paragraph. The numbers stay
as typed. A line that begins so and goes on after its first full stop is a paragraph: “（一）加强领导。各单位要……”.
"""

import re
from collections.abc import Iterator
from typing import Final

from reports.documents.blocks import Heading, Paragraph

_NUMERAL: Final = "[一二三四五六七八九十百]{1,5}"
_LEVELS: Final = (
    (1, re.compile(rf"\A{_NUMERAL}、")),
    (2, re.compile(rf"\A[（(]{_NUMERAL}[）)]")),
    (3, re.compile(r"\A[0-9]{1,3}[.．](?![0-9])")),
)
LONGEST_HEADING: Final = 60


def blocks_of(text: str) -> Iterator[Heading | Paragraph]:
    """The lines of `text` as headings and paragraphs; empty lines only part them."""
    for line in text.splitlines():
        words = line.strip()
        if not words:
            continue
        level = heading_level(words)
        yield Heading(level, words, counted=False) if level else Paragraph(words)


def heading_level(line: str) -> int:
    """1 to 3 for a heading, 0 for a paragraph."""
    if len(line) > LONGEST_HEADING or "。" in line[:-1]:
        return 0
    return next((level for level, beginning in _LEVELS if beginning.match(line)), 0)
