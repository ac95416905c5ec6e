"""To another system, after Standard Webhooks (standardwebhooks.com): signed, with an id that stays the same."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.protect import mask_numbers
from notices.models import Delivery, Notice
from notices.outgoing import Answer, DeliveryError, post

PREFIX: Final = "whsec_"
GONE: Final = 410


class Gone(DeliveryError):
    """The receiver says that it is not there any more (410): the endpoint is to be switched off."""


def send(delivery: Delivery, *, timestamp: int) -> None:
    """POST the notice; any 2xx is success. `timestamp` is that of this attempt, in seconds."""
    endpoint = delivery.endpoint
    assert endpoint is not None  # the database's check: only the inbox has none
    body = json.dumps(message(delivery.notice), ensure_ascii=False, separators=(",", ":")).encode()
    answer = post(endpoint.url, body, headers(endpoint.secret, webhook_id(delivery.notice), timestamp, body))
    _judge(answer)


def message(notice: Notice) -> dict[str, Any]:
    """The thin payload: what happened, where to look. Numbers of people typed into a title are masked."""
    data = {
        "title": mask_numbers(notice.title),
        "level": notice.level,
        "url": notice.url,
        "grid_code": notice.grid_code,
    }
    return {"type": notice.kind, "timestamp": notice.created_at.isoformat(), "data": {**notice.payload, **data}}


def webhook_id(notice: Notice) -> str:
    """The id by which the receiver knows a repeat; the same on every attempt."""
    return f"notice_{notice.pk}"


def headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of the standard; one signature for each secret (two during a rotation, separated by a space)."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [f"v1,{sign(one, signed)}" for one in secret.split()]
    if not signatures:
        raise DeliveryError(_("The endpoint has no secret to sign with."), permanent=True)
    return {
        "Content-Type": "application/json",
        "User-Agent": "grid-governance",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def sign(secret: str, signed: bytes) -> str:
    """HMAC-SHA256 in base64. A secret "whsec_…" is base64, any other is taken as text."""
    return base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise DeliveryError(_("The secret is not valid base64."), permanent=True) from error


def new_secret() -> str:
    """A fresh secret in the standard's form."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _judge(answer: Answer) -> None:
    if 200 <= answer.status < 300:
        return
    if answer.status == GONE:
        raise Gone(_("The receiver is gone (410); the endpoint was switched off."), permanent=True)
    raise DeliveryError(_("The receiver answered %(status)s.") % {"status": answer.status})
