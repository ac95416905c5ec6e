"""Keys of other systems."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.api_keys import NOTE_USE_EVERY, authenticate, issue, note_use, revoke
from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent, ApiKey, User

Issued = tuple[ApiKey, str]


def test_a_token_finds_its_key_and_is_kept_nowhere(issued: Issued, now: datetime) -> None:
    key, token = issued
    assert authenticate(token, now=now) == key
    assert token.split(".")[1] not in str(ApiKey.objects.values().get())


@pytest.mark.parametrize("spoil", [str.upper, lambda t: t[:-1], lambda t: t + "a", lambda t: "", lambda t: "gg_٣"])
def test_a_wrong_token_finds_nothing(issued: Issued, now: datetime, spoil: object) -> None:
    assert authenticate(spoil(issued[1]), now=now) is None  # type: ignore[operator]


def test_another_secret_under_a_known_prefix_finds_nothing(issued: Issued, now: datetime) -> None:
    key, _token = issued
    assert authenticate(f"gg_{key.prefix}.{'a' * 43}", now=now) is None


def test_an_expired_key_is_no_key(issued: Issued, now: datetime) -> None:
    ApiKey.objects.update(expires_at=now)
    assert authenticate(issued[1], now=now) is None
    assert authenticate(issued[1], now=now - timedelta(seconds=1)) is not None


def test_a_revoked_key_is_no_key_and_is_revoked_once(issued: Issued, chief: User, now: datetime) -> None:
    revoke(issued[0], actor=chief, now=now)
    assert authenticate(issued[1], now=now) is None
    with pytest.raises(NotNow):
        revoke(issued[0], actor=chief, now=now)


def test_a_switched_off_account_has_no_keys(issued: Issued, now: datetime) -> None:
    User.objects.filter(kind=User.Kind.SERVICE).update(is_active=False)
    assert authenticate(issued[1], now=now) is None


def test_issuing_and_revoking_are_recorded(issued: Issued, chief: User, now: datetime) -> None:
    revoke(issued[0], actor=chief, now=now)
    events = AccessEvent.objects.filter(action="api_key", actor=chief, object_id=issued[0].pk)
    assert events.count() == 2
    assert not any(issued[1].split(".")[1] in event.fields for event in events)


def test_only_who_has_the_right_issues_keys(system: User, person: User, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        issue(account=system, name="x", capabilities=["grid.view"], grid_code="4101", actor=person, now=now)


@pytest.mark.parametrize(
    ("field", "value"),
    [("capabilities", ["fly"]), ("capabilities", []), ("grid_code", "建中"), ("grid_code", ""), ("expires_at", 0)],
)
def test_what_a_key_cannot_be_is_named(system: User, chief: User, now: datetime, field: str, value: object) -> None:
    given: dict[str, object] = {"capabilities": ["grid.view"], "grid_code": "4101", "expires_at": None}
    given[field] = now if field == "expires_at" else value
    with pytest.raises(NotValid) as refusal:
        issue(account=system, name="x", actor=chief, now=now, **given)  # type: ignore[arg-type]
    assert list(refusal.value.fields) == [field]


def test_people_get_no_keys(person: User, chief: User, now: datetime) -> None:
    with pytest.raises(NotValid):
        issue(account=person, name="x", capabilities=["grid.view"], grid_code="4101", actor=chief, now=now)


def test_the_last_use_is_kept_to_the_minute(issued: Issued, now: datetime) -> None:
    for moment in (now, now + NOTE_USE_EVERY / 2, now + NOTE_USE_EVERY):
        note_use(ApiKey.objects.get(), now=moment)
    assert ApiKey.objects.get().last_used_at == now + NOTE_USE_EVERY


@pytest.mark.parametrize("header", ["bearer", "x-api-key"])
def test_the_api_knows_the_account_of_a_key(client: Client, issued: Issued, header: str) -> None:
    headers = {"authorization": f"Bearer {issued[1]}"} if header == "bearer" else {"x-api-key": issued[1]}
    answer = client.get("/api/v1/me/", headers=headers)
    assert answer.status_code == 200
    assert answer.json()["api_key"]["capabilities"] == ["incident.report"]
    assert answer.json()["username"] == "hotline"


@pytest.mark.parametrize("token", ["Bearer", "Bearer x", "Bearer gg_x.y", "Bearer a b", "bearer \x7f"])
def test_a_bad_key_is_a_401_problem(client: Client, person: User, token: str) -> None:
    client.force_login(person)
    answer = client.get("/api/v1/me/", headers={"authorization": token})
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert "Bearer" in answer["WWW-Authenticate"]


def test_a_stranger_gets_a_401_problem(client: Client, db: None) -> None:
    answer = client.get("/api/v1/me/")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_a_used_key_notes_its_use(client: Client, issued: Issued) -> None:
    client.get("/api/v1/me/", headers={"x-api-key": issued[1]})
    used = ApiKey.objects.get().last_used_at
    assert used is not None
    assert timezone.now() - used < timedelta(minutes=1)
