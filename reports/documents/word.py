"""Word documents after GB/T 9704-2012 (domain.md 6.3): A4, 22 lines of 28 characters, 仿宋 16 pt on 28.95 pt lines."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from functools import singledispatch
from typing import Any, Final

import docx
from docx.document import Document as WordFile
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph as WordParagraph

from grid.sheets import plain_text
from reports.documents.blocks import (
    Document,
    Heading,
    Imprint,
    Masthead,
    NumberLine,
    Paragraph,
    Picture,
    Recipients,
    Signature,
    Table,
    Title,
    numbered,
)
from reports.documents.prose import date_text, number_text
from reports.documents.zips import timeless

TITLE_FONT: Final = "方正小标宋简体"
SONG, HEI, KAI, FANG = "宋体", "黑体", "楷体", "仿宋"
LATIN: Final = "Times New Roman"
BODY, TITLE, SMALL, TABLE, DENSE = Pt(16), Pt(22), Pt(14), Pt(12), Pt(10.5)
LINE: Final = Pt(28.95)
TYPE_AREA: Final = Mm(156)
TITLE_LINE: Final = Pt(36)
MANY_COLUMNS: Final = 8
"""From so many columns on a table has smaller letters and narrow cell margins, so that no number breaks."""
_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9,.]*%?|—|[0-9]+/[0-9]+")
RED: Final = RGBColor(0xE6, 0x00, 0x12)
MASTHEAD_LARGEST: Final = 42
"""Points of the name in a red head; longer names are set smaller, so that they stay on one line."""

_CENTER, _RIGHT, _LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
_JUSTIFY: Final = WD_ALIGN_PARAGRAPH.JUSTIFY
_HEADING_FONTS: Final = {1: HEI, 2: KAI, 3: FANG, 4: FANG}


def build_word(document: Document) -> bytes:
    """The document as .docx; the same document gives the same bytes."""
    word = docx.Document()
    _set_properties(word, document)
    _set_page(word.sections[0])
    _set_styles(word)
    _set_page_numbers(word)
    for block in numbered(document.blocks):
        _add(block, word)
    out = io.BytesIO()
    word.save(out)
    return timeless(out.getvalue())


# --- page and styles --------------------------------------------------------------------------------------------------


def _set_properties(word: WordFile, document: Document) -> None:
    properties, moment = word.core_properties, document.as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties.title, properties.subject = plain_text(document.name)[:255], ""
    properties.author = properties.last_modified_by = plain_text(document.author)[:255]
    properties.created = properties.modified = moment
    properties.comments, properties.keywords, properties.language = "", "", "zh-CN"
    properties.revision = 1


def _set_page(section: Section) -> None:
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)  # the number stands 7 mm under the type area
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    # lines only: a grid of characters narrower than 16 pt makes LibreOffice give each character two cells
    section._sectPr.append(_element("w:docGrid", type="lines", linePitch="579"))


def _set_styles(word: WordFile) -> None:
    normal = _paragraph_style(word, "Normal", FANG, BODY)
    normal.paragraph_format.line_spacing_rule, normal.paragraph_format.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    normal.paragraph_format.widow_control = False
    # 28 characters of 16 pt on 156 mm: each a quarter of a point closer (unit: twip)
    normal.element.rPr.find(qn("w:color")).addnext(_element("w:spacing", val="-5"))
    _paragraph_style(word, "Title", TITLE_FONT, TITLE)
    for level, font in _HEADING_FONTS.items():
        _paragraph_style(word, f"Heading {level}", font, BODY)
    table = word.styles.add_style("Table Text", WD_STYLE_TYPE.PARAGRAPH)
    table.base_style = normal
    _paragraph_style(word, "Table Text", FANG, TABLE)
    # outside the grid of the text: its wide cells would break words of a narrow column
    table.element.get_or_add_pPr().insert(0, _element("w:snapToGrid", val="0"))
    table.font.snap_to_grid = False
    table.paragraph_format.line_spacing_rule, table.paragraph_format.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(20)


def _paragraph_style(word: WordFile, name: str, font: str, size: Pt) -> ParagraphStyle:
    style: ParagraphStyle = word.styles[name]
    style.font.size, style.font.bold, style.font.italic = size, False, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    _set_fonts(style.element.get_or_add_rPr(), font)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    for border in style.element.get_or_add_pPr().findall(qn("w:pBdr")):
        style.element.pPr.remove(border)
    return style


def _set_fonts(properties: Any, font: str) -> None:
    """East Asian and Latin font by name; the template's theme fonts would win otherwise."""
    fonts = properties.get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for script, family in {"ascii": LATIN, "hAnsi": LATIN, "cs": LATIN, "eastAsia": font}.items():
        fonts.set(qn(f"w:{script}"), family)


def _element(tag: str, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _indent(paragraph: WordParagraph, **chars: int) -> None:
    """Indents counted in characters, as the standard gives them (firstLine, left, right); in points for old readers."""
    size = paragraph.style.font.size if paragraph.style and paragraph.style.font.size else BODY
    indent = _element("w:ind")
    for side, count in chars.items():
        indent.set(qn(f"w:{side}Chars"), str(100 * count))
        indent.set(qn(f"w:{side}"), str(round(20 * size.pt * count)))
    paragraph._p.get_or_add_pPr()._insert_ind(indent)


def _set_page_numbers(word: WordFile) -> None:
    """— 1 — in 14 pt 宋体; on odd pages at the right, on even pages at the left, one character from the edge."""
    word.settings.odd_and_even_pages_header_footer = True
    section = word.sections[0]
    for footer, side, alignment in (
        (section.footer, "right", _RIGHT),
        (section.even_page_footer, "left", _LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = alignment
        for text in ("— ", None, " —"):
            _page_run(paragraph, text)
        _indent(paragraph, **{side: 1})


def _page_run(paragraph: WordParagraph, text: str | None) -> None:
    run = paragraph.add_run(text or "")
    run.font.size = SMALL
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{script}"), SONG)
    if text is None:
        field = _element("w:fldSimple", instr="PAGE")
        run._r.addprevious(field)
        field.append(run._r)
        run.text = "1"


# --- blocks -----------------------------------------------------------------------------------------------------------


def _paragraph(word: WordFile, text: str, *, style: str = "Normal", align: Any = _JUSTIFY) -> WordParagraph:
    paragraph = word.add_paragraph(plain_text(text), style=style)
    paragraph.alignment = align
    return paragraph


@singledispatch
def _add(block: Any, word: WordFile) -> None:
    raise TypeError(f"no such block: {block!r}")


@_add.register
def _add_title(block: Title, word: WordFile) -> None:
    title = _paragraph(word, block.text, style="Title", align=_CENTER)
    title.paragraph_format.line_spacing_rule, title.paragraph_format.line_spacing = WD_LINE_SPACING.EXACTLY, TITLE_LINE
    title.paragraph_format.space_after = LINE


@_add.register
def _add_heading(block: Heading, word: WordFile) -> None:
    heading = _paragraph(word, block.text, style=f"Heading {block.level}")
    _indent(heading, firstLine=2)


@_add.register
def _add_paragraph(block: Paragraph, word: WordFile) -> None:
    paragraph = _paragraph(word, block.text)
    if block.indent:
        _indent(paragraph, firstLine=2)


@_add.register
def _add_signature(block: Signature, word: WordFile) -> None:
    _paragraph(word, "")
    day = block.on if isinstance(block.on, str) else date_text(block.on)
    for text, room in ((block.unit, 2), (day, 4)):
        _indent(_paragraph(word, text, align=_RIGHT), right=room)


@_add.register
def _add_recipients(block: Recipients, word: WordFile) -> None:
    parts = (("送：", "、".join(block.sent_to)), ("发：", "、".join(block.passed_to)), ("责任编辑：", block.editor))
    _add_foot([label + text for label, text in parts if text], word)


@_add.register
def _add_imprint(block: Imprint, word: WordFile) -> None:
    _paragraph(word, "")
    _add_foot([*([f"抄送：{block.copies}"] if block.copies else []), block.printed], word)


def _add_foot(lines: Sequence[str], word: WordFile) -> None:
    """Lines of 14 pt between two rules (版记)."""
    for place, line in enumerate(lines):
        paragraph = _paragraph(word, line)
        for run in paragraph.runs:
            run.font.size = SMALL
        _indent(paragraph, left=1, right=1)
        _rule(paragraph, top=place == 0, bottom=place == len(lines) - 1)


def _rule(paragraph: WordParagraph, *, top: bool, bottom: bool, size: int = 8, color: str = "000000") -> None:
    """The lines above and below the foot of a bulletin, and the red one of its head; `size` in eighths of a point."""
    borders = _element("w:pBdr")
    for side in [name for name, wanted in (("top", top), ("bottom", bottom)) if wanted]:
        borders.append(_element(f"w:{side}", val="single", sz=str(size), space="1", color=color))
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


@_add.register
def _add_masthead(block: Masthead, word: WordFile) -> None:
    """Name, number, the line of office and date, and the red rule over the whole width (GB/T 9704-2012, 7.2)."""
    name = _paragraph(word, block.name, style="Title", align=_CENTER)
    size = Pt(min(MASTHEAD_LARGEST, int(TYPE_AREA.pt / max(1, len(block.name)))))
    name.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    name.paragraph_format.line_spacing = name.paragraph_format.space_before = Pt(size.pt + 12)
    for run in name.runs:
        run.font.size, run.font.color.rgb = size, RED
    if block.number:
        _paragraph(word, block.number, align=_CENTER)
    last = _two_ends(word, block.left, block.right)
    _rule(last, top=False, bottom=True, size=18, color=str(RED))
    last.paragraph_format.space_after = LINE


def _two_ends(word: WordFile, left: str, right: str) -> WordParagraph:
    """One line, one text at each end, one character in."""
    paragraph = _paragraph(word, "", align=_LEFT)
    if left or right:
        paragraph.paragraph_format.tab_stops.add_tab_stop(Length(TYPE_AREA - BODY), WD_TAB_ALIGNMENT.RIGHT)
        for text in ("　", plain_text(left), "\t", plain_text(right)):
            paragraph.add_run(text)
    else:
        paragraph.paragraph_format.line_spacing = Pt(6)
    return paragraph


@_add.register
def _add_number_line(block: NumberLine, word: WordFile) -> None:
    _paragraph(word, block.text, align=_CENTER).paragraph_format.space_after = Pt(LINE.pt / 2)


@_add.register
def _add_table(block: Table, word: WordFile) -> None:
    _add_caption(block, word)
    table = word.add_table(rows=1, cols=len(block.header), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    widths, size = _widths(block), DENSE if len(block.header) >= MANY_COLUMNS else TABLE
    if size == DENSE:
        _narrow(table)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _fill(table.rows[0], block.header, widths, size, font=HEI)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    for row in block.rows:
        _fill(table.add_row(), row, widths, size)
    if block.note:
        _paragraph(word, f"注：{block.note}", style="Table Text").paragraph_format.space_after = Pt(8)


@_add.register
def _add_picture(block: Picture, word: WordFile) -> None:
    frame = _paragraph(word, "", align=_CENTER)
    frame.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE  # an exact line would cut it off
    frame.paragraph_format.keep_with_next = True
    frame.add_run().add_picture(io.BytesIO(block.content), width=Mm(block.millimetres))
    _paragraph(word, block.text, style="Table Text", align=_CENTER)


def _narrow(table: Any) -> None:
    """Cell margins of half a millimetre at the sides."""
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="30", type="dxa"))
    look = table._tbl.tblPr.find(qn("w:tblLook"))  # the order of the schema: margins stand before it
    if look is None:
        table._tbl.tblPr.append(margins)
    else:
        look.addprevious(margins)


def _widths(block: Table) -> list[Length]:
    """The widths of the columns: the block's shares of the type area, else all alike."""
    shares = block.widths or [1] * len(block.header)
    return [Length(TYPE_AREA * share // sum(shares)) for share in shares]


def _add_caption(block: Table, word: WordFile) -> None:
    if block.title:
        title = _paragraph(word, block.title, style="Table Text", align=_CENTER)
        title.paragraph_format.space_before, title.paragraph_format.keep_with_next = Pt(8), True
        for run in title.runs:
            _set_fonts(run._r.get_or_add_rPr(), HEI)
            run.font.size = SMALL
    if line := caption(block.period, block.unit):
        _paragraph(word, line, style="Table Text", align=_RIGHT).paragraph_format.keep_with_next = True


def caption(period: str, unit: str) -> str:
    """The line over a table: period and unit, as far as given."""
    parts = (f"统计时间：{period}" if period else "", f"单位：{unit}" if unit else "")
    return "　".join(part for part in parts if part)


def _fill(row: _Row, values: Sequence[Any], widths: Sequence[Length], size: Length, *, font: str = "") -> None:
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    for cell, value, width in zip(row.cells, values, widths, strict=True):
        cell.width = width
        _fill_cell(cell, value, size, font)


def _fill_cell(cell: _Cell, value: Any, size: Length, font: str) -> None:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    paragraph = cell.paragraphs[0]
    paragraph.style = "Table Text"
    paragraph.alignment = _CENTER if is_number or font or _NUMBER.fullmatch(str(value)) else _LEFT
    run = paragraph.add_run(number_text(value) if is_number else plain_text(value))
    if size != TABLE:
        run.font.size = size
    if font:
        _set_fonts(run._r.get_or_add_rPr(), font)
