"""Telling people and systems: rows, in the transaction of the change that they tell of. Sending is a worker's work."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from notices.models import Delivery, Endpoint, Notice


def notify(  # noqa: PLR0913 - one argument per column, all by keyword
    *,
    recipients: Iterable[User],
    kind: str,
    level: str,
    title: str,
    body: str = "",
    url: str = "",
    dedupe_key: str,
    grid_code: str = "",
    payload: Mapping[str, Any] | None = None,
    now: datetime,
) -> int:
    """Write one notice per recipient, and one for the outside systems that follow this subtree and kind.

    Three queries at most, for any number of recipients. A repeat of `dedupe_key` changes nothing. `url` is a page of
    ours ("/incidents/…"); `payload` goes to systems only and must hold no personal data. Gives the number of people
    told (now or before).
    """
    people = {user.pk: user for user in recipients if user.is_active}
    endpoints = [endpoint for endpoint in Endpoint.objects.filter(is_active=True) if follows(endpoint, kind, grid_code)]
    words = {"kind": kind, "level": level, "title": title[:200], "body": body, "url": url[:300]}
    about = {"grid_code": grid_code, "payload": dict(payload or {}), "created_at": now}
    # In the order of the keys, so that two writers of the same notices cannot block each other crosswise.
    keys = sorted([*people, *([None] if endpoints else [])], key=lambda pk: key_for(dedupe_key, pk))
    notices = [Notice(recipient_id=pk, dedupe_key=key_for(dedupe_key, pk), **words, **about) for pk in keys]
    _write(notices, endpoints, now)
    return len(people)


def follows(endpoint: Endpoint, kind: str, grid_code: str) -> bool:
    """Whether the endpoint wants notices of this kind from this place."""
    kinds = {one.strip() for one in endpoint.kinds.split(",") if one.strip()}
    return grid_code.startswith(endpoint.grid_code) and (not kinds or kind in kinds)


def key_for(dedupe_key: str, recipient: int | None) -> str:
    """The key against repeats: one notice per occasion and person, and one per occasion for systems."""
    return f"{dedupe_key}:{recipient or 'systems'}"


def _write(notices: list[Notice], endpoints: list[Endpoint], now: datetime) -> None:
    if not notices:
        return
    # A no-op update on conflict, because only then the database tells the ids of rows that were there before.
    written = Notice.objects.bulk_create(
        notices, update_conflicts=True, unique_fields=["dedupe_key"], update_fields=["dedupe_key"]
    )
    deliveries = [delivery for notice in written for delivery in _ways(notice, endpoints, now)]
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def _ways(notice: Notice, endpoints: list[Endpoint], now: datetime) -> list[Delivery]:
    if notice.recipient_id is not None:
        return [Delivery(notice=notice, channel=Delivery.Channel.INBOX, run_at=now)]
    return [Delivery(notice=notice, channel=one.channel, endpoint=one, run_at=now) for one in endpoints]
