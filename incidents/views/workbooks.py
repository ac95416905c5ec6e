"""Lists and tables that leave as a workbook: recorded first, made afterwards (reliability.md 4.3, 4.5)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exports import attachment, note_export, note_rows
from grid.sheets import XLSX, write_xlsx
from incidents.views.finding import person

Lines = Iterable[Sequence[Any]]


def list_workbook(
    request: HttpRequest, header: Sequence[str], lines: Lines, *, count: int, kind: str, title: str
) -> HttpResponse:
    """A list of `count` rows of `kind` as a file of today; `lines` are read after the record of access has them.

    NotValid when there are too many rows for one file, NotNow after too many files of the kind within ten minutes.
    """
    now, actor = timezone.now(), person(request)
    too_many = _("At most %(count)s lines at a time: narrow the selection.")
    note_rows(count, too_many=too_many, actor=actor, object_type=kind, now=now, request=request)
    content = write_xlsx(header, lines, as_of=now, title=title, author=actor.real_name)
    return attachment(content, XLSX, f"{title}-{timezone.localdate(now):%Y%m%d}.xlsx")


def table_workbook(
    request: HttpRequest, header: Sequence[str], lines: Lines, *, title: str, name: str, **export: Any
) -> HttpResponse:
    """A table of figures, or the list that belongs to one thing, as the file `name`.

    `export` is what the record of access keeps: `object_type`, `fields`, `object_id`.
    """
    now, actor = timezone.now(), person(request)
    note_export(actor=actor, now=now, request=request, **export)
    content = write_xlsx(header, lines, as_of=now, title=title, author=actor.real_name)
    return attachment(content, XLSX, f"{name}.xlsx")
