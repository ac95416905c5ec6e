"""Word and Excel of the daily report, opened again."""

import io
from datetime import datetime

import docx
import openpyxl
import pytest
from django.utils import translation
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from grid.models import Grid
from reports import daily_document, writing
from reports.models import Report
from tests.reports.conftest import DAY


@pytest.fixture
def report(busy_day: Grid, morning: datetime) -> Report:
    written, _created = writing.write("daily", busy_day, DAY, now=morning)
    return written


def font_of(style: object) -> str:
    return style.element.rPr.rFonts.get(qn("w:eastAsia"))  # type: ignore[attr-defined]


def test_word_keeps_the_page_of_the_standard(report: Report) -> None:
    page = docx.Document(io.BytesIO(daily_document.word(report.snapshot))).sections[0]
    paper = [page.page_width, page.page_height]
    margins = [page.top_margin, page.bottom_margin, page.left_margin, page.right_margin]
    assert [round(side / Mm(1)) for side in (*paper, *margins)] == [210, 297, 37, 35, 28, 26]


def test_word_has_the_fonts_of_the_standard(report: Report) -> None:
    styles = docx.Document(io.BytesIO(daily_document.word(report.snapshot))).styles
    assert (font_of(styles["Normal"]), styles["Normal"].font.size) == ("仿宋", Pt(16))
    assert (font_of(styles["Title"]), styles["Title"].font.size) == ("方正小标宋简体", Pt(22))
    assert font_of(styles["Heading 1"]) == "黑体"
    assert styles["Normal"].paragraph_format.line_spacing.pt == pytest.approx(28.95, abs=0.05)


def test_word_holds_the_text_and_the_tables(report: Report) -> None:
    document = docx.Document(io.BytesIO(daily_document.word(report.snapshot)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for section in report.snapshot["text"]["sections"]:
        assert section["heading"] in text
        assert all(paragraph in text for paragraph in section["paragraphs"])
    assert "一、总体情况" in text
    assert "2026年11月19日" in text
    assert len(document.tables) == 7
    assert document.tables[0].cell(1, 0).text == "新增上报"
    assert document.tables[0].cell(1, 1).text == "8"


def test_excel_holds_numbers_and_no_formulas(report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(daily_document.excel(report.snapshot)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    summary = book["主要数据"]
    assert [cell.value for cell in summary[4]][:2] == ["新增上报", 8]
    assert {"主要指标", "分区域情况", "超期在办事件清单", "会商事项", "口径说明"} <= set(book.sheetnames)


def test_a_title_that_looks_like_a_formula_stays_text(report: Report) -> None:
    report.snapshot["overdue"][0]["title"] = '=HYPERLINK("http://x","y")'
    book = openpyxl.load_workbook(io.BytesIO(daily_document.excel(report.snapshot)))
    cells = [cell for row in book["超期在办事件清单"].iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]


@pytest.mark.parametrize("build", [daily_document.word, daily_document.excel])
def test_the_bytes_are_the_same_from_memory_from_the_database_and_in_english(report: Report, build: object) -> None:
    first = build(report.snapshot)  # type: ignore[operator]
    kept = Report.objects.get(pk=report.pk)
    with translation.override("en"):
        assert build(kept.snapshot) == first  # type: ignore[operator]


def test_a_long_ledger_is_cut_in_word_and_says_so(report: Report) -> None:
    report.snapshot["overdue"] = report.snapshot["overdue"][:1] * 100
    report.snapshot["total"]["numbers"]["overdue_open"] = 120
    document = docx.Document(io.BytesIO(daily_document.word(report.snapshot)))
    assert "另有90项未列出" in "\n".join(paragraph.text for paragraph in document.paragraphs)
