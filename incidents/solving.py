"""实质性解决: closed and solved are two facts (domain.md 2.5). Solved needs a check on site, or the reporter's word;

it is withdrawn when the reporter says otherwise, or when the same thing returns within the days of the procedure.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from incidents import lifecycle
from incidents.duplicates import SIMILAR, box_around, metres, similarity
from incidents.models import Incident, IncidentEvent, Procedure
from incidents.people import handlers, supervisors
from incidents.procedure import procedure
from notices.models import Job, Notice
from notices.writing import notify

JOB: Final = "incidents.withdraw_returned"
CLASSED_BY: Final = ("file", "answer", "self_handle")
"""Moves after which the class of a new case is known."""
FIRST_LOOK: Final = timedelta(days=1)
OVERLAP: Final = timedelta(minutes=15)
"""Looked at again by the next run: a transaction may have been slow to end."""
LOOKED_AT: Final = 60
BATCH: Final = 500


def found_solved(incident_pk: int, *, actor: User, now: datetime, data: dict[str, Any] | None = None) -> Incident:
    """Write down that a case is really solved; the caller knows it from a check or from the reporter."""
    return lifecycle.change(
        incident_pk, IncidentEvent.Kind.SOLVED, actor=actor, now=now, data=data, is_solved=True, solved_at=now
    )


def withdraw(
    incident_pk: int, *, actor: User | None, now: datetime, text: str, data: dict[str, Any] | None = None
) -> Incident:
    """Write down that a case does not count as solved (any more)."""
    kind = IncidentEvent.Kind.UNSOLVED
    return lifecycle.change(
        incident_pk, kind, actor=actor, now=now, text=text, data=data, is_solved=False, solved_at=None
    )


def withdraw_returned(*, now: datetime) -> int:
    """Withdraw “solved” where a case that came in since the last run tells of the same thing; returns how many.

    Looks at the new cases alone, one query for each; what was withdrawn before is not found again.
    """
    rules = procedure()
    done = 0
    for fresh in _fresh(_since(now), now):
        for old in returned(fresh, rules):
            done += _withdraw(old.pk, fresh, now)
    return done


def _since(now: datetime) -> datetime:
    """The end of the last run that went through, less an overlap."""
    last = Job.objects.filter(pk=JOB).values_list("last_finished_at", flat=True).first()
    return last - OVERLAP if last else now - FIRST_LOOK


def _fresh(since: datetime, now: datetime) -> Iterator[Incident]:
    """The cases whose class became known in the period."""
    events = IncidentEvent.objects.filter(at__gte=since, at__lte=now, move__in=CLASSED_BY)
    rows = Incident.objects.filter(pk__in=events.values("incident"), category__isnull=False).order_by("pk")
    return rows.defer("contact_name", "contact_phone").iterator(chunk_size=BATCH)


def returned(fresh: Incident, rules: Procedure) -> list[Incident]:
    """The solved cases that `fresh` shows to be unsolved.

    Same class, found solved before it was reported and not longer ago than the procedure says, at the same place
    (the same compound, or within the metres of the procedure), in similar words. One query.
    """
    where = _same_place(fresh, rules.duplicate_metres)
    if not where:
        return []
    earliest = fresh.reported_at - timedelta(days=rules.substantive_days)
    rows = Incident.objects.filter(
        where,
        category=fresh.category_id,
        is_solved=True,
        solved_at__gte=earliest,
        solved_at__lte=fresh.reported_at,
    ).exclude(pk=fresh.pk)
    rows = rows.defer("contact_name", "contact_phone").order_by("-id")[:LOOKED_AT]
    return [old for old in rows if _is_same(old, fresh, rules.duplicate_metres)]


def _same_place(fresh: Incident, within: int) -> Q:
    place = Q()
    if fresh.compound_id:
        place |= Q(compound=fresh.compound_id)
    if fresh.point:
        place |= Q(point__coveredby=box_around(fresh.point, within))
    return place


def _is_same(old: Incident, fresh: Incident, within: int) -> bool:
    near = old.point is not None and fresh.point is not None and metres(old.point, fresh.point) <= within
    at_home = old.compound_id is not None and old.compound_id == fresh.compound_id
    return (near or at_home) and similarity(old.text, fresh.text) >= SIMILAR


def _withdraw(pk: int, fresh: Incident, now: datetime) -> bool:
    """One case in one transaction; False when another run was faster."""
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        old = lifecycle.lock(pk)
        if not old.is_solved:
            return False
        text = _("The same trouble has returned: %(number)s.") % {"number": fresh.number}
        incident = withdraw(pk, actor=None, now=now, text=text, data={"returned": fresh.number})
        _tell(incident, fresh, now)
    return True


def _tell(incident: Incident, fresh: Incident, now: datetime) -> None:
    people = {*supervisors(incident, now=now), *handlers(incident, now=now)}
    notify(
        recipients=people,
        kind="incident.unsolved",
        level=Notice.Level.WARNING,
        title=_("No longer counted as solved: %(title)s") % {"title": incident.title},
        body="\n".join((incident.number, _("The same trouble has returned: %(number)s.") % {"number": fresh.number})),
        url=reverse("incidents:detail", args=[incident.number]),
        dedupe_key=f"incident:{incident.pk}:unsolved:{fresh.pk}",
        grid_code=incident.grid_code,
        payload={"number": incident.number, "returned": fresh.number},
        now=now,
    )
