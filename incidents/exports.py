"""Lists of incidents as Excel files; every export is recorded (architecture.md law 11, domain.md 8)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.exports import note_rows
from accounts.models import User
from grid.scope import scope_of
from grid.sheets import write_xlsx
from incidents.models import Incident
from incidents.querysets import IncidentQuerySet


def export_xlsx(
    rows: IncidentQuerySet, *, actor: User, now: datetime, request: HttpRequest | None = None, purpose: str = ""
) -> bytes:
    """An XLSX of `rows` as far as `actor` may export them: no contacts. The export is recorded with its size.

    NotAllowed without the capability, NotValid for more than 20,000 rows, NotNow for too many exports in a short time.
    """
    scope = scope_of(actor)
    if not scope.can("incident.export"):
        raise NotAllowed(_("You may not export incidents."))
    chosen = rows.filter(scope.q("incident.export", "grid_code"))
    too_many = _("At most %(count)s incidents at a time: narrow the selection.")
    note_rows(
        chosen.count(),
        too_many=too_many,
        actor=actor,
        object_type="incident",
        now=now,
        request=request,
        purpose=purpose,
    )
    return write_xlsx(header(), export_rows(chosen), as_of=now, title=_("Cases"), author=actor.real_name)


def header() -> list[str]:
    """The heads of the columns."""
    return [
        _("Number"),
        _("Title"),
        _("Description"),
        _("Category"),
        _("Severity"),
        _("Urgency"),
        _("Source"),
        _("State"),
        _("Grid"),
        _("Grid code"),
        _("Address"),
        _("Handler"),
        _("Reported at"),
        _("Dispatched at"),
        _("Handled at"),
        _("Ended at"),
        _("Due at"),
        _("Was overdue"),
        _("Reworks"),
    ]


def export_rows(rows: IncidentQuerySet) -> Iterator[list[Any]]:
    """The cells of each incident, read in chunks."""
    wanted = rows.select_related("category", "grid", "handler_organization", "handler_user")
    for incident in wanted.defer("contact_name", "contact_phone", "point", "grid__boundary").iterator(chunk_size=1000):
        yield _cells(incident)


def _cells(incident: Incident) -> list[Any]:
    return [
        incident.number,
        incident.title,
        incident.text,
        str(incident.category or ""),
        incident.get_severity_display(),
        incident.get_urgency_display(),
        incident.get_source_display(),
        incident.get_state_display(),
        incident.grid.name,
        incident.grid_code,
        incident.address,
        str(incident.handler_organization or incident.handler_user or ""),
        incident.reported_at,
        incident.dispatched_at,
        incident.handled_at,
        incident.closed_at,
        incident.due_at,
        _("yes") if incident.was_overdue or incident.overdue_at else "",
        incident.rework_count or "",
    ]
