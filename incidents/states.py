"""States of an incident and the table of moves, as data (domain.md 2.2, architecture.md law 2).

Buttons, forms, API, docs and the database's own check are made from this table.
Only `incidents.lifecycle` writes a state.
"""

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where an incident stands."""

    REPORTED = "reported", _("To be accepted")
    NOT_ACCEPTED = "not_accepted", _("Not accepted")
    FILED = "filed", _("To be dispatched")
    DISPATCHED = "dispatched", _("To be handled")
    HANDLING = "handling", _("Being handled")
    HANDLED = "handled", _("To be checked")
    CHECKING = "checking", _("Being checked")
    REWORKING = "reworking", _("Rework")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")
    SELF_HANDLED = "self_handled", _("Handled on the spot")


START: Final = ""
"""The state before the first event."""

OPEN_STATES: Final = (
    State.REPORTED,
    State.FILED,
    State.DISPATCHED,
    State.HANDLING,
    State.HANDLED,
    State.CHECKING,
    State.REWORKING,
)
WITH_HANDLER: Final = (State.DISPATCHED, State.HANDLING, State.REWORKING)
"""States in which the ball is with the handler."""


class Clock(models.TextChoices):
    """The stage timers (domain.md 2.4)."""

    ACCEPT = "accept", _("Acceptance")
    DISPATCH = "dispatch", _("Dispatch")
    HANDLE = "handle", _("Handling")
    CHECK = "check", _("Check")


class Who(models.TextChoices):
    """Which relation to the incident a move asks for, beside or instead of a capability."""

    CAPABILITY = "capability", _("Holder of the capability on the grid")
    HANDLER = "handler", _("The present handler")
    REPORTER = "reporter", _("The reporter")
    SYSTEM = "system", _("The system")


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed move.

    `needs` names what must be given: "reason", "text", "photo", "handler",
    "category". `starts`/`stops`/`pauses`/`resumes` name clocks. `system` says that
    a worker may make the move too; `apart` that whoever handled it may not.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    label: Promise | str
    who: Who
    capability: str
    needs: tuple[str, ...] = ()
    starts: Clock | None = None
    stops: tuple[Clock, ...] = ()
    pauses: Clock | None = None
    resumes: Clock | None = None
    system: bool = False
    danger: bool = False
    apart: bool = False


MOVES: Final[tuple[Move, ...]] = (
    Move(
        "report",
        (START,),
        State.REPORTED,
        _("Report"),
        Who.CAPABILITY,
        "incident.report",
        starts=Clock.ACCEPT,
        system=True,
    ),
    Move(
        "self_handle",
        (START,),
        State.SELF_HANDLED,
        _("Handled on the spot"),
        Who.CAPABILITY,
        "incident.report",
        needs=("text",),
    ),
    Move(
        "file",
        (State.REPORTED,),
        State.FILED,
        _("Accept and file"),
        Who.CAPABILITY,
        "incident.accept",
        needs=("category",),
        starts=Clock.DISPATCH,
        stops=(Clock.ACCEPT,),
        system=True,
    ),
    Move(
        "reject",
        (State.REPORTED,),
        State.NOT_ACCEPTED,
        _("Do not accept"),
        Who.CAPABILITY,
        "incident.accept",
        needs=("reason",),
        stops=(Clock.ACCEPT,),
        danger=True,
    ),
    Move(
        "cancel",
        (State.REPORTED, State.FILED, State.DISPATCHED, State.HANDLING, State.REWORKING),
        State.CANCELLED,
        _("Cancel"),
        Who.CAPABILITY,
        "incident.accept",
        needs=("reason",),
        stops=(Clock.ACCEPT, Clock.DISPATCH, Clock.HANDLE, Clock.CHECK),
        danger=True,
    ),
    Move(
        "dispatch",
        (State.FILED,),
        State.DISPATCHED,
        _("Dispatch"),
        Who.CAPABILITY,
        "incident.dispatch",
        needs=("handler",),
        starts=Clock.HANDLE,
        stops=(Clock.DISPATCH,),
        system=True,
    ),
    Move("take", (State.DISPATCHED, State.REWORKING), State.HANDLING, _("Take on"), Who.HANDLER, "incident.handle"),
    Move(
        "return",
        (State.DISPATCHED, State.HANDLING),
        State.FILED,
        _("Return"),
        Who.HANDLER,
        "incident.handle",
        needs=("reason",),
        starts=Clock.DISPATCH,
        stops=(Clock.HANDLE,),
        danger=True,
    ),
    Move(
        # second dispatch (domain.md 2.2, row 6): the handler has left, or was the wrong one
        "recall",
        (State.DISPATCHED, State.HANDLING, State.REWORKING),
        State.FILED,
        _("Recall"),
        Who.CAPABILITY,
        "incident.dispatch",
        needs=("reason",),
        starts=Clock.DISPATCH,
        stops=(Clock.HANDLE,),
        danger=True,
    ),
    Move(
        "feedback",
        (State.HANDLING,),
        State.HANDLED,
        _("Report as handled"),
        Who.HANDLER,
        "incident.handle",
        needs=("text",),
        starts=Clock.CHECK,
        # paused, not stopped: a rework goes on with what was left (domain.md 2.2, row 12)
        pauses=Clock.HANDLE,
    ),
    Move(
        "start_check", (State.HANDLED,), State.CHECKING, _("Start check"), Who.CAPABILITY, "incident.check", apart=True
    ),
    Move(
        "close",
        (State.HANDLED, State.CHECKING),
        State.CLOSED,
        _("Check passed, close"),
        Who.CAPABILITY,
        "incident.close",
        needs=("text",),
        stops=(Clock.CHECK, Clock.HANDLE),
        apart=True,
    ),
    Move(
        "rework",
        (State.HANDLED, State.CHECKING),
        State.REWORKING,
        _("Rework"),
        Who.CAPABILITY,
        "incident.check",
        needs=("reason",),
        stops=(Clock.CHECK,),
        # the handling clock is not reset on return (domain.md 2.2, row 12)
        resumes=Clock.HANDLE,
        danger=True,
        apart=True,
    ),
)

MOVE_BY_NAME: Final = {move.name: move for move in MOVES}


def arrows() -> set[tuple[str, str, str]]:
    """Every allowed (from, move, to), as the database table of allowed moves holds them."""
    return {(source, move.name, move.target) for move in MOVES for source in move.sources}
