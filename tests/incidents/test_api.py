"""The API of incidents: reports, lists, moves, photos, history, contacts."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import AccessEvent, User
from grid.datum import from_wgs84
from grid.posts import CAPABILITIES
from incidents.models import Incident
from incidents.states import State
from tests import street
from tests.incidents.conftest import World, close_files, jpeg

URL = "/api/v1/incidents/"
Keyed = Callable[..., APIClient]
HERE = street.inside(street.MICRO)


@pytest.fixture(autouse=True)
def _no_throttle() -> None:
    cache.clear()


def report(client: APIClient, **given: Any) -> Any:
    headers = given.pop("headers", None)
    body = {"text": "楼下垃圾堆了三天", "point": {"lon": HERE.x, "lat": HERE.y}} | given
    return client.post(URL, body, headers=headers)


def photo(colour: str = "red") -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", jpeg(colour), "image/jpeg")


def test_a_report_answers_with_number_grid_and_leader(world: World, keyed: Keyed) -> None:
    answer = report(keyed("incident.report"), contact_name="张三丰", contact_phone="13800138000")
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert body["grid"] == {"code": street.MICRO, "name": world.grids[street.MICRO].name}
    assert body["leader"]["name"] == "microleader"
    assert body["contact"] == {"name": "张**", "phone": "138****8000"}
    assert answer["Location"].endswith(f"{URL}{body['number']}/")
    assert Incident.objects.get(number=body["number"]).source == "api"


def test_points_of_other_datums_are_converted_and_kept_as_they_came(world: World, keyed: Keyed) -> None:
    lon, lat = from_wgs84(HERE.x, HERE.y, "gcj02")
    body = report(keyed("incident.report"), point={"lon": lon, "lat": lat, "datum": "gcj02"}).json()
    assert body["point"]["lon"] == pytest.approx(HERE.x, abs=1e-7)
    assert body["point_given"] == f"{lon!r},{lat!r} gcj02"


def test_a_repeat_with_the_same_key_gets_the_same_bytes(world: World, keyed: Keyed) -> None:
    client, key = keyed("incident.report"), {"Idempotency-Key": "a-1"}
    first, again = (report(client, headers=key) for _turn in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert Incident.objects.count() == 1
    assert report(client, text="别的", headers=key).status_code == 422


def test_the_same_external_id_or_uuid_gives_the_first_incident(world: World, keyed: Keyed) -> None:
    client, given = keyed("incident.report"), str(uuid4())
    numbers = {report(client, external_id="12345-1").json()["number"] for _turn in range(2)}
    numbers |= {report(client, client_uuid=given, text=text).json()["number"] for text in ("一", "二")}
    assert len(numbers) == 2


def test_the_list_holds_what_the_key_may_see_newest_first(world: World, keyed: Keyed) -> None:
    mine = [world.report().number for _turn in range(3)]
    world.report(by="operator", point=street.inside(street.OTHER_GRID))
    answer = keyed("incident.view").get(URL, {"page_size": 2}).json()
    assert [row["number"] for row in answer["results"]] == mine[:0:-1]
    assert "text" not in answer["results"][0]
    rest = keyed("incident.view").get(answer["next"]).json()
    assert [row["number"] for row in rest["results"]] == mine[:1]


def test_a_list_costs_eight_queries_whatever_its_length(
    world: World, keyed: Keyed, django_assert_max_num_queries: CaptureQueriesContext
) -> None:
    for state in State.values:
        world.incident(state)
    client = keyed("incident.view")
    with django_assert_max_num_queries(8):
        assert len(client.get(URL).json()["results"]) == len(State.values)


def test_out_of_scope_is_not_found(world: World, keyed: Keyed) -> None:
    number = world.report().number
    client = keyed(*CAPABILITIES, grid=street.OTHER_STREET)
    paths = ("", "events/", "clocks/", "attachments/", f"attachments/{uuid4()}/")
    assert {client.get(f"{URL}{number}/{path}").status_code for path in paths} == {404}
    assert {client.post(f"{URL}{number}/{path}/").status_code for path in ("moves", "reveal", "attachments")} == {404}


def test_without_a_capability_it_is_forbidden_and_without_a_key_it_is_401(world: World, keyed: Keyed) -> None:
    client = keyed("grid.view")
    assert {client.get(URL).status_code, report(client).status_code} == {403}
    assert {APIClient().get(URL).status_code, report(APIClient()).status_code} == {401}


def test_one_incident_names_the_moves_of_its_reader_and_its_version(world: World, signed: Keyed) -> None:
    incident = world.incident(State.HANDLED)
    answer = signed("operator").get(f"{URL}{incident.number}/")
    assert answer["ETag"] == f'"{incident.version}"'
    moves = {move["name"]: move["needs"] for move in answer.json()["allowed_moves"]}
    assert moves == {"start_check": [], "close": ["text"], "rework": ["reason"]}
    assert answer.json()["handler"]["organization_name"] == world.unit.name


def test_a_number_may_be_typed_without_hyphen_and_zeros(world: World, signed: Keyed) -> None:
    day, number = world.report().number.split("-")
    assert signed("operator").get(f"{URL}{day}{int(number)}/").status_code == 200


def test_the_whole_way_through_the_api(world: World, signed: Keyed) -> None:
    number = world.report().number
    way: list[tuple[str, str, dict[str, Any]]] = [
        ("operator", "file", {"category": world.garbage.pk}),
        ("dispatcher", "dispatch", {"organization": world.unit.pk}),
        ("department", "take", {}),
        ("department", "feedback", {"text": "已清理"}),
        ("operator", "close", {"text": "核查通过"}),
    ]
    for version, (role, move, given) in enumerate(way, start=1):
        body = {"move": move, **given}
        answer = signed(role).post(f"{URL}{number}/moves/", body, headers={"If-Match": f'"{version}"'})
        assert answer.status_code == 200, answer.json()
    assert answer.json()["state"] == "closed"


def test_errors_of_a_move_have_three_names(world: World, signed: Keyed) -> None:
    incident = world.incident(State.FILED)
    url, good = f"{URL}{incident.number}/moves/", {"move": "dispatch", "version": 2, "organization": world.unit.pk}
    tries = [
        ("dispatcher", good | {"version": 1}, 409),
        ("dispatcher", good | {"move": "close", "text": "x"}, 409),
        ("gridleader", good, 403),
        ("dispatcher", good | {"organization": None}, 400),
        ("dispatcher", good | {"organization": 10**6}, 400),
        ("dispatcher", {"move": "dispatch", "organization": world.unit.pk}, 400),
        ("dispatcher", good | {"move": "report"}, 400),
    ]
    for role, body, status in tries:
        answer = signed(role).post(url, body)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.json()


@pytest.mark.parametrize("header", ["", "*", "7", '"x"', '"1", "2"', '"٢"'])
def test_an_if_match_that_is_no_version_is_refused(world: World, signed: Keyed, header: str) -> None:
    number = world.incident(State.FILED).number
    body = {"move": "dispatch", "organization": world.unit.pk}
    headers = {"If-Match": header.encode().decode("latin-1")}
    assert signed("dispatcher").post(f"{URL}{number}/moves/", body, headers=headers).status_code == 400


def test_history_and_clocks_can_be_read(world: World, signed: Keyed) -> None:
    number = world.incident(State.DISPATCHED).number
    events = signed("auditor").get(f"{URL}{number}/events/", {"page_size": 2}).json()
    assert [event["move"] for event in events["results"]] == ["report", "file"]
    assert [e["move"] for e in signed("auditor").get(events["next"]).json()["results"]] == ["dispatch"]
    clocks = signed("auditor").get(f"{URL}{number}/clocks/").json()
    assert [(clock["clock"], clock["running"]) for clock in clocks][-1] == ("handle", True)
    assert clocks[-1]["steps"][0]["kind"] == "started"


def test_photos_are_added_listed_and_served(world: World, signed: Keyed) -> None:
    number = world.report().number
    client = signed("gridleader")
    answer = client.post(f"{URL}{number}/attachments/", {"photos": [photo(), photo("blue")]}, format="multipart")
    assert [one["stage"] for one in answer.json()] == ["report", "report"]
    listed = client.get(f"{URL}{number}/attachments/").json()
    assert listed == answer.json()
    served = client.get(f"{URL}{number}/attachments/{listed[0]['id']}/", {"size": "thumb"})
    assert served["Content-Type"] == "image/jpeg"
    assert served.getvalue().startswith(b"\xff\xd8")
    close_files(served)


def test_the_same_photo_twice_is_one(world: World, signed: Keyed) -> None:
    url = f"{URL}{world.report().number}/attachments/"
    counts = [
        len(signed("gridleader").post(url, {"photos": [photo()]}, format="multipart").json()) for _turn in range(2)
    ]
    assert counts == [1, 0]


@pytest.mark.parametrize(
    ("role", "photos", "status"),
    [
        ("auditor", [jpeg()], 403),
        ("gridleader", [b"GIF89a"], 400),
        ("gridleader", [], 400),
        ("gridleader", [jpeg(f"#00{n:02x}00") for n in range(10)], 400),
    ],
)
def test_photos_that_may_not_be_added(world: World, signed: Keyed, role: str, photos: list[bytes], status: int) -> None:
    files = [SimpleUploadedFile("a.jpg", content, "image/jpeg") for content in photos]
    answer = signed(role).post(f"{URL}{world.report().number}/attachments/", {"photos": files}, format="multipart")
    assert answer.status_code == status


def test_no_photos_for_what_has_ended(world: World, signed: Keyed) -> None:
    url = f"{URL}{world.incident(State.CLOSED).number}/attachments/"
    assert signed("operator").post(url, {"photos": [photo()]}, format="multipart").status_code == 409


def test_a_contact_is_revealed_for_a_purpose_and_recorded_twice(world: World, signed: Keyed) -> None:
    incident = world.report(contact_name="张三丰", contact_phone="13800138000")
    url = f"{URL}{incident.number}/reveal/"
    assert signed("operator").post(url, {"purpose": " "}).status_code == 400
    answer = signed("operator").post(url, {"purpose": "回访"})
    assert answer.json() == {"name": "张三丰", "phone": "13800138000"}
    seen = AccessEvent.objects.get(action="reveal")
    assert (seen.object_id, seen.purpose, seen.actor) == (incident.number, "回访", world.people["operator"])
    assert incident.events.get(kind="revealed").text == "回访"


def test_who_may_not_see_contacts_cannot_reveal_them(world: World, signed: Keyed) -> None:
    number = world.report(contact_phone="13800138000").number
    assert signed("gridleader").post(f"{URL}{number}/reveal/", {"purpose": "x"}).status_code == 403
    assert not AccessEvent.objects.filter(action="reveal").exists()


def test_a_department_sees_what_it_handles_and_nothing_else(world: World, signed: Keyed) -> None:
    mine = world.incident(State.DISPATCHED)
    world.report()
    rows = signed("department").get(URL).json()["results"]
    assert [row["number"] for row in rows] == [mine.number]


def test_categories_are_listed(world: World, keyed: Keyed) -> None:
    names = [row["name"] for row in keyed("incident.report").get("/api/v1/categories/").json()]
    assert names == ["市容环境", "暴露垃圾"]


def test_an_inactive_account_is_out(world: World, keyed: Keyed) -> None:
    client = keyed("incident.view")
    User.objects.filter(kind="service").update(is_active=False)
    assert client.get(URL).status_code == 401


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "filed"}, 1),
        ({"state": ["filed", "closed"]}, 2),
        ({"open": "true"}, 2),
        ({"overdue": "true"}, 0),
        ({"grid": street.GRID}, 3),
        ({"grid": street.SISTER}, 0),
        ({"source": "patrol"}, 3),
        ({"q": "三天没人"}, 3),
        ({"q": "没有这句"}, 0),
        ({"handler": "me"}, 0),
        ({"reporter": "me"}, 0),
        ({"bbox": "113.59,34.69,113.63,34.73"}, 3),
        ({"bbox": "114,34,114.1,34.1"}, 0),
    ],
)
def test_filters_narrow_the_list(world: World, signed: Keyed, query: dict[str, Any], found: int) -> None:
    for state in (State.REPORTED, State.FILED, State.CLOSED):
        world.incident(state)
    assert len(signed("operator").get(URL, query).json()["results"]) == found


def test_filters_by_category_number_and_handler(world: World, signed: Keyed) -> None:
    incident = world.incident(State.DISPATCHED)
    world.report()
    for query in (
        {"category": world.garbage.pk},
        {"category": world.garbage.parent.pk},
        {"number": incident.number.replace("-", "")},
        {"organization": world.unit.pk},
    ):
        rows = signed("operator").get(URL, query).json()["results"]
        assert [row["number"] for row in rows] == [incident.number], query
    assert len(signed("department").get(URL, {"handler": "me"}).json()["results"]) == 1
