"""Tables in and out: CSV and XLSX, read with care and written without live formulas (reliability.md 3.3).

Reading refuses bombs, macros, links to other files and broken encodings before a workbook is opened. Writing never
produces a formula: text is text, also when it begins like one, and long numbers stay as they are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import IO, Any, Final, NoReturn
from zipfile import BadZipFile, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from accounts.errors import NotValid
from grid.zipguard import UnsafeArchive, check_archive

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The media type of a workbook."""
MAX_ROWS: Final = 20_000
MAX_COLS: Final = 60
MAX_FILE_BYTES: Final = 20 * 1024 * 1024
MAX_CELL: Final = 10_000
PEOPLE_TIME: Final = ZoneInfo("Asia/Shanghai")

_EXCEL_ROWS: Final = 1_048_576
_EXCEL_CELL: Final = 32_767
_TOO_LARGE: Final = 10**15
"""Spreadsheets keep 15 digits of a number."""
_LONG_NUMBER: Final = re.compile(r"[0-9]{16,}")
_DANGEROUS: Final = tuple("=+-@|%\t\r\n＝＋－＠")
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

ZIP_HEAD: Final = b"PK\x03\x04"
OLE_HEAD: Final = b"\xd0\xcf\x11\xe0"


class Row(dict[str, str]):
    """A line of a table: header → text. `number` is the line as a spreadsheet shows it (the header is line 1)."""

    number: int = 0


# --- reading ----------------------------------------------------------------------------------------------------------


def read_table(file: IO[bytes] | bytes, name: str, *, max_rows: int = MAX_ROWS, max_cols: int = MAX_COLS) -> list[Row]:
    """The lines under the header of a CSV (UTF-8, UTF-16 or GB18030) or of the first sheet of an XLSX, as text.

    Empty lines are left out. What kind it is follows from the content; what is called XLSX and is none is refused.
    NotValid (field ``file``) names the line where that makes sense.
    """
    data = file if isinstance(file, bytes) else file.read(MAX_FILE_BYTES + 1)
    if not data:
        _refuse(_("The file is empty."))
    if len(data) > MAX_FILE_BYTES:
        _refuse(_("The file is too large: at most %(size)s MB are allowed.") % {"size": MAX_FILE_BYTES // 1024**2})
    if data.startswith(OLE_HEAD):
        _refuse(_("Old or protected Excel files cannot be read: save “%(name)s” as XLSX.") % {"name": name[-80:]})
    if name.lower().endswith((".xlsx", ".xlsm")) and not data.startswith(ZIP_HEAD):
        _refuse(_("The workbook is damaged or not an XLSX file."))
    lines = _xlsx_lines(data, max_rows, max_cols) if data.startswith(ZIP_HEAD) else _csv_lines(data)
    return _rows(lines, max_rows, max_cols)


def _refuse(message: str, row: int | None = None) -> NoReturn:
    if row is not None:
        message = _("Row %(row)s: %(message)s") % {"row": row, "message": message}
    raise NotValid(message, {"file": [message]})


def _rows(lines: Iterator[list[str]], max_rows: int, max_cols: int) -> list[Row]:
    header = _header(next(lines, []), max_cols)
    rows: list[Row] = []
    for number, cells in enumerate(lines, start=2):
        if not any(cells):
            continue
        if len(rows) >= max_rows:
            _refuse(_("The table is too long: at most %(count)s rows are allowed.") % {"count": max_rows})
        rows.append(_row(header, cells, number))
    return rows


def _header(cells: list[str], max_cols: int) -> list[str]:
    header = _trimmed(cells)
    if not header or not all(header):
        _refuse(_("The first row must name every column."), 1)
    if len(header) > max_cols:
        _refuse(_("There are too many columns: at most %(count)s are allowed.") % {"count": max_cols}, 1)
    if len(set(header)) < len(header):
        twice = next(title for title in header if header.count(title) > 1)
        _refuse(_("The column “%(title)s” is there twice.") % {"title": twice[:80]}, 1)
    return header


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end."""
    last = max((place for place, cell in enumerate(cells, start=1) if cell), default=0)
    return cells[:last]


def _row(header: list[str], cells: list[str], number: int) -> Row:
    cells = _trimmed(cells)
    if len(cells) > len(header):
        _refuse(_("There are more cells than columns in the first row."), number)
    for cell in cells:
        if len(cell) > MAX_CELL:
            _refuse(_("A cell is too long: at most %(count)s characters are allowed.") % {"count": MAX_CELL}, number)
        if _UNPRINTABLE.search(cell):
            _refuse(_("A cell contains control characters."), number)
    row = Row(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=True))
    row.number = number
    return row


def _csv_lines(data: bytes) -> Iterator[list[str]]:
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    done = 0
    try:
        for cells in reader:
            yield [_unquoted(cell.strip()) for cell in cells]
            done += 1
    except csv.Error:
        _refuse(_("The quotation marks do not match, or a cell is far too long."), done + 1)


def _decoded(data: bytes) -> str:
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    _refuse(_("Only CSV (UTF-8 or GB18030) and XLSX files can be read."))


def _unquoted(cell: str) -> str:
    """Without the apostrophe that `write_csv` puts before what a spreadsheet would take for something else."""
    if cell.startswith("'") and (cell[1:].startswith(_DANGEROUS) or _LONG_NUMBER.fullmatch(cell, 1)):
        return cell[1:]
    return cell


def _xlsx_lines(data: bytes, max_rows: int, max_cols: int) -> Iterator[list[str]]:
    _check_workbook(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size may be wrong
        # one more than allowed each way, so that too much is seen but never all of it read; empty lines may be many
        lines = sheet.iter_rows(max_row=2 * max_rows + 2, max_col=max_cols + 1, values_only=True)
        for number, values in enumerate(lines, start=1):
            yield [_cell_text(value, number) for value in values]
    except NotValid:
        raise
    except (
        Exception
    ) as error:  # the parser meets hostile files with KeyError, ValueError, ParseError, AttributeError ...
        message = _("The workbook is damaged or not an XLSX file.")
        raise NotValid(message, {"file": [message]}) from error


def _check_workbook(data: bytes) -> None:
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive)
            if any(_is_active(member) for member in archive.infolist()):
                _refuse(_("Workbooks with macros, embedded objects or links to other files are not accepted."))
    except UnsafeArchive:
        _refuse(_("The workbook is unusually large or unusually packed: save it anew with the data only."))
    except (BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError):
        _refuse(_("The workbook is damaged or not an XLSX file."))


_ACTIVE: Final = (
    "vbaproject",
    "externallinks/",
    "macrosheets/",
    "activex/",
    "embeddings/",
    "connections.xml",
    "ctrlprops/",
)


def _is_active(member: ZipInfo) -> bool:
    return any(part in member.filename.lower() for part in _ACTIVE)


def _cell_text(value: Any, row: int) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case int() | float():
            return _number_text(value, row)
        case datetime():
            return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
        case date() | time():
            return value.isoformat()
        case _:
            return str(value).strip()


def _number_text(value: float, row: int) -> str:
    if abs(value) >= _TOO_LARGE:
        _refuse(_("A number of more than 15 digits has been rounded by Excel: format that column as text."), row)
    return str(int(value)) if value == int(value) else repr(value)


# --- writing ----------------------------------------------------------------------------------------------------------


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula or a command."""
    return text.startswith(_DANGEROUS)


def plain_text(value: Any) -> str:
    """A value as people read it: Beijing time to the minute, nothing for None, no characters that XML cannot hold."""
    match value:
        case None:
            return ""
        case bool():
            return _("Yes") if value else _("No")
        case datetime():
            return _local(value).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case _:
            return _UNPRINTABLE.sub("\ufffd", str(value))


def _local(moment: datetime) -> datetime:
    return moment.astimezone(PEOPLE_TIME).replace(tzinfo=None) if moment.tzinfo else moment


def write_csv(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV that Excel opens as it is meant (UTF-8 with BOM); what looks like a formula or a long number is text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_csv_cell(title) for title in header])
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _csv_cell(value: Any) -> str:
    text = plain_text(value)
    if isinstance(value, int | float | Decimal) and _is_plain_number(value):
        return text  # a number: its minus sign is no formula
    return f"'{text}" if is_dangerous(text) or _LONG_NUMBER.fullmatch(text) else text


class SafeWorkbook:
    """An XlsxWriter workbook whose cells are written by `put`: text never becomes a formula, a link or a number.

    The same content and `as_of` give the same bytes.
    """

    def __init__(self, as_of: datetime, *, title: str = "", author: str = "") -> None:
        self.buffer = io.BytesIO()
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book = Workbook(self.buffer, {**options, "nan_inf_to_errors": False, "in_memory": True})
        self.book.set_properties({"title": title, "author": author, "created": _local(as_of)})
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def format(self, **properties: Any) -> Format:
        """One format per set of properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def put(self, sheet: Worksheet, row: int, column: int, value: Any, **properties: Any) -> None:
        """One cell; a number as a number, a date as a date, everything else as text."""
        match value:
            case int() | float() | Decimal() if _is_plain_number(value):
                sheet.write_number(row, column, float(value), self.format(**properties))
            case datetime():
                look = {"num_format": "yyyy-mm-dd hh:mm", **properties}
                sheet.write_datetime(row, column, _local(value), self.format(**look))
            case date():
                sheet.write_datetime(row, column, value, self.format(**{"num_format": "yyyy-mm-dd", **properties}))
            case _:
                self._put_text(sheet, row, column, plain_text(value), properties)

    def _put_text(self, sheet: Worksheet, row: int, column: int, text: str, properties: dict[str, Any]) -> None:
        if is_dangerous(text):  # stays text also when somebody edits the cell
            properties = {**properties, "quote_prefix": True}
        text = text.replace("\r\n", "\n").replace("\r", "\n")[:_EXCEL_CELL]
        if text:
            sheet.write_string(row, column, text, self.format(**properties))
        else:
            sheet.write_blank(row, column, None, self.format(**properties))

    def close(self) -> bytes:
        """The finished file."""
        self.book.close()
        return self.buffer.getvalue()


def _is_plain_number(value: int | float | Decimal) -> bool:
    return not isinstance(value, bool) and isfinite(value) and -_TOO_LARGE < value < _TOO_LARGE


def write_xlsx(
    header: Sequence[Any], rows: Iterable[Sequence[Any]], *, as_of: datetime, title: str = "", author: str = ""
) -> bytes:
    """A one-sheet XLSX: bold frozen header with filters, then the rows; columns as wide as what stands in them.

    `as_of` is the moment the data are of.
    """
    safe = SafeWorkbook(as_of, title=title, author=author)
    sheet = safe.book.add_worksheet(sheet_name(title))
    sheet.freeze_panes(1, 0)
    widths = [_width(name) for name in header]
    number = 0
    for column, name in enumerate(header):
        safe.put(sheet, 0, column, name, bold=True, text_wrap=True, bottom=1)
    for number, row in enumerate(rows, start=1):
        if number >= _EXCEL_ROWS:
            _refuse(_("This is too much for one sheet: narrow the selection."))
        for column, value in enumerate(row):
            safe.put(sheet, number, column, value)
            if number <= _MEASURED and column < len(widths):
                widths[column] = max(widths[column], _width(value))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    if header:
        sheet.autofilter(0, 0, number, len(header) - 1)
    return safe.close()


_MEASURED: Final = 500
"""Rows whose cells are measured for the width of the columns: enough to see what is usual."""


def _width(value: Any) -> int:
    """Characters of a column that shows the value: Chinese ones count twice; a moment shown too narrow is ########."""
    text = plain_text(value)
    wide = sum(1 for sign in text[:60] if sign > "\u2e7f")
    return min(50, max(10, 3 + len(text[:60]) + wide))


def sheet_name(title: str) -> str:
    """What Excel allows as the name of a sheet: 31 characters, none of ``[]:*?/\\``, no apostrophe at the ends."""
    return re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title)[:31].strip(" '") or "Sheet1"
