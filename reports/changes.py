"""What differs between two texts of a report, and between the numbers of two issues: pure functions of what is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from reports import cells, tables

Json = Mapping[str, Any]
Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class TextChange:
    """One place of the text: what stood there and what stands there now ("" for nothing)."""

    heading: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class NumberChange:
    """One cell of a table: old value → new value ("" where the line did not exist)."""

    table: str
    line: str
    column: str
    old: str
    new: str


def text_changes(old: Json, new: Json) -> list[TextChange]:
    """Every heading and paragraph that differs, in the order of the new text."""
    before, after = list(_paragraphs(old)), list(_paragraphs(new))
    matcher = SequenceMatcher(None, [text for _h, text in before], [text for _h, text in after], autojunk=False)
    found: list[TextChange] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            found += _paired(before[a:b], after[c:d])
    return found


def number_changes(old: Json, new: Json) -> list[NumberChange]:
    """Every cell of every table that differs between two snapshots of one kind, in the order of the new one."""
    before, after = cells_of(old), cells_of(new)
    places = dict.fromkeys([*after, *before])
    return [
        NumberChange(*place, before.get(place, ""), after.get(place, ""))
        for place in places
        if before.get(place, "") != after.get(place, "")
    ]


def cells_of(snapshot: Json) -> dict[Place, str]:
    """Every cell of a snapshot as text, by table, line and column."""
    return dict(_listed(snapshot["tables"]) if "tables" in snapshot else _daily(snapshot))


def _daily(snapshot: Json) -> Iterator[tuple[Place, str]]:
    for table in tables.all_tables(snapshot):
        for row in table.rows:
            for column, cell in zip(table.header, row.cells, strict=True):
                yield (table.title, str(row.cells[0].text), column), str(cell.text)


def _listed(found: list[Json]) -> Iterator[tuple[Place, str]]:
    """Tables as the weekly and longer reports keep them."""
    for table in found:
        for row in table["rows"]:
            for column, cell in zip(table["header"], row["cells"], strict=True):
                yield (table["title"], str(cells.shown(row["cells"][0])), column), str(cells.shown(cell))


def _paragraphs(text: Json) -> Iterator[tuple[str, str]]:
    for section in text["sections"]:
        yield section["heading"], section["heading"]
        for paragraph in section["paragraphs"]:
            yield section["heading"], paragraph


def _paired(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> Iterator[TextChange]:
    for n in range(max(len(before), len(after))):
        old = before[n] if n < len(before) else ("", "")
        new = after[n] if n < len(after) else ("", "")
        yield TextChange(new[0] or old[0], old[1], new[1])
