"""Celery doors of `reports`."""

from celery import shared_task
from django.utils import timezone

from notices.jobs import job
from reports import due
from reports.rollups import keeping, reconciling


@shared_task(name="reports.tasks.write_due_reports")
@job("reports.write_due_reports")
def write_due_reports() -> int:
    """Write every report that is due; rung by beat every minute, harmless when it runs twice at once."""
    return due.write_due(now=timezone.now())


@shared_task(name="reports.tasks.keep_rollups")
@job("reports.keep_rollups")
def keep_rollups() -> int:
    """Count what happened into the rollups; rung every few seconds, of two at once one works."""
    return keeping.catch_up(now=timezone.now())


@shared_task(name="reports.tasks.reconcile_rollups")
@job("reports.reconcile_rollups")
def reconcile_rollups() -> int:
    """Hold the rollups against a recount from the events; the differences found, and everything counted anew if any."""
    return reconciling.reconcile(now=timezone.now())
