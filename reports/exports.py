"""Reports that leave as files: each one is kept in the record of access."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.access import record
from accounts.models import AccessEvent
from reports.models import Report


def exported(report: Report, ending: str, request: HttpRequest) -> dict[str, Any]:
    """The snapshot to write into a file ("docx", "xlsx"), once it is recorded who takes it: it names people."""
    actor: Any = request.user
    record(
        action=AccessEvent.Action.EXPORT,
        actor=actor,
        now=timezone.now(),
        request=request,
        object_type="report",
        object_id=report.pk,
        fields=ending,
    )
    snapshot: dict[str, Any] = report.snapshot
    return snapshot
