"""A typical case as a Word document."""

from datetime import datetime
from typing import Final

from reports.documents.blocks import Block, Document, Heading, Paragraph, Signature, Title
from reports.documents.word import build_word
from reports.models import TypicalCase
from reports.periods import local_day
from reports.words import templates

PARTS: Final = ("background", "practice", "result", "lesson")


def word(case: TypicalCase, *, now: datetime) -> bytes:
    """Background, practice, result and lesson under their headings; the incident's number stays at home."""
    blocks: list[Block] = [Title(case.title)]
    headings = templates("typical")["document"]
    for part in PARTS:
        if text := getattr(case, part).strip():
            blocks.append(Heading(1, headings[part]))
            blocks += [Paragraph(line) for line in text.splitlines() if line.strip()]
    blocks.append(Signature(case.grid.name, local_day(case.submitted_at or now)))
    return build_word(Document(case.title, blocks, case.submitted_at or case.created_at, case.grid.name))


def file_name(case: TypicalCase) -> str:
    """The name under which a browser keeps the file."""
    return f"{case.title}.docx"
