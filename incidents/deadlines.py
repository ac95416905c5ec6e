"""The clock job: a warning at 80 % of a stage's time and the mark of an overdue one, once for each run of a clock."""

import logging
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from incidents.announcing import announce
from incidents.lifecycle import take_down
from incidents.models import Incident, IncidentEvent
from incidents.pen import Pen
from incidents.states import OPEN_STATES

logger = logging.getLogger(__name__)

BATCH: Final = 100


def run_clocks(*, now: datetime, limit: int = 5000) -> int:
    """Warn and mark every open incident whose time has come; the number of those marked.

    Rows that somebody is working on are left for the next run. A crash loses one batch, which the next run repeats.
    """
    done = 0
    while done < limit and (count := _mark_batch(now)):
        done += count
    return done


@transaction.atomic
def _mark_batch(now: datetime) -> int:
    due = Q(due_at__lt=now, overdue_at__isnull=True)
    soon = Q(warn_at__lte=now, warned_at__isnull=True)
    rows = Incident.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    rows = rows.filter(due | soon, state__in=OPEN_STATES)
    rows = rows.select_related("category", "handler_user", "reporter").defer("contact_name", "contact_phone", "text")
    incidents = list(rows.order_by("pk")[:BATCH])
    if not incidents:
        return 0
    pen = Pen.for_locked(incidents, now=now)
    for incident in incidents:
        _mark(pen, incident)
    pen.write()
    announce(pen.events, actor=None, now=now)
    return len(incidents)


def _mark(pen: Pen, incident: Incident) -> None:
    """Overdue, or only soon so; whoever comes late has had no use of a warning."""
    late = incident.due_at is not None and incident.due_at < pen.now
    if late:
        incident.overdue_at, incident.was_overdue = pen.now, True
        incident.warned_at = incident.warned_at or pen.now
    else:
        incident.warned_at = pen.now
    kind = IncidentEvent.Kind.OVERDUE if late else IncidentEvent.Kind.WARNED
    due = incident.due_at.isoformat() if incident.due_at else None
    take_down(pen, incident, kind, data={"clock": incident.clock, "due_at": due})
    pen.changed(incident)
