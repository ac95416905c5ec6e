"""Who may be handed an incident: the units that serve its place, and the leaders up the grid chain. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from grid.leaders import leader_chain
from grid.models import Organization
from incidents.models import Incident
from incidents.people import actors_of
from incidents.states import Move

UNIT, PERSON = "unit", "person"
HANDLING_KINDS: Final = ("centre", "department", "task_group", "committee", "property", "institution")


@dataclass(frozen=True, slots=True)
class Handler:
    """A unit or a person, with the value that a form sends for it."""

    value: str
    label: str
    organization: Organization | None = None
    user: User | None = None


def handlers_for(grid_code: str, *, now: datetime) -> tuple[list[Handler], list[Handler]]:
    """(units, people) for a case in the grid `grid_code`; three queries at most."""
    units = Organization.objects.active().serving(grid_code).filter(kind__in=HANDLING_KINDS)
    return [unit_handler(unit) for unit in units], [
        Handler(f"{PERSON}:{step.user.pk}", _leader_words(step), user=step.user)
        for step in leader_chain(grid_code, now=now)
        if step.user
    ]


def choosable_people(incident: Incident, move: Move, *, now: datetime) -> list[User]:
    """Whom the form of a move lets choose: members of the handling unit, or who may look on site, nearest first."""
    if "member" in move.needs:
        return list(actors_of([incident.handler_organization_id], timezone.localdate(now)).order_by("real_name", "pk"))
    if "inspector" in move.may:
        steps = leader_chain(incident.grid_code, now=now)
        return [
            step.user for step in steps if step.user and not step.absent and step.user.pk != incident.handler_user_id
        ]
    return []


def unit_handler(unit: Organization) -> Handler:
    """A unit as a choice."""
    return Handler(f"{UNIT}:{unit.pk}", unit.name, organization=unit)


def _leader_words(step: Any) -> str:
    words = f"{step.user.real_name} · {step.grid_name}"
    absent = _("absent")  # outside the f-string: not every gettext finds messages inside one
    return f"{words} ({absent})" if step.absent else words
