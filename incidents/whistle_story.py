"""What a page tells of whistles: marks, the units' steps, the timeline, the whistles of one case. Reads only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from grid.scope import scope_of
from incidents.models import Incident, Whistle, WhistleEvent, WhistleTask
from incidents.people import holders
from incidents.story import Step
from incidents.whistle_moves import LABELS, State, reached, why_not_yet
from incidents.whistle_moves import MOVE_BY_NAME as MOVES

STATE_LOOKS: Final = {
    State.RAISED: ("info", "hourglass"),
    State.REFUSED: ("secondary", "circle-x"),
    State.BLOWN: ("primary", "volume"),
    State.HANDLED: ("primary", "clipboard-check"),
    State.CLOSED: ("success", "circle-check"),
    State.WITHDRAWN: ("secondary", "ban"),
}
LEVEL_LOOKS: Final = {"blue": ("info", "flag"), "yellow": ("warning", "flag"), "red": ("danger", "flame")}
EVENT_LOOKS: Final = {
    "raise": ("info", "speakerphone"),
    "approve": ("primary", "volume"),
    "refuse": ("secondary", "circle-x"),
    "respond": ("primary", "hand-stop"),
    "attend": ("primary", "user-check"),
    "finish": ("primary", "clipboard-check"),
    "conclude": ("success", "clipboard-check"),
    "rate": ("secondary", "star"),
    "evaluate": ("success", "circle-check"),
    "withdraw": ("secondary", "ban"),
    "remind_respond": ("warning", "clock-exclamation"),
    "remind_done": ("danger", "alert-triangle"),
}
"""Tone and picture; a word always stands beside them."""
MOST_WAITING: Final = 20


@dataclass(frozen=True, slots=True)
class Mark:
    """A word with its tone and picture, for parts/badge.html."""

    label: str
    tone: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Line:
    """One whistle in a list."""

    whistle: Whistle
    state: Mark
    level: Mark
    lead: str
    others: int
    due_at: datetime | None
    """The next time that some unit must keep; None when nothing runs."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One unit's row that waits for its next step."""

    task: WhistleTask
    whistle: Whistle
    level: Mark
    next_step: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnitStep:
    """Response, attendance or task of one unit: what happened, when, and how it stands to its time."""

    label: str
    at: datetime | None
    due_at: datetime | None
    words: str
    late: bool
    warning: str = ""


@dataclass(frozen=True, slots=True)
class UnitCard:
    """One called unit on the page of a whistle."""

    task: WhistleTask
    steps: Sequence[UnitStep]
    waits_for: str
    """Why the lead unit cannot finish yet."""


def state_mark(whistle: Whistle) -> Mark:
    """The state."""
    return Mark(str(whistle.get_state_display()), *STATE_LOOKS[State(whistle.state)])


def level_mark(whistle: Whistle) -> Mark:
    """The level."""
    return Mark(str(whistle.get_level_display()), *LEVEL_LOOKS[whistle.level])


def lines(whistles: Iterable[Whistle]) -> list[Line]:
    """Rows of a list; the units' rows must be prefetched."""
    return [_line(whistle, list(whistle.tasks.all())) for whistle in whistles]


def _line(whistle: Whistle, tasks: list[WhistleTask]) -> Line:
    lead = next((str(task.organization) for task in tasks if task.is_lead), "—")
    return Line(whistle, state_mark(whistle), level_mark(whistle), lead, len(tasks) - 1, next_due(whistle, tasks))


def next_due(whistle: Whistle, tasks: Iterable[WhistleTask]) -> datetime | None:
    """The earliest time that a unit has still to keep."""
    if whistle.state != State.BLOWN:
        return None
    waiting = [task.respond_due_at if task.responded_at is None else task.due_at for task in tasks if not task.done_at]
    return min((due for due in waiting if due), default=None)


def waiting_whistles(user: Any) -> list[Wait]:
    """What blown whistles want of the units that `user` acts for, the most pressing first; one query, if any."""
    units = scope_of(user).organizations
    if not units:
        return []
    rows = WhistleTask.objects.filter(organization__in=units, done_at=None, whistle__state=State.BLOWN)
    rows = rows.select_related("whistle").order_by("due_at")[:MOST_WAITING]
    return sorted((_wait(task) for task in rows), key=lambda wait: (wait.due_at is None, wait.due_at))


def _wait(task: WhistleTask) -> Wait:
    last = "conclude" if task.is_lead else "finish"
    step = "respond" if task.responded_at is None else "attend" if task.attended_at is None else last
    due = task.respond_due_at if step == "respond" else task.due_at
    return Wait(task, task.whistle, level_mark(task.whistle), str(LABELS[step]), due)


def cards(whistle: Whistle, tasks: Sequence[WhistleTask], *, now: datetime) -> list[UnitCard]:
    """The units, the lead first."""
    return [UnitCard(task, _unit_steps(whistle, task, now), _waits(whistle, task, tasks)) for task in tasks]


def _waits(whistle: Whistle, task: WhistleTask, tasks: Sequence[WhistleTask]) -> str:
    ready = task.is_lead and task.attended_at and not task.done_at and whistle.state == State.BLOWN
    return why_not_yet(whistle, MOVES["conclude"], task, tasks) if ready else ""


def _unit_steps(whistle: Whistle, task: WhistleTask, now: datetime) -> list[UnitStep]:
    running = whistle.state == State.BLOWN
    attended = f"{task.attendee} · {task.get_attendee_rank_display()}" if task.attended_at else ""
    below = _("not up to the level") if task.attended_at and not reached(whistle, task) else ""
    return [
        _unit_step(_("Response"), task.responded_at, task.respond_due_at, _name(task.responded_by), now, running),
        UnitStep(_("Attendance"), task.attended_at, None, attended, late=False, warning=below),
        _unit_step(_("Task"), task.done_at, task.due_at, task.result, now, running),
    ]


def _unit_step(
    label: str, at: datetime | None, due_at: datetime | None, words: str, now: datetime, running: bool
) -> UnitStep:
    end = at or (now if running else None)
    late = bool(due_at and end and end > due_at)
    return UnitStep(label, at, due_at, words, late, _("Was overdue") if late and at else "")


def _name(user: User | None) -> str:
    return user.real_name if user else ""


def timeline(events: Iterable[WhistleEvent]) -> list[Step]:
    """The history, oldest first; `organization` must be read along."""
    return [_step(event) for event in events]


def _step(event: WhistleEvent) -> Step:
    tone, symbol = EVENT_LOOKS.get(event.move, ("secondary", "point"))
    title = str(LABELS.get(event.move, event.move))
    if event.organization:
        title = f"{title} · {event.organization}"
    return Step(event.at, title, event.actor_name, event.text, tone, symbol)


def approvers(whistle: Whistle, *, now: datetime) -> list[str]:
    """Who may decide, by name: shown while it waits; empty is a vacancy that somebody must fill."""
    people = holders("whistle.approve", whistle.grid_code, now=now).exclude(pk=whistle.caller_id)
    return [user.real_name for user in people.only("real_name").order_by("pk")]


def for_case(incident: Incident, user: Any) -> dict[str, Any]:
    """The whistles of one case that `user` may see, and whether she may raise one; one query."""
    rows = Whistle.objects.visible_to(user).filter(incident=incident).order_by("-id")[:10]
    may_blow = incident.is_open and scope_of(user).can("whistle.blow", incident.grid_code)
    found = [(whistle, state_mark(whistle), level_mark(whistle)) for whistle in rows]
    return {"rows": found, "may_blow": may_blow}
