"""Cases that rest by permission (挂账, 缓办) go on by themselves on the day that was granted."""

import logging
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.errors import DomainError
from incidents.lifecycle import perform
from incidents.models import Incident
from incidents.states import RESTING

logger = logging.getLogger(__name__)

MOST: Final = 2000


def resume_due(*, now: datetime, limit: int = MOST) -> int:
    """Let every case go on whose day has come; how many did.

    One transaction each, the row claimed with SKIP LOCKED: a case that somebody is working on is left for the next
    run, two workers never take the same, and a case that refuses does not hold up the others.
    """
    done, refused = 0, set[int]()
    while done < limit:
        claimed = _resume_one(now, refused)
        if claimed is None:
            return done
        done += claimed not in refused
    return done


def _resume_one(now: datetime, refused: set[int]) -> int | None:
    """Claim and resume the case that has waited longest (its key); None when nothing is left."""
    with transaction.atomic():
        rows = Incident.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        due = rows.filter(state__in=RESTING, resume_at__lte=now).exclude(pk__in=refused)
        pk = due.order_by("resume_at", "pk").values_list("pk", flat=True).first()
        if pk is None:
            return None
        try:
            with transaction.atomic():
                perform(pk, "resume", actor=None, now=now)
        except DomainError:
            logger.exception("case %s could not go on after its rest", pk)
            refused.add(pk)
    return int(pk)
