"""Working-time arithmetic and the clock ledger: pure functions, no database, no "now" (domain.md 2.4).

Working time runs 08:00-12:00 and 14:00-18:00 Asia/Shanghai on working days; one work day is 8 work hours. Urgent hours
and natural days run on without a break. All moments that come in and go out are aware; results are UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

PEOPLE_TIME: Final = ZoneInfo("Asia/Shanghai")
PERIODS: Final = ((time(8), time(12)), (time(14), time(18)))
WORK_DAY: Final = timedelta(hours=8)
WARN_SHARE: Final = 0.8
"""A clock warns when this share of its counted time is used."""
LONGEST_REST: Final = 366
"""Days without any working time after which a calendar is taken to be broken."""

ZERO: Final = timedelta(0)


class TimeUnit(models.TextChoices):
    """How a limit is counted (domain.md 2.4)."""

    URGENT_HOUR = "urgent_hour", _("Urgent hour")
    WORK_HOUR = "work_hour", _("Work hour")
    WORK_DAY = "work_day", _("Work day")
    NATURAL_DAY = "natural_day", _("Natural day")

    @property
    def is_continuous(self) -> bool:
        """Counts nights, weekends and holidays too."""
        return self in (TimeUnit.URGENT_HOUR, TimeUnit.NATURAL_DAY)

    @property
    def length(self) -> timedelta:
        """Counted time of one unit."""
        return _LENGTHS[self]


_LENGTHS: Final = {
    TimeUnit.URGENT_HOUR: timedelta(hours=1),
    TimeUnit.WORK_HOUR: timedelta(hours=1),
    TimeUnit.WORK_DAY: WORK_DAY,
    TimeUnit.NATURAL_DAY: timedelta(days=1),
}


class WorkCalendar(Protocol):
    """Which days are worked, and for which days that is decreed rather than guessed."""

    def is_workday(self, day: date, /) -> bool: ...

    def known(self, day: date, /) -> bool: ...


@dataclass(frozen=True)
class TableCalendar:
    """A calendar from a table of days; a day without a row follows the week (Monday to Friday) and is not known."""

    days: Mapping[date, bool]
    estimated: frozenset[date] = frozenset()

    def is_workday(self, day: date, /) -> bool:
        return self.days.get(day, day.weekday() < 5)

    def known(self, day: date, /) -> bool:
        return day in self.days and day not in self.estimated


def counted_time(amount: Decimal | float, unit: TimeUnit) -> timedelta:
    """`amount` units as counted time, to the microsecond. ValueError when negative or not finite."""
    exact = Decimal(str(amount))
    if not exact.is_finite() or exact < 0:
        raise ValueError(f"a time limit cannot be {amount}")
    return timedelta(microseconds=int(exact * (TimeUnit(unit).length // timedelta(microseconds=1))))


def add_time(start: datetime, amount: Decimal | float, unit: TimeUnit, calendar: WorkCalendar) -> datetime:
    """The first moment at which `amount` units have been counted since `start`."""
    return _advance(start, counted_time(amount, unit), TimeUnit(unit), calendar)


def elapsed(start: datetime, end: datetime, unit: TimeUnit, calendar: WorkCalendar) -> timedelta:
    """Counted time between two moments; nothing when `end` is not after `start`."""
    start, end = _utc(start), _utc(end)
    if end <= start:
        return ZERO
    if TimeUnit(unit).is_continuous:
        return end - start
    return sum(
        (max(ZERO, min(end, closes) - max(start, opens)) for opens, closes in _until(start, end, calendar)), ZERO
    )


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    return moment.astimezone(UTC)


def _advance(start: datetime, counted: timedelta, unit: TimeUnit, calendar: WorkCalendar) -> datetime:
    start = _utc(start)
    if unit.is_continuous or counted == ZERO:
        return start + counted
    for opens, closes in _periods(start, calendar):
        begin = max(start, opens)
        if begin + counted <= closes:
            return begin + counted
        counted -= max(ZERO, closes - begin)
    raise AssertionError("periods never end")  # pragma: no cover


def _periods(start: datetime, calendar: WorkCalendar) -> Iterator[tuple[datetime, datetime]]:
    """Working periods in UTC from the day of `start` on, without end; ValueError when no day is worked for a year."""
    day, rest = start.astimezone(PEOPLE_TIME).date(), 0
    while rest <= LONGEST_REST:
        rest += 1
        if calendar.is_workday(day):
            rest = 0
            for opens, closes in PERIODS:
                yield _moment(day, opens), _moment(day, closes)
        day += timedelta(days=1)
    raise ValueError(f"no working day in the year before {day}")


def _until(start: datetime, end: datetime, calendar: WorkCalendar) -> Iterator[tuple[datetime, datetime]]:
    day, last = start.astimezone(PEOPLE_TIME).date(), end.astimezone(PEOPLE_TIME).date()
    while day <= last:
        if calendar.is_workday(day):
            for opens, closes in PERIODS:
                yield _moment(day, opens), _moment(day, closes)
        day += timedelta(days=1)


def _moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, PEOPLE_TIME).astimezone(UTC)


# --- the ledger -------------------------------------------------------------------------------------------------------


class EntryKind(models.TextChoices):
    """What happened to a clock. The order here decides between entries of one moment that carry no sequence."""

    STARTED = "started", _("Started")
    EXTENDED = "extended", _("Extended")
    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")
    STOPPED = "stopped", _("Stopped")
    RECKONED = "reckoned", _("Reckoned anew")


class LedgerEntry(Protocol):
    """What the ledger function reads; the rows of the ledger table have this shape."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def sequence(self) -> int: ...


@dataclass(frozen=True)
class Entry:
    """A ledger entry without a table; `amount` and `unit` are for started and extended only."""

    kind: EntryKind
    at: datetime
    amount: Decimal | None = None
    unit: str = ""
    sequence: int = 0


@dataclass(frozen=True)
class ClockStep:
    """One entry and what it did: the deadline after it, and whether it had any effect."""

    kind: EntryKind
    at: datetime
    due_at: datetime | None
    amount: Decimal | None = None
    unit: TimeUnit | None = None
    effective: bool = True


@dataclass(frozen=True)
class ClockReading:
    """What a ledger says. While `paused`, `due_at` is the deadline if the clock resumed at the moment it was paused:
    a bound, not yet a deadline. `estimated`: a day in between is not decreed yet."""

    due_at: datetime | None = None
    warn_at: datetime | None = None
    started_at: datetime | None = None
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    running: bool = False
    paused: bool = False
    estimated: bool = False
    steps: tuple[ClockStep, ...] = ()

    def is_overdue(self, at: datetime) -> bool:
        """Past the deadline at `at`; a stopped or paused clock keeps the verdict of the moment it was halted."""
        halted = self.stopped_at or self.paused_at
        return self.due_at is not None and (min(at, halted) if halted else at) > self.due_at


@dataclass
class _Run:
    """The state of one run of a clock, from a start to the next start."""

    started_at: datetime | None = None
    legs: list[tuple[timedelta, TimeUnit]] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    paused_at: datetime | None = None
    stopped_at: datetime | None = None

    def apply(self, entry: LedgerEntry) -> bool:
        """Take one entry in; False when it means nothing in this state."""
        return _APPLY[EntryKind(entry.kind)](self, entry)

    def start(self, entry: LedgerEntry) -> bool:
        self.started_at, self.paused_at, self.stopped_at = _utc(entry.at), None, None
        self.legs, self.pauses = [_leg(entry)], []
        return True

    def extend(self, entry: LedgerEntry) -> bool:
        """Also after a stop: an appeal that is granted later still moves the deadline."""
        if self.started_at is None:
            return False
        self.legs.append(_leg(entry))
        return True

    def pause(self, entry: LedgerEntry) -> bool:
        if self.started_at is None or self.paused_at or self.stopped_at:
            return False
        self.paused_at = _utc(entry.at)
        return True

    def resume(self, entry: LedgerEntry) -> bool:
        if self.paused_at is None or self.stopped_at:
            return False
        self.pauses.append((self.paused_at, _utc(entry.at)))
        self.paused_at = None
        return True

    def stop(self, entry: LedgerEntry) -> bool:
        if self.started_at is None or self.stopped_at:
            return False
        self.stopped_at = _utc(entry.at)
        return True

    def note(self, entry: LedgerEntry) -> bool:
        """The calendar changed: the entry keeps the due time from then on, the reading follows the calendar itself."""
        return self.started_at is not None


_APPLY: Final = {
    EntryKind.STARTED: _Run.start,
    EntryKind.EXTENDED: _Run.extend,
    EntryKind.PAUSED: _Run.pause,
    EntryKind.RESUMED: _Run.resume,
    EntryKind.STOPPED: _Run.stop,
    EntryKind.RECKONED: _Run.note,
}


def due_from_ledger(entries: Iterable[LedgerEntry], calendar: WorkCalendar) -> ClockReading:
    """The reading of one clock from its entries, in whatever order they come.

    1. Entries are put in order of moment, then sequence, then kind.
    2. A start begins a new run with its limit; an extension adds a leg that begins where the deadline was before.
    3. The legs are counted from the start over the time in which the clock was not paused.
    4. Entries that mean nothing in their state (a pause of a paused clock) change nothing and are marked so.
    """
    run, steps = _Run(), []
    for entry in sorted(entries, key=_order):
        effective = run.apply(entry)
        steps.append(_step(entry, effective, _due(run, run.legs, calendar)))
    return _reading(run, tuple(steps), calendar)


_RANK: Final = {kind: rank for rank, kind in enumerate(EntryKind)}


def _order(entry: LedgerEntry) -> tuple[datetime, int, int]:
    return _utc(entry.at), entry.sequence, _RANK[EntryKind(entry.kind)]


def _leg(entry: LedgerEntry) -> tuple[timedelta, TimeUnit]:
    if entry.amount is None:
        raise ValueError(f"a clock entry of kind {entry.kind} needs an amount")
    unit = TimeUnit(entry.unit)
    return counted_time(entry.amount, unit), unit


def _step(entry: LedgerEntry, effective: bool, due_at: datetime | None) -> ClockStep:
    unit = TimeUnit(entry.unit) if entry.unit else None
    return ClockStep(EntryKind(entry.kind), _utc(entry.at), due_at, entry.amount, unit, effective)


def _reading(run: _Run, steps: tuple[ClockStep, ...], calendar: WorkCalendar) -> ClockReading:
    if run.started_at is None:
        return ClockReading(steps=steps)
    due_at = _due(run, run.legs, calendar)
    return ClockReading(
        due_at=due_at,
        warn_at=_due(run, _first_share(run.legs), calendar),
        started_at=run.started_at,
        paused_at=run.paused_at,
        stopped_at=run.stopped_at,
        running=not run.paused_at and not run.stopped_at,
        paused=bool(run.paused_at) and not run.stopped_at,
        estimated=_is_estimated(run, due_at, calendar),
        steps=steps,
    )


def _first_share(legs: Sequence[tuple[timedelta, TimeUnit]]) -> list[tuple[timedelta, TimeUnit]]:
    """The legs up to the warning."""
    left = sum((length for length, _unit in legs), ZERO) * WARN_SHARE
    share = []
    for length, unit in legs:
        share.append((min(length, left), unit))
        left -= min(length, left)
    return share


def _due(run: _Run, legs: Sequence[tuple[timedelta, TimeUnit]], calendar: WorkCalendar) -> datetime | None:
    """Where the legs end when they are counted, one after the other, outside the pauses."""
    if run.started_at is None:
        return None
    moment = run.started_at
    for length, unit in legs:
        moment = _count_leg(moment, length, unit, run, calendar)
    return moment


def _count_leg(moment: datetime, length: timedelta, unit: TimeUnit, run: _Run, calendar: WorkCalendar) -> datetime:
    if length == ZERO:
        return moment
    for begin, end in run.pauses:
        if end <= moment:
            continue
        if begin > moment:
            due = _advance(moment, length, unit, calendar)
            if due <= begin:
                return due
            length -= elapsed(moment, begin, unit, calendar)
        moment = end
    # an open pause changes nothing: resumed where it began, the rest is counted from there
    return _advance(moment, length, unit, calendar)


def _is_estimated(run: _Run, due_at: datetime | None, calendar: WorkCalendar) -> bool:
    """Whether a deadline in working time rests on a day nobody has decreed; continuous limits need no calendar."""
    if run.started_at is None or due_at is None or all(unit.is_continuous for _length, unit in run.legs):
        return False
    day, last = (moment.astimezone(PEOPLE_TIME).date() for moment in (run.started_at, due_at))
    return any(not calendar.known(day + timedelta(days=n)) for n in range((last - day).days + 1))
