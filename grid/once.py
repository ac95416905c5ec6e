"""Records that a phone may send twice: the id is the phone's, the content is remembered by its hash (law 7)."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.errors import NotNow
from accounts.models import User

Row = TypeVar("Row", bound=Model)


class Conflict(NotNow):
    """The id was used for another content: `first` is what stands here; a person decides what becomes of the second."""

    def __init__(self, first: Any) -> None:
        said = _("This was sent before with other words. Both are kept: decide which one counts.")
        super().__init__(said, {"client_id": [str(said)]})
        self.first = first


def sealed_key(words: str) -> str:
    """`words` with a seal: a key under which the platform reports an incident of its own, once.

    Plain "knock-7" could be reported by anybody beforehand: the platform's own incident would then never come, or
    the record that needs it would be refused as a repeat of a stranger's.
    """
    return f"{words}-{salted_hmac('fieldwork.once', words).hexdigest()[:16]}"


def sealed_uuid(first: UUID, words: str) -> UUID:
    """The id of what follows from the record `first`, the same each time; ids of records are known, their seals not."""
    return UUID(bytes=salted_hmac("fieldwork.once", f"{first} {words}").digest()[:16], version=4)


def digest_of(given: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of what was typed, the same for the same words in any order of the fields."""
    plain = json.dumps(given, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


def write_once(
    model: type[Row],
    client_id: UUID,
    given: Mapping[str, Any],
    *,
    actor: User,
    write: Callable[[str], Row],
    owner: str = "by_id",
) -> tuple[Row, bool]:
    """The record of `client_id`, and whether it was made now; `write(digest)` makes it, in a transaction of its own.

    `owner` names the column of who wrote it. The same id with the same content gives the first record. Conflict when
    the content differs; NotNow when the id belongs to somebody else's record (nothing of it is told).
    """
    digest = digest_of(given)
    first = _first(model, client_id, digest, actor, owner)
    if first is not None:
        return first, False
    try:
        with transaction.atomic():
            return write(digest), True
    except IntegrityError:
        first = _first(model, client_id, digest, actor, owner)
        if first is None:
            raise
        return first, False


def _first(model: type[Row], client_id: UUID, digest: str, actor: User, owner: str) -> Row | None:
    row: Any = model._default_manager.filter(client_id=client_id).first()
    if row is None:
        return None
    if getattr(row, owner, actor.pk) != actor.pk:
        raise NotNow(_("This id is taken. Open the form anew."))
    if row.digest != digest:
        raise Conflict(row)
    found: Row = row
    return found
