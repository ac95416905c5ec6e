"""The form in which an app adds to reports: figures it counts over an extent, and what it writes about them.

An app adds one module to this package with a `CHAPTER`. Its figures then stand in the reports' numbers, in a table of
their own, in the list of definitions, on the explanation page, in Word and in Excel; `write` may add better tables and
sentences.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports import cells
from reports.chapters.scene import Scene
from reports.documents.prose import points
from reports.metrics import Extent
from reports.words import percent, templates

Json = dict[str, Any]
Numbers = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a chapter, by its words."""

    chapter: str
    name: str
    label: str
    meaning: str
    unit: str


@dataclass(frozen=True, slots=True)
class Rate:
    """A ratio of two figures of a chapter."""

    chapter: str
    name: str
    label: str
    above: str
    below: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Compared:
    """The figures of a chapter now, in the period before and a year ago (None: no data of that time)."""

    now: Numbers
    previous: Numbers | None
    year_ago: Numbers | None

    @property
    def is_empty(self) -> bool:
        """Nothing at any of the times: the chapter is left out."""
        return not any(any(each.values()) for each in (self.now, self.previous or {}, self.year_ago or {}))


@dataclass(slots=True)
class Told:
    """What a chapter says: sections and tables with their places, and facts for the secretaries' duty report (述职)."""

    sections: list[tuple[int, Json]] = field(default_factory=list)
    tables: list[tuple[int, Json]] = field(default_factory=list)
    duty: list[str] = field(default_factory=list)

    def section(self, place: int, key: str, heading: str, paragraphs: Sequence[str]) -> None:
        """Add a section that has something to say."""
        if any(paragraphs):
            self.sections.append((place, {"key": key, "heading": heading, "paragraphs": [p for p in paragraphs if p]}))

    def table(self, place: int, table: Json | None) -> None:
        """Add a table that has lines."""
        if table is not None and table["rows"]:
            self.tables.append((place, table))


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one app adds. `words` names its data file (data/chapter_<name>.json) unless the words are given.

    `count` counts every figure of the words over an extent; `write` tells of them, without it sentence and table are
    made from the words; `kinds` are the reports it stands in; `place` says where.
    """

    name: str
    place: int
    count: Callable[[Extent], Numbers]
    write: Callable[[Scene, Compared], Told] | None = None
    kinds: tuple[str, ...] = ("weekly", "monthly", "quarterly")
    given: Mapping[str, Any] | None = None

    @property
    def words(self) -> Mapping[str, Any]:
        """Labels, meanings and sentences."""
        return self.given if self.given is not None else templates(f"chapter_{self.name}")

    @property
    def title(self) -> str:
        """What the chapter is called."""
        return str(self.words["title"])

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every number it counts, in order."""
        return tuple(
            Figure(self.name, name, words["label"], words["meaning"], words.get("unit", "件"))
            for name, words in self.words["figures"].items()
        )

    @property
    def rates(self) -> tuple[Rate, ...]:
        """Every ratio of its figures."""
        return tuple(
            Rate(self.name, name, words["label"], words["above"], words["below"], self._formula(words))
            for name, words in self.words.get("rates", {}).items()
        )

    @property
    def explained(self) -> tuple[Figure | Rate, ...]:
        """Figures and ratios: all that the page of definitions and the last sheet explain."""
        return (*self.figures, *self.rates)

    def _formula(self, words: Mapping[str, str]) -> str:
        figures = self.words["figures"]
        formula = f"{figures[words['above']]['label']} ÷ {figures[words['below']]['label']}"
        return f"{formula}；{words['meaning']}" if words.get("meaning") else formula

    def told(self, scene: Scene, compared: Compared) -> Told:
        """Its part of a report; nothing when it does not stand in it or has nothing at any time."""
        if scene.kind not in self.kinds or compared.is_empty:
            return Told()
        return self.write(scene, compared) if self.write else self.plain(scene, compared)

    def plain(self, scene: Scene, compared: Compared) -> Told:
        """The section and table that follow from the words alone."""
        told = Told()
        sentences = [f"{each.label}{compared.now[each.name]}{each.unit}" for each in self.figures]
        told.section(self.place, self.name, self.title, [points(sentences)])
        told.table(self.place, self.figure_table(scene, compared))
        return told

    def figure_table(self, scene: Scene, compared: Compared) -> Json:
        """All figures, with the period before and a year ago."""
        words, monthly = templates("rhythms"), scene.kind != "weekly"
        names = ["measure", "unit", "now", "previous", "change", *(["year_ago", "growth_year"] if monthly else [])]
        rows = []
        for figure in self.figures:
            now, before = compared.now[figure.name], _get(compared.previous, figure.name)
            row = [cells.cell(figure.label, hint=figure.meaning), cells.cell(figure.unit), cells.cell(now, "count")]
            row += [cells.cell(before, "count"), cells.cell(None if before is None else now - before, "change")]
            if monthly:
                ago = _get(compared.year_ago, figure.name)
                row += [cells.cell(ago, "count"), cells.cell((now - ago) / ago if ago else None, "growth")]
            rows.append(cells.row(row))
        header = [words["periods"][scene.kind].get(name) or words["columns"][name] for name in names]
        return cells.table(f"chapter_{self.name}", self.title, header, rows, widths=(6, *[3] * (len(header) - 1)))

    def ratios(self, numbers: Numbers) -> dict[str, Json]:
        """Its ratios with numerator and denominator."""
        return {
            rate.name: {
                "above": numbers[rate.above],
                "below": numbers[rate.below],
                "value": cells.ratio(numbers[rate.above], numbers[rate.below]),
            }
            for rate in self.rates
        }

    def said(self, compared: Compared, sentence: str, rate: str = "", **more: str) -> str:
        """A sentence of the words with the figures of now, and with the rate named `rate` where it has one."""
        given = more | ({"rate": self.said_rate(compared, rate)} if rate else {})
        return str(self.words[sentence].format(**compared.now, **given))

    def said_rate(self, compared: Compared, name: str) -> str:
        """One of its rates of the period as a sentence has it: 86.5%."""
        return percent(self.ratios(compared.now)[name]["value"])


def _get(numbers: Numbers | None, name: str) -> int | None:
    return None if numbers is None else numbers[name]
