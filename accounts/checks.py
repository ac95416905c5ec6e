"""System checks of the ground floor: a wrong setting stops the start, with an id and a hint."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from accounts.protect import decode_key

_HINT = (
    "Set FIELD_KEY to 32 random bytes in base64, made with: "
    'python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())". '
    "Keep it apart from the backups: without it no encrypted field can be read."
)


@register(Tags.security)
def check_field_key(**kwargs: Any) -> list[CheckMessage]:
    """accounts.E001: the key of the encrypted fields (and each older key) is there and long enough."""
    wanted = {"FIELD_KEY": getattr(settings, "FIELD_KEY", "")}
    fallbacks = getattr(settings, "FIELD_KEY_FALLBACKS", ())
    wanted |= {f"FIELD_KEY_FALLBACKS[{place}]": key for place, key in enumerate(fallbacks)}
    return [problem for name, key in wanted.items() for problem in _problems(name, key)]


def _problems(name: str, key: str) -> list[CheckMessage]:
    if not key:
        return [Error(f"{name} is missing.", hint=_HINT, id="accounts.E001")]
    try:
        decode_key(key)
    except ValueError as error:
        return [Error(f"{name} is not usable: {error}.", hint=_HINT, id="accounts.E001")]
    return []
