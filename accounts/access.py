"""The audit of access: who signed in, who saw whose personal data, who exported what (reliability.md 4.1, 4.5)."""

from datetime import datetime
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.errors import NotNow
from accounts.models import AccessEvent, User


def record(  # noqa: PLR0913 - one argument per column, all by keyword
    *,
    action: str,
    actor: User | None,
    now: datetime,
    request: HttpRequest | None = None,
    actor_name: str = "",
    object_type: str = "",
    object_id: object = "",
    fields: str = "",
    purpose: str = "",
    succeeded: bool = True,
) -> AccessEvent:
    """Write one event; the caller's transaction decides: what cannot be recorded does not happen.

    `actor_name` is the name typed at a failed login; for an account it is filled in. Texts too long for their column
    are cut, because a long user agent or purpose must not stop the work.
    """
    return AccessEvent.objects.create(
        action=action,
        actor=actor,
        actor_name=(actor_name or (actor.username if actor else ""))[:150].replace("\x00", ""),
        succeeded=succeeded,
        object_type=object_type[:60],
        object_id=str(object_id)[:60],
        fields=fields[:200],
        purpose=purpose[:200],
        ip=client_address(request) if request is not None else None,
        request_id=request_id_of(request)[:40] if request is not None else "",
        at=now,
    )


def record_counted(
    *, earlier: QuerySet[AccessEvent], most: int, refusal: str, actor: User, **event: Any
) -> AccessEvent:
    """Record an event of `actor` unless `earlier` holds `most` already: then NotNow with the words `refusal`.

    `event` is what `record` takes. Events of one person at once count each other.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).values("pk").get(pk=actor.pk)
        if earlier.count() >= most:
            raise NotNow(refusal)
        return record(actor=actor, **event)


def client_address(request: HttpRequest) -> str | None:
    """The caller's address; behind our proxy the last one of X-Forwarded-For, which the proxy itself wrote.

    Without a proxy the header is the caller's own claim and counts for nothing. None over a Unix socket.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_TLS:
        text = request.headers.get("X-Forwarded-For", text).rsplit(",", 1)[-1].strip()
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def request_id_of(request: HttpRequest) -> str:
    """The id that the outermost middleware gave the request; a DRF request passes it on."""
    return getattr(request, "request_id", "")
