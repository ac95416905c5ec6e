"""Who may make which move now: the table's "who" asked of one actor and one incident. Reads only."""

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow
from accounts.models import User
from grid.scope import EVERYTHING, scope_of
from incidents.conditions import Rules, obstacle
from incidents.models import Incident, IncidentEvent
from incidents.states import MOVES, START, Move, Who

DONE_BY: Final = ("feedback", "finish", "self_handle")
"""The moves by which somebody says that the work is done."""


def allowed_moves(incident: Incident, user: Any) -> list[Move]:
    """The moves that `user` may make with `incident` as it stands; for buttons, forms and the API.

    One query for the scope (kept on the user), one more only when somebody looks at handled work, one when the rules
    of procedure matter.
    """
    scope, rules = scope_of(user), Rules()
    held = [move for move in MOVES if incident.state in move.sources and _holds(incident, move, user)]
    possible = [move for move in held if obstacle(incident, move, scope, rules) is None]
    if any(move.apart for move in possible) and handled_by(incident) == getattr(user, "pk", None):
        return [move for move in possible if not move.apart]
    return possible


def check_right(
    incident: Incident,
    move: Move,
    actor: User | None,
    *,
    last_handler: Callable[[Incident], int | None] | None = None,
    sanctioned: bool = False,
) -> None:
    """NotAllowed, with the reason, when `actor` may not make `move`; no actor is the system.

    `sanctioned`: an approved application stands behind it, whose reviewers were asked for their rights.
    """
    if sanctioned and move.who == Who.APPROVAL:
        return
    if actor is None:
        if not move.system:
            raise NotAllowed(_("Only a person may do this."))
        return
    if not _holds(incident, move, actor):
        raise NotAllowed(_("“%(move)s” is not yours to do with this incident.") % {"move": move.label})
    if move.apart and (last_handler or handled_by)(incident) == actor.pk:
        raise NotAllowed(_("You handled this incident yourself: somebody else must check and close it."))


def is_handler(incident: Incident, user: Any) -> bool:
    """Whether `user` is the present handler, stands in for the handler, or acts for the handling unit.

    The task was given by name, so no capability is asked; but a person without any post today has left.
    """
    scope = scope_of(user)
    if incident.handler_user_id and incident.handler_user_id in (getattr(user, "pk", None), *scope.acts_for):
        return bool(scope.grants)
    return incident.handler_organization_id in scope.organizations


def check_conditions(incident: Incident, move: Move, actor: User | None, rules: Rules) -> None:
    """NotNow when something about the incident stands in the way."""
    if not move.when:
        return
    said = obstacle(incident, move, scope_of(actor) if actor else EVERYTHING, rules)
    if said is not None:
        raise NotNow(str(said))


def handled_by(incident: Incident) -> int | None:
    """Who reported the incident as handled last (the primary key); one query."""
    feedback = IncidentEvent.objects.filter(incident=incident, move__in=DONE_BY).order_by("-sequence")
    return feedback.values_list("actor_id", flat=True).first()


def _holds(incident: Incident, move: Move, user: Any) -> bool:
    if START in move.sources:
        return scope_of(user).can(move.capability)
    return _RELATIONS[move.who](incident, move, user)


def _holds_capability(incident: Incident, move: Move, user: Any) -> bool:
    return scope_of(user).can(move.capability, incident.grid_code)


def inspects(incident: Incident, user: Any) -> bool:
    """Who was asked by name to look on site, or anybody who may check there."""
    scope = scope_of(user)
    asked = incident.inspector_id is not None and incident.inspector_id == getattr(user, "pk", None)
    return (asked and bool(scope.grants)) or scope.can("incident.check", incident.grid_code)


_RELATIONS: Final[dict[Who, Callable[[Incident, Move, Any], bool]]] = {
    Who.CAPABILITY: _holds_capability,
    Who.HANDLER: lambda incident, move, user: is_handler(incident, user),
    Who.UNIT_HEAD: lambda incident, move, user: incident.handler_organization_id in scope_of(user).led,
    Who.INSPECTOR: lambda incident, move, user: inspects(incident, user),
    Who.REPORTER: lambda incident, move, user: incident.reporter_id is not None and incident.reporter_id == user.pk,
    # never by a button: an approved application, or a worker, makes these
    Who.APPROVAL: lambda incident, move, user: False,
    Who.SYSTEM: lambda incident, move, user: False,
}
