"""Personal data at rest: field encryption, exact search without plaintext, masks, number rules.

Stored form of an encrypted field: ``v1:kid:aesgcm:nonce:ciphertext`` (reliability.md 4.5). The key comes from
``settings.FIELD_KEY`` (32 bytes, base64); ``settings.FIELD_KEY_FALLBACKS`` holds older keys that may still decrypt.
Encryption and blind index use different keys, both derived from the master key: a leaked index key opens nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import models
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

VERSION = "v1"
ALGORITHM = "aesgcm"
KEY_BYTES = 32
NONCE_BYTES = 12

PHONE_PATTERN = r"^1[3-9][0-9]{9}\Z"
_PHONE = re.compile(PHONE_PATTERN)
_ID_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_COMPOUND_SURNAMES = frozenset(
    re.findall("..", "欧阳司马上官诸葛东方皇甫尉迟公孙慕容长孙宇文司徒夏侯令狐轩辕南宫独孤端木申屠闻人")
)


class Undecryptable(ValueError):
    """A stored value that no known key opens: it was changed, moved to another column, or its key is gone."""


# --- keys -----------------------------------------------------------------------------------------------------------


def decode_key(text: str) -> bytes:
    """The 32 key bytes behind base64 (plain or URL-safe); ValueError when it is anything else."""
    try:
        key = base64.b64decode(str(text).strip().translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"{len(key)} bytes instead of {KEY_BYTES}")
    return key


def new_key() -> str:
    """A fresh random value for ``FIELD_KEY``."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


@lru_cache(maxsize=64)
def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(master)


@lru_cache(maxsize=16)
def _decoded(text: str) -> bytes:
    try:
        return decode_key(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"FIELD_KEY: {error}") from error


def _masters() -> Iterator[bytes]:
    """The current master key, then the older ones."""
    yield _decoded(getattr(settings, "FIELD_KEY", ""))
    yield from (_decoded(text) for text in getattr(settings, "FIELD_KEY_FALLBACKS", ()))


def _kid(master: bytes) -> str:
    return _derive(master, "field/kid").hex()[:8]


# --- encryption -----------------------------------------------------------------------------------------------------


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def encrypt(value: str, *, context: str) -> str:
    """`value` sealed for `context` (``app.model.field``); the same text gives another result each time."""
    master = next(_masters())
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_derive(master, "field/aesgcm")).encrypt(nonce, value.encode(), context.encode())
    return ":".join((VERSION, _kid(master), ALGORITHM, _b64(nonce), _b64(sealed)))


def decrypt(stored: str, *, context: str) -> str:
    """The text behind `stored`; `Undecryptable` when it was touched, belongs elsewhere or its key is unknown."""
    kid, nonce, sealed = _parts(stored)
    for master in _masters():
        if hmac.compare_digest(_kid(master), kid):
            return _open(master, nonce, sealed, context)
    raise Undecryptable(f"no key with id {kid!r}")


def _parts(stored: str) -> tuple[str, bytes, bytes]:
    parts = stored.split(":")
    if len(parts) != 5 or parts[0] != VERSION or parts[2] != ALGORITHM:
        raise Undecryptable("not a value of this field")
    try:
        return parts[1], _unb64(parts[3]), _unb64(parts[4])
    except (binascii.Error, ValueError) as error:
        raise Undecryptable("damaged value") from error


def _open(master: bytes, nonce: bytes, sealed: bytes, context: str) -> str:
    try:
        return AESGCM(_derive(master, "field/aesgcm")).decrypt(nonce, sealed, context.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Undecryptable("the value does not fit its key and place") from error


def sealed_by_current_key(stored: str) -> bool:
    """False for a value that a rotation still has to re-seal."""
    return stored == "" or stored.split(":")[1:2] == [_kid(next(_masters()))]


class EncryptedTextField(models.TextField):
    """Text that the database only sees sealed. An empty string stays empty, so "is there one" can be asked.

    The sealed text is bound to app, model and field: copied into another column it does not open. Renaming the model or
    the field therefore needs a data migration. Nothing can be looked up in it but "empty" and NULL; for exact search
    keep a `blind_index` beside it.
    """

    description = _("Encrypted text")

    @property
    def context(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value is None or value == "":
            return value
        return encrypt(str(value), context=self.context)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value, context=self.context) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "exact":
            return _OnlyEmpty
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> Any:
        return None

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"widget": forms.TextInput, **kwargs})


class _OnlyEmpty(Exact):  # type: ignore[type-arg]
    """``field=""``: the one comparison that makes sense, because equal texts are stored differently."""

    def __init__(self, lhs: Any, rhs: Any) -> None:
        if rhs != "":
            raise FieldError("An encrypted field can only be compared with the empty string; use its blind index.")
        super().__init__(lhs, rhs)


# --- exact search ---------------------------------------------------------------------------------------------------


def normalise(value: str) -> str:
    """One spelling for what people write differently: full-width digits, spaces, hyphens, lower-case x."""
    return re.sub(r"[\s\-]+", "", unicodedata.normalize("NFKC", value)).upper()


def blind_index(value: str, *, purpose: str, bits: int = 256) -> str:
    """Keyed hash (hex) of the normalised value for exact search; "" stays "". Another `purpose`, another hash.

    Keep all 256 bits for identity numbers; 64 are enough to find a phone.
    """
    return _index(next(_masters()), value, purpose, bits)


def blind_indexes(value: str, *, purpose: str, bits: int = 256) -> list[str]:
    """The index under every known key, so that a search finds rows which a key rotation has not reached yet."""
    return [_index(master, value, purpose, bits) for master in _masters()]


def _index(master: bytes, value: str, purpose: str, bits: int) -> str:
    text = normalise(value)
    if not text:
        return ""
    key = _derive(master, f"field/index/{purpose}")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[: bits // 4]


# --- masks (domain.md 8, provincial desensitisation) ------------------------------------------------------------------


def _mask_middle(text: str, head: int, tail: int) -> str:
    """Stars for everything but `head` first and `tail` last; all stars when that would hide less than half."""
    hidden = len(text) - head - tail
    if hidden * 2 < len(text):
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[len(text) - tail :]


def mask_phone(value: str) -> str:
    """``138****5678``; other numbers keep their last two digits."""
    if _PHONE.match(value):
        return f"{value[:3]}****{value[-4:]}"
    return _mask_middle(value, 0, 2)


def mask_name(value: str) -> str:
    """The surname and a star for every other character: ``张**``, ``欧阳*``."""
    keep = 2 if len(value) > 2 and value[:2] in _COMPOUND_SURNAMES else 1
    return value[:keep] + "*" * (len(value) - keep) if len(value) > 1 else "*" * len(value)


def mask_id_number(value: str) -> str:
    """``110101********7011``; other documents keep the first and the last two characters."""
    if len(value) == 18:
        return f"{value[:6]}********{value[-4:]}"
    return _mask_middle(value, 1, 2)


_PHONE_INSIDE = re.compile(r"(?<![0-9])1[0-9]{10}(?![0-9])", re.ASCII)
_ID_INSIDE = re.compile(r"(?<![0-9])[0-9]{6}(?:19|20)[0-9]{9}[0-9Xx](?![0-9])", re.ASCII)


def mask_numbers(text: str) -> str:
    """`text` without whole phone and identity numbers, which people type into titles (architecture.md, law 11)."""
    text = _ID_INSIDE.sub(lambda found: mask_id_number(found[0]), text)
    return _PHONE_INSIDE.sub(lambda found: mask_phone(found[0]), text)


# From fine to coarse; the first that is found says where the building (or the nearest thing to it) ends.
_ADDRESS_ENDS = tuple(
    re.compile(pattern)
    for pattern in (
        r"[0-9０-９A-Za-z一二三四五六七八九十甲乙丙丁东西南北]+(?:号楼|#楼|号?栋|号?幢|座)",
        r"号院|小区|家属院|家园|花园|[苑院]",
        r"[0-9０-９]+号",
        r"大道|[路街巷里村]",
    )
)


def mask_address(value: str) -> str:
    """The address down to the building; unit, floor and room (and what is no address at all) become ``***``."""
    for pattern in _ADDRESS_ENDS:
        if found := pattern.search(value):
            rest = value[found.end() :].strip()
            return value[: found.end()] + ("***" if rest else "")
    return "***" if value else ""


# --- number rules -----------------------------------------------------------------------------------------------------


def is_phone(value: str) -> bool:
    """A mobile number of mainland China: 11 ASCII digits beginning 13 to 19."""
    return bool(_PHONE.match(value))


def is_id_number(value: str) -> bool:
    """An 18-character identity number: real birth date and right check character (GB 11643)."""
    if not _ID_NUMBER.fullmatch(value):
        return False
    try:
        date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, value[:17], strict=True))
    return value[17] == _ID_CHECKS[total % 11]


def validate_phone(value: str) -> None:
    """Django validator for `is_phone`."""
    if not is_phone(value):
        raise ValidationError(_("Enter a mobile number of 11 digits, for example 13812345678."), code="phone")


def validate_id_number(value: str) -> None:
    """Django validator for `is_id_number`."""
    if not is_id_number(value):
        raise ValidationError(_("This identity number is not valid: check all 18 characters."), code="id_number")
