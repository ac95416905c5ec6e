"""The clock job: a warning at 80 % of a stage's time and the mark of an overdue one, once for each run of a clock."""

import logging
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from incidents.announcing import announce
from incidents.lifecycle import take_down
from incidents.models import Incident, IncidentEvent
from incidents.moments import iso
from incidents.pen import Pen
from incidents.states import OPEN_STATES, Clock

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
    inside = Q(unit_due_at__lt=now, unit_overdue_at__isnull=True)
    rows = rows.filter(due | soon | inside, state__in=OPEN_STATES)
    rows = rows.select_related("category", "handler_user", "handler_organization", "reporter").defer(
        "contact_name", "contact_phone", "text"
    )
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
    """Overdue, or only soon so; whoever comes late has had no use of a warning. The unit's own clock stands beside."""
    pen.changed(incident)
    if incident.unit_due_at and incident.unit_due_at < pen.now and incident.unit_overdue_at is None:
        incident.unit_overdue_at = pen.now
        facts = {"clock": Clock.INTERNAL, "due_at": iso(incident.unit_due_at)}
        take_down(pen, incident, IncidentEvent.Kind.UNIT_OVERDUE, data=facts)
    kind = _stage_mark(incident, pen.now)
    if kind is None:
        return
    take_down(pen, incident, kind, data={"clock": incident.clock, "due_at": iso(incident.due_at)})


def _stage_mark(incident: Incident, now: datetime) -> str | None:
    """Mark the clock of the stage, once for each of its runs; the kind of the event, if there is one to write."""
    if incident.due_at is not None and incident.due_at < now and incident.overdue_at is None:
        incident.overdue_at, incident.was_overdue = now, True
        incident.warned_at = incident.warned_at or now
        return IncidentEvent.Kind.OVERDUE
    if incident.warn_at is not None and incident.warn_at <= now and incident.warned_at is None:
        incident.warned_at = now
        return IncidentEvent.Kind.WARNED
    return None
