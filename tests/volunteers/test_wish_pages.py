"""Pages and API of wishes: what they show, cost and refuse."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from notices.models import Notice
from tests import street
from tests.volunteers import wish_world
from tests.volunteers.wish_world import Wishing
from volunteers import claims, wishes
from volunteers.claims import Claimer
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


def test_the_button_for_enough_helpers_comes_with_the_first_of_them(world: Wishing) -> None:
    wish, person = world.published(slots=3), world.people["volunteer"]
    address = reverse("volunteers:wish_step", args=[wish.pk, "enough"])
    assert address not in world.get("gridleader", "wish", wish.pk).content.decode()
    claims.claim(wish, Claimer(volunteer=person.volunteer), actor=person, now=world.now)
    assert address in world.get("gridleader", "wish", wish.pk).content.decode()
    world.post("gridleader", "wish_step", wish.pk, "enough", version=wish.version)
    assert Wish.objects.values_list("status", "slots").get() == ("claimed", 1)


def test_staff_end_the_claim_of_a_helper_who_is_not_heard_of_any_more(world: Wishing) -> None:
    wish, person = world.published(), world.people["volunteer"]
    row = claims.claim(wish, Claimer(volunteer=person.volunteer), actor=person, now=world.now)
    claims.contacted(row, actor=person, now=world.now)  # from now on it does not lapse
    address = reverse("volunteers:wish_claim_end", args=[row.pk])
    assert address in world.get("gridleader", "wish", wish.pk).content.decode()
    assert world.post("gridleader", "wish_claim_end", row.pk, text="").status_code == 422
    world.post("gridleader", "wish_claim_end", row.pk, text="联系不上")
    assert Wish.objects.values_list("status", "returns").get() == ("published", 1)
    assert Notice.objects.filter(recipient=person, kind="wish.taken_back").count() == 1
    assert address not in world.get("gridleader", "wish", wish.pk).content.decode()


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
