"""Who is told of services and certificates: whoever signed up, waits, moved up, is certified, and the organizers."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from notices.models import Notice
from notices.writing import Message, notify_all, notify_each
from volunteers.models import Certificate, ServiceActivity, Shift, SignUp
from volunteers.standing import accounts_of

REMIND: Final = timedelta(days=1)
SETTLE: Final = timedelta(days=1)
"""So long after a shift its organizer is asked to note who was there."""
COMING: Final = ("signed_up", "waiting", "here")


def _about(service: ServiceActivity, people: Iterable[User], key: str, title: str, body: str) -> Message:
    event = key.partition(":")[0]
    return Message(
        recipients=list({user.pk: user for user in people}.values()),
        kind=f"service.{event}",
        level=Notice.Level.INFO,
        title=title % {"title": service.title},
        body=body,
        url=reverse("volunteers:service", args=[service.pk]),
        dedupe_key=f"service:{service.pk}:{key}",
        grid_code=service.grid_code,
        payload={"service": service.pk, "event": event},
    )


def _tell(*messages: Message, now: datetime) -> None:
    told = [one for one in messages if one.recipients]
    if told:
        notify_all(told, now=now)


def _words(shift: Shift, service: ServiceActivity) -> str:
    start, end = timezone.localtime(shift.starts_at), timezone.localtime(shift.ends_at)
    return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M}\n{service.place}"


def _people(rows: Any) -> list[User]:
    return accounts_of(row.volunteer for row in rows.select_related("volunteer__user"))


def moved_up_told(row: SignUp, *, now: datetime) -> None:
    """A place was given back, and the first who waits has it."""
    with translation.override(settings.LANGUAGE_CODE):
        title, service = _("You have a place now: %(title)s"), row.shift.service
        body = _words(row.shift, service)
        _tell(_about(service, accounts_of([row.volunteer]), f"moved_up:{row.pk}", title, body), now=now)


def moved_told(service: ServiceActivity, *, shift: Shift | None = None, now: datetime) -> None:
    """Place or time changed: whoever comes is told."""
    rows = SignUp.objects.filter(shift__service=service, shift__ends_at__gt=now, status__in=COMING)
    rows = rows.filter(shift=shift) if shift else rows
    with translation.override(settings.LANGUAGE_CODE):
        body = _words(shift, service) if shift else service.place
        title = _("Time or place changed: %(title)s")
        _tell(_about(service, _people(rows), f"moved:{now.isoformat()}", title, body), now=now)


def called_off_told(service: ServiceActivity, text: str, *, now: datetime) -> None:
    """Everybody who signed up or waits is told."""
    rows = SignUp.objects.filter(shift__service=service, status__in=COMING)
    with translation.override(settings.LANGUAGE_CODE):
        _tell(_about(service, _people(rows), "called_off", _("Called off: %(title)s"), text), now=now)


def noted_told(shift: Shift, rows: Iterable[SignUp], *, now: datetime) -> None:
    """Hours that the organizer alone put down: she may say that it was otherwise."""
    with translation.override(settings.LANGUAGE_CODE):
        title, body = _("Hours were put down for you: %(title)s"), _words(shift, shift.service)
        body += "\n" + _("You did not check in yourself. Tell the organizer when this is not right.")
        people = accounts_of(row.volunteer for row in rows)
        _tell(_about(shift.service, people, f"noted:{shift.pk}:{now.isoformat()}", title, body), now=now)


def denied_told(row: SignUp, text: str, *, now: datetime) -> None:
    """The organizer says that she was not there."""
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Your attendance was not confirmed: %(title)s")
        people = accounts_of([row.volunteer])
        _tell(_about(row.shift.service, people, f"denied:{row.pk}:{row.version}", title, text), now=now)


def remind_shifts(*, now: datetime) -> int:
    """Remind of shifts within a day, each sign-up once. Returns the sign-ups looked at."""
    rows = SignUp.objects.filter(status="signed_up", shift__starts_at__range=(now, now + REMIND))
    rows = rows.filter(shift__service__status="planned", volunteer__user__is_active=True)
    found = rows.select_related("volunteer__user", "shift__service").order_by("pk")
    with translation.override(settings.LANGUAGE_CODE):
        return notify_each(_reminders(found), now=now)


def _reminders(rows: Any) -> Iterator[Message]:
    title = _("Your service begins soon: %(title)s")
    for row in rows.iterator(chunk_size=500):
        service = row.shift.service
        yield _about(service, accounts_of([row.volunteer]), f"remind:{row.pk}", title, _words(row.shift, service))


def remind_organizers(*, now: datetime) -> int:
    """Ask whoever planned a service to note who was at a shift that is over for a day; once per shift."""
    rows = Shift.objects.filter(service__status="planned", ends_at__lte=now - SETTLE)
    unnoted = SignUp.objects.filter(shift=OuterRef("pk"), status__in=("signed_up", "here", "done"))
    found = rows.filter(Exists(unnoted)).select_related("service__by").order_by("pk")
    with translation.override(settings.LANGUAGE_CODE):
        return notify_each(_questions(found), now=now)


def _questions(rows: Any) -> Iterator[Message]:
    title = _("Note who was there: %(title)s")
    for shift in rows.iterator(chunk_size=500):
        yield _about(shift.service, [shift.service.by], f"to_note:{shift.pk}", title, _words(shift, shift.service))


# --- certificates -----------------------------------------------------------------------------------------------------


def certificate_told(row: Certificate, text: str = "", *, now: datetime) -> None:
    """Its volunteer hears what became of a certificate: publicised, valid, objected to, revoked."""
    people = accounts_of([row.volunteer])
    if not people:
        return
    with translation.override(settings.LANGUAGE_CODE):
        status = row.get_status_display()
        message = Message(
            recipients=people,
            kind=f"certificate.{row.status}",
            level=Notice.Level.INFO,
            title=_("Your certificate %(number)s: %(status)s") % {"number": row.number, "status": status},
            body=text,
            url=reverse("volunteers:certificate", args=[row.pk]),
            dedupe_key=f"certificate:{row.pk}:{row.status}:{row.version}",
            grid_code=row.grid_code,
            payload={"certificate": row.pk, "event": row.status},
        )
        notify_all([message], now=now)
