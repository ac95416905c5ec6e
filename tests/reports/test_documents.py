"""Word after GB/T 9704-2012, Excel ledgers and the small words of official Chinese."""

import io
import time
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import docx
import openpyxl
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from hypothesis import given
from hypothesis import strategies as st

from reports.documents.blocks import Document, Heading, Paragraph, Recipients, Signature, Table, Title, numbered
from reports.documents.excel import PERCENT, Chart, Column, Sheet, build_excel
from reports.documents.prose import chinese_number, date_text, heading_number, number_text, points
from reports.documents.word import build_word

AS_OF = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)
DOCUMENT = Document(
    name="日调度",
    author="建中街街道",
    as_of=AS_OF,
    blocks=[
        Title("建中街街道网格日调度\n（3月5日）"),
        Paragraph("各社区：", indent=False),
        Heading(1, "总体情况"),
        Paragraph("今日受理事件 12 件。𠮷\x00"),
        Heading(2, "分社区"),
        Heading(2, "分类别"),
        Heading(1, "存在问题"),
        Table(
            ["社区", "受理", "办结率"],
            [["政通路社区", 12, Decimal("92.345")], ["=1+1", 0, "—"]],
            "分社区情况",
            "件",
            "3月5日",
        ),
        Signature("建中街街道办事处", date(2026, 3, 5)),
        Recipients(["区处级领导"], ["各社区", "各部门"], "张三"),
    ],
)
SHEET = Sheet(
    name="分社区",
    title="分社区情况",
    columns=[Column("社区", 16), Column("受理"), Column("办结率", num_format=PERCENT)],
    rows=[["政通路社区", 12, 0.923], ["=1+1", 0, None]],
    unit="件",
    period="2026年3月5日",
    chart=Chart("column", values=[1]),
)


@pytest.fixture(scope="module")
def word() -> Any:
    return docx.Document(io.BytesIO(build_word(DOCUMENT)))


def paragraph(word: Any, text: str) -> Any:
    return next(item for item in word.paragraphs if text in item.text)


def east_asian(style: Any) -> str:
    return str(style.element.rPr.rFonts.get(qn("w:eastAsia")))


def test_the_page_is_a4_with_the_margins_of_the_standard(word: Any) -> None:
    page = word.sections[0]
    sizes = (
        page.page_width,
        page.page_height,
        page.top_margin,
        page.left_margin,
        page.bottom_margin,
        page.right_margin,
    )
    wanted = (210, 297, 37, 28, 35, 26)
    assert [size.mm for size in sizes] == [pytest.approx(millimetres, abs=0.1) for millimetres in wanted]


def test_the_body_is_fangsong_of_16_points_on_fixed_lines(word: Any) -> None:
    style = word.styles["Normal"]
    assert (east_asian(style), style.font.size, style.paragraph_format.line_spacing) == ("仿宋", Pt(16), Pt(28.95))
    indent = paragraph(word, "今日受理")._p.pPr.ind
    assert (indent.get(qn("w:firstLineChars")), indent.get(qn("w:firstLine"))) == ("200", "640")


def test_the_line_to_the_receivers_is_not_indented(word: Any) -> None:
    assert paragraph(word, "各社区：")._p.pPr.ind is None


def test_the_title_is_centred_in_22_points(word: Any) -> None:
    title = paragraph(word, "网格日调度")
    assert (title.alignment, title.style.font.size) == (WD_ALIGN_PARAGRAPH.CENTER, Pt(22))
    assert east_asian(title.style) == "方正小标宋简体"


def test_headings_have_their_fonts_and_numbers(word: Any) -> None:
    found = [(item.text, east_asian(item.style)) for item in word.paragraphs if item.style.name.startswith("Heading")]
    assert found == [
        ("一、总体情况", "黑体"),
        ("（一）分社区", "楷体"),
        ("（二）分类别", "楷体"),
        ("二、存在问题", "黑体"),
    ]


def test_no_style_keeps_a_theme_font_or_colour(word: Any) -> None:
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3"):
        assert not any("Theme" in key for key in word.styles[name].element.rPr.rFonts.attrib)
        assert str(word.styles[name].font.color.rgb) == "000000"
        assert not word.styles[name].font.bold


def test_page_numbers_stand_outside_on_both_sides(word: Any) -> None:
    section = word.sections[0]
    assert word.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "rightChars"), (section.even_page_footer, "leftChars")):
        xml = footer._element
        assert "".join(node.text or "" for node in xml.iter(qn("w:t"))) == "— 1 —"
        assert [node.get(qn("w:instr")) for node in xml.iter(qn("w:fldSimple"))] == ["PAGE"]
        assert footer.paragraphs[0]._p.pPr.ind.get(qn(f"w:{side}")) == "100"


def test_a_table_has_caption_repeated_header_and_its_numbers(word: Any) -> None:
    table = word.tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["社区", "受理", "办结率"],
        ["政通路社区", "12", "92.35"],
        ["=1+1", "0", "—"],
    ]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert paragraph(word, "统计时间：3月5日　单位：件").alignment == WD_ALIGN_PARAGRAPH.RIGHT


def test_signature_and_date_stand_at_the_right(word: Any) -> None:
    for text in ("建中街街道办事处", "2026年3月5日"):
        assert paragraph(word, text).alignment == WD_ALIGN_PARAGRAPH.RIGHT


def test_the_foot_names_the_recipients_between_two_rules(word: Any) -> None:
    lines = [paragraph(word, text) for text in ("送：区处级领导", "发：各社区、各部门", "责任编辑：张三")]
    sides = [[node.tag.split("}")[1] for line in item._p.iter(qn("w:pBdr")) for node in line] for item in lines]
    assert sides == [["top"], [], ["bottom"]]


def test_rare_characters_stay_and_forbidden_ones_do_not_break_the_file(word: Any) -> None:
    assert paragraph(word, "今日受理").text.endswith("𠮷\ufffd")


def test_the_same_document_gives_the_same_bytes_and_another_moment_others() -> None:
    one = build_word(DOCUMENT)
    time.sleep(2.1)  # the clock of a zip file ticks every two seconds
    assert build_word(DOCUMENT) == one
    assert build_word(replace(DOCUMENT, as_of=datetime(2026, 3, 6, tzinfo=UTC))) != one


def test_the_parts_of_a_paragraph_stand_in_the_order_word_insists_on(word: Any) -> None:
    order = ["pStyle", "pBdr", "shd", "tabs", "spacing", "ind", "jc", "rPr"]
    for node in word.element.body.iter(qn("w:pPr")):
        names = [child.tag.split("}")[1] for child in node if child.tag.split("}")[1] in order]
        assert names == sorted(names, key=order.index)


@given(st.text(max_size=50))
def test_no_text_breaks_a_document(text: str) -> None:
    blocks = [Title(text), Heading(1, text), Paragraph(text), Table([text], [[text]], text, text, text)]
    assert build_word(Document(text, blocks, AS_OF, text))


def test_a_heading_starts_the_count_below_it_anew() -> None:
    headings = [Heading(level, "") for level in (1, 2, 3, 4, 3, 2, 3, 1, 2)]
    texts = [block.text for block in numbered(headings) if isinstance(block, Heading)]
    assert texts == ["一、", "（一）", "1.", "（1）", "2.", "（二）", "1.", "二、", "（一）"]


# --- Excel


@pytest.fixture(scope="module")
def book() -> Any:
    return openpyxl.load_workbook(io.BytesIO(build_excel([SHEET, SHEET], as_of=AS_OF, title="日调度")))


def test_a_sheet_has_title_period_unit_and_a_frozen_header(book: Any) -> None:
    page = book["分社区"]
    assert (page["A1"].value, page["A2"].value) == ("分社区情况", "统计时间：2026年3月5日　单位：件")
    assert [cell.value for cell in page[3]] == ["社区", "受理", "办结率"]
    assert (page.freeze_panes, page.auto_filter.ref, page.print_title_rows) == ("A4", "A3:C5", "$3:$3")


def test_numbers_keep_their_format_and_formulas_are_text(book: Any) -> None:
    page = book["分社区"]
    assert (page["B4"].value, page["C4"].value, page["C4"].number_format) == (12, 0.923, "0.0%")
    assert (page["A5"].value, page["A5"].data_type, page["C5"].value) == ("=1+1", "s", None)


def test_a_chart_is_native(book: Any) -> None:
    assert len(book["分社区"]._charts) == 1


def test_sheets_of_one_name_are_told_apart(book: Any) -> None:
    assert book.sheetnames == ["分社区", "分社区 2"]


def test_the_same_workbook_gives_the_same_bytes() -> None:
    one = build_excel([SHEET], as_of=AS_OF, title="日调度")
    time.sleep(2.1)
    assert build_excel([SHEET], as_of=AS_OF, title="日调度") == one


def test_a_sheet_without_rows_is_a_header_only() -> None:
    data = build_excel([replace(SHEET, rows=[], columns=[Column("社区")])], as_of=AS_OF, title="x")
    assert openpyxl.load_workbook(io.BytesIO(data)).active.max_row == 3
    assert not any("chart" in name for name in zipfile.ZipFile(io.BytesIO(data)).namelist())


# --- words


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *[(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (100, "一百"), (105, "一百零五")],
        *[(110, "一百一十"), (1000, "一千"), (1005, "一千零五"), (1050, "一千零五十"), (2345, "二千三百四十五")],
    ],
)
def test_numbers_in_chinese_numerals(number: int, text: str) -> None:
    assert chinese_number(number) == text


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_other_numbers_have_no_numeral_here(number: int) -> None:
    with pytest.raises(ValueError, match="numeral"):
        chinese_number(number)


def test_there_is_no_fifth_level() -> None:
    with pytest.raises(ValueError, match="level 5"):
        heading_number(5, 1)


def test_points_are_counted_unless_there_is_one() -> None:
    assert points(["加强巡查。", " ", "及时派遣；"]) == "一是加强巡查；二是及时派遣。"
    assert points(["加强巡查"]) == "加强巡查。"
    assert points([]) == ""


@pytest.mark.parametrize(
    ("value", "text"), [(12, "12"), (12.0, "12"), (0.125, "0.13"), (Decimal("2.50"), "2.5"), (-3, "-3")]
)
def test_numbers_in_tables(value: Any, text: str) -> None:
    assert number_text(value) == text


def test_a_date_has_no_leading_zeros_and_a_moment_is_taken_in_peoples_time() -> None:
    assert date_text(date(2026, 3, 5)) == "2026年3月5日"
    assert date_text(datetime(2026, 3, 4, 17, tzinfo=UTC)) == "2026年3月5日"
