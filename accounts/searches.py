"""Exact searches among sealed numbers: recorded, counted, and ended where somebody tries numbers out."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.access import record_counted
from accounts.errors import NotNow
from accounts.models import AccessEvent, User

SEARCHES: Final = 20
SAME_MASK: Final = 5
MEMORY: Final = timedelta(days=30)
"""So many different numbers of one mask in this time. Of a masked ID number with its year of birth only some thirty
numbers are possible, of a phone ten thousand: whoever may not open them could try them all."""
WITHIN: Final = timedelta(minutes=1)
"""Twenty exact searches a minute (reliability.md 4.5): nobody types faster, and lists of numbers are not tried."""


def record_search(
    *,
    actor: User,
    object_type: str,
    index: str,
    mask: str,
    fields: str,
    found: int,
    now: datetime,
    request: HttpRequest | None = None,
) -> None:
    """Record that `actor` searched for one number, before what was found is shown.

    `index` is the keyed hash of the number, `mask` that of what a page shows of it; the record keeps the beginning of
    both, so that searches for one number can be told together, and how many were found; never the number. NotNow after
    20 searches within a minute, or after five different numbers of the same mask.
    """
    earlier = AccessEvent.objects.filter(actor=actor, action=AccessEvent.Action.SEARCH, object_type=object_type)
    with transaction.atomic():
        record_counted(
            earlier=earlier.filter(at__gt=now - WITHIN, at__lte=now),
            most=SEARCHES,
            refusal=_("You have searched %(n)s times within a minute. Wait a little.") % {"n": SEARCHES},
            action=AccessEvent.Action.SEARCH,
            actor=actor,
            now=now,
            request=request,
            object_type=object_type,
            object_id=f"{index[:16]}:{mask}",
            fields=fields,
            purpose=str(found),
        )
        _not_guessing(earlier.filter(at__gt=now - MEMORY, at__lte=now), mask)


def _not_guessing(searches: QuerySet[AccessEvent], mask: str) -> None:
    """NotNow when too many different numbers of the same mask were searched; nothing of the last one is told."""
    tried = searches.filter(object_id__endswith=f":{mask}").values("object_id").distinct().count()
    if tried > SAME_MASK:
        raise NotNow(_("You have searched too many numbers that differ only in what is hidden."))
