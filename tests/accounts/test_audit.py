"""The audit of access."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.test import RequestFactory
from pytest_django import Settings

from accounts.access import client_address, record
from accounts.errors import NotNow, NotValid
from accounts.models import AccessEvent, User
from accounts.reveals import REVEALS_PER_DAY, reveal, reveals_on_day


@pytest.fixture
def event(person: User, now: datetime) -> AccessEvent:
    return record(action="reveal", actor=person, now=now, object_type="incident", object_id=7, purpose="call back")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_accessevent SET purpose = ''",
        "DELETE FROM accounts_accessevent",
        "TRUNCATE accounts_accessevent",
    ],
)
def test_the_database_refuses_to_rewrite_the_audit(event: AccessEvent, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert AccessEvent.objects.get(pk=event.pk).purpose == "call back"


def test_a_person_with_events_cannot_be_deleted(event: AccessEvent, person: User) -> None:
    with pytest.raises(ProtectedError):
        person.delete()


def test_texts_too_long_are_cut(person: User, now: datetime) -> None:
    kept = record(action="export", actor=person, now=now, purpose="长" * 500, object_id="9" * 100)
    assert (len(kept.purpose), len(kept.object_id)) == (200, 60)


def test_the_request_tells_address_and_id(person: User, now: datetime) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="10.1.2.3")
    request.request_id = "a" * 64  # type: ignore[attr-defined]
    kept = record(action="export", actor=person, now=now, request=request)
    assert (kept.ip, kept.request_id) == ("10.1.2.3", "a" * 40)


def test_without_our_proxy_a_forwarded_address_is_a_claim() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="10.1.2.3", HTTP_X_FORWARDED_FOR="8.8.8.8")
    assert client_address(request) == "10.1.2.3"


def test_behind_our_proxy_its_own_entry_counts(settings: Settings) -> None:
    settings.BEHIND_TLS = True
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="8.8.8.8, 10.9.9.9")
    assert client_address(request) == "10.9.9.9"


def test_a_unix_socket_has_no_address() -> None:
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="")) is None


def test_a_reveal_needs_a_purpose(person: User, now: datetime) -> None:
    with pytest.raises(NotValid):
        reveal(actor=person, object_type="incident", object_id=1, fields="phone", purpose=" ", now=now)
    assert not AccessEvent.objects.exists()


def test_reveals_of_a_day_are_limited_and_start_anew_at_midnight(person: User, now: datetime) -> None:
    for number in range(REVEALS_PER_DAY):
        reveal(actor=person, object_type="incident", object_id=number, fields="phone", purpose="call back", now=now)
    with pytest.raises(NotNow):
        reveal(actor=person, object_type="incident", object_id=1, fields="phone", purpose="call back", now=now)
    assert reveals_on_day(person, now=now + timedelta(hours=10)) == 0


@pytest.mark.django_db(transaction=True)
def test_reveals_at_once_count_each_other(person: User, now: datetime) -> None:
    given = {"actor": person, "now": now, "object_type": "incident", "fields": "phone", "purpose": "call back"}
    for number in range(REVEALS_PER_DAY - 1):
        reveal(object_id=number, **given)  # type: ignore[arg-type]

    def once(number: int) -> bool:
        try:
            return bool(reveal(object_id=number, **given))  # type: ignore[arg-type]
        except NotNow:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(once, range(6))) == 1
