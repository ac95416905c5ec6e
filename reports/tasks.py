"""Celery doors of `reports`."""

from celery import shared_task
from django.utils import timezone

from notices.jobs import job
from reports import due


@shared_task(name="reports.tasks.write_due_reports")
@job("reports.write_due_reports")
def write_due_reports() -> int:
    """Write every report that is due; rung by beat every minute, harmless when it runs twice at once."""
    return due.write_due(now=timezone.now())
