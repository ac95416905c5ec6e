"""Who may urge, supervise, answer and lift, and to whom a notice goes. Reads only."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.errors import NotAllowed
from grid.scope import scope_of
from incidents.models import Incident, Supervision
from incidents.rights import is_handler
from incidents.states import OPEN_STATES, RESTING, State
from incidents.supervision_querysets import RUNNING

URGERS = ("incident.supervise", "incident.dispatch")


def holds_urging(incident: Incident, user: Any) -> bool:
    """Whether `user` supervises or dispatches at the place of the case."""
    return any(scope_of(user).can(capability, incident.grid_code) for capability in URGERS)


def holds_supervising(incident: Incident, user: Any) -> bool:
    """Whether `user` supervises at the place of the case."""
    return scope_of(user).can("incident.supervise", incident.grid_code)


def why_no_urging(incident: Incident) -> Promise | None:
    """What about the case stands in the way of urging; None when nothing does."""
    if incident.state not in OPEN_STATES:
        return _("It has ended: there is nobody to urge.")
    return _("Its handling rests by permission: there is nobody to urge.") if incident.state in RESTING else None


def why_no_notice(incident: Incident) -> Promise | None:
    """What about the case stands in the way of a notice; a closed one may be supervised (an unhappy call-back)."""
    if incident.state not in (*OPEN_STATES, State.CLOSED):
        return _("It has ended: there is nothing to supervise.")
    if addressee(incident) == (None, None):
        return _("No unit and no person is responsible for it yet: dispatch it first.")
    return None


def addressee(incident: Incident) -> tuple[int | None, int | None]:
    """(unit, person) who answer for the case: who is responsible (首接负责), else who handles it; one of the two."""
    if incident.responsible_organization_id or incident.responsible_user_id:
        unit, person = incident.responsible_organization_id, incident.responsible_user_id
    else:
        unit, person = incident.handler_organization_id, incident.handler_user_id
    return (unit, None) if unit else (None, person)


def is_addressed(notice: Supervision, user: Any) -> bool:
    """Whether the notice is for `user` or her unit, or she handles the case now; people without posts have left."""
    scope = scope_of(user)
    if notice.organization_id in scope.organizations:
        return True
    named = notice.user_id is not None and notice.user_id == getattr(user, "pk", None) and bool(scope.grants)
    return named or is_handler(notice.incident, user)


def check_addressed(notice: Supervision, user: Any) -> None:
    """NotAllowed for whoever the notice does not concern: "not you" comes before "not now" and before the words."""
    if not is_addressed(notice, user):
        raise NotAllowed(str(_("This notice is not addressed to you or your unit.")))


def may_reply(notice: Supervision, user: Any) -> bool:
    """Whether the form of a reply is shown to `user`."""
    waits = notice.kind == Supervision.Kind.SUPERVISE and notice.state == Supervision.State.ISSUED
    return waits and is_addressed(notice, user)


def may_lift(notice: Supervision, user: Any) -> bool:
    """Whether `user` may lift it now: a supervisor who did not answer it."""
    stands = notice.kind == Supervision.Kind.SUPERVISE and notice.state in RUNNING
    return stands and holds_supervising(notice.incident, user) and not answered_by(notice, user)


def answered_by(notice: Supervision, user: Any) -> bool:
    """Whether `user` answered the notice, or is the one who is to answer it: nobody lifts a notice against herself."""
    pk = getattr(user, "pk", None)
    return pk is not None and pk in (notice.replied_by_id, notice.user_id)
