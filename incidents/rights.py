"""Who may make which move now: the table's "who" asked of one actor and one incident. Reads only."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import User
from grid.scope import scope_of
from incidents.models import Incident, IncidentEvent
from incidents.states import MOVES, START, Move, Who


def allowed_moves(incident: Incident, user: Any) -> list[Move]:
    """The moves that `user` may make with `incident` as it stands; for buttons, forms and the API.

    One query for the scope (kept on the user), one more only when somebody looks at handled work.
    """
    possible = [move for move in MOVES if incident.state in move.sources and _holds(incident, move, user)]
    if any(move.apart for move in possible) and handled_by(incident) == getattr(user, "pk", None):
        return [move for move in possible if not move.apart]
    return possible


def check_right(
    incident: Incident, move: Move, actor: User | None, *, last_handler: Callable[[Incident], int | None] | None = None
) -> None:
    """NotAllowed, with the reason, when `actor` may not make `move`; no actor is the system."""
    if actor is None:
        if not move.system:
            raise NotAllowed(_("Only a person may do this."))
        return
    if not _holds(incident, move, actor):
        raise NotAllowed(_("“%(move)s” is not yours to do with this incident.") % {"move": move.label})
    if move.apart and (last_handler or handled_by)(incident) == actor.pk:
        raise NotAllowed(_("You handled this incident yourself: somebody else must check and close it."))


def is_handler(incident: Incident, user: Any) -> bool:
    """Whether `user` is the present handler, or acts for the handling unit.

    The task was given by name, so no capability is asked; but a person without any post today has left.
    """
    scope = scope_of(user)
    if incident.handler_user_id and incident.handler_user_id == getattr(user, "pk", None):
        return bool(scope.grants)
    return incident.handler_organization_id in scope.organizations


def handled_by(incident: Incident) -> int | None:
    """Who reported the incident as handled last (the primary key); one query."""
    feedback = IncidentEvent.objects.filter(incident=incident, move="feedback").order_by("-sequence")
    return feedback.values_list("actor_id", flat=True).first()


def _holds(incident: Incident, move: Move, user: Any) -> bool:
    if START in move.sources:
        return scope_of(user).can(move.capability)
    if move.who == Who.HANDLER:
        return is_handler(incident, user)
    if move.who == Who.REPORTER:
        return incident.reporter_id is not None and incident.reporter_id == getattr(user, "pk", None)
    return scope_of(user).can(move.capability, incident.grid_code)
