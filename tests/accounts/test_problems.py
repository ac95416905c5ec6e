"""Errors as pages and as problem+json."""

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings
from rest_framework.exceptions import ErrorDetail

from accounts.models import User
from accounts.problems import flat

pytestmark = [pytest.mark.urls("tests.accounts.urls_of_tests"), pytest.mark.django_db]
STATUSES = [
    ("not-allowed", 403),
    ("not-now", 409),
    ("not-valid", 400),
    ("away", 503),
    ("locked", 409),
    ("data", 400),
]


@pytest.fixture
def calm() -> Client:
    """A client that shows the answer to an error instead of raising it."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(("name", "status"), STATUSES)
def test_the_api_answers_with_a_problem(calm: Client, name: str, status: int) -> None:
    answer = calm.get(f"/api/fail/{name}/")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    body = answer.json()
    assert body["status"] == status
    assert body["detail"]
    assert body["request_id"] == answer["X-Request-ID"]


@pytest.mark.parametrize(("name", "status"), STATUSES)
def test_a_page_says_what_happened(calm: Client, name: str, status: int) -> None:
    answer = calm.get(f"/fail/{name}/")
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert answer["X-Request-ID"] in answer.content.decode()


def test_fields_are_named(calm: Client) -> None:
    assert calm.get("/api/fail/not-valid/").json()["errors"] == {"text": ["too short"]}
    assert "too short" in calm.get("/fail/not-valid/").content.decode()


@pytest.mark.parametrize("address", ["/fail/away/", "/api/fail/away/"])
def test_a_database_that_is_away_asks_to_come_back(calm: Client, address: str) -> None:
    assert calm.get(address)["Retry-After"] == "5"


@pytest.mark.parametrize("address", ["/fail/fault/", "/api/fail/fault/"])
def test_a_fault_of_ours_tells_nothing_of_itself(calm: Client, address: str) -> None:
    answer = calm.get(address)
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.content.decode()
    assert answer["X-Request-ID"] in answer.content.decode()


def test_a_database_that_is_away_below_the_views_is_a_503_too(calm: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("accounts.middleware.is_too_old", away)
    calm.cookies["gg_session"] = "a" * 32
    answer = calm.get("/messages/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_an_unknown_address_is_a_404_in_the_shape_of_its_door(calm: Client) -> None:
    assert calm.get("/api/v1/nothing/")["Content-Type"] == "application/problem+json"
    page = calm.get("/nothing/")
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_a_form_without_its_seal_is_a_403_page(person: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    answer = client.post("/me/", {"language": "en"})
    assert answer.status_code == 403
    assert 'class="error-code"' in answer.content.decode()


@pytest.mark.parametrize(
    ("detail", "wanted"),
    [
        ({"a": [ErrorDetail("x")]}, {"a": ["x"]}),
        ({"a": {"b": ["x"]}}, {"a.b": ["x"]}),
        ({"a": [{}, {"b": ["x"]}]}, {"a.1.b": ["x"]}),
        (["x"], {"non_field_errors": ["x"]}),
        ({"a": "x"}, {"a": ["x"]}),
    ],
)
def test_nested_messages_are_laid_flat(detail: object, wanted: object) -> None:
    assert flat(detail) == wanted


def test_a_body_too_large_is_a_413(calm: Client, person: User, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    calm.force_login(person)
    answer = calm.post("/me/", "x=" + "a" * 100, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 413)
