"""Signing in and out, the lock-out, the limits of a session."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.models import AccessEvent, User, UserSession
from accounts.sessions import forget_ended
from tests.accounts.conftest import NOW, PASSWORD


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that stands still, and can be moved."""
    with time_machine.travel(NOW, tick=False) as travel:
        yield travel


def sign_in(client: Client, username: str = "wang", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/login/", {"username": username, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def actions() -> list[tuple[str, bool]]:
    return list(AccessEvent.objects.order_by("pk").values_list("action", "succeeded"))


def test_a_person_signs_in_and_it_is_recorded(client: Client, person: User) -> None:
    assert sign_in(client)["Location"] == "/"
    assert is_in(client)
    assert actions() == [("login", True)]
    assert UserSession.objects.get().user == person


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [("/me/", "/me/"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("javascript:alert(1)", "/")],
)
def test_the_login_leads_to_pages_of_ours_only(client: Client, person: User, wanted: str, reached: str) -> None:
    assert sign_in(client, next=wanted)["Location"] == reached


def test_a_stranger_comes_back_to_her_page(client: Client, person: User) -> None:
    assert client.get("/me/?a=1")["Location"] == "/login/?next=/me/%3Fa%3D1"


def test_a_refused_post_comes_back_to_the_page_of_its_form(client: Client, db: None) -> None:
    referer = {"referer": "http://testserver/me/?a=1"}
    assert client.post("/messages/read-all/", headers=referer)["Location"] == "/login/?next=/me/%3Fa%3D1"
    elsewhere = {"referer": "https://evil.example/me/"}
    assert client.post("/messages/read-all/", headers=elsewhere)["Location"] == "/login/?next=/"


def test_wrong_name_wrong_password_and_a_system_read_the_same(client: Client, person: User, system: User) -> None:
    system.set_password(PASSWORD)
    system.save()
    tries = [("wang", "wrong"), ("nobody", PASSWORD), ("hotline", PASSWORD)]
    pages = [sign_in(client, name, password) for name, password in tries]
    assert {page.status_code for page in pages} == {200}
    assert len({str(page.context["form"].non_field_errors()) for page in pages}) == 1
    assert actions() == [("login_failed", False)] * 3


def test_a_switched_off_account_stays_out(client: Client, person: User) -> None:
    User.objects.update(is_active=False)
    assert sign_in(client).status_code == 200
    assert not is_in(client)


def test_after_five_wrong_tries_the_right_password_waits(client: Client, person: User) -> None:
    answers = [sign_in(client, password="wrong").status_code for _try in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert sign_in(client).status_code == 429
    assert not is_in(client)
    assert ("locked", False) in actions()


def test_the_lock_opens_by_itself(client: Client, person: User, clock: Any) -> None:
    for _try in range(5):
        sign_in(client, password="wrong")
    clock.shift(timedelta(minutes=14))
    assert sign_in(client).status_code == 429
    clock.shift(timedelta(minutes=2))
    assert sign_in(client).status_code == 302


def test_a_lock_is_for_one_name_from_one_address(client: Client, person: User, chief: User) -> None:
    for _try in range(6):
        sign_in(client, password="wrong")
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302
    assert sign_in(Client(), "chief").status_code == 302


def test_a_forwarded_address_opens_no_lock(client: Client, person: User) -> None:
    for number in range(5):
        Client(headers={"x-forwarded-for": f"10.0.0.{number}"}).post("/login/", {"username": "wang", "password": "x"})
    assert sign_in(client).status_code == 429


def test_the_key_of_a_session_changes_with_the_sign_in(client: Client, person: User) -> None:
    session = client.session
    session["a"] = 1
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_a_fourth_browser_ends_the_oldest(person: User, clock: Any) -> None:
    browsers = [Client() for _number in range(4)]
    for browser in browsers:
        sign_in(browser)
        clock.shift(timedelta(minutes=1))
    assert [is_in(browser) for browser in browsers] == [False, True, True, True]
    assert UserSession.objects.count() == 3


def test_half_an_hour_without_use_ends_a_session(client: Client, person: User, clock: Any) -> None:
    sign_in(client)
    for _step in range(3):
        clock.shift(timedelta(minutes=29))
        assert is_in(client)
    clock.shift(timedelta(minutes=31))
    assert not is_in(client)


def test_a_page_that_polls_does_not_keep_a_session_alive(client: Client, person: User, clock: Any) -> None:
    sign_in(client)
    for _step in range(4):
        clock.shift(timedelta(minutes=10))
        client.get("/messages/unread/")
    assert not is_in(client)


def test_twelve_hours_end_a_session_in_use(client: Client, person: User, clock: Any) -> None:
    sign_in(client)
    for _step in range(12 * 60 // 20 - 1):
        clock.shift(timedelta(minutes=20))
        assert is_in(client)
    clock.shift(timedelta(minutes=20))
    assert not is_in(client)
    assert not UserSession.objects.exists()


def test_use_within_a_minute_writes_nothing(client: Client, person: User, clock: Any) -> None:
    sign_in(client)
    seen = UserSession.objects.get().last_seen_at
    clock.shift(timedelta(seconds=50))
    is_in(client)
    assert UserSession.objects.get().last_seen_at == seen


def test_signing_out_takes_a_post_and_is_recorded(client: Client, person: User) -> None:
    sign_in(client)
    assert client.get("/logout/").status_code == 405
    answer = client.post("/logout/")
    assert answer["Location"] == "/login/"
    assert answer["Clear-Site-Data"] == '"cache"'
    assert not is_in(client)
    assert actions()[-1] == ("logout", True)
    assert not UserSession.objects.exists()


def test_what_is_left_of_ended_sessions_is_forgotten(client: Client, person: User) -> None:
    sign_in(client)
    assert forget_ended(now=timezone.now()) == 0
    assert forget_ended(now=timezone.now() + timedelta(minutes=31)) == 1
    assert not Session.objects.exists()


def test_the_admin_has_no_login_of_its_own(client: Client, person: User, chief: User) -> None:
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/login/?next=/admin/"
    sign_in(client)
    assert client.get("/admin/login/").status_code == 403
    assert client.get("/admin/").status_code == 302
    client.post("/logout/")
    assert sign_in(client, "chief", next="/admin/")["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_tries_at_a_locked_account_do_not_fill_the_audit(client: Client, person: User) -> None:
    for _try in range(12):
        client.post("/login/", {"username": "wang", "password": "wrong"})
    assert actions().count(("locked", False)) == 1
    assert client.post("/login/", {"username": "wang", "password": "wrong"}).status_code == 429
