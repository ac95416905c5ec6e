"""Pages and API of wishes: what they show, cost and refuse."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests import street
from tests.volunteers import wish_world
from tests.volunteers.wish_world import Wishing
from volunteers import wishes
from volunteers.models import Wish, WishRound

pytestmark = pytest.mark.django_db
API = "/api/v1/volunteers/wishes/"


@pytest.fixture
def world() -> Wishing:
    return wish_world.build()


@pytest.mark.parametrize(
    ("page", "limit"), [("wishes", 14), ("wish_wall", 15), ("wish_rounds", 12), ("overview", 26), ("wish_notes", 12)]
)
def test_a_longer_list_costs_no_more_queries(
    world: Wishing, page: str, limit: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    batch = world.round()
    for _n in range(4):
        world.published(round=batch)
    browser = world.browser("community")
    with django_assert_max_num_queries(limit):
        assert browser.get(reverse(f"volunteers:{page}")).status_code == 200


def test_ticked_wishes_are_published_at_once_and_others_stay(world: Wishing) -> None:
    first, second, fresh = world.wish(), world.wish(), world.wish()
    for row in (first, second):
        wishes.verify(row, actor=world.people["gridleader"], now=world.now, text="电话核实")
    page = world.get("gridleader", "wishes", status="verified").content.decode()
    assert page.count('name="pick"') == 2
    world.post("gridleader", "wish_publish", pick=[first.pk, fresh.pk])
    found = dict(Wish.objects.values_list("pk", "status"))
    assert found == {first.pk: "published", second.pk: "verified", fresh.pk: "collected"}


def test_a_stale_page_changes_nothing_and_says_so(world: Wishing) -> None:
    wish = world.wish()
    wishes.verify(wish, actor=world.people["community"], now=world.now, text="电话核实")
    answer = world.post("gridleader", "wish_step", wish.pk, "publish", version=1)
    assert answer.status_code == 422
    assert Wish.objects.get().status == "verified"


def test_a_step_that_is_gone_leads_back_to_the_page(world: Wishing) -> None:
    wish = world.published()
    answer = world.post("gridleader", "wish_step", wish.pk, "verify", text="电话", version=1)
    assert answer.url == reverse("volunteers:wish", args=[wish.pk])


def test_a_round_is_opened_and_closed_on_its_page(world: Wishing) -> None:
    grid = world.grids[street.COMMUNITY].pk
    data: dict[str, Any] = {"name": "重阳", "grid": grid, "opens_on": "2026-10-01", "closes_on": "2026-10-20"}
    assert world.post("community", "wish_round_new", **data, ceiling="200").status_code == 302
    assert world.post("community", "wish_round_new", **data).status_code == 422
    row = WishRound.objects.get()
    world.post("community", "wish_round_edit", row.pk, **{**data, "closes_on": "2026-10-10"})
    row.refresh_from_db()
    assert (row.closes_on.day, row.ceiling) == (10, None)
    assert world.post("gridleader", "wish_round_edit", row.pk, **data).status_code == 403


def test_another_system_brings_a_wish_once_and_takes_it_through_its_steps(world: Wishing) -> None:
    client = Client()
    client.force_login(world.people["gridleader"])
    new = {"client_id": str(uuid4()), "title": "相框", "kind": "代购代办", "grid": street.GRID, "name": "占桂兰"}

    def post(path: str, **data: Any) -> Any:
        return client.post(f"{API}{path}", data, content_type="application/json")

    first, again = post("", **new), post("", **new)
    assert (first.status_code, again.status_code, Wish.objects.count()) == (201, 201, 1)
    assert "占桂兰" not in first.content.decode()
    assert post("", **{**new, "title": "轮椅"}).status_code == 409
    pk = first.json()["id"]
    assert post(f"{pk}/step/", stage="publish").status_code == 409
    assert post(f"{pk}/step/", stage="verify", text="电话核实").json()["status"] == "verified"
    assert post(f"{pk}/step/", stage="publish").json()["status"] == "published"
    assert post(f"{pk}/confirm/", how="photo", rating=5).status_code == 400
    assert client.get(f"{API}?status=published&grid={street.COMMUNITY}").json()["results"][0]["id"] == pk
    assert client.get(f"{API}?name=占桂兰").status_code == 400


def test_the_workbook_holds_public_words_only(world: Wishing) -> None:
    world.published(phone="13812345678")
    answer = world.get("community", "wish_excel")
    assert answer.status_code == 200
    assert "心愿" in answer["Content-Disposition"] or "filename" in answer["Content-Disposition"]
