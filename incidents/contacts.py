"""The reporter's contact in clear, for those whose post needs it, each time with a purpose (architecture.md law 11)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import reveals
from accounts.errors import NotAllowed
from accounts.models import User
from grid.scope import scope_of
from incidents import lifecycle
from incidents.models import Incident, IncidentEvent


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call."""

    name: str
    phone: str


def may_reveal(incident: Incident, user: object) -> bool:
    """Whether `user` may see the contact of this incident."""
    return scope_of(user).can("contact.reveal", incident.grid_code)


@transaction.atomic
def reveal_contact(
    incident: Incident, *, actor: User, purpose: str, now: datetime, request: HttpRequest | None = None
) -> Contact:
    """The contact, after the record of access and the history of the incident have got the purpose.

    NotAllowed without the capability, NotValid without a purpose, NotNow when the day's reveals are used up.
    """
    if not may_reveal(incident, actor):
        raise NotAllowed(_("You may not see the reporter's contact."))
    reveals.reveal(
        actor=actor,
        object_type="incident",
        object_id=incident.number,
        fields="contact_name,contact_phone",
        purpose=purpose,
        now=now,
        request=request,
    )
    lifecycle.note(incident.pk, IncidentEvent.Kind.REVEALED, actor=actor, now=now, text=purpose.strip())
    return Contact(incident.contact_name, incident.contact_phone)
