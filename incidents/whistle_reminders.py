"""Late units are reminded by themselves: once when they did not respond, once when their task is not done."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import translation

from incidents.models import Whistle, WhistleEvent, WhistleTask
from incidents.people import name_with_post
from incidents.whistle_news import reminder
from notices.writing import notify_all

BATCH: Final = 200


def remind_late(*, now: datetime, limit: int = BATCH) -> int:
    """Remind about the units that are late now and were not reminded of it; gives their number.

    Several workers may run: each takes rows that no other one holds. A repeat finds nothing to do.
    """
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        late = list(_late(now)[:limit])
        events = WhistleEvent.objects.bulk_create([_event(task, now) for task in late])
        WhistleTask.objects.filter(pk__in=[task.pk for task in late]).update(reminded_at=now)
        notify_all([reminder(task, event, now=now) for task, event in zip(late, events, strict=True)], now=now)
    return len(late)


def _late(now: datetime) -> QuerySet[WhistleTask]:
    """A reminder before the task was due was about the response: the task has one of its own."""
    silent = Q(responded_at__isnull=True, respond_due_at__lt=now, reminded_at__isnull=True)
    undone = Q(done_at__isnull=True, due_at__lt=now) & (Q(reminded_at__isnull=True) | Q(reminded_at__lte=F("due_at")))
    rows = WhistleTask.objects.filter(silent | undone, whistle__state=Whistle.State.BLOWN)
    rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return rows.select_related("whistle__caller", "organization").order_by("pk")


def _event(task: WhistleTask, now: datetime) -> WhistleEvent:
    undone = task.due_at is not None and task.due_at < now
    return WhistleEvent(
        whistle=task.whistle,
        move="remind_done" if undone else "remind_respond",
        from_state=task.whistle.state,
        to_state=task.whistle.state,
        organization=task.organization,
        actor_name=name_with_post(None, task.whistle.grid_code, now=now),
        at=now,
    )
