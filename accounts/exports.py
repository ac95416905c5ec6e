"""Data that leave as a file: counted and recorded (reliability.md 4.3, 4.5)."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from accounts.access import record_counted
from accounts.errors import NotValid
from accounts.models import AccessEvent, User

AT_ONCE: Final = 10
WITHIN: Final = timedelta(minutes=10)
MOST_ROWS: Final = 20_000
"""Rows of one file that is built in memory."""


def attachment(content: bytes, content_type: str, name: str) -> HttpResponse:
    """A file to keep, also under a Chinese name; no browser or proxy keeps a copy of its own."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


def note_export(
    *,
    actor: User,
    object_type: str,
    fields: str,
    now: datetime,
    request: HttpRequest | None,
    object_id: object = "",
    purpose: str = "",
    at_once: int = AT_ONCE,
) -> AccessEvent:
    """Record that `actor` takes `fields` of the objects out; call it before the file is made.

    Whether the actor may is the caller's question. Raises NotNow after `at_once` exports of the kind within ten
    minutes: a list of 20,000 rows costs seconds of a worker, and nobody needs it twice a minute.
    """
    recent = AccessEvent.objects.filter(actor=actor, action=AccessEvent.Action.EXPORT, object_type=object_type)
    return record_counted(
        earlier=recent.filter(at__gt=now - WITHIN, at__lte=now),
        most=at_once,
        refusal=_("You have exported %(n)s times within ten minutes. Wait a little.") % {"n": at_once},
        action=AccessEvent.Action.EXPORT,
        actor=actor,
        now=now,
        request=request,
        object_type=object_type,
        object_id=object_id,
        fields=fields,
        purpose=purpose,
    )


def note_rows(count: int, *, too_many: str, **export: Any) -> AccessEvent:
    """Record the export of a list of `count` rows, as `note_export` does (`export` is what it takes beside `fields`).

    NotValid above `MOST_ROWS`, with the words `too_many`, in which %(count)s stands for the limit.
    """
    if count > MOST_ROWS:
        raise NotValid(too_many % {"count": MOST_ROWS})
    return note_export(fields=str(count), **export)
