"""Who is told of services: whoever signed up, waits, or moved up."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from notices.models import Notice
from notices.writing import Message, notify_all
from volunteers.models import ServiceActivity, SignUp

REMIND: Final = timedelta(days=1)


def _tell(service: ServiceActivity, people: list[User], key: str, title: str, body: str, now: datetime) -> None:
    if people:
        message = Message(
            recipients=people,
            kind=f"service.{key.partition(':')[0]}",
            level=Notice.Level.INFO,
            title=title % {"title": service.title},
            body=body,
            url=reverse("volunteers:service", args=[service.pk]),
            dedupe_key=f"service:{service.pk}:{key}",
            grid_code=service.grid_code,
            payload={"service": service.pk, "event": key.partition(":")[0]},
        )
        notify_all([message], now=now)


def _words(row: SignUp) -> str:
    start = timezone.localtime(row.shift.starts_at)
    return f"{start:%Y-%m-%d %H:%M}\n{row.shift.service.place}"


def _account(row: SignUp) -> list[User]:
    user = row.volunteer.user
    return [user] if user is not None and user.is_active else []


def moved_up_told(row: SignUp, *, now: datetime) -> None:
    """A place was given back, and the first who waits has it."""
    with translation.override(settings.LANGUAGE_CODE):
        title = _("You have a place now: %(title)s")
        _tell(row.shift.service, _account(row), f"moved:{row.pk}", title, _words(row), now)


def called_off_told(service: ServiceActivity, text: str, *, now: datetime) -> None:
    """Everybody who signed up or waits is told."""
    rows = SignUp.objects.filter(shift__service=service, status__in=("signed_up", "waiting", "here"))
    people = {row.volunteer.user_id: row.volunteer.user for row in rows.select_related("volunteer__user")}
    with translation.override(settings.LANGUAGE_CODE):
        told = [user for user in people.values() if user is not None and user.is_active]
        _tell(service, told, "called_off", _("Called off: %(title)s"), text, now)


def remind_shifts(*, now: datetime) -> int:
    """Remind of shifts within a day, each sign-up once. Returns the sign-ups looked at."""
    rows = SignUp.objects.filter(status="signed_up", shift__starts_at__range=(now, now + REMIND))
    count = 0
    with translation.override(settings.LANGUAGE_CODE):
        for row in rows.select_related("volunteer__user", "shift__service").order_by("id").iterator(chunk_size=500):
            title = _("Your service begins soon: %(title)s")
            _tell(row.shift.service, _account(row), f"remind:{row.pk}", title, _words(row), now)
            count += 1
    return count
