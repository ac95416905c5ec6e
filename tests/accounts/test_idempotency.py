"""A POST that may be repeated."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client, RequestFactory
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from accounts.idempotency import KEEP, fingerprint, forget_old
from accounts.models import AccessEvent, ApiKey, IdempotencyRecord, User

pytestmark = pytest.mark.urls("tests.accounts.urls_of_tests")
BODY = {"purpose": "回访", "action": "export"}


@pytest.fixture
def token(issued: tuple[ApiKey, str]) -> str:
    return issued[1]


def send(token: str, key: str | None, body: Any = None) -> Any:
    headers = {"x-api-key": token} | ({"idempotency-key": key} if key is not None else {})
    return Client().post("/api/events/", body or BODY, content_type="application/json", headers=headers)


def count() -> int:
    return AccessEvent.objects.filter(action="export").count()


def test_a_repeat_gets_the_same_bytes_and_makes_nothing(token: str) -> None:
    first, second = send(token, "k1"), send(token, "k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert first["Location"] == second["Location"] == f"/events/{first.json()['id']}/"
    assert (first.get("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (None, "true")
    assert count() == 1


def test_the_order_of_members_does_not_matter(token: str) -> None:
    send(token, "k1")
    assert send(token, "k1", dict(reversed(BODY.items()))).status_code == 201


def test_the_same_key_with_another_body_is_a_422(token: str) -> None:
    send(token, "k1")
    answer = send(token, "k1", {**BODY, "purpose": "其他"})
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert count() == 1


def test_without_a_key_each_call_counts(token: str) -> None:
    send(token, None)
    send(token, None)
    assert count() == 2


def test_keys_of_two_accounts_do_not_meet(token: str, chief: User) -> None:
    send(token, "k1")
    person = Client()
    person.force_login(chief)
    headers = {"idempotency-key": "k1"}
    assert person.post("/api/events/", BODY, content_type="application/json", headers=headers).status_code == 201
    assert count() == 2


def test_a_refused_call_may_be_corrected_under_its_key(token: str) -> None:
    assert send(token, "k1", {"action": "fly"}).status_code == 400
    assert send(token, "k1").status_code == 201
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.parametrize("key", ["", "a" * 256, "ключ", "a\tb"])
def test_a_key_must_be_short_and_plain(token: str, key: str) -> None:
    assert send(token, key).status_code == 400
    assert count() == 0


@pytest.mark.django_db(transaction=True)
def test_twenty_calls_at_once_make_one_row(token: str) -> None:
    start = threading.Barrier(20)

    def call(_number: int) -> Any:
        start.wait()
        try:
            return send(token, "k1")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(call, range(20)))
    taken = [answer.content for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(taken) >= 1
    assert len(set(taken)) == count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_first_call_still_at_work_is_a_409(token: str, system: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 200")
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO accounts_idempotencyrecord (account_id, key, fingerprint, status, body, content_type,"
                " created_at) VALUES (%s, 'k1', '', 0, '', '', now())",
                [system.pk],
            )
            assert send(token, "k1").status_code == 409
    finally:
        other.close()
        connection.close()
    assert send(token, "k1").status_code == 201


def test_files_are_part_of_the_request() -> None:
    def seal(content: bytes) -> str:
        posted = RequestFactory().post("/", {"text": "x", "photo": SimpleUploadedFile("a.jpg", content)})
        return fingerprint(Request(posted, parsers=[MultiPartParser()]))

    assert seal(b"one") == seal(b"one")
    assert seal(b"one") != seal(b"two")


def test_old_records_are_forgotten(token: str, now: datetime) -> None:
    send(token, "k1")
    made = IdempotencyRecord.objects.get().created_at
    assert forget_old(now=made + KEEP - timedelta(seconds=1)) == 0
    assert forget_old(now=made + KEEP + timedelta(seconds=1)) == 1
