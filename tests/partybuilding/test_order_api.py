"""Orders for systems: they come in once, who ordered never goes out, the right is asked."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from rest_framework.test import APIClient

from partybuilding.models import ServiceOrder
from tests import street
from tests.partybuilding import duty_world
from tests.partybuilding.duty_world import NOW, Duty

pytestmark = pytest.mark.django_db
URL = "/api/v1/party/orders/"


@pytest.fixture
def duty() -> Iterator[Duty]:
    """The world of duty, at its moment."""
    with time_machine.travel(NOW, tick=False):
        yield duty_world.build()


def client(duty: Duty, who: str) -> APIClient:
    """Signed in."""
    made = APIClient()
    made.force_login(duty.people[who])
    return made


def body(**more: Any) -> dict[str, Any]:
    """An order as another system sends it."""
    given = {"grid": street.GRID, "kind": "代办服务", "text": "代买药", "name": "占阿姨", "phone": "13312345678"}
    return given | {"client_id": str(uuid4())} | more


def test_an_order_comes_in_once_and_who_ordered_does_not_go_out(duty: Duty) -> None:
    api, sent = client(duty, "gridleader"), body()
    first = api.post(URL, sent, format="json")
    assert (first.status_code, api.post(URL, sent, format="json").status_code) == (201, 200)
    assert api.post(URL, sent | {"text": "代缴费"}, format="json").status_code == 409
    for answer in (first, api.get(URL), api.get(first.headers["Location"])):
        assert not [word for word in ("占阿姨", "13312345678") if word in answer.content.decode()]
    assert ServiceOrder.objects.get().source == "api"


def test_without_the_right_nothing_comes_in_and_nothing_is_seen(duty: Duty) -> None:
    assert client(duty, "cadre").post(URL, body(), format="json").status_code == 403
    assert client(duty, "department").get(URL).status_code == 403
    assert client(duty, "gridleader").get(URL, {"nonsense": "1"}).status_code == 400


def test_an_order_is_issued_and_rated_in_its_turn(duty: Duty) -> None:
    api = client(duty, "gridleader")
    url = f"{URL}{duty.order(pool=False).pk}/"
    assert api.post(f"{url}rate/", {"rating": 5}, format="json").status_code == 409
    assert api.post(f"{url}issue/").json()["status"] == "pool"
    assert api.post(f"{url}issue/").status_code == 409
    assert api.post(f"{url}rate/", {"rating": 6}, format="json").status_code == 400


def test_a_list_of_orders_costs_the_same_for_one_and_for_many(duty: Duty, django_assert_max_num_queries: Any) -> None:
    api = client(duty, "gridleader")
    for _n in range(6):
        duty.order()
    with django_assert_max_num_queries(8):  # the scope of the caller, and one for the orders
        assert len(api.get(URL).json()["results"]) == 6
