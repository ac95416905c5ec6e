"""Who is told of exchanges: the volunteer whose points they were. No notice holds a pick-up code or a balance."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from notices.models import Notice
from notices.writing import Message, notify_all, notify_each
from volunteers.models import Exchange

REMIND: Final = timedelta(days=3)


def _message(row: Exchange, event: str, title: str, level: str = Notice.Level.INFO) -> Message:
    user = row.volunteer.user
    return Message(
        recipients=[user] if user is not None and user.is_active else [],
        kind=f"exchange.{event}",
        level=level,
        title=title % {"item": row.item.name},
        body=f"{row.item.place}\n{timezone.localtime(row.pick_up_by):%Y-%m-%d %H:%M}".strip(),
        url=reverse("volunteers:my_exchange", args=[row.pk]),
        dedupe_key=f"exchange:{row.pk}:{event}",
        grid_code=row.grid_code,
        payload={"exchange": row.pk, "event": event},
    )


def taken_back_told(row: Exchange, *, actor: User | None, now: datetime) -> None:
    """The points are hers again; not told to her who cancelled herself."""
    if actor is not None and row.volunteer.user_id == actor.pk:
        return
    with translation.override(settings.LANGUAGE_CODE):
        over, off = (
            _("Not picked up in time, your points are back: %(item)s"),
            _("Cancelled, your points are back: %(item)s"),
        )
        expired = row.status == Exchange.Status.EXPIRED
        notify_all([_message(row, row.status, over if expired else off)], now=now)


def remind_pick_ups(*, now: datetime) -> int:
    """Remind of what waits at the counter three days before its last day, each exchange once. Returns how many."""
    rows = Exchange.objects.filter(
        status="reserved", pick_up_by__range=(now, now + REMIND), volunteer__user__is_active=True
    )
    rows = rows.select_related("item", "volunteer__user").order_by("pk")
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Waits for you at the counter: %(item)s")
        found: Iterator[Message] = (
            _message(row, "remind", title, Notice.Level.TASK) for row in rows.iterator(chunk_size=500)
        )
        return notify_each(found, now=now)
