"""Keys of other systems: shown once, kept as a hash, limited to capabilities and a subtree (reliability.md 4.3)."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.access import record
from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent, ApiKey, User
from accounts.reach import reach_of

PREFIX_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
NOTE_USE_EVERY: Final = timedelta(minutes=1)
_TOKEN = re.compile(r"gg_([a-z0-9]{12})\.([A-Za-z0-9_-]{43})")
_SUBTREE = re.compile(r"[0-9]{4}[0-9A-Z]{0,20}")


def known_capabilities() -> Mapping[str, object]:
    """The capabilities a key may be given, name → words. They belong to a floor above; the settings name the place."""
    known: Mapping[str, object] = import_string(settings.API_KEY_CAPABILITIES)
    return known


def issue(
    *,
    account: User,
    name: str,
    capabilities: Iterable[str],
    grid_code: str,
    actor: User,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key for the service account; the second part of the answer is the token, which is kept nowhere.

    Raises NotAllowed for an actor without the right to issue keys and NotValid for an account of a person, an unknown
    capability, one that the actor does not hold there herself, a code that is none, or an end in the past.
    """
    if not actor.has_perm("accounts.add_apikey"):
        raise NotAllowed(_("You may not issue API keys."))
    wanted = sorted(set(capabilities))
    asked = {"account": account, "name": name, "capabilities": wanted, "grid_code": grid_code, "expires_at": expires_at}
    if wrong := what_is_wrong(**asked, actor=actor, now=now):  # type: ignore[arg-type]
        raise NotValid(_("The key cannot be issued."), wrong)
    prefix = "".join(secrets.choice(PREFIX_ALPHABET) for _place in range(12))
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            account=account,
            name=name,
            prefix=prefix,
            secret_hash=_hash(secret),
            capabilities=wanted,
            grid_code=grid_code,
            expires_at=expires_at,
        )
        _record(key, actor, now, _("issued"))
    return key, f"gg_{prefix}.{secret}"


def what_is_wrong(
    *,
    account: User,
    name: str,
    capabilities: Iterable[str],
    grid_code: str,
    expires_at: datetime | None,
    actor: User,
    now: datetime,
) -> dict[str, list[str]]:
    """Why `actor` cannot issue such a key, by field; nothing when she can."""
    wanted = set(capabilities)
    known = known_capabilities()
    held = all(reach_of(actor).can(capability, grid_code) for capability in wanted)
    checks = {
        "name": (name.strip(), _("Give the key a name.")),
        "account": (account.is_service, _("Keys are for service accounts; people sign in.")),
        "capabilities": (wanted and wanted <= set(known), _("Choose capabilities from the list.")),
        "grid_code": (_SUBTREE.fullmatch(grid_code), _("Give the code of a grid.")),
        "expires_at": (expires_at is None or expires_at > now, _("The end lies in the past.")),
    }
    wrong = {field: [message] for field, (right, message) in checks.items() if not right}
    return wrong or ({} if held else {"capabilities": [_("A key may do only what you may do there yourself.")]})


def revoke(key: ApiKey, *, actor: User, now: datetime) -> None:
    """End the key at once. NotAllowed without the right, NotNow when it has been ended before."""
    if not actor.has_perm("accounts.change_apikey"):
        raise NotAllowed(_("You may not revoke API keys."))
    with transaction.atomic():
        if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
            raise NotNow(_("This key has been revoked before."))
        _record(key, actor, now, _("revoked"))
    key.revoked_at = now


def authenticate(token: str, *, now: datetime) -> ApiKey | None:
    """The key that the token belongs to; None when it is wrong, expired, revoked, or its account is switched off."""
    parts = _TOKEN.fullmatch(token)
    prefix, secret = parts.groups() if parts else ("", "")
    key = ApiKey.objects.select_related("account").filter(prefix=prefix).first() if prefix else None
    # Compared also when there is no such key: the time must not tell which prefixes exist.
    right = secrets.compare_digest(_hash(secret), key.secret_hash if key else _hash(""))
    if key is None or not right or not key.is_usable(now=now):
        return None
    return key if key.account.is_active and key.account.is_service else None


def note_use(key: ApiKey, *, now: datetime) -> None:
    """Keep when the key was last used, to the minute: a write per request would be too dear."""
    if key.last_used_at is None or now - key.last_used_at >= NOTE_USE_EVERY:
        old = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTE_USE_EVERY)
        ApiKey.objects.filter(old, pk=key.pk).update(last_used_at=now)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(key: ApiKey, actor: User, now: datetime, what: str) -> None:
    record(
        action=AccessEvent.Action.API_KEY,
        actor=actor,
        now=now,
        object_type="accounts.apikey",
        object_id=key.pk,
        fields=f"{what}: {key}",
    )
