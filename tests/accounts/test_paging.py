"""Pages by key, strict numbers and addresses."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.access import record
from accounts.errors import NotValid
from accounts.keyset import KeysetPage, keyset_page
from accounts.models import AccessEvent, User
from accounts.numbers import strict_int

pytestmark = [pytest.mark.urls("tests.accounts.urls_of_tests"), pytest.mark.django_db]


@pytest.fixture
def seven(person: User, now: datetime) -> list[int]:
    """The ids of seven events, newest first."""
    return [record(action="export", actor=person, now=now).pk for _number in range(7)][::-1]


def page(query: str, size: int = 3, by: str = "") -> KeysetPage[Any]:
    return keyset_page(AccessEvent.objects.all(), QueryDict(query), size=size, by=by)


def ids(shown: KeysetPage[Any]) -> list[int]:
    return [row.pk for row in shown.rows]


def test_walking_down_shows_every_row_once(seven: list[int]) -> None:
    first = page("")
    second = page(first.next_url_params)
    third = page(second.next_url_params)
    assert ids(first) + ids(second) + ids(third) == seven
    assert (first.has_previous, third.has_next) == (False, False)


def test_walking_up_leads_the_same_way_back(seven: list[int]) -> None:
    second = page(page("").next_url_params)
    third = page(second.next_url_params)
    assert ids(page(third.previous_url_params)) == ids(second)
    assert ids(page(second.previous_url_params)) == seven[:3]
    assert not page(second.previous_url_params).has_previous


def test_rows_that_came_late_stand_where_they_happened(person: User, now: datetime) -> None:
    hours = (3, 1, 2, 1, 5, 4, 1)
    moments = [now - timedelta(hours=n) for n in hours]
    rows = [(at, record(action="export", actor=person, now=at).pk) for at in moments]
    newest_first = [pk for _at, pk in sorted(rows, reverse=True)]
    first = page("", by="at")
    second = page(first.next_url_params, by="at")
    third = page(second.next_url_params, by="at")
    assert ids(first) + ids(second) + ids(third) == newest_first
    assert ids(page(third.previous_url_params, by="at")) == ids(second)
    assert ids(page(second.previous_url_params, by="at")) == ids(first)


def test_filters_stay_in_the_links(seven: list[int]) -> None:
    shown = page("q=%E4%BA%95&state=a&state=b&after=999999")
    assert QueryDict(shown.next_url_params).getlist("state") == ["a", "b"]
    assert QueryDict(shown.next_url_params)["q"] == "井"
    assert "after" not in shown.first_url


def test_a_page_costs_one_query(seven: list[int], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        page("after=999999")


@pytest.mark.parametrize("text", ["", "x", "-1", "1e3", "٣", " 1", "1_0", "9" * 19, "1" * 5000])
def test_what_is_no_plain_number_is_not_valid(text: str) -> None:
    with pytest.raises(NotValid):
        strict_int(text, name="after")


def test_a_number_has_its_limits() -> None:
    assert strict_int("200", name="n", least=1, most=200) == 200
    with pytest.raises(NotValid) as refusal:
        strict_int("201", name="n", least=1, most=200)
    assert list(refusal.value.fields) == ["n"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/row/12/", 200),
        ("/row/٣/", 404),
        ("/row/-1/", 404),
        (f"/row/{10**18}/", 404),
        ("/case/20261120-000042/", 200),
        ("/case/2026112０-000042/", 404),
        ("/grid/410103008/", 200),
        ("/grid/410103008001Z01/", 200),
        ("/grid/41010/", 404),
        ("/grid/410103008001z01/", 404),
    ],
)
def test_addresses_match_what_they_mean(client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status


@pytest.mark.parametrize("typed", ["20261120-000042", "20261120000042", "2026112042", "20261120-42"])
def test_a_case_number_may_be_typed_short(client: Client, typed: str) -> None:
    assert client.get(f"/case/{typed}/").content == b"20261120-000042"
    assert reverse("case", args=["20261120-000042"]) == "/case/20261120-000042/"


@pytest.fixture
def api(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def test_the_api_walks_by_cursor(api: Client, seven: list[int]) -> None:
    first = api.get("/api/events/?page_size=4").json()
    second = api.get(first["next"]).json()
    assert [row["id"] for row in first["results"] + second["results"]] == seven
    assert second["next"] is None


@pytest.mark.parametrize(
    "query", ["page_size=abc", "page_size=٣", "page_size=0", "page_size=-1", f"page_size={10**30}"]
)
def test_a_page_size_that_is_none_is_a_400(api: Client, query: str) -> None:
    answer = api.get(f"/api/events/?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["page_size"])


def test_a_page_holds_200_at_most(api: Client, person: User, now: datetime) -> None:
    AccessEvent.objects.bulk_create([AccessEvent(action="export", at=now) for _number in range(201)])
    assert len(api.get("/api/events/?page_size=500").json()["results"]) == 200


@pytest.mark.parametrize("cursor", ["x", "cD14", "%00", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "a" * 500, "bz1hYmM="])
def test_a_cursor_that_is_not_ours_is_a_400(api: Client, cursor: str, seven: list[int]) -> None:
    assert api.get(f"/api/events/?cursor={cursor}").status_code == 400
