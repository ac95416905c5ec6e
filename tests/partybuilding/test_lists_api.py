"""The three lists for systems: in once, out in scope, strict in what they are asked."""

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from partybuilding.models import Need, Resource
from tests import street
from tests.partybuilding import list_world
from tests.partybuilding.list_world import Lists

pytestmark = pytest.mark.django_db
NEEDS, RESOURCES = "/api/v1/party/needs/", "/api/v1/party/resources/"


@pytest.fixture
def lists() -> Lists:
    """The world of the lists."""
    return list_world.build()


def client_of(lists: Lists, role: str) -> APIClient:
    """Signed in as `role`."""
    client = APIClient()
    client.force_login(lists.people[role])
    return client


def test_a_need_sent_twice_is_one_and_other_words_are_a_conflict(lists: Lists) -> None:
    client = client_of(lists, "gridleader")
    sent = {"client_id": str(uuid4()), "title": "修灯", "kind": lists.kind.name, "grid": street.GRID}
    answers = [client.post(NEEDS, sent, format="json") for _turn in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert Need.objects.count() == 1
    assert client.post(NEEDS, sent | {"title": "修泵"}, format="json").status_code == 409
    assert client.post(NEEDS, sent | {"grid": street.OTHER_GRID}, format="json").status_code == 400
    assert client.post(NEEDS, sent | {"colour": "red"}, format="json").status_code == 400


def test_the_unit_offers_by_the_api_and_the_need_shows_it_with_reasons(lists: Lists) -> None:
    sent = {"client_id": str(uuid4()), "unit": lists.units.unit.pk, "title": "疏通车", "kind": lists.kind.name}
    assert client_of(lists, "hand").post(RESOURCES, sent | {"weekdays": [6]}, format="json").status_code == 201
    assert Resource.objects.get().weekdays == [6]
    need = lists.need()
    (one,) = client_of(lists, "gridleader").get(f"{NEEDS}{need.pk}/matches/").json()
    assert (one["title"], one["possible"]) == ("疏通车", True)
    assert len(one["reasons"]) >= 3


def test_lists_show_what_lies_in_reach_without_numbers_of_people(lists: Lists) -> None:
    lists.need(text="电话 13612345678")
    lists.need(by="partyofficer", code=street.SISTER)
    rows = client_of(lists, "gridleader").get(NEEDS).json()["results"]
    assert len(rows) == 1
    assert "13612345678" not in rows[0]["text"]
    assert client_of(lists, "gridleader").get(NEEDS, {"nothing": "1"}).status_code == 400
    assert client_of(lists, "operator").get(NEEDS).status_code == 403
