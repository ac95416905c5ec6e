"""The life of a whistle as data (domain.md 2.7: 吹哨准, 分哨明, 应哨快, 评哨严), and who may make which move.

Buttons, forms, the API and the tests are made from this table. Reads only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotAllowed, NotNow
from grid.scope import scope_of
from incidents.models import Whistle, WhistleTask

State = Whistle.State


class Who(Enum):
    """Whose move it is."""

    APPROVER = "approver"  # holds whistle.approve at the place, and is not the caller
    CALLER = "caller"  # who raised it
    UNIT = "unit"  # acts for the called unit
    ON_SITE = "on_site"  # acts for the called unit, or is the caller, who sees who comes
    ASSISTANT = "assistant"  # acts for a unit that assists
    LEAD = "lead"  # acts for the unit that leads


LENGTHS: Final = {
    "title": 100,
    "text": 2000,
    "address": 200,
    "reason": 500,
    "result": 2000,
    "task": 500,
    "attendee": 60,
}
"""Characters of each kind of words."""

PER_UNIT: Final = frozenset({Who.UNIT, Who.ON_SITE, Who.ASSISTANT, Who.LEAD})


@dataclass(frozen=True, slots=True)
class WhistleMove:
    """One arrow. `needs` are "reason", "text", "attendee" and "ratings"."""

    name: str
    label: Promise
    sources: frozenset[str]
    target: str
    """The state afterwards; "" when a unit's step leaves the whistle where it is."""
    who: Who
    needs: tuple[str, ...] = ()
    danger: bool = False

    @property
    def per_unit(self) -> bool:
        """Whether it is a step of one called unit."""
        return self.who in PER_UNIT


_BLOWN: Final = frozenset({State.BLOWN})

MOVES: Final = (
    WhistleMove("approve", gettext_lazy("Approve and blow"), frozenset({State.RAISED}), State.BLOWN, Who.APPROVER),
    WhistleMove(
        "refuse",
        gettext_lazy("Refuse the whistle"),
        frozenset({State.RAISED}),
        State.REFUSED,
        Who.APPROVER,
        ("reason",),
        danger=True,
    ),
    WhistleMove("respond", gettext_lazy("Respond to the whistle"), _BLOWN, "", Who.UNIT),
    WhistleMove("attend", gettext_lazy("Report on site"), _BLOWN, "", Who.ON_SITE, ("attendee",)),
    WhistleMove("finish", gettext_lazy("Own task done"), _BLOWN, "", Who.ASSISTANT, ("text",)),
    WhistleMove("conclude", gettext_lazy("Whole matter done"), _BLOWN, State.HANDLED, Who.LEAD, ("text",)),
    WhistleMove(
        "evaluate",
        gettext_lazy("Evaluate the units and close"),
        frozenset({State.HANDLED}),
        State.CLOSED,
        Who.CALLER,
        ("ratings",),
    ),
    WhistleMove(
        "withdraw",
        gettext_lazy("Withdraw the whistle"),
        frozenset({State.RAISED, State.BLOWN}),
        State.WITHDRAWN,
        Who.CALLER,
        ("reason",),
        danger=True,
    ),
)
MOVE_BY_NAME: Final = {move.name: move for move in MOVES}
LABELS: Final[dict[str, Promise]] = {
    **{move.name: move.label for move in MOVES},
    "raise": gettext_lazy("Raise a whistle"),
    "rate": gettext_lazy("Rated"),
    "remind_respond": gettext_lazy("Late response: reminded"),
    "remind_done": gettext_lazy("Late task: reminded"),
}
"""Every word that may stand as the move of an event."""


def check_right(whistle: Whistle, move: WhistleMove, actor: Any, task: WhistleTask | None = None) -> None:
    """NotAllowed, with the reason, when the move is not the actor's."""
    if holds(whistle, move, actor, task):
        return
    if move.who == Who.APPROVER and whistle.caller_id == actor.pk:
        raise NotAllowed(_("You raised this whistle yourself: somebody else must decide."))
    raise NotAllowed(_("“%(move)s” is not yours to do with this whistle.") % {"move": move.label})


def check_state(whistle: Whistle, move: WhistleMove) -> None:
    """NotNow when the whistle's state does not allow the move."""
    if whistle.state not in move.sources:
        raise NotNow(
            _("“%(move)s” is not possible now: the whistle is “%(state)s”.")
            % {"move": move.label, "state": State(whistle.state).label}
        )


def holds(whistle: Whistle, move: WhistleMove, actor: Any, task: WhistleTask | None = None) -> bool:
    """Whether the move is the actor's, whatever the state; `task` is the unit's row for moves per unit."""
    if move.who == Who.APPROVER:
        return whistle.caller_id != actor.pk and scope_of(actor).can("whistle.approve", whistle.grid_code)
    if move.who == Who.CALLER:
        return is_caller(whistle, actor)
    if task is None or (task.is_lead and move.who == Who.ASSISTANT) or (not task.is_lead and move.who == Who.LEAD):
        return False
    return acts_for(task, actor) or (move.who == Who.ON_SITE and is_caller(whistle, actor))


def is_caller(whistle: Whistle, actor: Any) -> bool:
    """Who raised it and still holds a post; when the caller's account is closed, who answers for the place."""
    if whistle.caller_id == actor.pk:
        return bool(scope_of(actor).grants)
    return not whistle.caller.is_active and scope_of(actor).can("whistle.approve", whistle.grid_code)


def acts_for(task: WhistleTask, actor: Any) -> bool:
    """Whether the actor acts for the called unit."""
    return task.organization_id in scope_of(actor).organizations


def why_not_yet(whistle: Whistle, move: WhistleMove, task: WhistleTask, tasks: Sequence[WhistleTask]) -> str:
    """What stands in the way of a unit's step, for people; "" when nothing does.

    The order is 应哨, 报到, 办结. A unit that came below the level may still send the right rank. The lead unit is
    last: 牵头负全责, 协办为必办.
    """
    if move.name == "respond":
        return _("This unit has responded already.") if task.responded_at else ""
    if task.responded_at is None:
        return _("The unit has not responded yet.")
    if task.done_at is not None:
        return _("The task of this unit is done already.")
    if move.name == "attend":
        return _("Who attended is recorded already.") if reached(whistle, task) else ""
    if task.attended_at is None:
        return _("Nobody of the unit has reported on site yet.")
    return _waiting_for(tasks) if move.name == "conclude" else ""


def reached(whistle: Whistle, task: WhistleTask) -> bool:
    """Whether somebody of the rank that the level asks for attended."""
    return task.attendee_rank is not None and task.attendee_rank >= (whistle.rank or 0)


def _waiting_for(tasks: Sequence[WhistleTask]) -> str:
    left = [str(task.organization) for task in tasks if not task.is_lead and task.done_at is None]
    names = "、".join(left)
    return _("The lead unit finishes last. Not done yet: %(units)s.") % {"units": names} if left else ""


def allowed_moves(whistle: Whistle, user: Any) -> list[WhistleMove]:
    """The moves of the whole whistle that `user` may make now."""
    return [
        move for move in MOVES if not move.per_unit and whistle.state in move.sources and holds(whistle, move, user)
    ]


def allowed_steps(whistle: Whistle, task: WhistleTask, tasks: Sequence[WhistleTask], user: Any) -> list[WhistleMove]:
    """The steps of one called unit that `user` may make now."""
    possible = [move for move in MOVES if move.per_unit and whistle.state in move.sources]
    return [
        move for move in possible if holds(whistle, move, user, task) and not why_not_yet(whistle, move, task, tasks)
    ]


def too_long(words: str, name: str) -> list[str]:
    """What to say when words are longer than they may be; empty when they are not."""
    most = LENGTHS[name]
    return [_("At most %(count)s characters.") % {"count": most}] if len(words.strip()) > most else []
