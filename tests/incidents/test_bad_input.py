"""The table of reliability.md 3.2 against the API of incidents: one test for each row, and never a 500."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from incidents.models import Incident
from tests import street
from tests.incidents.conftest import World

URL = "/api/v1/incidents/"
HERE = {"lon": 113.61, "lat": 34.71}


@pytest.fixture
def client(world: World, keyed: Callable[..., APIClient]) -> APIClient:
    cache.clear()
    return keyed("incident.report", "incident.view", "incident.handle")


def post(client: APIClient, body: dict[str, Any] | bytes) -> int:
    """The status of a POST; a refusal is problem+json and leaves nothing behind."""
    raw = body if isinstance(body, bytes) else json.dumps({"text": "路灯", "point": HERE} | body).encode()
    answer = client.post(URL, raw, content_type="application/json")
    if answer.status_code != 201:
        assert answer["Content-Type"] == "application/problem+json"
        assert not Incident.objects.exists()
    return answer.status_code


def get(client: APIClient, **query: str) -> int:
    return client.get(URL, query).status_code


def test_what_is_well_is_taken(client: APIClient) -> None:
    assert post(client, {}) == 201


@pytest.mark.parametrize("field", ["text", "title", "address", "contact_name", "external_id"])
@pytest.mark.parametrize("broken", ["a\x00b", "a\ud800b"])
def test_nul_and_lone_surrogates_in_text(client: APIClient, field: str, broken: str) -> None:
    assert post(client, {field: broken}) == 400


@pytest.mark.parametrize("body", [{"a\x00": 1}, {"a\ud800": 1}, {"point": HERE | {"\x00": 1}}])
def test_nul_and_lone_surrogates_in_names(client: APIClient, body: dict[str, Any]) -> None:
    assert post(client, body) == 400


@pytest.mark.parametrize("levels", [20, 900, 5_000, 100_000])
def test_deep_nesting(client: APIClient, levels: int) -> None:
    assert post(client, b'{"text": ' + b"[" * levels + b"]" * levels + b"}") == 400
    assert post(client, b'{"text":' * levels + b"1" + b"}" * levels) == 400


@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b"-Infinity", b"1e400", b"9" * 5_000, b"1" + b"0" * 30])
@pytest.mark.parametrize("field", [b'"lon"', b'"category"'])
def test_numbers_that_are_none(client: APIClient, value: bytes, field: bytes) -> None:
    body = b'{"text":"x","point":{"lat":34.7,' + field + b":" + value + b"}}"
    assert post(client, body) == 400
    assert post(client, b'{"text":"x","category":' + value + b"}") == 400


@pytest.mark.parametrize("value", ["nan", "inf", "1e400", "٣", "113.6\x00", "", True, [], {}])
def test_coordinates_that_are_no_numbers(client: APIClient, value: Any) -> None:
    assert post(client, {"point": HERE | {"lon": value}}) == 400


@pytest.mark.parametrize(
    "point",
    [
        {"type": "Polygon", "coordinates": [[[113, 34], [114, 34], [114, 35], [113, 34]]]},
        {"type": "Point", "coordinates": [113.6, 34.7]},
        {"lon": 113.6, "lat": 34.7, "z": 10},
        {"lon": 113.6, "lat": 34.7, "srid": 999999},
        {"lon": 113.6, "lat": 34.7, "crs": {"type": "name", "properties": {"name": "EPSG:3857"}}},
        {"lon": 113.6, "lat": 34.7, "crs": {"type": "link", "properties": {"href": "http://169.254.169.254/"}}},
        {"lon": 113.6, "lat": 34.7, "datum": "mars"},
        "SRID=999999;POINT(1 1)",
        "POINT(113.6 34.7)",
        "POINT EMPTY",
        [113.6, 34.7],
        {"lon": 113.6},
        {},
    ],
)
def test_other_geometries_than_a_point(client: APIClient, point: Any) -> None:
    assert post(client, {"point": point}) == 400


@pytest.mark.parametrize(("lon", "lat"), [(500, 200), (0, 0), (1.8e19, 1), (34.7, 113.6), (-113.6, 34.7)])
def test_points_outside_china(client: APIClient, lon: float, lat: float) -> None:
    assert post(client, {"point": {"lon": lon, "lat": lat}}) == 400


@pytest.mark.parametrize(
    "name", ["id", "state", "number", "reporter", "version", "is_demo", "handler_user", "closed_at"]
)
def test_members_that_cannot_be_set(client: APIClient, name: str) -> None:
    assert post(client, {name: 1}) == 400


@pytest.mark.parametrize("moment", ["1986-05-04T00:00:00Z", "1899-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "bald", 5])
def test_moments_out_of_range(client: APIClient, moment: Any) -> None:
    assert post(client, {"happened_at": moment}) == 400


@pytest.mark.parametrize(
    "body",
    [
        {"text": "长" * 5001},
        {"text": " "},
        {"text": None},
        {"text": ["x"]},
        {"address": "\u202egnp"},
        {"text": "a" + "\u0301" * 50},
        {"category": "1 OR 1=1"},
        {"category": 10**18},
        {"category": -1},
        {"category": True},
        {"compound": "x"},
        {"compound": 2**70},
        {"grid": "410103008' --"},
        {"grid": street.OTHER_GRID},
        {"grid": {"code": street.GRID}},
        {"client_uuid": "not-a-uuid"},
        {"urgency": "x"},
        {"source": "x"},
        {"contact_phone": "１３８００１３８０００"},
    ],
)
def test_values_of_the_wrong_kind(client: APIClient, body: dict[str, Any]) -> None:
    assert post(client, body) == 400


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'"x"', b"5", b"{", b'{"text":"\xff"}', b"text=1", b"\xef\xbb\xbf{}"]
)
def test_bodies_that_are_no_object(client: APIClient, body: bytes) -> None:
    assert post(client, body) == 400


def test_a_body_that_is_too_large(client: APIClient) -> None:
    assert post(client, b'{"text":"' + b"x" * 2_700_000 + b'"}') == 413


def test_forms_are_not_json(client: APIClient) -> None:
    assert client.post(URL, {"text": "x"}, format="multipart").status_code == 415


def test_many_members(client: APIClient) -> None:
    assert post(client, {f"k{n}": n for n in range(5_000)}) == 400


@pytest.mark.parametrize("key", ["", "x" * 300, "schlüssel"])
def test_idempotency_keys_that_are_none(client: APIClient, key: str) -> None:
    answer = client.post(URL, {"text": "x", "point": HERE}, headers={"Idempotency-Key": key})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "bbox", ["nan,34,114,35", "inf,34,114,35", "1,2,3", "114,35,113,34", "73,3,136,54", "a,b,c,d", "٣,1,4,5"]
)
def test_map_sections_that_are_none(client: APIClient, bbox: str) -> None:
    assert get(client, bbox=bbox) == 400


@pytest.mark.parametrize(
    "query",
    [
        {"page_size": str(10**30)},
        {"page_size": "-1"},
        {"page_size": "0"},
        {"page_size": "٣"},
        {"page_size": "1_0"},
        {"page_size": "null"},
        {"cursor": "x"},
        {"cursor": "cD0nOyBEUk9QIFRBQkxF"},
        {"cursor": "x" * 1000},
        {"state": "unknown"},
        {"category": "abc"},
        {"category": str(10**30)},
        {"category": "٣"},
        {"organization": str(10**30)},
        {"organization": "NaN"},
        {"grid": "41' OR 1=1"},
        {"grid": "٤١٠١"},
        {"reported_from": "yesterday"},
        {"reported_from": "0000-00-00"},
        {"open": "perhaps"},
        {"handler": "5"},
        {"q": "长" * 100},
    ],
)
def test_queries_that_are_none(client: APIClient, query: dict[str, str]) -> None:
    assert get(client, **query) == 400


@pytest.mark.parametrize("name", ["q", "number", "grid", "state", "bbox", "cursor", "page_size", "unknown"])
def test_nul_in_the_query(client: APIClient, name: str) -> None:
    assert client.get(f"{URL}?{name}=a%00b").status_code == 400
    assert client.get(f"{URL}?{name}=%ff").status_code == 400


def test_limits_and_offsets_are_no_words_of_this_list(client: APIClient) -> None:
    answer = client.get(URL, {"limit": str(10**30), "offset": str(10**30)})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "number", ["٢٠٢٦١١٢١-٠٠٠٠٠١", "1", "20261121-999999999", "a%00b", "%ff", "20261121-000001%0a", "' OR 1=1"]
)
def test_addresses_that_are_no_number(client: APIClient, number: str) -> None:
    assert client.get(f"{URL}{number}/").status_code in (400, 404)


@pytest.mark.parametrize(
    "query", [{"ordering": "contact_phone"}, {"contact_phone__startswith": "138"}, {"reporter__password": "x"}]
)
def test_columns_that_cannot_be_asked_for_tell_nothing(world: World, client: APIClient, query: dict[str, str]) -> None:
    world.report(contact_phone="13800138000")
    answer = client.get(URL, query)
    assert answer.status_code == 400
    assert "results" not in answer.json()


def test_a_move_with_strange_members(world: World, client: APIClient) -> None:
    number = world.report().number
    for body in (
        {},
        {"move": "\x00"},
        {"move": ["file"]},
        {"move": "file", "version": 10**30},
        {"move": "file", "state": "closed"},
    ):
        assert client.post(f"{URL}{number}/moves/", body).status_code == 400


def test_rare_characters_of_names_are_kept(client: APIClient) -> None:
    body = {"text": "𠮷野家门口，𬭶先生反映", "point": HERE, "contact_name": "𠮷"}
    answer = client.post(URL, body)
    assert answer.status_code == 201
    assert Incident.objects.get().contact_name == "𠮷"
    assert answer.json()["text"].startswith("𠮷野家门口")
