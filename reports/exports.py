"""Reports that leave as files: each one is kept in the record of access."""

from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone

from accounts.exports import note_export
from reports import finished
from reports.models import Report

AT_ONCE: Final = 100  # a week of a street and its communities, read by another system


def exported(report: Report, ending: str, request: HttpRequest) -> dict[str, Any]:
    """What is written into a file ("docx", "xlsx"), once it is recorded who takes it: it names people."""
    actor: Any = request.user
    note_export(
        actor=actor,
        object_type="report",
        object_id=report.pk,
        fields=ending,
        now=timezone.now(),
        request=request,
        at_once=AT_ONCE,
    )
    return finished.as_read(report)
