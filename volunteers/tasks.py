"""Celery doors of `volunteers`: beat rings, the rows in the database say what is due."""

from celery import shared_task
from django.utils import timezone

from notices.jobs import job
from volunteers import claims, wish_news


@shared_task(name="volunteers.tasks.lapse_claims")
def lapse_claims() -> int:
    """Put wishes whose claimer did not make contact in time back on the board, remind those who have two days left."""
    return _lapse_claims()


@job("volunteers.lapse_claims")
def _lapse_claims() -> int:
    now = timezone.now()
    return claims.lapse_claims(now=now) + wish_news.remind_claims(now=now)
