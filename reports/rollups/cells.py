"""What is to be added to the cells, and how it is added."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import connection

from reports.indicators import COMPLETING
from reports.models import RollupCell
from reports.periods import PEOPLE_TIME
from reports.rollups.names import (
    BANDS,
    COMPLETED,
    EVENT_LENGTH,
    KEPT,
    LEFT,
    LEVELS,
    REPORTED,
    SECONDS,
    first_day,
)

Key = tuple[str, str, str, date, str]
Dims = tuple[str, int | None, str]
Vector = np.ndarray[Any, np.dtype[np.int64]]
Cut, Grain = RollupCell.Cut, RollupCell.Grain

UNCLASSIFIED: Final = "none"
STARTING: Final = ("report", "self_handle")

# One statement for all: each row by itself would cost more on the way than in the table.
_ADD: Final = """
INSERT INTO reports_rollupcell AS r (code, cut, grain, starts_on, key, flow, stock)
SELECT a.code, a.cut, a.grain, a.starts_on, a.key, a.flow::bigint[], a.stock::bigint[]
FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[], %s::text[], %s::text[], %s::text[])
    AS a (code, cut, grain, starts_on, key, flow, stock)
ON CONFLICT (code, cut, grain, starts_on, key)
DO UPDATE SET flow = reports_add(r.flow, excluded.flow), stock = reports_add(r.stock, excluded.stock)
"""


class Cells:
    """Additions, collected by cell; `write` adds them in one order, so that two writers do not lock each other out."""

    def __init__(self) -> None:
        self.flow: dict[Key, Vector] = {}
        self.stock: dict[Key, Vector] = {}
        self.steps: dict[Key, dict[int, int]] = defaultdict(lambda: defaultdict(int))

    def add_numbers(self, dims: Dims, grain: str, first: date, flow: Vector, stock: Vector) -> None:
        """Add the numbers of one period to the cells of all levels and cuts that are kept."""
        for code, cut, key in _places(dims, grain):
            cell = (code, cut, grain, first, key)
            self.flow[cell] = self.flow[cell] + flow if cell in self.flow else flow
            self.stock[cell] = self.stock[cell] + stock if cell in self.stock else stock

    def add_hour(self, dims: Dims, at: datetime, move: str, sign: int) -> None:
        """Add one report or completion to its weekday (Monday is 1) and hour."""
        places = [place for place, moves in ((REPORTED, STARTING), (COMPLETED, COMPLETING)) if move in moves]
        local = at.astimezone(PEOPLE_TIME)
        key = f"{local.isoweekday()}-{local.hour:02d}"
        for code in _codes(dims, EVENT_LENGTH):
            cell = (code, str(Cut.HOUR), str(Grain.MONTH), first_day(Grain.MONTH, local.date()), key)
            for place in places:
                self.steps[cell][place] += sign

    def add_wait(self, dims: Dims, at: datetime, state: str, wait: timedelta, sign: int) -> None:
        """Add one stay in `state` that ended at `at`."""
        seconds, local = int(wait.total_seconds()), at.astimezone(PEOPLE_TIME)
        band = SECONDS + 1 + sum(seconds >= end for end in BANDS)
        for code in _codes(dims, EVENT_LENGTH):
            cell = (code, str(Cut.WAIT), str(Grain.MONTH), first_day(Grain.MONTH, local.date()), state)
            self.steps[cell][LEFT] += sign
            self.steps[cell][SECONDS] += sign * seconds
            self.steps[cell][band] += sign

    def write(self) -> None:
        """Add everything to the table."""
        rows = sorted(self._rows(), key=lambda row: row[:5])
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(_ADD, [list(column) for column in zip(*rows, strict=True)])

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        for cell, flow in self.flow.items():
            stock = self.stock[cell]
            if flow.any() or stock.any():
                yield (*cell, _array(flow), _array(stock))
        for cell, steps in self.steps.items():
            if any(steps.values()):
                yield (*cell, _text([steps.get(place, 0) for place in range(max(steps) + 1)]), "{}")


def _array(vector: Vector) -> str:
    """Nothing after the last number: short rows."""
    places = np.flatnonzero(vector)
    return _text(vector[: places[-1] + 1].tolist()) if places.size else "{}"


def _text(values: Sequence[int]) -> str:
    """An array as PostgreSQL writes it, with nothing instead of zero."""
    return "{" + ",".join([str(value) if value else "NULL" for value in values]) + "}"


def _codes(dims: Dims, longest: int) -> Iterator[str]:
    code = dims[0]
    return (code[:length] for length in LEVELS if length <= min(len(code), longest))


def _places(dims: Dims, grain: str) -> Iterator[tuple[str, str, str]]:
    """Code, cut and key of every cell that an incident of these dimensions counts in."""
    _code, category, source = dims
    name = str(category or UNCLASSIFIED)
    keys = {Cut.ALL: "", Cut.CATEGORY: name, Cut.SOURCE: source, Cut.BOTH: f"{name} {source}"}
    for each in KEPT:
        if grain in each.grains:
            for code in _codes(dims, each.length):
                yield code, str(each.cut), keys[Cut(each.cut)]
