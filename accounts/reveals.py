"""Showing personal data in clear: with a purpose, counted, recorded (reliability.md 4.5)."""

from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import record_counted
from accounts.errors import NotValid
from accounts.models import AccessEvent, User

REVEALS_PER_DAY: Final = 60


def reveal(
    *,
    actor: User,
    object_type: str,
    object_id: object,
    fields: str,
    purpose: str,
    now: datetime,
    request: HttpRequest | None = None,
) -> AccessEvent:
    """Record that `actor` sees `fields` of the object in clear; call it before showing them.

    Whether the actor may is the caller's question (capability `contact.reveal`). Raises NotValid without a purpose and
    NotNow when the actor has used up the day's reveals.
    """
    if not purpose.strip():
        raise NotValid(_("Say what you need it for."), {"purpose": [_("Say what you need it for.")]})
    return record_counted(
        earlier=_reveals_of_day(actor, now),
        most=REVEALS_PER_DAY,
        refusal=_("You have seen personal data %(n)s times today. Ask the shift leader.") % {"n": REVEALS_PER_DAY},
        action=AccessEvent.Action.REVEAL,
        actor=actor,
        now=now,
        request=request,
        object_type=object_type,
        object_id=object_id,
        fields=fields,
        purpose=purpose.strip(),
    )


def reveals_on_day(actor: User, *, now: datetime) -> int:
    """How often `actor` has seen personal data in clear on the local day of `now`."""
    return _reveals_of_day(actor, now).count()


def _reveals_of_day(actor: User, now: datetime) -> QuerySet[AccessEvent]:
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return AccessEvent.objects.filter(actor=actor, action=AccessEvent.Action.REVEAL, at__gte=midnight, at__lte=now)
