"""Celery doors of `fieldwork`: beat rings, the rows in the database say what is due."""

from celery import shared_task
from django.utils import timezone

from fieldwork import consents, duties, order_news
from notices.jobs import job


@shared_task(name="fieldwork.tasks.care_expiry")
def care_expiry() -> int:
    """End care without consent, ask for consent anew, remind of promises."""
    return _care_expiry()


@job("fieldwork.care_expiry")
def _care_expiry() -> int:
    return consents.care_expiry(now=timezone.now())


@shared_task(name="fieldwork.tasks.remind_rectifications")
def remind_rectifications() -> int:
    """Say which notices to put right have reached their deadline."""
    return _remind_rectifications()


@job("fieldwork.remind_rectifications")
def _remind_rectifications() -> int:
    return order_news.remind_of_deadlines(now=timezone.now())


@shared_task(name="fieldwork.tasks.open_due_rounds")
def open_due_rounds() -> int:
    """Open the rounds of visit plans that are due, drop those whose reason has gone."""
    return _open_due_rounds()


@job("fieldwork.open_due_rounds")
def _open_due_rounds() -> int:
    return duties.open_due_rounds(now=timezone.now())
