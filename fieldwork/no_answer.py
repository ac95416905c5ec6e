"""Nobody answers twice in a row: the platform reports it, so that somebody looks whether the person is well."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from fieldwork.models import CareSubject, Visit
from grid.once import sealed_key
from grid.scope import scope_of
from incidents.intake import NewIncident, report_incident
from incidents.models import Category, Incident
from incidents.models.category import Urgency
from incidents.models.incident import Source

TIMES: Final = 2
"""Visits without an answer, one after the other, that make an incident."""
APART: Final = timedelta(minutes=30)
"""What is noted sooner after a try is a second tap at the same door, not a second try."""
KEY: Final = "care-no-answer"
CATEGORY: Final = "S214"
"""养老助残 of the local classes; the dispatcher chooses when the office has deleted it."""


def note_outcome(subject: CareSubject, visit: Visit, *, actor: User, now: datetime) -> Incident | None:
    """Look at what `visit` found at the door of `subject`; the incident when nobody answered twice running, else None.

    Called by `visits.record_visit` in its transaction. One row of unanswered visits makes one incident, however often
    it is called; when that incident has ended and nobody answers twice again, there is another. The incident names
    the building and the number of the subject, never the person, the flat or the reason (architecture.md, law 11).
    """
    if visit.outcome != Visit.Outcome.NOT_HOME:
        return None
    row = _tries(unanswered(subject, until=visit.at).order_by("at", "pk").values_list("pk", "at"))
    if len(row) < TIMES:
        return None
    report = _report(subject, first=row[0][0], days=[at for _pk, at in row[-TIMES:]])
    return report_incident(report, actor=_reporter(subject, actor), now=now)


def _tries(row: Iterable[tuple[int, datetime]]) -> list[tuple[int, datetime]]:
    kept: list[tuple[int, datetime]] = []
    for pk, at in row:
        if not kept or at - kept[-1][1] >= APART:
            kept.append((pk, at))
    return kept


def _reporter(subject: CareSubject, actor: User) -> User:
    """Whoever made the visit; the carer, or who entered the care, when the visitor may not report (a system's key)."""
    people = [actor, subject.carer, subject.entered_by]
    return next((one for one in people if one and scope_of(one).can("incident.report", subject.grid_code)), actor)


def unanswered(subject: CareSubject, *, until: datetime) -> QuerySet[Visit]:
    """The visits without an answer at this door since the last answer, or since an incident about it ended."""
    at_the_door = Visit.objects.filter(Q(subject=subject) | Q(household=subject.household_id), at__lte=until)
    answered = at_the_door.exclude(outcome=Visit.Outcome.NOT_HOME).aggregate(last=Max("at"))["last"]
    ended = at_the_door.filter(incident__source=Source.PATROL).aggregate(last=Max("incident__closed_at"))["last"]
    own = Incident.objects.filter(source=Source.PATROL, external_id__startswith=f"{KEY}-{subject.pk}-")
    ended = max(filter(None, (ended, own.aggregate(last=Max("closed_at"))["last"])), default=None)
    rows: QuerySet[Visit] = at_the_door.filter(outcome=Visit.Outcome.NOT_HOME)
    since = max((moment for moment in (answered, ended) if moment), default=None)
    return rows.filter(at__gt=since) if since else rows


def _report(subject: CareSubject, *, first: int, days: list[datetime]) -> NewIncident:
    """Under a sensitive tag the report names neither the building nor the hours of the visits: whoever reads incidents
    and visits, but not such tags, would find the door by them."""
    building, hidden = subject.household.building, subject.tag.is_sensitive
    words: dict[str, Any] = {
        "building": str(building.compound) if hidden else str(building),
        "days": "、".join(f"{timezone.localtime(day):%m-%d %H:%M}" for day in days),
        "number": subject.pk,
    }
    with translation.override(settings.LANGUAGE_CODE):
        return NewIncident(
            title=_("Nobody answered twice: see whether all is well (%(building)s)") % words,
            text=(
                _(
                    "Two visits in a row found nobody. Go there and see whether the person is well."
                    " The door stands at care subject no. %(number)s, for those who may see it."
                )
                if hidden
                else _(
                    "Two visits in a row found nobody (%(days)s). Go there and see whether the person is well."
                    " The door stands at care subject no. %(number)s, for those who may see it."
                )
            )
            % words,
            source=Source.PATROL,
            category=Category.objects.filter(code=CATEGORY, is_active=True).first(),
            urgency=Urgency.URGENT,
            grid=subject.grid,
            compound=building.compound,
            external_id=sealed_key(f"{KEY}-{subject.pk}-{first}"),
        )
