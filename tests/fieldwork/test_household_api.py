"""The register for systems: masked answers, versions, idempotency, unknown members and filters refused."""

import pytest
from rest_framework.test import APIClient

from accounts.models import AccessEvent
from fieldwork.models import Household
from tests.fieldwork.homes import ID_NUMBER, NAME, PHONE, Homes, build_homes

pytestmark = pytest.mark.django_db
URL = "/api/v1/field/households/"


@pytest.fixture
def homes() -> Homes:
    return build_homes()


@pytest.fixture
def api(homes: Homes) -> APIClient:
    client = APIClient()
    client.force_authenticate(homes.leader)
    return client


def test_one_household_shows_its_people_masked_and_its_version(homes: Homes, api: APIClient):
    answer = api.get(f"{URL}{homes.household.pk}/")
    assert answer["ETag"] == f'"{homes.household.version}"'
    assert [one["phone"] for one in answer.json()["persons"]] == ["138****5678"]
    assert not [word for word in (NAME, PHONE, ID_NUMBER) if word in answer.content.decode()]


def test_a_door_is_registered_once_per_key_and_only_where_the_caller_may(homes: Homes, api: APIClient):
    new = {"building": homes.building.pk, "unit": "2", "room": "201"}
    first = api.post(URL, new, format="json", HTTP_IDEMPOTENCY_KEY="a")
    again = api.post(URL, new, format="json", HTTP_IDEMPOTENCY_KEY="a")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert api.post(URL, {**new, "building": homes.elsewhere.pk}, format="json").status_code == 400
    assert (
        api.post(URL, {**new, "room": "202", "grid_code": "4101"}, format="json").status_code == 400
    )  # unknown member


def test_a_change_names_the_version_that_was_seen(homes: Homes, api: APIClient):
    url, version = f"{URL}{homes.household.pk}/", homes.household.version
    assert api.patch(url, {"tenure": "rented"}, format="json").status_code == 400
    done = api.patch(url, {"tenure": "rented"}, format="json", HTTP_IF_MATCH=f'"{version}"')
    assert (done.status_code, done.json()["version"]) == (200, version + 1)
    assert api.patch(url, {"tenure": "empty", "version": version}, format="json").status_code == 409


def test_a_resident_comes_in_and_goes_out_only_masked(homes: Homes, api: APIClient):
    given = {"name": "张三丰", "phone": "13900002222", "version": homes.household.version}
    answer = api.post(f"{URL}{homes.household.pk}/residents/", given, format="json")
    assert answer.status_code == 201
    assert [one["name"] for one in answer.json()["persons"]] == ["欧阳**", "张**"]


def test_search_and_reveal_are_posts_that_leave_a_record(homes: Homes, api: APIClient):
    found = api.post(f"{URL}search/", {"number": PHONE}, format="json").json()
    assert [(one["household"], one["name"]) for one in found] == [(homes.household.pk, "欧阳**")]
    url = f"/api/v1/field/residents/{homes.head.pk}/reveal/"
    assert api.post(url, {}, format="json").status_code == 400
    assert api.post(url, {"purpose": "通知停水"}, format="json").json()["name"] == NAME
    assert list(AccessEvent.objects.values_list("action", flat=True)) == ["reveal", "search"]


@pytest.mark.parametrize("query", ["?resident__id_number__startswith=11", "?name=张", "?tenure=castle", "?building=x"])
def test_a_filter_that_is_none_is_refused(api: APIClient, query: str):
    assert api.get(URL + query).status_code == 400


def test_the_board_is_a_list_of_numbers(homes: Homes, api: APIClient):
    cells = api.get(f"/api/v1/field/buildings/{homes.building.pk}/board/").json()
    assert cells == [
        {"unit": "1单元", "floor": 1, "households": 1, "residents": 1, "rented": 0, "empty": 0, "care": []}
    ]


def test_a_cell_of_the_board_opens_its_households(homes: Homes, api: APIClient):
    Household.objects.create(
        building=homes.building, grid=homes.building.grid, grid_code=homes.building.grid.code, unit="1单元", room="1101"
    )
    found = api.get(f"{URL}?building={homes.building.pk}&unit=1单元&floor=1").json()["results"]
    assert [one["room"] for one in found] == ["101"]
