"""The table of steps of a dispute, as data: buttons, forms and the API are made from it (domain.md 2.6)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.models import Dispute, DisputeEvent

Kind = DisputeEvent.Kind
State = Dispute.State


class Whom(StrEnum):
    """Which relation to the dispute a step asks for; each asks for `dispute.mediate` somewhere."""

    LEVEL = "level"
    """Holds it for the whole area of the level that mediates."""
    MEDIATOR = "mediator"
    """The named mediator, or one of LEVEL."""
    PLACE = "place"
    """Holds it where the dispute lies: whoever visits the people there."""


@dataclass(frozen=True, slots=True)
class DisputeMove:
    """One allowed step. `target` "" keeps the state; `needs` must be given, `asks` may; `climbs` is -1 up, +1 down."""

    name: str
    sources: tuple[str, ...]
    target: str
    label: Promise | str
    whom: Whom
    event: str
    needs: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    words: Promise | str = ""
    climbs: int = 0
    danger: bool = False


MOVES: Final[tuple[DisputeMove, ...]] = (
    DisputeMove(
        "name_mediator",
        (State.WAITING, State.WATCHED, State.MEDIATING),
        State.MEDIATING,
        _("Name the mediator"),
        Whom.LEVEL,
        Kind.ACCEPTED,
        needs=("mediator",),
        asks=("text",),
        words=_("What the mediator should know"),
    ),
    DisputeMove(
        "session",
        (State.MEDIATING,),
        "",
        _("Write down a session"),
        Whom.MEDIATOR,
        Kind.SESSION,
        needs=("happened_at", "place", "present", "text"),
        words=_("What was said and proposed"),
    ),
    DisputeMove(
        "settle",
        (State.MEDIATING,),
        State.SETTLED,
        _("Agreement reached"),
        Whom.MEDIATOR,
        Kind.SETTLED,
        needs=("happened_at", "text"),
        asks=("next_visit_on",),
        words=_("The agreement, word for word"),
    ),
    DisputeMove(
        "fail",
        (State.MEDIATING,),
        State.FAILED,
        _("No agreement: show the legal way"),
        Whom.MEDIATOR,
        Kind.FAILED,
        needs=("text",),
        asks=("next_visit_on",),
        words=_("Why it failed, and which legal way was shown (arbitration, court, legal aid)"),
        danger=True,
    ),
    DisputeMove(
        "watch",
        (State.WAITING, State.MEDIATING),
        State.WATCHED,
        _("Watch for the time being"),
        Whom.MEDIATOR,
        Kind.WATCHED,
        needs=("text",),
        asks=("next_visit_on",),
        words=_("Why it is only watched"),
    ),
    DisputeMove(
        "visit",
        (State.SETTLED, State.WATCHED, State.FAILED),
        "",
        _("Write down a follow-up visit"),
        Whom.PLACE,
        Kind.VISITED,
        needs=("happened_at", "text"),
        asks=("is_kept", "next_visit_on"),
        words=_("What the return visit found"),
    ),
    DisputeMove(
        # 小事不出小区、一般事不出社区、大事不出街道: upward with a reason (domain.md 2.7)
        "report_up",
        (State.WAITING, State.WATCHED, State.MEDIATING, State.FAILED),
        State.WAITING,
        _("Report up"),
        Whom.MEDIATOR,
        Kind.REPORTED_UP,
        needs=("text",),
        words=_("Why this level cannot settle it"),
        climbs=-1,
    ),
    DisputeMove(
        "hand_down",
        (State.WAITING, State.WATCHED, State.MEDIATING),
        State.WAITING,
        _("Hand down"),
        Whom.LEVEL,
        Kind.HANDED_DOWN,
        needs=("text",),
        words=_("Why the level below is to settle it"),
        climbs=1,
    ),
    DisputeMove(
        "reopen",
        (State.SETTLED, State.FAILED),
        State.WAITING,
        _("It broke out again"),
        Whom.PLACE,
        Kind.REOPENED,
        needs=("text",),
        words=_("What happened"),
        danger=True,
    ),
)

MOVE_BY_NAME: Final = {move.name: move for move in MOVES}


def arrows() -> set[tuple[str, str, str]]:
    """Every allowed (from, step, to)."""
    return {(source, move.name, move.target or source) for move in MOVES for source in move.sources}
