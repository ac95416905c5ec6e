"""Celery doors: deliver what is due, show that the workers live, throw away what has served its time."""

from celery import shared_task
from django.utils import timezone

from accounts import idempotency, sessions
from notices import delivering
from notices.jobs import job


@shared_task
@job("notices.deliver_due")
def deliver_due() -> int:
    """Deliver due notices; gives the number that arrived."""
    return delivering.deliver_due(now=timezone.now())


@shared_task
@job("notices.heartbeat")
def heartbeat() -> int:
    """Touch the row of this job: beat rings, a worker hears, the database answers."""
    return 1


@shared_task
@job("notices.tidy")
def tidy() -> int:
    """Delete old answers to repeated calls and sessions that have run out."""
    now = timezone.now()
    return idempotency.forget_old(now=now) + sessions.forget_ended(now=now)
