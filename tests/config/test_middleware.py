"""What every request meets before the apps see it."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config.middleware import InputGuard, NoStore, chosen_language


@pytest.mark.parametrize("address", ["/a%00b", "/healthz?q=%00", "/healthz?q=%ff", "/%ff", f"/healthz?q={'a' * 9000}"])
def test_unreadable_or_overlong_addresses_are_refused(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/html")


def test_a_refused_call_of_the_api_gets_a_problem(client: Client) -> None:
    answer = client.get("/api/v1/incidents/?q=%00")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["request_id"] == answer["X-Request-ID"]


@pytest.mark.parametrize(
    "header", [{"HTTP_COOKIE": "a=\x00"}, {"HTTP_COOKIE": "a=\xff"}, {"HTTP_X": "a" * 9000}, {"HTTP_X": "\x00"}]
)
def test_unreadable_or_overlong_headers_are_refused(header: dict[str, str]) -> None:
    request = RequestFactory().get("/", **header)
    assert InputGuard(lambda request: HttpResponse())(request).status_code == 400


@pytest.mark.parametrize(
    "address", ["/healthz?q=嵩山路𠮷", "/healthz?q=%E5%B5%A9", "/healthz?next=%2F%3Fq%3D%25E5%25B5%25A9"]
)
def test_chinese_addresses_pass(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


def test_a_plain_request_id_is_kept_and_a_strange_one_is_not(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1"})["X-Request-ID"] == "abc-1"
    assert len(client.get("/healthz", headers={"X-Request-ID": 'x" y'})["X-Request-ID"]) == 32


def test_pages_allow_scripts_of_our_own_only(client: Client) -> None:
    policy = client.get("/healthz")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.django_db
def test_only_the_admin_may_evaluate_expressions(client: Client) -> None:
    assert "unsafe-eval" in client.get("/admin/login/")["Content-Security-Policy"]


def test_no_answer_is_kept_unless_it_says_so() -> None:
    request = RequestFactory().get("/")
    kept = HttpResponse(headers={"Cache-Control": "private, max-age=60"})
    assert NoStore(lambda request: HttpResponse())(request)["Cache-Control"] == "no-store, private"
    assert NoStore(lambda request: kept)(request)["Cache-Control"] == "private, max-age=60"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/incidents/", "/grids/", "/reports/", "/messages/", "/api/v1/incidents/", "/gone"]
)
def test_lists_with_names_are_not_left_in_a_shared_browser(admin_client: Client, address: str) -> None:
    assert "no-store" in admin_client.get(address)["Cache-Control"]


def request_with(path: str = "/", language: str = "", cookie: str = "", accept: str = "") -> HttpRequest:
    headers = {"Accept-Language": accept} if accept else {}
    request = RequestFactory(headers=headers).get(path)
    request.user = SimpleNamespace(language=language)  # type: ignore[assignment]
    request.COOKIES = {settings.LANGUAGE_COOKIE_NAME: cookie} if cookie else {}
    return request


def test_a_browser_with_english_still_gets_chinese() -> None:
    assert chosen_language(request_with(accept="en-US,en")) == "zh-hans"


def test_the_account_and_before_it_the_cookie_choose_the_language() -> None:
    assert chosen_language(request_with(language="en")) == "en"
    assert chosen_language(request_with(language="en", cookie="zh-hans")) == "zh-hans"
    assert chosen_language(request_with(language="xx", cookie="yy")) == "zh-hans"


def test_a_system_chooses_the_language_by_header() -> None:
    assert chosen_language(request_with(path="/api/v1/", accept="en")) == "en"
    assert chosen_language(request_with(path="/api/v1/")) == "zh-hans"


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: Client) -> None:
    for address in ("/report/", "/api/v1/incidents/"):
        answer = client.post(address, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="104857601")
        assert answer.status_code == 413


def test_a_page_may_ask_the_database_for_so_long_and_no_longer() -> None:
    ask = "import os; os.environ.pop('STATEMENT_TIMEOUT', None); import config.wsgi; from django.conf import settings;"
    ask += "print(settings.DATABASES['default']['OPTIONS']['options'])"
    said = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=True, cwd=settings.BASE_DIR
    )
    assert "statement_timeout=25000" in said.stdout
