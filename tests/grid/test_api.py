"""The API of grids, organizations, compounds."""

import pytest
from django.contrib.gis.geos import Point
from rest_framework.test import APIClient

from grid.datum import from_wgs84
from grid.models import Compound, Grid
from tests import street
from tests.street import COMMUNITY, GRID, MICRO, OTHER_STREET, STREET, inside


@pytest.fixture
def api(grids, editor):
    client = APIClient()
    client.force_login(editor)
    return client


def codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in answer.json()["results"]]


def test_the_list_holds_my_subtree_in_the_order_of_codes(api):
    assert codes(api.get("/api/v1/grids/")) == [
        STREET,
        COMMUNITY,
        GRID,
        MICRO,
        street.MICRO_EAST,
        street.SISTER,
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("level=4", [COMMUNITY, street.SISTER]),
        ("level=4&level=5", [COMMUNITY, GRID, street.SISTER]),
        (f"parent={GRID}", [MICRO, street.MICRO_EAST]),
        (f"under={GRID}", [GRID, MICRO, street.MICRO_EAST]),
        ("q=交通", [street.SISTER]),
        ("valid_on=2020-01-01", []),
        (f"under={OTHER_STREET}", []),
    ],
)
def test_filters_narrow_it(api, query, expected):
    assert codes(api.get(f"/api/v1/grids/?{query}")) == expected


@pytest.mark.parametrize(
    "query",
    [
        "level=abc", "level=9", "kind=x", "parent=1", "under=%27", "q=%00", "valid_on=x", "locate=nan,nan",
        "locate=113.6", "locate=113.6,34.7&datum=mars", "locate=500,200", "unknown=1", "page_size=x", "cursor=x",
        "page_size=٣", "q=" + "x" * 51,
    ],
)  # fmt: skip
def test_a_wrong_or_unknown_filter_is_a_400_and_never_the_whole_list(api, query):
    answer = api.get(f"/api/v1/grids/?{query}")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")


def test_pages_follow_each_other_by_cursor(api):
    first = api.get("/api/v1/grids/?page_size=4").json()
    rest = api.get(first["next"]).json()
    assert [row["code"] for row in first["results"] + rest["results"]] == codes(api.get("/api/v1/grids/"))


def test_a_grid_is_told_without_its_boundary(api):
    body = api.get(f"/api/v1/grids/{GRID}/").json()
    assert (body["code"], body["parent"], body["level"]) == (GRID, COMMUNITY, 5)
    assert "boundary" not in body


def test_the_boundary_is_a_geojson_feature(api):
    Grid.objects.filter(code=GRID).update(boundary=None, boundary_origin="")
    body = api.get(f"/api/v1/grids/{MICRO}/boundary/").json()
    assert (body["type"], body["geometry"]["type"]) == ("Feature", "MultiPolygon")
    assert api.get(f"/api/v1/grids/{GRID}/boundary/").json()["geometry"] is None


def test_a_place_in_any_datum_is_located(api):
    place = inside(MICRO)
    lon, lat = from_wgs84(place.x, place.y, "gcj02")
    body = api.get(f"/api/v1/grids/locate/?locate={lon},{lat}&datum=gcj02").json()
    assert (body["how"], body["grid"]["code"]) == ("inside", MICRO)
    assert codes(api.get(f"/api/v1/grids/?locate={lon},{lat}&datum=gcj02")) == [MICRO]


def test_a_place_in_another_street_is_not_mine_to_know(api):
    place = inside(street.OTHER_GRID)
    assert api.get(f"/api/v1/grids/locate/?locate={place.x},{place.y}").status_code == 404
    assert codes(api.get(f"/api/v1/grids/?locate={place.x},{place.y}")) == []


def test_organizations_and_compounds_are_listed_and_filtered(api, grids):
    office = street.make_organization(grids[STREET])
    street.make_organization(grids[OTHER_STREET])
    values = {"point": Point(113.61, 34.71, srid=4326), "is_unmanaged": True}
    compound = Compound.objects.create(grid=grids[GRID], name="大学北路51号院", **values)
    Compound.objects.create(grid=grids[GRID], name="福民花园")
    (row,) = api.get("/api/v1/organizations/?kind=department").json()["results"]
    assert (row["id"], row["grid"]) == (office.pk, STREET)
    (row,) = api.get("/api/v1/compounds/?unmanaged=true&bbox=113.6,34.7,113.62,34.72").json()["results"]
    assert (row["id"], row["point"]) == (compound.pk, {"lon": 113.61, "lat": 34.71})
    assert api.get(f"/api/v1/compounds/{compound.pk}/").json()["grid"] == GRID


@pytest.mark.parametrize(
    "path", ["grids/ABC/", "grids/４１０１/", "organizations/٣/", "compounds/99999999999999999999/", "grids/4101%00/"]
)
def test_an_address_that_names_nothing_is_no_error_of_ours(api, path):
    assert api.get(f"/api/v1/{path}").status_code in (400, 404)


def test_nothing_is_written_here(api):
    for method in (api.post, api.put, api.patch, api.delete):
        assert method(f"/api/v1/grids/{GRID}/").status_code == 405


@pytest.mark.parametrize("path", ["grids", "organizations", "compounds"])
def test_a_list_costs_the_same_for_one_row_and_for_many(api, grids, path, django_assert_max_num_queries):
    def fill(number):
        for n in range(number, number + 5):
            street.make_grid(f"{GRID}1{n:02d}")
            street.make_organization(grids[GRID], code=f"o{n}")
            Compound.objects.create(grid=grids[GRID], name=f"c{n}")

    def cost():
        with django_assert_max_num_queries(9) as captured:
            assert api.get(f"/api/v1/{path}/").status_code == 200
        return len(captured)

    fill(0)
    cost()  # the first request of a session writes its end
    few = cost()
    fill(20)
    assert cost() == few
