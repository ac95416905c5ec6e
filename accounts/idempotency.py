"""POST that may be repeated: the same key gets the first answer, byte for byte (architecture.md, law 7).

After the IETF draft "The Idempotency-Key HTTP Header Field": the same key with another request is 422, a first call
that is still at work is 409. The record is written in the transaction of the effect, so there is never one without
the other; an error keeps no record, and the repeat is tried anew.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import IdempotencyRecord

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
LONGEST: Final = 255
KEEP: Final = timedelta(hours=48)
_NOT_YET: Final = 0  # the status of a record whose answer is being made


class KeyUsedOtherwise(APIException):
    """The key came with another request before (422)."""

    status_code = 422
    default_code = "idempotency_key_reused"


class IdempotentCreateMixin:
    """Put it before the class that brings `create`. Without the header a POST is taken as it is."""

    named_by = ""
    """The member of the answer that names the made thing in its address; a repeated answer says again where it is."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Run `create` once per key; a repeat waits for the first call (2 s, then 409) and repeats its answer."""
        key = given_key(request)
        if key is None or not request.user.is_authenticated:
            return super().create(request, *args, **kwargs)  # type: ignore[misc]
        seal = fingerprint(request)
        with transaction.atomic():
            record = _take(request.user.pk, key, seal)
            if record is None:
                return self._repeat(request.user.pk, key, seal)
            response: Response = super().create(request, *args, **kwargs)  # type: ignore[misc]
            return _keep(record, response, request)

    def _repeat(self, account: int, key: str, seal: str) -> HttpResponse:
        record = IdempotencyRecord.objects.get(account_id=account, key=key)
        if record.fingerprint != seal:
            raise KeyUsedOtherwise(_("This Idempotency-Key was used for another request."))
        headers = {REPLAYED: "true"}
        if record.status == 201:
            headers |= self.get_success_headers(json.loads(bytes(record.body)))
        return _answer(record, headers)

    def get_success_headers(self, data: dict[str, Any]) -> dict[str, str]:
        """Where the thing of a repeated POST is."""
        if not self.named_by:
            return {}
        return {"Location": self.request.build_absolute_uri(f"{data[self.named_by]}/")}  # type: ignore[attr-defined]


def given_key(request: Request) -> str | None:
    """The key of the request; ValidationError for an empty, overlong or unprintable one, None without one."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST or not (key.isascii() and key.isprintable()):
        raise ValidationError({HEADER: [_("Give 1 to 255 printable ASCII characters.")]})
    return str(key)


def fingerprint(request: Request) -> str:
    """What the request says, as a hash: address and content. The order of JSON members does not matter."""
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    for part in _content(request):
        digest.update(part)
    return digest.hexdigest()


def _content(request: Request) -> Iterator[bytes]:
    data = request.data
    if not hasattr(data, "lists"):
        yield json.dumps(data, sort_keys=True, ensure_ascii=True, default=str).encode()
        return
    files = request.FILES
    fields = {name: values for name, values in data.lists() if name not in files}
    yield json.dumps(fields, sort_keys=True, ensure_ascii=True, default=str).encode()
    for name in sorted(files):
        for file in files.getlist(name):
            yield f"\n{name} {file.size}\n".encode()
            yield from file.chunks()
            file.seek(0)


def _take(account: int, key: str, seal: str) -> IdempotencyRecord | None:
    """Write the record if there is none. The unique constraint makes a second call wait for the first one's end."""
    empty = IdempotencyRecord(account_id=account, key=key, fingerprint=seal, status=_NOT_YET, body=b"")
    IdempotencyRecord.objects.bulk_create([empty], ignore_conflicts=True)
    mine = IdempotencyRecord.objects.filter(account_id=account, key=key, status=_NOT_YET, fingerprint=seal)
    return mine.first()


def _keep(record: IdempotencyRecord, response: Response, request: Request) -> HttpResponse:
    """Make the bytes of the first answer here, so that the first and every later caller get the same."""
    renderer = request.accepted_renderer  # type: ignore[attr-defined]
    record.status = response.status_code
    record.body = renderer.render(response.data, request.accepted_media_type, {"response": response})  # type: ignore[attr-defined]
    record.content_type = str(renderer.media_type)
    record.save(update_fields=["status", "body", "content_type"])
    return _answer(record, dict(response.headers))


def _answer(record: IdempotencyRecord, headers: dict[str, str]) -> HttpResponse:
    kept = {name: value for name, value in headers.items() if name.lower() != "content-type"}
    return HttpResponse(bytes(record.body), status=record.status, content_type=record.content_type, headers=kept)


def forget_old(*, now: datetime) -> int:
    """Delete records that nobody repeats any more; gives their number."""
    deleted, _kinds = IdempotencyRecord.objects.filter(created_at__lt=now - KEEP).delete()
    return deleted
