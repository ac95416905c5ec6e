"""Telling people and systems: rows, in the transaction of the change that they tell of. Sending is a worker's work."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

from accounts.models import User
from notices.models import Delivery, Endpoint, Notice

AT_ONCE: Final = 500
"""Occasions that a job holds in memory and writes together."""


@dataclass(frozen=True, slots=True)
class Message:
    """One occasion: what is said, and to whom."""

    recipients: Sequence[User]
    kind: str
    level: str
    title: str
    dedupe_key: str
    body: str = ""
    url: str = ""
    grid_code: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


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
    message = Message(list(recipients), kind, level, title, dedupe_key, body, url, grid_code, payload or {})
    return notify_all([message], now=now)


def notify_all(messages: Iterable[Message], *, now: datetime) -> int:
    """Write the notices of many occasions; three queries at most, for any number of them."""
    endpoints = list(Endpoint.objects.filter(is_active=True))
    written = [(notice, ways) for message in messages for notice, ways in _notices(message, endpoints, now)]
    # In the order of the keys, so that two writers of the same notices cannot block each other crosswise.
    written.sort(key=lambda pair: pair[0].dedupe_key)
    _write([notice for notice, _ways in written], [ways for _notice, ways in written], now)
    return sum(notice.recipient_id is not None for notice, _ways in written)


def notify_each(messages: Iterable[Message], *, now: datetime) -> int:
    """The same for the occasions of a job, however many: taken from `messages` and written 500 at a time.

    Jobs tell of all that is due, also of what was told before (the key makes it once): a limit on the rows would hide
    what is behind those told already.
    """
    rest, told = iter(messages), 0
    while batch := list(islice(rest, AT_ONCE)):
        told += notify_all(batch, now=now)
    return told


def _notices(message: Message, endpoints: list[Endpoint], now: datetime) -> Iterator[tuple[Notice, list[Endpoint]]]:
    """The notices of one occasion, each with the endpoints it goes to; none of those for people."""
    followers = [one for one in endpoints if follows(one, message.kind, message.grid_code)]
    people = {user.pk for user in message.recipients if user.is_active}
    for pk in [*people, *([None] if followers else [])]:
        notice = Notice(
            recipient_id=pk,
            kind=message.kind,
            level=message.level,
            title=message.title[:200],
            body=message.body,
            url=message.url[:300],
            dedupe_key=key_for(message.dedupe_key, pk),
            grid_code=message.grid_code,
            payload=dict(message.payload),
            created_at=now,
        )
        yield notice, followers if pk is None else []


def follows(endpoint: Endpoint, kind: str, grid_code: str) -> bool:
    """Whether the endpoint wants notices of this kind from this place."""
    kinds = {one.strip() for one in endpoint.kinds.split(",") if one.strip()}
    return grid_code.startswith(endpoint.grid_code) and (not kinds or kind in kinds)


def key_for(dedupe_key: str, recipient: int | None) -> str:
    """The key against repeats: one notice per occasion and person, and one per occasion for systems."""
    return f"{dedupe_key}:{recipient or 'systems'}"


def _write(notices: list[Notice], ways: list[list[Endpoint]], now: datetime) -> None:
    if not notices:
        return
    # A no-op update on conflict, because only then the database tells the ids of rows that were there before.
    written = Notice.objects.bulk_create(
        notices, update_conflicts=True, unique_fields=["dedupe_key"], update_fields=["dedupe_key"]
    )
    deliveries = [one for notice, to in zip(written, ways, strict=True) for one in _deliveries(notice, to, now)]
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def _deliveries(notice: Notice, endpoints: list[Endpoint], now: datetime) -> list[Delivery]:
    if notice.recipient_id is not None:
        return [Delivery(notice=notice, channel=Delivery.Channel.INBOX, run_at=now)]
    return [Delivery(notice=notice, channel=one.channel, endpoint=one, run_at=now) for one in endpoints]
