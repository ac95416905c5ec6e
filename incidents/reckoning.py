"""Due times of open cases reckoned anew from their ledgers, after the calendar has changed (architecture.md 5).

Ended cases keep the verdict of their day. A clock that waits is not touched: it is reckoned when it goes on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from accounts.models import User
from incidents.calendars import calendar_mark
from incidents.clocks import Ledgers
from incidents.lifecycle import take_down
from incidents.models import ClockEntry, Incident, IncidentEvent, Reckoning
from incidents.moments import from_iso, iso
from incidents.pen import Pen
from incidents.states import OPEN_STATES, Clock
from incidents.worktime import ClockReading

BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """One due time that is another one now."""

    incident: int
    number: str
    title: str
    clock: str
    old: datetime | None
    new: datetime | None


def reckon(*, actor: User | None, now: datetime) -> Reckoning:
    """Reckon every open case anew, batch by batch, and give the row that says how many moved.

    Each batch is a transaction of its own and waits for rows that somebody is working on: a crash loses one batch, and
    a second run finds the first one's cases right already.
    """
    row = Reckoning.objects.create(calendar=calendar_mark(), by=actor, started_at=now)
    for keys in _batches():
        with transaction.atomic():
            row.moved += len(_reckon_batch(keys, actor=actor, now=now, reckoning=row.pk))
        row.looked_at += len(keys)
    row.finished_at = now
    row.save(update_fields=["looked_at", "moved", "finished_at"])
    return row


def reckon_if_changed(*, now: datetime) -> int:
    """Reckon anew when the calendar is not the one of the last finished reckoning; how many due times moved."""
    last = Reckoning.objects.filter(finished_at__isnull=False).first()
    if last is not None and last.calendar == calendar_mark():
        return 0
    return reckon(actor=None, now=now).moved


def would_move() -> list[Moved]:
    """What `reckon` would move, without writing anything."""
    return [moved for keys in _batches() for moved in _moved_of(list(_rows(keys)))]


def moved_by(reckoning: Reckoning, *, among: QuerySet[Incident] | None = None) -> list[Moved]:
    """The cases that a reckoning moved, from their histories, by number; only those of `among` when it is given."""
    events = IncidentEvent.objects.filter(kind=IncidentEvent.Kind.RECKONED, at=reckoning.started_at)
    found = events.filter(data__reckoning=reckoning.pk).select_related("incident").order_by("incident__number")
    if among is not None:
        found = found.filter(incident__in=among)
    return [_of_event(event) for event in found.defer("incident__contact_name", "incident__contact_phone")]


def _of_event(event: IncidentEvent) -> Moved:
    old, new = (from_iso(event.data.get(name)) for name in ("old", "new"))
    case = event.incident
    return Moved(case.pk, case.number, case.title, event.data["clock"], old, new)


def _timed() -> Q:
    return Q(due_at__isnull=False) | Q(unit_due_at__isnull=False)


def _batches() -> Iterator[list[int]]:
    """Keys of the open cases whose clocks run, oldest first."""
    last = 0
    while True:
        rows = Incident.objects.filter(_timed(), state__in=OPEN_STATES, pk__gt=last).order_by("pk")
        keys = list(rows.values_list("pk", flat=True)[:BATCH])
        if not keys:
            return
        yield keys
        last = keys[-1]


def _rows(keys: list[int], *, locked: bool = False) -> Iterator[Incident]:
    rows = Incident.objects.select_for_update(of=("self",), no_key=True) if locked else Incident.objects.all()
    rows = rows.filter(_timed(), pk__in=keys, state__in=OPEN_STATES).select_related("category")
    yield from rows.defer("contact_name", "contact_phone", "text").order_by("pk")


def _moved_of(incidents: list[Incident]) -> list[Moved]:
    ledgers = Ledgers(incidents)
    return [moved for case in incidents for moved, _reading in _differences(case, ledgers)]


def _differences(case: Incident, ledgers: Ledgers) -> Iterator[tuple[Moved, ClockReading]]:
    """The running clocks of a case whose due time is not what their ledger says."""
    for clock, stored in ((case.clock, case.due_at), (Clock.INTERNAL.value, case.unit_due_at)):
        if not clock or stored is None:
            continue
        reading = ledgers.reading(case, Clock(clock))
        if reading.running and reading.due_at != stored:
            yield Moved(case.pk, case.number, case.title, clock, stored, reading.due_at), reading


def _reckon_batch(keys: list[int], *, actor: User | None, now: datetime, reckoning: int) -> list[Moved]:
    incidents = list(_rows(keys, locked=True))
    pen = Pen.for_locked(incidents, now=now)
    found = [(case, *pair) for case in incidents for pair in _differences(case, pen.ledgers)]
    _write_entries([(case, moved) for case, moved, _reading in found], now)
    for case, moved, reading in found:
        _show(case, moved, reading, now)
        facts = {"clock": moved.clock, "old": iso(moved.old), "new": iso(moved.new), "reckoning": reckoning}
        take_down(pen, case, IncidentEvent.Kind.RECKONED, actor=actor, data=facts)
        pen.changed(case)
    pen.write()
    return [moved for _case, moved, _reading in found]


def _write_entries(found: list[tuple[Incident, Moved]], now: datetime) -> None:
    """The ledger keeps the due time from now on; statistics read it there."""
    cases = {case.pk for case, _moved in found}
    last = dict(
        ClockEntry.objects.filter(incident__in=cases).values_list("incident").annotate(Max("sequence")).order_by()
    )
    rows = []
    for case, moved in found:
        last[case.pk] += 1
        kind, sequence = ClockEntry.Kind.RECKONED, last[case.pk]
        rows.append(
            ClockEntry(incident=case, sequence=sequence, clock=moved.clock, kind=kind, at=now, due_at=moved.new)
        )
    ClockEntry.objects.bulk_create(rows)


def _show(case: Incident, moved: Moved, reading: ClockReading, now: datetime) -> None:
    """Set what the case shows of its clock; marks that came too early by the new calendar are taken back."""
    late = moved.new is not None and moved.new < now
    if moved.clock == Clock.INTERNAL:
        case.unit_due_at = moved.new
        case.unit_overdue_at = case.unit_overdue_at if late else None
        return
    case.due_at, case.warn_at, case.due_estimated = reading.due_at, reading.warn_at, reading.estimated
    if reading.warn_at and reading.warn_at > now:
        case.warned_at = None
    if case.overdue_at and not late:
        case.overdue_at = None
        marks = IncidentEvent.objects.filter(incident=case, kind=IncidentEvent.Kind.OVERDUE)
        case.was_overdue = marks.count() > 1
