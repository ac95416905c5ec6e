"""五星认领: pledges, deliveries that complete by themselves, the yearly review, the board."""

from datetime import date
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.errors import NotAllowed, NotNow, NotValid
from partybuilding import stars
from partybuilding.models import StarClaim, StarDelivery
from partybuilding.stars import Delivered, NewClaim
from tests import street
from tests.partybuilding import unit_world
from tests.partybuilding.unit_world import NOW, TODAY, UnitWorld

YEAR_END = date(2026, 12, 31)


@pytest.fixture
def world(db: None) -> UnitWorld:
    return unit_world.build()


def pledge(world: UnitWorld, **more: Any) -> NewClaim:
    given = {"unit": world.unit, "star": world.star, "grid": world.grids[street.COMMUNITY], "year": 2026}
    return NewClaim(**{**given, "pledge": "社区服务微实事", "due_on": YEAR_END, "amount": 3, "measure": "件"} | more)


def claimed(world: UnitWorld, **more: Any) -> StarClaim:
    return stars.claim(pledge(world, **more), actor=world.hand, now=NOW)


def test_a_pledge_stands_once_however_often_it_is_sent(world):
    sent = uuid4()
    first = stars.claim(pledge(world), client_id=sent, actor=world.hand, now=NOW)
    assert stars.claim(pledge(world), client_id=sent, actor=world.hand, now=NOW) == first
    with pytest.raises(NotNow):
        stars.claim(pledge(world), actor=world.people["community"], now=NOW)


def test_a_unit_claims_for_itself_only(world):
    with pytest.raises(NotAllowed):
        stars.claim(pledge(world, unit=world.other), actor=world.hand, now=NOW)
    with pytest.raises(NotValid) as refusal:
        stars.claim(pledge(world, grid=world.grids[street.OTHER_COMMUNITY]), actor=world.hand, now=NOW)
    assert "grid" in refusal.value.fields


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"pledge": " "}, "pledge"),
        ({"measure": ""}, "measure"),
        ({"due_on": date(2027, 1, 1)}, "due_on"),
        ({"year": 2030}, "year"),
    ],
)
def test_what_is_wrong_with_a_pledge_is_said_by_field(world, wrong, field):
    with pytest.raises(NotValid) as refusal:
        claimed(world, **wrong)
    assert field in refusal.value.fields


def test_deliveries_begin_and_complete_a_counted_pledge(world):
    row = claimed(world)
    states = []
    for number in (1, 2):
        stars.deliver(row, Delivered(TODAY, f"第{number}件", number, 20), actor=world.hand, now=NOW)
        states.append(StarClaim.objects.get().status)
    assert states == ["delivering", "delivered"]
    assert stars.with_delivered(StarClaim.objects.all()).get().gained == 40


def test_a_second_click_writes_one_delivery(world):
    row = claimed(world)
    for _click in range(2):
        stars.deliver(row, Delivered(TODAY, "修路灯"), actor=world.hand, now=NOW)
    assert StarDelivery.objects.count() == 1


def test_a_pledge_that_is_not_counted_is_completed_by_hand(world):
    row = claimed(world, amount=None, measure="")
    with pytest.raises(NotNow):
        stars.complete(row, version=None, actor=world.hand, now=NOW)
    stars.deliver(row, Delivered(TODAY, "法律讲座", 5), actor=world.hand, now=NOW)
    assert stars.complete(row, version=None, actor=world.hand, now=NOW).status == "delivered"


def test_the_review_belongs_to_party_work_and_a_broken_promise_needs_a_reason(world):
    row, officer = claimed(world), world.people["partyofficer"]
    with pytest.raises(NotAllowed):
        stars.review(row, grade="kept", version=None, actor=world.hand, now=NOW)
    with pytest.raises(NotValid):
        stars.review(row, grade="not", version=None, actor=officer, now=NOW)
    done = stars.review(row, grade="partly", review="只办了一件", version=None, actor=officer, now=NOW)
    assert (done.status, done.reviewed_at) == ("reviewed", NOW)
    with pytest.raises(NotNow):
        stars.deliver(row, Delivered(TODAY, "补办"), actor=world.hand, now=NOW)


def test_a_pledge_given_up_can_be_made_again(world):
    stars.drop(claimed(world), text="单位搬走", version=None, actor=world.people["partyofficer"], now=NOW)
    assert claimed(world).status == "pledged"


def test_partners_are_those_who_kept_a_pledge(world):
    officer = world.people["partyofficer"]
    for text, grade in (("甲", "kept"), ("乙", "not")):
        row = claimed(world, pledge=text)
        stars.review(row, grade=grade, review="说明", version=None, actor=officer, now=NOW)
    (one,) = stars.partners(StarClaim.objects.all())
    assert (one["unit"], one["kept"], one["reviewed"], one["stars"]) == (world.unit, 1, 2, [world.star])


def test_the_board_shows_every_star_and_costs_the_same_for_any_number(world, client, django_assert_max_num_queries):
    for number in range(8):
        claimed(world, pledge=f"实事{number}")
    client.force_login(world.people["partyofficer"])
    client.get(reverse("partybuilding:stars"), {"year": 2026})
    with django_assert_max_num_queries(11):
        page = client.get(reverse("partybuilding:stars"), {"year": 2026})
    assert [len(row["claims"]) for row in page.context["board"]] == [8]
    assert page.context["figures"]["units"] == 1


def test_the_people_of_a_unit_deliver_on_the_page_with_a_photo(world, client: Client):
    row = claimed(world)
    out = BytesIO()
    Image.new("RGB", (8, 8), "blue").save(out, "JPEG")
    client.force_login(world.hand)
    body = {"on": "2026-11-20", "text": "修好路灯", "amount": 3, "photos": SimpleUploadedFile("灯.jpg", out.getvalue())}
    client.post(reverse("partybuilding:star_deliver", args=[row.pk]), body)
    page = client.get(reverse("partybuilding:star_claim", args=[row.pk]))
    assert [len(one.photos) for one in page.context["deliveries"]] == [1]
    assert page.context["claim"].status == "delivered"
    assert [stage.name for stage in page.context["stages"]] == []


def test_a_claim_is_reviewed_on_the_page(world, client: Client):
    row = claimed(world)
    client.force_login(world.people["partyofficer"])
    address = reverse("partybuilding:star_claim_step", args=[row.pk, "review"])
    assert client.post(address, {"grade": "not", "version": 1}).status_code == 422
    client.post(address, {"grade": "kept", "version": 1})
    assert StarClaim.objects.get().grade == "kept"
    assert client.post(address, {"grade": "kept"}).status_code in (409, 422)


def test_units_next_door_see_nothing_of_it(world, client: Client):
    row = claimed(world)
    stranger = street.make_person("stranger")
    street.give_post(stranger, "handler", world.other.organization)
    client.force_login(stranger)
    assert client.get(reverse("partybuilding:star_claim", args=[row.pk])).status_code == 404
    answer = client.post(reverse("partybuilding:star_deliver", args=[row.pk]), {"on": "2026-11-20", "text": "冒领"})
    assert answer.status_code == 404
