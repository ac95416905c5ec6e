"""The built-in layout as a Word file with marks: what an office downloads, changes and uploads again."""

from collections.abc import Iterator

from reports.documents.blocks import (
    Block,
    Document,
    Heading,
    Imprint,
    Masthead,
    NumberLine,
    Paragraph,
    Recipients,
    Signature,
    Table,
    Title,
)
from reports.documents.word import build_word
from reports.models import Paper
from reports.papers.context import REPORT_KINDS
from reports.papers.templates import FIRST


def starting(kind: str) -> bytes:
    """The file for one kind; the same bytes each time."""
    blocks = _of_report() if kind in REPORT_KINDS else _of_paper(kind)
    return build_word(Document(f"{kind}", list(blocks), FIRST))


def _of_paper(kind: str) -> Iterator[Block]:
    if kind == Paper.Kind.BULLETIN:
        yield Masthead("{{ masthead }}", "{{ number }}", "{{ office }}", "{{ date }}")
        yield Title("{{ title }}")
        yield from _lines()
        yield Recipients(["{{ sent_to }}"], ["{{ passed_to }}"], "{{ editor }}")
        return
    yield Title("{{ title }}")
    yield NumberLine("{{ number }}")
    yield Paragraph("{{ main_to }}：", indent=False)
    yield from _lines()
    yield Signature("{{ office }}", "{{ date }}")
    yield Imprint("{{ sent_to }}", "{{ office }}　　{{ date }}印发")


def _lines() -> Iterator[Block]:
    yield Paragraph("{%p for line in lines %}")
    yield Paragraph("{%p if line.level == 1 %}")
    yield Heading(1, "{{ line.text }}", counted=False)
    yield Paragraph("{%p elif line.level == 2 %}")
    yield Heading(2, "{{ line.text }}", counted=False)
    yield Paragraph("{%p else %}")
    yield Paragraph("{{ line.text }}")
    yield Paragraph("{%p endif %}")
    yield Paragraph("{%p endfor %}")


def _of_report() -> Iterator[Block]:
    yield Title("{{ title }}\n（{{ period }}）")
    yield from _lines()
    yield Signature("{{ office }}", "{{ date }}")
    yield Paragraph("{%p for table in tables %}")
    yield Table(
        header=["{%tc for name in table.header %}", "{{ name }}", "{%tc endfor %}"],
        rows=[
            ["{%tr for row in table.rows %}", "", ""],
            ["{%tc for cell in row.cells %}", "{{ cell }}", "{%tc endfor %}"],
            ["{%tr endfor %}", "", ""],
        ],
        title="{{ table.title }}",
        unit="{{ table.unit }}",
    )
    yield Paragraph("{%p endfor %}")
    yield Paragraph("{{ footnote }}")
    yield Recipients(["{{ sent_to }}"], ["{{ passed_to }}"])
