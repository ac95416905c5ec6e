"""Tables in and out: encodings, bombs, macros, and no live formula anywhere."""

import csv
import io
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import NotValid
from grid.sheets import SafeWorkbook, read_table, sheet_name, write_csv, write_xlsx

AS_OF = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
FORMULAS = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "=cmd|'/c calc'!A1",
    "|x",
    "%x",
]
RARE = "张𠮷𬭶㐂"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """The words that the tests look for."""
    with translation.override("en"):
        yield


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def reopened(data: bytes) -> list[list[Any]]:
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_each_usual_encoding(encoding: str) -> None:
    (row,) = read_table(io.BytesIO(f"姓名,编码\r\n{RARE},410103008001\r\n".encode(encoding)), "a.csv")
    assert row == {"姓名": RARE, "编码": "410103008001"}
    assert row.number == 2


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_seen(delimiter: str) -> None:
    assert read_table(delimiter.join("ab").encode() + b"\n" + delimiter.join("12").encode(), "a.csv") == [
        {"a": "1", "b": "2"}
    ]


def test_rows_keep_their_number_over_empty_lines_and_long_cells() -> None:
    rows = read_table(b'a,b\n1,"x\ny"\n,\n\n2\n', "a.csv")
    assert [(row.number, row["b"]) for row in rows] == [(2, "x\ny"), (5, "")]


def test_a_workbook_is_read_as_text() -> None:
    cells = ["西街", 410103008001, 1.5, date(2026, 3, 5), datetime(2026, 3, 5, 8, 30), True, None]
    (row,) = read_table(workbook(list("abcdefg"), cells), "a.xlsx")
    assert list(row.values()) == ["西街", "410103008001", "1.5", "2026-03-05", "2026-03-05 08:30:00", "TRUE", ""]


def test_a_workbook_keeps_row_numbers() -> None:
    rows = read_table(workbook(["a"], [None], ["x"]), "a.xlsx")
    assert [(row.number, row["a"]) for row in rows] == [(3, "x")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "Row 1"),
        (b"a,,c\n1,2,3", "Row 1"),
        (b"a,a\n1,2", "twice"),
        (b"a,b\n1,2\n1,2,3", "Row 3"),
        (b'a,b\n1,"2\n', "quotation|Row"),
        (b"a\n\x01", "Row 2"),
        (b"a\x00b\n1", "Only CSV"),
        (b"\xff\xff\xff\xff", "Only CSV"),
        (b"\xff\xfe\x00", "Only CSV"),
        (b"a\n" + b"x" * 20_000, "Row 2"),
        (b"a\n" + b"x" * 200_000, "Row 2"),
        (",".join(map(str, range(61))).encode() + b"\n1", "too many columns"),
        (b"a\n" + b"1\n" * 20_001, "too long"),
        (b"a" * (20 * 1024 * 1024 + 1), "too large"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "as XLSX"),
        (b"PK\x03\x04" + bytes(60), "damaged"),
        (b"%PDF-1.4\x00", "Only CSV"),
    ],
)
def test_a_bad_file_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(NotValid, match=words) as caught:
        read_table(data, "名单.csv")
    assert caught.value.fields["file"]


def test_an_identity_number_that_excel_rounded_is_refused_with_its_row() -> None:
    with pytest.raises(NotValid, match="Row 2: A number of more than 15 digits"):
        read_table(workbook(["id"], [410103199001011234]), "a.xlsx")


def test_a_workbook_with_too_many_rows_or_columns_is_refused() -> None:
    with pytest.raises(NotValid, match="too long"):
        read_table(workbook(["a"], *[[1]] * 11), "a.xlsx", max_rows=10)
    with pytest.raises(NotValid, match="too many columns"):
        read_table(workbook(list(range(61))), "a.xlsx")


def bomb() -> bytes:
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return repacked(
        workbook(["a"]), lambda members: members.update({"xl/worksheets/sheet1.xml": sheet + b" " * 60_000_000})
    )


def test_a_bomb_is_refused_at_once() -> None:
    data = bomb()
    begin = time.perf_counter()
    with pytest.raises(NotValid, match="unusually"):
        read_table(data, "a.xlsx")
    assert time.perf_counter() - begin < 0.2


DOCTYPE = b'<?xml version="1.0"?><!-- x --><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    "extra",
    [
        {"xl/vbaProject.bin": b"x"},
        {"xl/externalLinks/externalLink1.xml": b"<x/>"},
        {"xl/embeddings/oleObject1.bin": b"x"},
        {"xl/connections.xml": b"<x/>"},
        {"xl/media/image.bin": bytes(20_000_000)},
        {f"xl/{n}.bin": b"" for n in range(201)},
        {"xl/sharedStrings.xml": DOCTYPE},
        {"xl/sharedStrings.xml": DOCTYPE.decode().replace("?>", ' encoding="utf-16"?>', 1).encode("utf-16")},
        {"xl/workbook.xml": b"<broken"},
        {"xl/workbook.xml": b"<x/>"},
        {"[Content_Types].xml": b"<x/>"},
        {"xl/worksheets/sheet1.xml": b"<x/>" * 3},
    ],
)
def test_a_workbook_with_something_else_inside_is_refused(extra: dict[str, bytes]) -> None:
    with pytest.raises(NotValid):
        read_table(repacked(workbook(["a"], [1]), lambda members: members.update(extra)), "a.xlsx")


def test_a_row_claimed_far_away_is_not_walked_to() -> None:
    def move(members: dict[str, bytes]) -> None:
        name = "xl/worksheets/sheet1.xml"
        members[name] = members[name].replace(b'r="2"', b'r="1048576"').replace(b'"A2"', b'"A1048576"')

    begin = time.perf_counter()
    assert read_table(repacked(workbook(["a"], [1]), move), "a.xlsx") == []
    assert time.perf_counter() - begin < 3


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_not_valid(junk: bytes) -> None:
    for head in (b"", b"PK\x03\x04", b"a,b\n"):
        with suppress(NotValid):
            read_table(head + junk, "x")


# --- writing


@pytest.mark.parametrize("text", FORMULAS)
def test_a_workbook_holds_text_where_text_began_like_a_formula(text: str) -> None:
    (_, (cell, *_rest)) = reopened(write_xlsx([text], [[text]], as_of=AS_OF))
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert cell.value.strip() == text.strip()


@pytest.mark.parametrize("text", FORMULAS)
def test_a_csv_holds_no_cell_that_begins_like_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(write_csv([text], [[text]]).decode("utf-8-sig"), newline="")))
    assert rows == [[f"'{text}"], [f"'{text}"]]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_no_text_ever_becomes_a_formula(texts: list[str]) -> None:
    for row in reopened(write_xlsx(texts, [texts], as_of=AS_OF)):
        assert all(cell.data_type in {"s", "n"} and not isinstance(cell.value, int | float) for cell in row)
    for cells in csv.reader(io.StringIO(write_csv(texts, [texts]).decode("utf-8-sig"), newline="")):
        assert not any(cell.startswith(tuple("=+-@\t\r＝＋－＠")) for cell in cells)


def test_numbers_dates_and_long_ids_keep_their_meaning() -> None:
    row = [5, -1.5, Decimal("2.25"), date(2026, 3, 5), AS_OF, "410103008001001001", 410103199001011234, None, True]
    cells = reopened(write_xlsx(list("abcdefghi"), [row], as_of=AS_OF))[1]
    assert [cell.value for cell in cells[:3]] == [5, -1.5, 2.25]
    assert [cell.value for cell in cells[3:5]] == [datetime(2026, 3, 5), datetime(2026, 3, 5, 17, 30)]
    assert [cell.value for cell in cells[5:]] == ["410103008001001001", "410103199001011234", None, "Yes"]


def test_negative_numbers_stay_numbers_in_a_csv_and_long_ids_text() -> None:
    text = write_csv(["a", "b"], [[-5, "410103008001001001"]]).decode("utf-8-sig")
    assert text.splitlines()[1] == "-5,'410103008001001001"


def test_what_was_written_can_be_read_again() -> None:
    header, cells = ["姓名", "编码", "备注"], [RARE, "410103008001001001", "=1+1"]
    for data in (write_csv(header, [cells]), write_xlsx(header, [cells], as_of=AS_OF)):
        assert read_table(data, "x") == [dict(zip(header, cells, strict=True))]


def test_characters_that_xml_cannot_hold_do_not_break_a_file() -> None:
    assert (
        reopened(write_xlsx(["a"], [["x\x00\x1b\ud800y", "z" * 40_000]], as_of=AS_OF))[1][0].value
        == "x\ufffd\ufffd\ufffdy"
    )
    assert write_csv(["a"], [["\ud800"]])


def test_links_stay_text() -> None:
    data = write_xlsx(["a"], [["http://example.com"]], as_of=AS_OF)
    assert openpyxl.load_workbook(io.BytesIO(data)).active["A2"].hyperlink is None


def test_the_same_table_gives_the_same_bytes() -> None:
    one = write_xlsx(["a"], [["x"]], as_of=AS_OF)
    time.sleep(2.1)  # the clock of a zip file ticks every two seconds
    assert one == write_xlsx(["a"], [["x"]], as_of=AS_OF)


def test_the_header_is_frozen() -> None:
    assert openpyxl.load_workbook(io.BytesIO(write_xlsx(["a"], [], as_of=AS_OF))).active.freeze_panes == "A2"


@pytest.mark.parametrize(
    ("title", "name"), [("日调度", "日调度"), ("a/b:c" * 9, "a b ca b ca b ca b ca b ca b ca"), ("'", "Sheet1")]
)
def test_a_sheet_gets_a_name_excel_allows(title: str, name: str) -> None:
    assert sheet_name(title) == name
    assert SafeWorkbook(AS_OF).book.add_worksheet(sheet_name(title)).name == name


def test_moments_and_addresses_have_room_and_the_header_filters() -> None:
    data = write_xlsx(["编号", "上报时间"], [["建中街29号院2号楼门口", AS_OF]], as_of=AS_OF)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet.column_dimensions["A"].width > 20
    assert sheet.column_dimensions["B"].width > len("2026-03-05 17:30")
    assert sheet.auto_filter.ref == "A1:B2"


def test_a_file_that_is_only_called_xlsx_is_refused_as_such() -> None:
    with pytest.raises(NotValid, match="XLSX"):
        read_table(b"hello", "a.xlsx")
