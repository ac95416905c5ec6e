"""Counts some incidents into the cells: what they add now minus what they added when they were counted last.

What an incident adds to a period is a pure function of its first n events, its first m clock entries and a moment
"as of". `RollupCounted` keeps n, m and the moment, so that the old part can be computed again and taken off, whatever
happened in between: a move, a correction of category or place, an hour that passed a limit. Counting twice changes
nothing.

For each period B and each condition: flow(B) = value in B − value of an empty period at the end of B, and stock(B) =
value at the end − value at the beginning, both of an empty period. An incident that nothing happens to in B adds
nothing to either, and the value of any B is flow(B) + the sum of all stock up to B. So a quiet year costs nothing.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

import numpy as np
from django.db import connection

from reports.indicators import COMPLETING, HANDLING
from reports.metrics import text
from reports.models import RollupCell, RollupCounted
from reports.periods import local_day
from reports.rollups.cells import Cells
from reports.rollups.names import CONDITIONS, first_day, grain_period

Dims = tuple[str, int | None, str]
Span = tuple[datetime, datetime]
Bits = np.ndarray[Any, np.dtype[np.int64]]

CHUNK: Final = 500
"""Incidents whose facts are asked at once: bounds memory and the length of the statement."""
INSTANT: Final = timedelta(microseconds=1)
ZERO: Final = np.zeros(len(CONDITIONS), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Cutoff:
    """Up to where the history of an incident is looked at, and under which grid, category and source it counts."""

    dims: Dims
    events: int
    entries: int
    as_of: datetime


@dataclass(slots=True)
class History:
    """What is known of one incident: its present dimensions, steps and limits; and how it was counted last."""

    dims: Dims
    counted: Cutoff | None
    events: list[tuple[int, datetime, str, str, str]] = field(default_factory=list)
    """Sequence, moment, kind, move, state before."""
    entries: list[tuple[int, datetime]] = field(default_factory=list)
    """Sequence and moment."""
    limits: list[datetime] = field(default_factory=list)
    """When a clock that was not turned before ran, or will run, over its limit."""
    sorted: list[datetime] = field(default_factory=list)
    """All moments up to now at which something happened."""

    def cutoff(self, now: datetime) -> Cutoff:
        """All of it, as of `now`; a step whose clock ran a little ahead is not left behind."""
        last = max([self.events[-1][1], *(at for _sequence, at in self.entries[-1:])])
        as_of = now if now > last else last + INSTANT
        return Cutoff(self.dims, self.events[-1][0], self.entries[-1][0] if self.entries else 0, as_of)

    def is_new_since(self, old: Cutoff, now: datetime) -> bool:
        """Whether anything happened, was corrected, or ran over a limit after `old`."""
        return (
            self.dims != old.dims
            or self.events[-1][0] > old.events
            or bool(self.entries and self.entries[-1][0] > old.entries)
            or any(old.as_of <= limit < now for limit in self.limits)
        )

    def moments(self, now: datetime) -> Iterator[datetime]:
        """When something happened that may change a number."""
        for _sequence, at, _kind, _move, _state in self.events:
            yield at
        for _sequence, at in self.entries:
            yield at
        yield from (limit for limit in self.limits if limit < now)

    def shortest(self, start: datetime, end: datetime) -> Span | None:
        """The shortest period with the same facts as [start, end): facts change only where something happens.

        So the day, week, month, quarter and year of a case that was closed within the day are asked once. None before
        the report.
        """
        first, behind = bisect_left(self.sorted, start), bisect_left(self.sorted, end)
        if not behind:
            return None
        last = self.sorted[behind - 1] + INSTANT
        return (self.sorted[first], last) if first < behind else (last, last)

    def since(self, old: Cutoff) -> datetime:
        """Periods that had ended by this moment count the same as before."""
        later = [at for sequence, at, *_rest in self.events if sequence > old.events]
        later += [at for sequence, at in self.entries if sequence > old.entries]
        return min([old.as_of, *later])


@dataclass(frozen=True, slots=True)
class Bucket:
    """A period of a cell."""

    grain: str
    first: date
    start: datetime
    end: datetime


def count_some(ids: Sequence[int], *, now: datetime) -> int:
    """Bring the cells up to date for these incidents; returns how many had changed. In the caller's transaction."""
    changed = 0
    for start in range(0, len(ids), CHUNK):
        changed += _count_chunk(ids[start : start + CHUNK], now)
    return changed


def _count_chunk(ids: Sequence[int], now: datetime) -> int:
    histories = {pk: each for pk, each in _histories(ids).items() if each.events}
    dirty = {pk: each for pk, each in histories.items() if not each.counted or each.is_new_since(each.counted, now)}
    if not dirty:
        return 0
    for history in dirty.values():
        history.sorted = sorted(set(history.moments(now)))
    cells = Cells()
    _add_numbers(cells, dirty, now)
    _add_steps(cells, dirty, now)
    cells.write()
    _keep(dirty, now)
    return len(dirty)


# --- what there is ----------------------------------------------------------------------------------------------------


def _histories(ids: Sequence[int]) -> dict[int, History]:
    found = {}
    for pk, code, category, source, *counted in _rows(_INCIDENTS, ids):
        found[pk] = History((code, category, source), _counted(counted))
    for pk, *event in _rows(_EVENTS, ids):
        found[pk].events.append(tuple(event))
    for pk, sequence, at, limit in _rows(_ENTRIES, ids):
        found[pk].entries.append((sequence, at))
        if limit:
            found[pk].limits.append(limit)
    return found


def _counted(row: Sequence[Any]) -> Cutoff | None:
    code, category, source, events, entries, as_of = row
    return None if code is None else Cutoff((code, category, source), events, entries, as_of)


def _rows(sql: str, ids: Sequence[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(ids)])
        return cursor.fetchall()


_INCIDENTS: Final = """
SELECT i.id, left(i.grid_code, 15), i.category_id, i.source,
       c.code, c.category_id, c.source, c.events, c.entries, c.as_of
FROM incidents_incident i LEFT JOIN reports_rollupcounted c ON c.incident_id = i.id
WHERE i.id = ANY(%s)
"""
_EVENTS: Final = """
SELECT e.incident_id, e.sequence, e.at, e.kind, e.move, e.from_state FROM incidents_incidentevent e
WHERE e.incident_id = ANY(%s) ORDER BY e.incident_id, e.sequence
"""
_ENTRIES: Final = """
SELECT l.incident_id, l.sequence, l.at, CASE WHEN l.until IS NULL OR l.until > l.due_at THEN l.due_at END
FROM (
    SELECT k.incident_id, k.sequence, k.at, k.due_at,
           lead(k.at) OVER (PARTITION BY k.incident_id, k.clock ORDER BY k.sequence) AS until
    FROM incidents_clockentry k
    WHERE k.incident_id = ANY(%s)
) l
ORDER BY l.incident_id, l.sequence
"""


# --- the numbers of the definitions -----------------------------------------------------------------------------------


class Slots:
    """The short periods whose facts are asked, each once."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[int, datetime, datetime, int, int], int] = {}
        self.bits: dict[int, Bits] = {}

    def want(self, pk: int, cutoff: Cutoff, span: Span | None) -> None:
        """The facts of this period will be needed."""
        if span:
            self.numbers.setdefault((pk, *span, cutoff.events, cutoff.entries), len(self.numbers))

    def ask(self) -> None:
        """Read them all."""
        columns = list(zip(*self.numbers, strict=True))
        names = ("ids", "starts", "ends", "events", "entries")
        asked = dict(zip(names, map(list, columns), strict=True)) | {"slots": list(self.numbers.values())}
        with connection.cursor() as cursor:
            cursor.execute(_facts_sql(), asked | {"handling": [*HANDLING], "completing": [*COMPLETING]})
            for slot, bits in cursor.fetchall():
                self.bits[slot] = np.frombuffer(bits.encode(), dtype=np.uint8).astype(np.int64) - ord("0")

    def get(self, pk: int, cutoff: Cutoff, span: Span | None) -> Bits:
        """The value of every condition in this period; zeros before the incident was reported."""
        if span is None:
            return ZERO
        return self.bits.get(self.numbers[pk, *span, cutoff.events, cutoff.entries], ZERO)


@cache
def _facts_sql() -> str:
    bits = " || ".join(f"CASE WHEN {condition} THEN '1' ELSE '0' END" for condition in CONDITIONS)
    return "\n".join([text("rolled"), text("facts"), f"SELECT f.slot, {bits} FROM facts f"])  # noqa: S608


def _add_numbers(cells: Cells, dirty: Mapping[int, History], now: datetime) -> None:
    slots, plan = Slots(), []
    for pk, history in dirty.items():
        buckets = _buckets(history, now)
        for sign, cutoff in _cutoffs(history, now):
            for bucket in buckets:
                if bucket.start < cutoff.as_of:
                    spans = _spans(history, bucket, cutoff)
                    plan.append((pk, sign, cutoff, bucket, spans))
                    for span in spans:
                        slots.want(pk, cutoff, span)
    if slots.numbers:
        slots.ask()
    added: dict[tuple[Dims, str, date], list[Bits]] = defaultdict(lambda: [ZERO, ZERO])
    for pk, sign, cutoff, bucket, spans in plan:
        within, after, before = (slots.get(pk, cutoff, span) for span in spans)
        cell = added[cutoff.dims, bucket.grain, bucket.first]
        cell[0] = cell[0] + sign * (within - after)
        cell[1] = cell[1] + sign * (after - before)
    for (dims, grain, first), (flow, stock) in added.items():
        if flow.any() or stock.any():
            cells.add_numbers(dims, grain, first, flow, stock)


def _cutoffs(history: History, now: datetime) -> Iterator[tuple[int, Cutoff]]:
    """The old part is taken off, the new one put on."""
    if history.counted:
        yield -1, history.counted
    yield 1, history.cutoff(now)


def _spans(history: History, bucket: Bucket, cutoff: Cutoff) -> tuple[Span | None, ...]:
    """The period itself as far as it has come, the empty period at its end, that at its beginning."""
    end = min(bucket.end, cutoff.as_of)
    whole = ((bucket.start, end), (end, end), (bucket.start, bucket.start))
    return tuple(history.shortest(*span) for span in whole)


def _buckets(history: History, now: datetime) -> list[Bucket]:
    """Every period of every length in which something happened; after a mere addition only those it can reach."""
    old = history.counted
    since = history.since(old) if old and old.dims == history.dims else None
    days = {local_day(moment) for moment in history.moments(now)}
    wanted = {(grain, first_day(grain, day)) for day in days for grain in RollupCell.Grain.values}
    buckets = [bucket(grain, first) for grain, first in sorted(wanted)]
    return [each for each in buckets if since is None or each.end > since]


@cache
def bucket(grain: str, first: date) -> Bucket:
    """The period of that length that begins with `first`."""
    period = grain_period(grain, first)
    return Bucket(grain, first, period.start, period.end)


# --- hours and waits: simply added up over the steps -----------------------------------------------------------------


def _add_steps(cells: Cells, dirty: Mapping[int, History], now: datetime) -> None:
    for history in dirty.values():
        old = history.counted
        same = old is not None and old.dims == history.dims
        for sign, cutoff in _cutoffs(history, now):
            if same and sign < 0:
                continue
            _add_moves(cells, history, sign, cutoff, after=old.events if same and old else 0)


def _add_moves(cells: Cells, history: History, sign: int, cutoff: Cutoff, *, after: int) -> None:
    before: datetime | None = None
    for sequence, at, kind, move, state in history.events:
        if kind != "move" or sequence > cutoff.events:
            continue
        if sequence > after:
            cells.add_hour(cutoff.dims, at, move, sign)
            if before is not None and state:
                cells.add_wait(cutoff.dims, at, state, at - before, sign)
        before = at


def _keep(dirty: Mapping[int, History], now: datetime) -> None:
    rows: Iterable[RollupCounted] = (
        RollupCounted(
            incident_id=pk,
            code=history.dims[0],
            category_id=history.dims[1],
            source=history.dims[2],
            events=cutoff.events,
            entries=cutoff.entries,
            as_of=cutoff.as_of,
        )
        for pk, history in dirty.items()
        for cutoff in [history.cutoff(now)]
    )
    RollupCounted.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["incident"],
        update_fields=["code", "category_id", "source", "events", "entries", "as_of"],
    )
