"""The inbox: one's own messages and nobody else's."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from notices.inbox import MOST_COUNTED, unread_count
from notices.models import Notice

Tell = Callable[..., int]


@pytest.fixture
def message(tell: Tell, alice: User, now: datetime) -> Notice:
    """A delivered message of Alice."""
    tell(alice, url="/messages/?unread=1")
    Notice.objects.update(delivered_at=now)
    return Notice.objects.get()


@pytest.fixture
def her(client: Client, alice: User) -> Client:
    """Alice's browser."""
    client.force_login(alice)
    return client


@pytest.fixture
def stranger(bob: User) -> Client:
    """Bob's browser."""
    client = Client()
    client.force_login(bob)
    return client


def test_a_person_sees_her_messages_and_a_stranger_sees_none(her: Client, stranger: Client, message: Notice) -> None:
    assert message.title in her.get("/messages/").content.decode()
    assert message.title not in stranger.get("/messages/").content.decode()


def test_a_stranger_cannot_read_her_message(stranger: Client, message: Notice) -> None:
    assert stranger.post(f"/messages/{message.pk}/read/").status_code == 404
    assert stranger.post(f"/api/v1/notices/{message.pk}/read/").status_code == 404
    assert stranger.get(f"/api/v1/notices/{message.pk}/").status_code == 404
    stranger.post("/messages/read-all/")
    assert Notice.objects.get().read_at is None


def test_a_message_that_is_not_delivered_is_not_there(her: Client, message: Notice) -> None:
    Notice.objects.update(delivered_at=None)
    assert message.title not in her.get("/messages/").content.decode()
    assert her.post(f"/messages/{message.pk}/read/").status_code == 404


@pytest.mark.parametrize("address", ["/messages/1/read/", "/messages/read-all/"])
def test_a_link_changes_nothing(her: Client, address: str) -> None:
    assert her.get(address).status_code == 405


def test_opening_a_message_reads_it_and_leads_to_its_page(her: Client, message: Notice) -> None:
    answer = her.post(f"/messages/{message.pk}/read/", {"open": "1"})
    assert (answer.status_code, answer["Location"]) == (302, message.url)
    assert Notice.objects.get().read_at is not None


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_message_leads_nowhere_else(her: Client, message: Notice, url: str) -> None:
    Notice.objects.update(url=url)
    answer = her.post(f"/messages/{message.pk}/read/", {"open": "1", "next": url})
    assert answer["Location"] == "/messages/"


def test_reading_twice_keeps_the_first_time(her: Client, message: Notice, now: datetime) -> None:
    Notice.objects.update(read_at=now)
    her.post(f"/messages/{message.pk}/read/")
    assert Notice.objects.get().read_at == now


def test_all_can_be_read_at_once(her: Client, message: Notice) -> None:
    assert her.post("/messages/read-all/").status_code == 302
    assert not Notice.objects.unread().exists()


def test_only_the_unread_are_shown_when_asked(her: Client, message: Notice, now: datetime) -> None:
    Notice.objects.update(read_at=now)
    assert message.title not in her.get("/messages/?unread=1").content.decode()


@pytest.mark.parametrize("query", ["after=x", "after=٣", "before=-1", "after=1e9", f"after={10**30}"])
def test_a_wrong_page_is_a_400(her: Client, query: str) -> None:
    assert her.get(f"/messages/?{query}").status_code == 400


@pytest.mark.parametrize("rows", [2, 25])
def test_the_page_costs_the_same_for_any_number(
    her: Client, tell: Tell, alice: User, now: datetime, rows: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(rows):
        tell(alice, dedupe_key=str(number))
    Notice.objects.update(delivered_at=now)
    her.get("/messages/")
    with django_assert_max_num_queries(6):
        her.get("/messages/")


def test_the_bell_counts_up_to_a_hundred(tell: Tell, alice: User, now: datetime) -> None:
    notices = [
        Notice(recipient=alice, kind="x", title="x", dedupe_key=str(n), created_at=now, delivered_at=now)
        for n in range(MOST_COUNTED + 5)
    ]
    Notice.objects.bulk_create(notices)
    assert unread_count(alice) == MOST_COUNTED


def test_the_bell_shows_the_number_and_nothing_to_a_stranger(her: Client, message: Notice) -> None:
    assert ">1<" in her.get("/messages/unread/").content.decode()
    answer = Client().get("/messages/unread/")
    assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_a_stranger_is_sent_to_the_login_page(client: Client, db: None) -> None:
    assert client.get("/messages/")["Location"] == "/login/?next=/messages/"


def test_the_api_lists_and_reads_ones_own(her: Client, message: Notice) -> None:
    listed = her.get("/api/v1/notices/?unread=true").json()
    assert [row["title"] for row in listed["results"]] == [message.title]
    assert her.post(f"/api/v1/notices/{message.pk}/read/").json()["read_at"]
    assert her.get("/api/v1/notices/?unread=true").json()["results"] == []
    assert her.post("/api/v1/notices/read-all/").json() == {"read": 0}


def test_the_api_knows_no_writing_of_messages(her: Client, message: Notice) -> None:
    assert her.post("/api/v1/notices/", {}, content_type="application/json").status_code == 405
    assert her.delete(f"/api/v1/notices/{message.pk}/").status_code == 405
