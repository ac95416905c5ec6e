"""The tables of the daily report, made once from the snapshot for page, Word and Excel alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from reports.indicators import INDICATORS, MEASURE_BY_NAME, MEASURES, UNIT_MEASURE_BY_NAME
from reports.prose_daily import holder
from reports.words import percent, short_moment, span, templates

Json = Mapping[str, Any]
Kind = Literal["text", "count", "rate", "span", "moment", "case"]

AREA_MEASURES: Final = ("reported", "completed", "same_day", "handled", "open_end", "overdue_open")
UNIT_COLUMNS: Final = ("dispatched", "handled", "returned", "reworked", "in_hand", "overdue_unhandled")
SUMMARY: Final = [
    measure.name
    for measure in MEASURES
    if measure.name not in ("ever", "should_handle", "extended_of_those", "should_close")
]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. A count names its measure, so that pages can open the incidents behind it."""

    value: Any
    kind: Kind = "text"
    measure: str = ""
    hint: str = ""

    @property
    def text(self) -> Any:
        """What Word and the page show."""
        return _SHOWN[self.kind](self.value)


_SHOWN: Final[dict[str, Callable[[Any], Any]]] = {
    "text": lambda value: value,
    "count": lambda value: value,
    "case": lambda value: value,
    "rate": percent,
    "span": lambda value: span(value) if value else "—",
    "moment": short_moment,
}


@dataclass(frozen=True, slots=True)
class Row:
    """Cells of one line; `key` is the line's key in the snapshot, "" for the whole grid and for several lines."""

    cells: Sequence[Cell]
    key: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table; `by` says what its lines are (area, category, unit; "" for the whole), for links to incidents."""

    name: str
    header: Sequence[str]
    rows: Sequence[Row]
    by: str = ""
    unit: str = "件"

    @property
    def title(self) -> str:
        """Its caption."""
        return str(templates("daily")["tables"][self.name])


def all_tables(snapshot: Json) -> list[ReportTable]:
    """Every table that has lines, in the order of the document."""
    tables = [
        summary(snapshot),
        rates(snapshot),
        lines(snapshot, "areas", "area", AREA_MEASURES),
        lines(snapshot, "categories", "category", AREA_MEASURES),
        units(snapshot),
        overdue(snapshot),
        waiting(snapshot),
    ]
    return [table for table in tables if table.rows]


def full_length(table: ReportTable, snapshot: Json) -> int:
    """How many lines there are altogether; the ledger of overdue cases is cut already in the snapshot."""
    return int(snapshot["total"]["numbers"]["overdue_open"]) if table.name == "overdue" else len(table.rows)


def summary(snapshot: Json) -> ReportTable:
    """Each measure of the whole grid beside that of the day before."""
    numbers, before = snapshot["total"]["numbers"], snapshot["previous"]
    rows = [
        Row(
            [
                Cell(MEASURE_BY_NAME[name].label, hint=MEASURE_BY_NAME[name].meaning),
                Cell(numbers[name], "count", name),
                Cell(before[name], "count"),
                Cell(numbers[name] - before[name], "count"),
            ],
            is_total=True,
        )
        for name in SUMMARY
        if name in numbers  # reports of earlier versions know fewer measures
    ]
    return ReportTable("summary", _header("measure", "value", "previous", "change"), rows)


def rates(snapshot: Json) -> ReportTable:
    """Each indicator with numerator and denominator."""
    rows = []
    known = snapshot["total"]["rates"]  # reports of earlier versions know fewer indicators
    for indicator in (each for each in INDICATORS if each.name in known):
        rate = known[indicator.name]
        cells = [
            Cell(indicator.label, hint=indicator.formula),
            Cell(rate["value"], "rate"),
            Cell(rate["above"], "count"),
            Cell(rate["below"], "count"),
            Cell(indicator.formula),
        ]
        rows.append(Row(cells))
    return ReportTable("rates", _header("indicator", "rate", "above", "below", "formula"), rows, unit="")


def lines(snapshot: Json, name: str, by: str, shown: Sequence[str]) -> ReportTable:
    """One line per area or category, and the sum."""
    labels = [MEASURE_BY_NAME[measure].label for measure in shown]
    rows = [_line(each, each["name"], shown, each["key"]) for each in snapshot[name]]
    if rows:
        rows.append(replace(_line(snapshot["total"], _word("total"), shown), is_total=True))
    header = [_word(f"name_{by}"), *labels, _word("on_time_handling_rate")]
    return ReportTable(name, header, rows, by)


def units(snapshot: Json) -> ReportTable:
    """One line per handling unit."""
    labels = [UNIT_MEASURE_BY_NAME[measure].label for measure in UNIT_COLUMNS]
    rows = [_line(each, each["name"], UNIT_COLUMNS, each["key"]) for each in snapshot["units"]]
    return ReportTable("units", [_word("name_unit"), *labels, _word("on_time_handling_rate")], rows, "unit")


def overdue(snapshot: Json) -> ReportTable:
    """Overdue cases with number, place, holder and how late they are."""
    header = _header("number", "title", "area", "state", "holder", "due_at", "overdue")
    rows = [
        Row([*_case(case), Cell(case["due_at"], "moment"), Cell(case["overdue"], "span")])
        for case in snapshot["overdue"]
    ]
    return ReportTable("overdue", header, rows, unit="")


def waiting(snapshot: Json) -> ReportTable:
    """The cases that have been open longest."""
    header = _header("number", "title", "area", "state", "holder", "reported_at", "waiting")
    rows = [
        Row([*_case(case), Cell(case["reported_at"], "moment"), Cell(case["waiting"], "span")])
        for case in snapshot["waiting"]
    ]
    return ReportTable("waiting", header, rows, unit="")


def matters(snapshot: Json) -> ReportTable:
    """What the meeting should settle; for the Excel ledger."""
    rows = [
        Row([Cell(n, "count"), Cell(each["who"]), Cell(each["text"])]) for n, each in enumerate(snapshot["matters"], 1)
    ]
    return ReportTable("matters", _header("order", "who", "matter"), rows, unit="")


def _case(case: Json) -> list[Cell]:
    return [
        Cell(case["number"], "case"),
        Cell(case["title"], hint=case["category"]),
        Cell(case["grid_name"] or case["area_name"]),
        Cell(templates("daily")["states"][case["state"]]),
        Cell(holder(case)),
    ]


def _line(line: Json, name: str, shown: Sequence[str], key: str = "") -> Row:
    counts = [Cell(line["numbers"][measure], "count", measure) for measure in shown]
    rate = line["rates"]["on_time_handling_rate"]
    return Row([Cell(name), *counts, Cell(rate["value"], "rate", hint=f"{rate['above']}/{rate['below']}")], key)


def _header(*names: str) -> list[str]:
    return [_word(name) for name in names]


def _word(name: str) -> str:
    return str(templates("daily")["columns"][name])
