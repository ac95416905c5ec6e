"""Celery doors of `fieldwork`: beat rings, the rows in the database say what is due."""

from celery import shared_task
from django.utils import timezone

from fieldwork import consents
from notices.jobs import job


@shared_task(name="fieldwork.tasks.care_expiry")
def care_expiry() -> int:
    """End care without consent, ask for consent anew, remind of promises."""
    return _care_expiry()


@job("fieldwork.care_expiry")
def _care_expiry() -> int:
    return consents.care_expiry(now=timezone.now())
