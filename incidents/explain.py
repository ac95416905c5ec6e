"""Why is it due then? One run of a clock told step by step, with the days that do not count. Pure: nothing is read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from accounts.templatetags.display import duration, short_moment, weekday
from incidents.worktime import (
    PEOPLE_TIME,
    ZERO,
    ClockReading,
    ClockStep,
    EntryKind,
    LedgerEntry,
    TimeUnit,
    WorkCalendar,
    due_from_ledger,
    elapsed,
)

LONGEST: Final = 400
"""Days looked through for those that do not count; a longer run is told without them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step in words, and the due time after it."""

    kind: str
    words: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a clock, from a start to the next."""

    reading: ClockReading
    lines: list[Line]

    @property
    def due_at(self) -> datetime | None:
        """When it is, or was, due."""
        return self.reading.due_at

    @property
    def is_going(self) -> bool:
        """Runs or waits: not stopped."""
        return self.reading.stopped_at is None


def explain(
    entries: Iterable[LedgerEntry], calendar: WorkCalendar, names: Mapping[date, str] | None = None
) -> list[Run]:
    """Every run of one clock, in order. `names`: what the calendar calls its days (国庆节, 国庆节调休)."""
    return [_run(run, calendar, names or {}) for run in _runs(entries)]


def _runs(entries: Iterable[LedgerEntry]) -> Iterator[list[LedgerEntry]]:
    run: list[LedgerEntry] = []
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.sequence)):
        if entry.kind == EntryKind.STARTED and any(one.kind == EntryKind.STARTED for one in run):
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


def _run(entries: Sequence[LedgerEntry], calendar: WorkCalendar, names: Mapping[date, str]) -> Run:
    reading = due_from_ledger(entries, calendar)
    lines = [_line(step, number, reading, calendar) for number, step in enumerate(reading.steps) if step.effective]
    skipped = skipped_days(reading, calendar, names)
    if skipped:
        lines.append(Line("skipped", _("Not counted: %(days)s.") % {"days": " · ".join(skipped)}))
    if extra := extra_days(reading, calendar, names):
        lines.append(Line("extra", _("Counted although a weekend: %(days)s.") % {"days": " · ".join(extra)}))
    lines.append(_verdict(reading))
    return Run(reading, lines)


# --- the steps --------------------------------------------------------------------------------------------------------


def _line(step: ClockStep, number: int, reading: ClockReading, calendar: WorkCalendar) -> Line:
    said = {"at": f"{short_moment(step.at)} {weekday(step.at)}", "limit": amount_words(step.amount, step.unit)}
    if step.kind == EntryKind.PAUSED:
        used = used_until(reading.steps[:number], step.at, calendar)
        if used is not None:
            said["used"] = duration(used)
            return Line(step.kind, _("Paused %(at)s, after %(used)s of counted time.") % said, step.due_at)
    return Line(step.kind, _words(step) % said, step.due_at)


def _words(step: ClockStep) -> str:
    """What a step says; `at` and `limit` are put in."""
    if step.kind == EntryKind.STARTED:
        if step.unit and step.unit.is_continuous:
            return _("Started %(at)s with a limit of %(limit)s, counted round the clock.")
        return _("Started %(at)s with a limit of %(limit)s, counted in working hours.")
    return {
        EntryKind.PAUSED: _("Paused %(at)s."),
        EntryKind.RESUMED: _("Resumed %(at)s: the time between does not count."),
        EntryKind.EXTENDED: _("Extended %(at)s by %(limit)s, counted from the deadline before."),
        EntryKind.STOPPED: _("Stopped %(at)s."),
        EntryKind.RECKONED: _("The calendar changed; reckoned anew %(at)s."),
    }[step.kind]


def amount_words(amount: Decimal | None, unit: TimeUnit | None) -> str:
    """ "4 work hours"; minutes for less than an hour."""
    if amount is None or unit is None:
        return ""
    if amount < 1 and unit in (TimeUnit.URGENT_HOUR, TimeUnit.WORK_HOUR):
        return _("%(n)s minutes") % {"n": f"{(amount * 60).normalize():f}"}
    return f"{amount.normalize():f} {unit.label}"


def used_until(steps: Sequence[ClockStep], at: datetime, calendar: WorkCalendar) -> timedelta | None:
    """Counted time from the start to `at` outside the pauses; None when the run counts in two ways."""
    legs = {step.unit.is_continuous for step in steps if step.effective and step.unit}
    if len(legs) != 1:
        return None
    unit = TimeUnit.URGENT_HOUR if legs.pop() else TimeUnit.WORK_HOUR
    used, since = ZERO, None
    for step in steps:
        if not step.effective:
            continue
        if step.kind in (EntryKind.STARTED, EntryKind.RESUMED):
            since = step.at
        elif step.kind == EntryKind.PAUSED and since:
            used, since = used + elapsed(since, step.at, unit, calendar), None
    return used + elapsed(since, at, unit, calendar) if since else used


def _verdict(reading: ClockReading) -> Line:
    """The last line: when it is due, or how it ended."""
    if reading.due_at is None:
        return Line("due", _("It has no deadline."))
    said = {"due": f"{short_moment(reading.due_at)} {weekday(reading.due_at)}"}
    if reading.paused:
        words = _("It waits: if it went on where it stopped, it would be due %(due)s; the pause moves that on.")
    elif reading.stopped_at is None:
        words = _("So it is due %(due)s.")
    elif reading.stopped_at > reading.due_at:
        said["late"] = duration(reading.stopped_at - reading.due_at)
        words = _("It was due %(due)s: late by %(late)s.")
    else:
        words = _("It was due %(due)s: in time.")
    return Line("due", words % said, reading.due_at)


# --- days -------------------------------------------------------------------------------------------------------------


def skipped_days(reading: ClockReading, calendar: WorkCalendar, names: Mapping[date, str]) -> list[str]:
    """The days between start and deadline that are not worked, in words, those in a row together."""
    days = [day for day in _days(reading) if not calendar.is_workday(day)]
    return [_day_words(row, names) for row in _rows(days, names)]


def extra_days(reading: ClockReading, calendar: WorkCalendar, names: Mapping[date, str]) -> list[str]:
    """The weekend days between start and deadline that are worked (调休)."""
    days = [day for day in _days(reading) if day.weekday() >= 5 and calendar.is_workday(day)]
    return [_day_words([day], names) for day in days]


def _days(reading: ClockReading) -> list[date]:
    """From the day of the start to that of the deadline; none when only the wall clock counts."""
    if reading.started_at is None or reading.due_at is None:
        return []
    if all(step.unit is None or step.unit.is_continuous for step in reading.steps):
        return []
    first, last = (moment.astimezone(PEOPLE_TIME).date() for moment in (reading.started_at, reading.due_at))
    count = (last - first).days + 1
    return [first + timedelta(days=n) for n in range(count)] if count <= LONGEST else []


def _rows(days: Sequence[date], names: Mapping[date, str]) -> Iterator[list[date]]:
    """Days in a row that have one name."""
    row: list[date] = []
    for day in days:
        if row and (day - row[-1] > timedelta(days=1) or names.get(day) != names.get(row[-1])):
            yield row
            row = []
        row.append(day)
    if row:
        yield row


def _day_words(row: Sequence[date], names: Mapping[date, str]) -> str:
    first, last = row[0], row[-1]
    span = _date_words(first) if first == last else f"{_date_words(first)}–{_date_words(last)}"
    return f"{span} {names[first]}" if names.get(first) else span


def _date_words(day: date) -> str:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=PEOPLE_TIME)
    return f"{short_moment(noon).rsplit(maxsplit=1)[0]} {weekday(noon)}"
