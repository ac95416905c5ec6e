"""A table of a chapter with a line for each area, and which areas are behind the whole; shared by the chapters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reports import cells
from reports.cells import cell, rate_cell, row
from reports.chapters.few import hidden
from reports.chapters.scene import Scene
from reports.chapters.wording import heads, total_word
from reports.words import listed, percent

Json = dict[str, Any]
Words = Mapping[str, Any]
Line = Mapping[str, int]
Areas = Mapping[str, Line]

NAMED: Final = 3
LEAST: Final = 5
"""An area with fewer below the line is not named for its rate."""


@dataclass(frozen=True, slots=True)
class AreaTables:
    """The tables of one chapter: `rates` are the columns that divide two figures; few `people` are not told."""

    prefix: str
    rates: Mapping[str, tuple[str, str]]
    people: str = ""

    def table(self, scene: Scene, words: Words, name: str, columns: Sequence[str], areas: Areas, now: Line) -> Json:
        """The areas with one of the columns' figures, the grid itself last where something lies in no area."""
        figures = [column for column in columns if column not in self.rates]
        codes = [code for code, line in areas.items() if any(line[each] for each in figures)]
        codes.sort(key=lambda code: (code == scene.code, code))
        few = hidden({code: areas[code][self.people] for code in codes}) if self.people in columns else set()
        rows = [row(self._cells(words, scene.area(c), areas[c], columns, is_few=c in few), key=c) for c in codes]
        if rows:
            rows.append(row(self._cells(words, total_word(), now, columns, is_few=False), is_total=True))
        widths = (6, *[3] * len(columns))
        header, note = heads(words, "area", *columns), words["notes"].get(name, "")
        title = words["tables"][name]
        return cells.table(f"{self.prefix}_{name}", title, header, rows, by="area", widths=widths, note=note)

    def _cells(self, words: Words, label: str, line: Line, columns: Sequence[str], *, is_few: bool) -> list[Json]:
        """One line; a number of few people is not told."""
        made = [cell(label)]
        for column in columns:
            if column in self.rates:
                above, below = self.rates[column]
                made.append(rate_cell(line[above], line[below]))
            else:
                made.append(cell(words["hidden"]) if is_few and column == self.people else cell(line[column], "count"))
        return made


def behind(scene: Scene, words: Words, areas: Areas, now: Line, above: str, below: str) -> Iterator[str]:
    """The areas with the smallest share of `above` in `below`, where it is below the whole; nothing of one alone."""
    mean = cells.ratio(now[above], now[below]) or 0.0
    rates = {
        code: line[above] / line[below] for code, line in areas.items() if code != scene.code and line[below] >= LEAST
    }
    low = sorted((code for code in rates if rates[code] < mean), key=lambda code: (rates[code], code))[:NAMED]
    if len(rates) >= 2 and low:
        item = words["behind_item"]
        named = [item.format(name=scene.area(code), rate=percent(rates[code])) for code in low]
        yield words["behind"].format(list=listed(named))
