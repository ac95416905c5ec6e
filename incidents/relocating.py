"""改正位置: the place of a report is put right, and with it its grid, its leaders and who sees it.

Only before it is dispatched: a handler was chosen for the place, so afterwards the case is recalled first.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.models import Compound, Grid
from grid.scope import scope_of
from incidents import lifecycle
from incidents.announcing import announce
from incidents.models import Incident, IncidentEvent
from incidents.models.incident import Locating
from incidents.pen import Pen
from incidents.placing import Place, find_place
from incidents.states import State

RIGHTS: Final = ("incident.accept", "incident.dispatch")
MOVABLE: Final = (State.REPORTED, State.VERIFYING, State.FILED)
"""States in which nobody handles it yet."""


@dataclass(frozen=True, slots=True)
class NewPlace:
    """What is known of the right place; the grid is chosen, or found from the rest as at the report."""

    address: str = ""
    point: Point | None = None
    compound: Compound | None = None
    grid: Grid | None = None


def may_relocate(incident: Incident, user: Any) -> bool:
    """Whether `user` may correct the place of this incident as it stands."""
    return incident.state in MOVABLE and _may(user, incident.grid_code)


def _may(user: Any, code: str) -> bool:
    scope = scope_of(user)
    return any(scope.can(right, code) for right in RIGHTS)


def relocate(
    incident_pk: int, new: NewPlace, *, actor: User, now: datetime, reason: str, version: int | None = None
) -> Incident:
    """Put an incident to its right place in one transaction, with the event that says from where to where.

    Raises NotValid (nothing tells the place, no reason, no change), NotAllowed (not the actor's at the old or the new
    place), NotNow (dispatched already, or changed meanwhile). What the dispatcher left to a person for want of a place
    is put before it again.
    """
    reason, address = _checked(new, reason)
    place = _placed(new, address, actor, now)
    with transaction.atomic():
        incident = lifecycle.lock(incident_pk)
        _check(incident, place, actor, version)
        pen = Pen.for_locked([incident], now=now)
        before = _words(incident)
        _put(incident, new, place, address)
        incident.version += 1
        pen.changed(incident)
        facts = {"from": before, "to": _words(incident)}
        lifecycle.take_down(pen, incident, IncidentEvent.Kind.RELOCATED, actor=actor, text=reason, data=facts)
        if incident.state == State.REPORTED and incident.duplicate_of_id is None:
            pen.work(incident)
        pen.write()
        announce(pen.events, actor=actor, now=now)
    return incident


def _checked(new: NewPlace, reason: str) -> tuple[str, str]:
    """Reason and address, clean."""
    wrong = {}
    if not (new.grid or new.point or new.compound or new.address.strip()):
        wrong["address"] = [_("Say where it is: choose the compound or the grid, tap the map or write the address.")]
    if not reason.strip():
        wrong["reason"] = [_("A reason is needed.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    return clean_text(reason, max_length=500), clean_text(new.address, max_length=200)


def _placed(new: NewPlace, address: str, actor: User, now: datetime) -> Place:
    """The grid; "not located" is no answer here, somebody has just looked."""
    found = find_place(grid=new.grid, point=new.point, compound=new.compound, address=address, actor=actor, now=now)
    if found.how == Locating.DEFAULT:
        message = _("No grid was found for this address: choose the compound or the grid, or tap the map.")
        raise NotValid(message, {"address": [message]})
    return found


def _check(incident: Incident, place: Place, actor: User, version: int | None) -> None:
    if not _may(actor, incident.grid_code):
        raise NotAllowed(_("You may not correct the place of this case."))
    if version is not None and version != incident.version:
        raise NotNow(_("Somebody has changed this incident meanwhile: look at it again, then decide."))
    if incident.state not in MOVABLE:
        raise NotNow(_("It has been dispatched for its place: recall it first, then correct the place."))
    if not _may(actor, place.grid.code):
        message = _("This place is not in your area: the desk of that area must take the report in.")
        raise NotValid(message, {"grid": [message]})


def _put(incident: Incident, new: NewPlace, place: Place, address: str) -> None:
    """The new place whole: what was known of the old one says nothing about this one."""
    incident.grid, incident.grid_code = place.grid, place.grid.code
    incident.compound, incident.located_by = place.compound, place.how
    incident.address = address or (place.compound.address if place.compound else "")
    incident.point = new.point


def _words(incident: Incident) -> dict[str, Any]:
    """The place as the history keeps it."""
    return {
        "grid_code": incident.grid_code,
        "address": incident.address,
        "compound": incident.compound_id,
        "point": [round(incident.point.x, 6), round(incident.point.y, 6)] if incident.point else None,
        "located_by": incident.located_by,
    }
