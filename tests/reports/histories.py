"""Made-up histories of incidents for tests: legal walks through the table of moves, written as rows.

The walk is chosen by a list of numbers, so that hypothesis can make and shrink it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count as counter

from django.db import transaction

from accounts.models import User
from grid.models import Compound, Grid, Organization
from incidents.clocks import Ledgers, Limit, Limits
from incidents.models import Assignment, Category, ClockEntry, Incident, IncidentEvent
from incidents.models.incident import Locating, Source
from incidents.states import ASSIGNED, MOVE_BY_NAME, MOVES, OPEN_STATES, START, Clock, Move
from incidents.worktime import TableCalendar, TimeUnit

_numbers = counter(1)
EVERY_DAY = TableCalendar(days={})


@dataclass(frozen=True)
class Step:
    """One move: which of the allowed ones (modulo their number), and minutes since the step before.

    `also` is an event that comes with it: "extended" (four work hours more) or "excused".
    """

    choice: int
    minutes: int
    also: str = ""


@dataclass
class Walk:
    """One incident: where, what, when it was reported, and its steps. The first step is the report."""

    grid: Grid
    started: datetime
    steps: Sequence[Step] = ()
    category: Category | None = None
    handler: Organization | User | None = None
    compound: Compound | None = None
    title: str = "测试事件"
    dispatcher: User | None = None
    """Who dispatches; None: the system."""


def moves(*named: tuple[str, int] | tuple[str, int, str]) -> list[Step]:
    """Steps by name: [("report", 0), ("file", 5), …], minutes since the step before, and what comes with it."""
    steps, state = [], START
    for name, minutes, *also in named:
        allowed = _allowed(state)
        steps.append(Step(allowed.index(MOVE_BY_NAME[name]), minutes, *also))
        state = MOVE_BY_NAME[name].target
    return steps


CLOSED = (("report", 0), ("file", 5), ("dispatch", 5), ("take", 5), ("feedback", 30), ("close", 10))
"""A quick way from report to close: 55 minutes."""


def write(walks: Sequence[Walk]) -> list[Incident]:
    """Write incidents with their events, clock entries and assignments."""
    with transaction.atomic():  # the database compares incident and events when the transaction ends
        return [_write(walk) for walk in walks]


def _allowed(state: str) -> list[Move]:
    return [move for move in MOVES if state in move.sources]


def _write(walk: Walk) -> Incident:
    number = next(_numbers)
    incident = Incident(
        number=f"{walk.started:%Y%m%d}-{number:06d}",
        title=walk.title,
        text=walk.title,
        category=walk.category,
        source=Source.DESK,
        grid=walk.grid,
        grid_code=walk.grid.code,
        compound=walk.compound,
        located_by=Locating.CHOSEN,
        reported_at=walk.started,
        state_since=walk.started,
    )
    events, ledgers, tasks = _played(incident, walk)
    incident.save()
    for rows, model in ((events, IncidentEvent), (ledgers.added, ClockEntry), (tasks, Assignment)):
        for row in rows:
            row.incident = incident
        model.objects.bulk_create(rows)
    return incident


def _played(incident: Incident, walk: Walk) -> tuple[list[IncidentEvent], Ledgers, list[Assignment]]:
    ledgers = Ledgers((), calendar=EVERY_DAY)
    ledgers.limits = _limits()
    events: list[IncidentEvent] = []
    tasks: list[Assignment] = []
    state, at = START, walk.started
    for step in walk.steps:
        allowed = _allowed(state)
        if not allowed:
            break
        move, at = allowed[step.choice % len(allowed)], at + timedelta(minutes=step.minutes)
        events.append(_event(events, move, state, at))
        events[-1].actor = walk.dispatcher if move.name == "dispatch" else None
        _task(incident, tasks, walk, move, state, at)
        ledgers.apply(incident, move, at)
        state = move.target
        if step.also and _grant(incident, ledgers, step.also, at):
            events.append(_note(events, step.also, state, at))
    _finish(incident, state, at, len(events))
    return events, ledgers, tasks


def _limits() -> Limits:
    limits = Limits()
    limits.__dict__["_rows"] = {}  # the defaults, without a query
    return limits


def _grant(incident: Incident, ledgers: Ledgers, kind: str, at: datetime) -> bool:
    """More time for a handling that has begun; an appeal needs nothing of the ledger."""
    if kind == "extended":
        if ledgers.reading(incident, Clock.HANDLE).started_at is None:
            return False
        ledgers.extend(incident, Clock.HANDLE, Limit(Decimal(4), TimeUnit.WORK_HOUR), at, "")
    return True


def _note(events: list[IncidentEvent], kind: str, state: str, at: datetime) -> IncidentEvent:
    return IncidentEvent(sequence=len(events) + 1, kind=kind, from_state=state, to_state=state, at=at)


def _event(events: list[IncidentEvent], move: Move, state: str, at: datetime) -> IncidentEvent:
    return IncidentEvent(
        sequence=len(events) + 1, kind="move", move=move.name, from_state=state, to_state=move.target, at=at
    )


def _task(incident: Incident, tasks: list[Assignment], walk: Walk, move: Move, state: str, at: datetime) -> None:
    """What lifecycle does with assignments."""
    if (state in ASSIGNED and move.target not in ASSIGNED) or move.name == "hand_on":
        tasks[-1].ends_at, tasks[-1].outcome = at, move.name
    if move.name in ("dispatch", "hand_on") or move.target == "reworking":
        handler = {"user": walk.handler} if isinstance(walk.handler, User) else {"organization": walk.handler}
        tasks.append(Assignment(starts_at=at, **handler))
    for name in ("organization", "user"):
        kept = getattr(tasks[-1], name) if tasks and move.target != "filed" else None
        setattr(incident, f"handler_{name}", kept)


def _finish(incident: Incident, state: str, at: datetime, version: int) -> None:
    incident.state, incident.state_since, incident.version = state, at, max(version, 1)
    if state not in OPEN_STATES:
        incident.closed_at = at
