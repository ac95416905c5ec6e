"""Data of maps, the numbers of the overview, and photos behind the scope."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.urls import reverse
from django.utils import timezone

from incidents import maps
from incidents.models import Attachment, Incident
from incidents.overview import counts, trend
from incidents.states import State
from tests import street
from tests.incidents.conftest import World, close_files
from tests.incidents.pages import client_of, get, photo, report

pytestmark = pytest.mark.django_db


def test_cases_are_points_with_their_page(world: World) -> None:
    incident = world.incident(State.REPORTED)
    (feature,) = get(world, "operator", "layer").json()["features"]
    assert feature["geometry"]["coordinates"] == pytest.approx([incident.point.x, incident.point.y], abs=1e-6)
    assert feature["properties"]["url"] == reverse("incidents:detail", args=[incident.number])


def test_the_map_obeys_section_and_filters(world: World) -> None:
    world.incident(State.CLOSED)
    assert get(world, "operator", "layer", bbox="113.60,34.70,113.64,34.74").json()["features"]
    assert not get(world, "operator", "layer", bbox="113.63,34.70,113.64,34.74").json()["features"]
    assert not get(world, "operator", "layer", open="true").json()["features"]


@pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "nan,0,1,1", "114,35,113,34", "-180,-90,180,90"])
def test_a_section_that_is_none_is_refused(world: World, bbox: str) -> None:
    assert get(world, "operator", "layer", bbox=bbox).status_code == 400


def test_too_many_points_become_cells_that_count_them_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps.points, "__kwdefaults__", {"limit": 2})
    for step in range(5):
        world.report(text=f"第{step}件", point=Point(113.601 + step * 0.001, 34.71, srid=4326))
    answer = get(world, "operator", "layer", bbox="113.5,34.6,113.7,34.8").json()
    assert answer["cells"]
    assert sum(cell["properties"]["count"] for cell in answer["features"]) == 5


def test_grids_are_coloured_by_what_is_open_in_their_subtree(world: World) -> None:
    world.incident(State.REPORTED)
    world.incident(State.CLOSED)
    features = get(world, "operator", "loads", level=5, under=street.STREET).json()["features"]
    loads = {feature["properties"]["code"]: feature["properties"]["open"] for feature in features}
    assert loads == {street.GRID: 1}
    assert features[0]["geometry"]["type"] in ("Polygon", "MultiPolygon")


@pytest.mark.parametrize("level", ["0", "9", "x", "٥", ""])
def test_a_level_that_is_none_is_refused(world: World, level: str) -> None:
    assert get(world, "operator", "loads", level=level).status_code == 400


def test_the_numbers_of_the_overview_equal_their_lists(world: World) -> None:
    for state in (State.REPORTED, State.DISPATCHED, State.CLOSED, State.SELF_HANDLED, State.NOT_ACCEPTED):
        world.incident(state)
    Incident.objects.filter(state=State.REPORTED).update(due_at=world.now - timedelta(minutes=1))
    page = get(world, "operator", "overview").context
    client = client_of(world, "operator")
    listed = {name: len(client.get(url).context["page"].rows) for name, url in page["links"].items()}
    assert {name: getattr(page["counts"], name) for name in listed} == listed
    assert (page["counts"].open, page["counts"].overdue, page["counts"].closed_today) == (2, 1, 2)


def test_a_day_ends_at_midnight_in_beijing(world: World) -> None:
    incident = world.incident(State.REPORTED)
    evening = timezone.make_aware(timezone.datetime(2026, 3, 1, 23, 59))
    Incident.objects.filter(pk=incident.pk).update(reported_at=evening)
    rows = Incident.objects.all()
    found = trend(rows, now=evening + timedelta(minutes=2))
    assert found.new[-2:] == (1, 0)
    assert counts(rows, now=evening).new_today == 1
    assert counts(rows, now=evening + timedelta(minutes=2)).new_today == 0


@pytest.fixture
def picture(world: World) -> Attachment:
    """A photo of a report."""
    client_of(world, "gridleader").post("/report/", report(photos=[photo()]))
    return Attachment.objects.get()


def test_a_photo_leaves_through_the_scope_of_its_case(world: World, picture: Attachment) -> None:
    for size in ("", "thumb"):
        answer = get(world, "operator", "photo", picture.public_id, size=size)
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
        close_files(answer)
    assert get(world, "department", "photo", picture.public_id).status_code == 404


def test_a_photo_is_kept_by_the_browser_alone(world: World, picture: Attachment) -> None:
    answer = get(world, "operator", "photo", picture.public_id)
    close_files(answer)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("private")
    again = client_of(world, "operator").get(
        reverse("incidents:photo", args=[picture.public_id]), headers={"If-None-Match": answer["ETag"]}
    )
    assert again.status_code == 304


def test_a_photo_whose_file_is_gone_is_not_there(world: World, picture: Attachment) -> None:
    Attachment.objects.update(file="photos/xx/none.jpg")
    assert get(world, "operator", "photo", picture.public_id).status_code == 404


def test_photos_can_be_added_later(world: World, picture: Attachment) -> None:
    address = reverse("incidents:add_photos", args=[picture.incident.number])
    client_of(world, "gridleader").post(address, {"photos": [photo(colour="green")], "text": "另一面"})
    assert picture.incident.attachments.count() == 2


def test_whoever_sees_several_streets_gets_the_map_of_the_busiest(world: World) -> None:
    world.incident(State.REPORTED)
    page = get(world, "admin", "overview").context
    assert {code for code, _name in page["streets"]} == {street.STREET, street.OTHER_STREET}
    assert page["street"] == street.STREET
    assert get(world, "admin", "overview", street=street.OTHER_STREET).context["street"] == street.OTHER_STREET
    assert get(world, "operator", "overview").context["streets"] == []
