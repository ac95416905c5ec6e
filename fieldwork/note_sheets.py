"""Notes as an Excel file; every export is recorded (architecture.md law 11)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.exports import note_rows
from accounts.models import User
from fieldwork.models import QuickNote
from fieldwork.note_queries import NoteQuerySet
from grid.scope import scope_of
from grid.sheets import write_xlsx


def notes_xlsx(rows: NoteQuerySet, *, actor: User, now: datetime, request: HttpRequest | None = None) -> bytes:
    """An XLSX of `rows` as far as `actor` may export; the export is recorded with its size.

    NotValid for more than 20,000 rows, NotNow for too many exports in a short time.
    """
    chosen = rows.filter(scope_of(actor).q("incident.export", "grid_code"))
    too_many = _("At most %(count)s notes at a time: narrow the selection.")
    note_rows(chosen.count(), too_many=too_many, actor=actor, object_type="note", now=now, request=request)
    return write_xlsx(_header(), _cells(chosen), as_of=now, title=_("Quick notes"), author=actor.real_name)


def _header() -> list[str]:
    return [_("Noted at"), _("Grid"), _("Grid code"), _("Noted by"), _("Duty"), _("Text"), _("Became"), _("Number")]


def _cells(rows: NoteQuerySet) -> Iterator[list[Any]]:
    note: QuickNote
    for note in rows.for_lists().order_by("-at", "-id").iterator(chunk_size=1000):
        yield [
            note.at,
            note.grid.name,
            note.grid_code,
            str(note.by),
            str(note.duty or ""),
            note.text,
            note.get_became_display() if note.became else "",
            note.incident.number if note.incident else "",
        ]
