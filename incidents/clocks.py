"""The clocks of an incident: which limit counts, what a move does to the ledger, and what the ledger then says."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Final

from incidents.calendars import DbCalendar
from incidents.models import Category, ClockEntry, Incident, TimeLimit
from incidents.models.category import Urgency
from incidents.states import Clock, Move
from incidents.worktime import ClockReading, TimeUnit, WorkCalendar, due_from_ledger

CLOCK_FIELDS: Final = ("clock", "due_at", "warn_at", "due_estimated", "warned_at", "overdue_at")
"""Fields of the incident that a change of clocks may touch."""

_CONTINUOUS: Final = {TimeUnit.WORK_HOUR: TimeUnit.URGENT_HOUR, TimeUnit.WORK_DAY: TimeUnit.NATURAL_DAY}


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a stage may take."""

    amount: Decimal
    unit: TimeUnit

    def continuous(self) -> "Limit":
        """The same limit by the clock on the wall: nights and weekends count (domain.md 2.4, urgent wins)."""
        return Limit(self.amount, _CONTINUOUS.get(self.unit, self.unit))


DEFAULTS: Final = {
    Clock.ACCEPT: Limit(Decimal("0.25"), TimeUnit.URGENT_HOUR),
    Clock.DISPATCH: Limit(Decimal("0.5"), TimeUnit.URGENT_HOUR),
    Clock.HANDLE: Limit(Decimal(4), TimeUnit.WORK_HOUR),
    Clock.CHECK: Limit(Decimal("0.5"), TimeUnit.URGENT_HOUR),
    Clock.VERIFY: Limit(Decimal("0.5"), TimeUnit.URGENT_HOUR),
}
"""When the table of limits is empty. Accept, verify, handle, check: domain.md 2.4; dispatch has no known source.

The clock inside a unit has none: without a row it does not run.
"""

BESIDE: Final = (Clock.INTERNAL,)
"""Clocks that run beside the one of the stage and are shown by themselves."""


class Limits:
    """The table of limits, read once (one query) and asked many times."""

    @cached_property
    def _rows(self) -> dict[tuple[int | None, str, str], dict[int, Limit]]:
        rows: dict[tuple[int | None, str, str], dict[int, Limit]] = defaultdict(dict)
        found = TimeLimit.objects.values_list("category_id", "clock", "urgency", "step", "amount", "unit")
        for category, clock, urgency, step, amount, unit in found:
            rows[category, clock, urgency][step] = Limit(amount, TimeUnit(unit))
        return dict(rows)

    def of(self, clock: Clock, category: Category | None, urgency: str, step: int = 1) -> Limit | None:
        """The limit that counts: the category's own, then its major class's, then everybody's; urgent runs on.

        None for a clock that nobody has given a limit and the field none either.
        """
        steps = self._steps(clock, category, urgency)
        limit = steps.get(step) or steps.get(max(steps, default=1)) or DEFAULTS.get(clock)
        return limit.continuous() if limit and urgency == Urgency.URGENT else limit

    def steps(self, category: Category | None, urgency: str) -> int:
        """In how many steps a case of this category is handled, each with its own limit."""
        return max(self._steps(Clock.HANDLE, category, urgency), default=1)

    def _steps(self, clock: Clock, category: Category | None, urgency: str) -> dict[int, Limit]:
        owners: list[int | None] = [category.pk, category.parent_id] if category else []
        keys = [(owner, clock, grade) for owner in [*owners, None] for grade in (urgency, "")]
        return next((self._rows[key] for key in keys if key in self._rows), {})


class Ledgers:
    """The ledgers of some locked incidents: read in one query, continued in memory, written by the caller."""

    def __init__(self, incidents: Iterable[Incident], *, calendar: WorkCalendar | None = None) -> None:
        self.calendar = calendar or DbCalendar()
        self.limits = Limits()
        self.added: list[ClockEntry] = []
        self._entries: dict[int, list[ClockEntry]] = defaultdict(list)
        kept = [incident.pk for incident in incidents]
        if kept:
            for entry in ClockEntry.objects.filter(incident__in=kept).order_by("incident", "sequence"):
                self._entries[entry.incident_id].append(entry)

    def apply(self, incident: Incident, move: Move, now: datetime) -> None:
        """Write down what `move` does to the clocks, and set the incident's clock fields."""
        for clock in move.stops:
            self._end(incident, clock, ClockEntry.Kind.STOPPED, now)
        if move.pauses:
            self._end(incident, move.pauses, ClockEntry.Kind.PAUSED, now)
        if move.starts:
            self._start(incident, move.starts, now)
        if move.resumes and self.reading(incident, move.resumes).paused:
            self._run(incident, move.resumes, self._add(incident, move.resumes, ClockEntry.Kind.RESUMED, now))

    def extend(self, incident: Incident, clock: Clock, limit: Limit, now: datetime, reason: str) -> ClockEntry:
        """Move the deadline of a clock that ran: the added time is counted from where the deadline was."""
        entry = self._add(incident, clock, ClockEntry.Kind.EXTENDED, now)
        entry.amount, entry.unit, entry.reason = limit.amount, limit.unit, reason[:120]
        reading = self.reading(incident, clock)
        entry.due_at = reading.due_at
        if reading.running and incident.clock == clock:
            _show(incident, clock, reading)
        return entry

    def _end(self, incident: Incident, clock: Clock, kind: ClockEntry.Kind, now: datetime) -> None:
        """Stop or pause a clock that runs; a paused one can still be stopped."""
        reading = self.reading(incident, clock)
        if reading.running or (reading.paused and kind == ClockEntry.Kind.STOPPED):
            self._add(incident, clock, kind, now).due_at = reading.due_at
        if incident.clock == clock:
            _show(incident, "", ClockReading())
        if clock in BESIDE:
            _show_beside(incident, None)

    def _start(self, incident: Incident, clock: Clock, now: datetime) -> None:
        limit = self.limits.of(clock, incident.category, incident.urgency, incident.step)
        if limit is None:
            return
        entry = self._add(incident, clock, ClockEntry.Kind.STARTED, now)
        entry.amount, entry.unit, entry.step = limit.amount, limit.unit, incident.step
        self._run(incident, clock, entry)

    def _run(self, incident: Incident, clock: Clock, entry: ClockEntry) -> None:
        reading = self.reading(incident, clock)
        entry.due_at = reading.due_at
        if clock in BESIDE:
            _show_beside(incident, reading.due_at)
        else:
            _show(incident, clock, reading)

    def _add(self, incident: Incident, clock: Clock, kind: ClockEntry.Kind, now: datetime) -> ClockEntry:
        ledger = self._entries[incident.pk]
        entry = ClockEntry(incident=incident, sequence=len(ledger) + 1, clock=clock, kind=kind, at=now)
        ledger.append(entry)
        self.added.append(entry)
        return entry

    def reading(self, incident: Incident, clock: Clock) -> ClockReading:
        """What the ledger of one clock says."""
        return due_from_ledger((entry for entry in self._entries[incident.pk] if entry.clock == clock), self.calendar)


def _show(incident: Incident, clock: str, reading: ClockReading) -> None:
    """Keep beside the incident what its running clock says; a new run may warn anew."""
    incident.clock = clock
    incident.due_at, incident.warn_at, incident.due_estimated = reading.due_at, reading.warn_at, reading.estimated
    incident.warned_at = incident.overdue_at = None


def _show_beside(incident: Incident, due_at: datetime | None) -> None:
    incident.unit_due_at, incident.unit_overdue_at = due_at, None


def readings(incident: Incident, *, calendar: WorkCalendar | None = None) -> dict[Clock, ClockReading]:
    """Every clock that ever ran for `incident`, with its steps, in the order of the stages (for pages and the API)."""
    entries: Sequence[ClockEntry] = list(incident.clock_entries.all())
    used = calendar or DbCalendar()
    return {
        clock: due_from_ledger((entry for entry in entries if entry.clock == clock), used)
        for clock in Clock
        if any(entry.clock == clock for entry in entries)
    }
