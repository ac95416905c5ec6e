"""What pages ask of the rollups: numbers of a subtree and a period, as a line, a series, or broken down.

Every function gives exactly what `reports.metrics` would count for the same question up to the moment `as_of()`. Where
no cells are kept (a small subtree, an unusual combination) or none are ready, it is counted on the spot.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
from django.db import connection

from grid.models import Grid
from incidents.models import Category
from reports.indicators import INDICATORS, MEASURES
from reports.metrics import Tally
from reports.models import RollupCell, RollupMark
from reports.rollups import live
from reports.rollups.cells import UNCLASSIFIED
from reports.rollups.names import (
    BANDS,
    COMPLETED,
    CONDITIONS,
    FINGERPRINT,
    LEFT,
    PLACES,
    REPORTED,
    SECONDS,
    child_length,
    first_day,
    kept,
    next_first,
    sides,
)

Cut, Grain = RollupCell.Cut, RollupCell.Grain
Vector = np.ndarray[Any, np.dtype[np.int64]]
Span = tuple[str, date, date]
"""Length of the periods, the first one's first day, and the day before which they begin."""

BEGINNING: Final = date(1900, 1, 1)
_SIDES: Final = {each.name: tuple(PLACES[text] for text in sides(each)) for each in INDICATORS}


@dataclass(frozen=True, slots=True)
class Wait:
    """Stays in one state that ended in the time: how many, seconds altogether, and how many in each band of length."""

    left: int
    seconds: int
    bands: Sequence[int]

    @property
    def mean(self) -> float | None:
        """The mean stay in seconds; None when nothing left the state."""
        return self.seconds / self.left if self.left else None

    @property
    def median_band(self) -> tuple[int, int | None] | None:
        """Lower and upper end in seconds of the band in which the middle stay lies; the last band has no upper end."""
        passed = 0
        for place, count in enumerate(self.bands):
            passed += count
            if self.left and 2 * passed >= self.left:
                return (BANDS[place - 1] if place else 0, BANDS[place] if place < len(BANDS) else None)
        return None


def as_of() -> datetime | None:
    """The moment up to which the cells are complete; None while they are being built."""
    mark = RollupMark.objects.filter(pk=1, names=FINGERPRINT).first()
    return mark.as_of if mark and mark.as_of.year > 2000 else None


def tally(code: str, grain: str, day: date, *, category: str = "", source: str = "", now: datetime) -> Tally:
    """The numbers of the period of length `grain` (d, w, m, q, y) in which `day` lies.

    `category` is a primary key (a major class stands for all below it), "none" or ""; `source` one of `Source` or "".
    """
    question = Question.of(code, grain, category, source, now)
    return _tally(question.values([code], first_day(grain, day)).get("", _zero()))


def series(
    code: str, grain: str, first: date, last: date, *, category: str = "", source: str = "", now: datetime
) -> list[tuple[date, Tally]]:
    """The numbers of every period from that of `first` to that of `last`, by its first day."""
    question = Question.of(code, grain, category, source, now)
    return [(day, _tally(vector)) for day, vector in question.series(first_day(grain, first), first_day(grain, last))]


def breakdown(
    code: str, grain: str, day: date, by: str, *, category: str = "", source: str = "", now: datetime
) -> dict[str, Tally]:
    """The numbers of one period by "area" (codes of the next level; `code` for the rest), "category" or "source"."""
    question = Question.of(code, grain, category, source, now)
    lines = question.areas(first_day(grain, day)) if by == "area" else question.keys(first_day(grain, day), by)
    return {key: _tally(vector) for key, vector in sorted(lines.items()) if vector.any()}


def hours(code: str, first: date, last: date) -> dict[tuple[int, int], dict[str, int]]:
    """Reports and completions by ISO weekday (1: Monday) and hour, of the whole months from `first` to `last`."""
    found: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: {"reported": 0, "completed": 0})
    for key, flow in _steps(code, Cut.HOUR, first, last):
        weekday, hour = key.split("-")
        for name, place in (("reported", REPORTED), ("completed", COMPLETED)):
            found[int(weekday), int(hour)][name] += _at(flow, place)
    return dict(found)


def waits(code: str, first: date, last: date) -> dict[str, Wait]:
    """By state: the stays that ended in the whole months from `first` to `last`."""
    found: dict[str, Vector] = defaultdict(lambda: np.zeros(SECONDS + 2 + len(BANDS), dtype=np.int64))
    for state, flow in _steps(code, Cut.WAIT, first, last):
        found[state] += _vector(flow, SECONDS + 2 + len(BANDS))
    return {
        state: Wait(int(each[LEFT]), int(each[SECONDS]), each[SECONDS + 1 :].tolist())
        for state, each in found.items()
        if each[LEFT]
    }


# --- one question -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: subtree, length of the periods, category keys and source; `ready` when cells can answer."""

    code: str
    grain: str
    categories: tuple[str, ...]
    source: str
    now: datetime
    ready: bool

    @classmethod
    def of(cls, code: str, grain: str, category: str, source: str, now: datetime) -> "Question":
        """The question of a page; reads the mark and, for a major class, its minor ones."""
        return cls(code, str(Grain(grain)), _category_keys(category), source, now, as_of() is not None)

    @property
    def cut(self) -> str:
        """The cut whose cells answer."""
        return {
            (False, False): Cut.ALL,
            (True, False): Cut.CATEGORY,
            (False, True): Cut.SOURCE,
            (True, True): Cut.BOTH,
        }[bool(self.categories), bool(self.source)]

    def keys_wanted(self) -> list[str]:
        """The keys of the cells that answer."""
        if not self.categories:
            return [self.source]
        return [f"{each} {self.source}" if self.source else each for each in self.categories]

    def values(self, codes: Sequence[str], first: date) -> dict[str, Vector]:
        """The vector "" of one period, summed over the `codes`."""
        if not self._kept(self.cut, codes):
            return self._live(first, "")
        rows = _cells(codes, self.cut, self._wanted(self.cut, codes[0], first), self.keys_wanted())
        return {"": _sum(_worth(row, self.grain, first) for row in rows)}

    def series(self, first: date, last: date) -> Iterator[tuple[date, Vector]]:
        """The vector of each period."""
        if not self._kept(self.cut, [self.code]):
            for day in _firsts(self.grain, first, last):
                yield day, self._live(day, "").get("", _zero())
            return
        flows: dict[date, Vector] = defaultdict(_zero)
        stocks: dict[date, Vector] = defaultdict(_zero)
        standing = _zero()
        spans = [*self._before(self.cut, self.code, first), (self.grain, first, next_first(self.grain, last))]
        for _code, grain, starts_on, _key, flow, stock in _cells([self.code], self.cut, spans, self.keys_wanted()):
            if grain == self.grain and starts_on >= first:
                flows[starts_on] = flows[starts_on] + _vector(flow)
                stocks[starts_on] = stocks[starts_on] + _vector(stock)
            else:
                standing = standing + _vector(stock)
        for day in _firsts(self.grain, first, last):
            standing = standing + stocks[day]
            yield day, flows[day] + standing

    def areas(self, first: date) -> dict[str, Vector]:
        """By code of the next level; under the own code what lies in none of them."""
        children = list(Grid.objects.filter(parent__code=self.code).values_list("code", flat=True).order_by("code"))
        children = sorted({each for each in children if len(each) == child_length(self.code)})
        if not children or not self._kept(self.cut, [self.code, children[0]]):
            return self._live(first, "area")
        lines: dict[str, Vector] = defaultdict(_zero)
        spans = self._wanted(self.cut, children[0], first)
        for row in _cells(children, self.cut, spans, self.keys_wanted()):
            lines[row[0]] = lines[row[0]] + _worth(row, self.grain, first)
        own = self.values([self.code], first)[""] - _sum(lines.values())
        return {**lines, self.code: own}

    def keys(self, first: date, by: str) -> dict[str, Vector]:
        """By category or source, with the other one as asked."""
        other = self.source if by == "category" else " ".join(self.categories)
        cut = Cut.BOTH if other else Cut.CATEGORY if by == "category" else Cut.SOURCE
        if not self._kept(cut, [self.code]):
            return self._live(first, by)
        lines: dict[str, Vector] = defaultdict(_zero)
        for row in _cells([self.code], cut, self._wanted(cut, self.code, first), None):
            category, source = _names(cut, row[3])
            if self.categories and category and category not in self.categories:
                continue
            if self.source and source and source != self.source:
                continue
            key = category if by == "category" else source
            lines[key] = lines[key] + _worth(row, self.grain, first)
        return dict(lines)

    def _kept(self, cut: str, codes: Sequence[str]) -> bool:
        return self.ready and all(kept(cut, code, self.grain) for code in codes)

    def _wanted(self, cut: str, code: str, first: date) -> list[Span]:
        return [*self._before(cut, code, first), (self.grain, first, next_first(self.grain, first))]

    def _before(self, cut: str, code: str, first: date) -> list[Span]:
        """Cells whose stock adds up to what stood when the period `first` began: whole years, months, days."""
        year, month = first_day(Grain.YEAR, first), first_day(Grain.MONTH, first)
        years = (str(Grain.YEAR), BEGINNING, year)
        match self.grain:
            case Grain.YEAR:
                return [years]
            case Grain.QUARTER:
                return [years, (str(Grain.QUARTER), year, first)]
            case Grain.MONTH:
                return [years, (str(Grain.MONTH), year, first)]
        if kept(cut, code, Grain.DAY):
            return [years, (str(Grain.MONTH), year, month), (str(Grain.DAY), month, first)]
        return [(self.grain, BEGINNING, first)]

    def _live(self, first: date, by: str) -> dict[str, Vector]:
        until = as_of() or self.now
        found = live.tallies(
            self.code, self.grain, first, by, categories=self.categories, source=self.source, until=max(until, self.now)
        )
        return {key: _packed(each) for key, each in found.items()}


def _category_keys(category: str) -> tuple[str, ...]:
    if not category or category == UNCLASSIFIED:
        return (category,) if category else ()
    below = Category.objects.filter(parent_id=int(category)).values_list("pk", flat=True)
    return (category, *map(str, sorted(below)))


def _names(cut: str, key: str) -> tuple[str, str]:
    """Category and source of a cell's key."""
    if cut == Cut.BOTH:
        category, source = key.split(" ", 1)
        return category, source
    return (key, "") if cut == Cut.CATEGORY else ("", key)


# --- cells and vectors ------------------------------------------------------------------------------------------------


def _cells(
    codes: Sequence[str], cut: str, spans: Iterable[Span], keys: Sequence[str] | None
) -> Iterator[tuple[Any, ...]]:
    """(code, grain, first day, key, flow, stock) of the cells in any of the spans; all keys for None."""
    grains, starts, ends = zip(*spans, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_CELLS, [[*grains], [*starts], [*ends], [*codes], str(cut), keys is None, list(keys or ())])
        yield from cursor.fetchall()


_CELLS: Final = """
SELECT r.code, r.grain, r.starts_on, r.key, r.flow, r.stock
FROM unnest(%s::text[], %s::date[], %s::date[]) AS s (grain, starts, ends)
CROSS JOIN unnest(%s::text[]) AS c (code)
JOIN reports_rollupcell r ON r.code = c.code AND r.cut = %s AND r.grain = s.grain
    AND r.starts_on >= s.starts AND r.starts_on < s.ends
WHERE %s OR r.key = ANY(%s)
"""


def _steps(code: str, cut: str, first: date, last: date) -> Iterator[tuple[str, Sequence[int | None]]]:
    months = (str(Grain.MONTH), first_day(Grain.MONTH, first), next_first(Grain.MONTH, first_day(Grain.MONTH, last)))
    for _code, _grain, _starts_on, key, flow, _stock in _cells([code], cut, [months], None):
        yield key, flow


def _worth(row: tuple[Any, ...], grain: str, first: date) -> Vector:
    """What a cell adds to the period: its stock, and its flow when it is the period's own."""
    _code, cell_grain, starts_on, _key, flow, stock = row
    vector = _vector(stock)
    return vector + _vector(flow) if (cell_grain, starts_on) == (grain, first) else vector


def _vector(values: Sequence[int | None], length: int = len(CONDITIONS)) -> Vector:
    vector = np.zeros(length, dtype=np.int64)
    vector[: len(values)] = [value or 0 for value in values]
    return vector


def _zero() -> Vector:
    return np.zeros(len(CONDITIONS), dtype=np.int64)


def _sum(vectors: Iterable[Vector]) -> Vector:
    return sum(vectors, start=_zero())


def _tally(vector: Vector) -> Tally:
    numbers = {each.name: int(vector[PLACES[each.condition]]) for each in MEASURES}
    return Tally(numbers, {name: (int(vector[above]), int(vector[below])) for name, (above, below) in _SIDES.items()})


def _packed(counted: Tally) -> Vector:
    vector = _zero()
    for measure in MEASURES:
        vector[PLACES[measure.condition]] = counted.numbers[measure.name]
    for name, (above, below) in _SIDES.items():
        vector[above], vector[below] = counted.ratios[name]
    return vector


def _firsts(grain: str, first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = next_first(grain, first)


def _at(values: Sequence[int | None], place: int) -> int:
    return (values[place] or 0) if place < len(values) else 0


def same(left: Mapping[str, Tally], right: Mapping[str, Tally]) -> list[str]:
    """The names of the numbers that differ between two breakdowns, as "line: name"."""
    zero = _tally(_zero())
    wrong = []
    for key in sorted({*left, *right}):
        one, other = _packed(left.get(key, zero)), _packed(right.get(key, zero))
        wrong += [f"{key}: {CONDITIONS[place]}" for place in np.flatnonzero(one - other)]
    return wrong
