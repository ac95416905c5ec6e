"""What time does to care: consent that runs out is asked for anew, then the care ends; promises come due."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.errors import NotNow
from accounts.models import User
from fieldwork.care import drop_duties
from fieldwork.models import CarePromise, CareSubject
from fieldwork.querysets import CareQuerySet
from fieldwork.stages import advance
from incidents.people import holders
from notices.models import Notice
from notices.writing import Message, notify_all, notify_each

WARN_DAYS: Final = 14
"""So long before its end the carer is told that the consent runs out."""
PROMISE_DAYS: Final = 3
LATE_DAYS: Final = 7
"""So long after its day a promise can still be told of as late (the job may have stood still)."""
MOST: Final = 500
"""Subjects whose care one run ends; the next run takes the rest."""


def care_expiry(*, now: datetime) -> int:
    """End what has no consent any more, warn of what soon has none, remind of promises; how many things were done.

    Safe to run again at any time: who was told is told once, what has ended is left alone.
    """
    today = timezone.localdate(now)
    with translation.override(settings.LANGUAGE_CODE):
        ended = sum(_end(subject, now) for subject in _run_out(today))
        return ended + notify_each(chain(_warnings(today, now), _reminders(today)), now=now)


def _run_out(today: date) -> list[CareSubject]:
    """In care by a consent whose last day is over (PIPL 47: the purpose has ended)."""
    rows = CareSubject.objects.current().filter(basis=CareSubject.Basis.CONSENT, consent_until__lt=today)
    return list(_with_people(rows).order_by("consent_until", "pk")[:MOST])


def _end(subject: CareSubject, now: datetime) -> int:
    """End one care and tell of it, in a transaction of its own; the things done, 0 when a person was quicker."""
    with transaction.atomic():
        try:
            advance(
                subject,
                "end",
                actor=None,
                now=now,
                version=subject.version,
                text=_("The consent has run out"),
                ended_on=timezone.localdate(now),
            )
        except NotNow:
            return 0
        drop_duties([subject.pk])
        return 1 + notify_all([_ended(subject, now)], now=now)


def _with_people(rows: CareQuerySet) -> CareQuerySet:
    return rows.select_related("carer", "entered_by", "tag", "grid").defer("reason", "health", "grid__boundary")


def _ended(subject: CareSubject, now: datetime) -> Message:
    heading = _("Care no. %(number)s has ended: the consent has run out") % {"number": subject.pk}
    return _about(subject, "care.ended", Notice.Level.WARNING, heading, f"care:{subject.pk}:ended", now)


def _warnings(today: date, now: datetime) -> Iterator[Message]:
    rows = CareSubject.objects.current().filter(
        basis=CareSubject.Basis.CONSENT, consent_until__gte=today, consent_until__lte=today + timedelta(days=WARN_DAYS)
    )
    for subject in _with_people(rows).order_by("consent_until", "pk").iterator(chunk_size=MOST):
        said = {"number": subject.pk, "day": f"{subject.consent_until:%Y-%m-%d}"}
        heading = _("Ask again: the consent of care no. %(number)s ends on %(day)s") % said
        key = f"care:{subject.pk}:consent:{subject.consent_until:%Y%m%d}"
        yield _about(subject, "care.consent", Notice.Level.TASK, heading, key, now)


def _about(subject: CareSubject, kind: str, level: str, title: str, key: str, now: datetime) -> Message:
    """A notice that names number and grid, never the person, the tag or the reason (law 11)."""
    return Message(
        recipients=_responsible(subject, now),
        kind=kind,
        level=level,
        title=title,
        body=subject.grid.name,
        url=reverse("fieldwork:care_subject", args=[subject.pk]),
        dedupe_key=key,
        grid_code=subject.grid_code,
        payload={"subject": subject.pk},
    )


def _responsible(subject: CareSubject, now: datetime) -> list[User]:
    """The carer; without one whoever entered it; when both have left, those who edit care in the grid."""
    for person in (subject.carer, subject.entered_by):
        if person is not None and person.is_active:
            return [person]
    needed = "care.sensitive" if subject.tag.is_sensitive else "care.edit"
    return list(holders(needed, subject.grid_code, now=now))


def _reminders(today: date) -> Iterator[Message]:
    """Promises that are due within days, and once more those whose day is over."""
    soon, past = today + timedelta(days=PROMISE_DAYS), today - timedelta(days=LATE_DAYS)
    rows = CarePromise.objects.open().filter(due_on__range=(past, soon), promised_by__is_active=True)
    rows = rows.select_related("promised_by", "grid").defer("grid__boundary").order_by("due_on", "pk")
    for promise in rows.iterator(chunk_size=MOST):
        late = promise.due_on < today
        said = {"number": promise.pk, "day": f"{promise.due_on:%Y-%m-%d}"}
        yield Message(
            recipients=[promise.promised_by],
            kind="care.promise",
            level=Notice.Level.WARNING if late else Notice.Level.TASK,
            title=(
                _("Promise no. %(number)s was due on %(day)s")
                if late
                else _("Promise no. %(number)s is due on %(day)s")
            )
            % said,
            body=promise.grid.name,
            url=reverse("fieldwork:promise", args=[promise.pk]),
            dedupe_key=f"promise:{promise.pk}:{promise.due_on:%Y%m%d}:{'late' if late else 'soon'}",
            grid_code=promise.grid_code,
            payload={"promise": promise.pk},
        )
