"""Who gets which page, and what lies outside a scope is not there."""

import pytest
from django.test import Client
from django.urls import reverse

from grid.posts import PostKind
from incidents import urls
from incidents.models import Incident
from incidents.states import State
from tests import street
from tests.incidents.conftest import World
from tests.incidents.pages import client_of, get, make_move

pytestmark = pytest.mark.django_db

STAFF = ["operator", "dispatcher", "shiftleader", "supervisor", "community", "cadre", "auditor", "admin"]
PAGES = ["list", "tasks", "phone_home", "layer"]


@pytest.fixture
def stranger(world: World) -> Client:
    """The operator of another street."""
    person = street.make_person("stranger")
    street.give_post(person, PostKind.SHIFT_LEADER, world.grids[street.OTHER_STREET])
    client = Client()
    client.force_login(person)
    return client


def test_every_page_has_a_rule() -> None:
    assert all(getattr(pattern.callback, "access_rule", None) for pattern in urls.urlpatterns)


def test_staff_start_at_the_overview(world: World) -> None:
    world.incident(State.DISPATCHED)
    for role in STAFF:
        answer = get(world, role, "overview")
        assert "incidents/overview.html" in {template.name for template in answer.templates}, role


@pytest.mark.parametrize(
    ("role", "page"),
    [("gridleader", "fieldwork:home"), ("microleader", "fieldwork:home"), ("department", "incidents:tasks")],
)
def test_field_posts_and_units_start_at_their_work(world: World, role: str, page: str) -> None:
    answer = get(world, role, "overview")
    assert (answer.status_code, answer.url) == (302, reverse(page))


def test_a_stranger_signs_in_first(db: None) -> None:
    for page in (*PAGES, "overview", "desk", "report", "intake_desk", "loads"):
        answer = Client().get(reverse(f"incidents:{page}"))
        assert answer.status_code == 302, page
        assert answer.url.startswith("/login/")


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_everybody_open_for_every_role(world: World, page: str) -> None:
    world.incident(State.REPORTED)
    assert {role: get(world, role, page).status_code for role in world.people} == dict.fromkeys(world.people, 200)


def test_work_pages_ask_for_the_post(world: World) -> None:
    for page, role, status in (
        ("desk", "operator", 200),
        ("desk", "dispatcher", 200),
        ("desk", "shiftleader", 200),
        ("desk", "gridleader", 403),
        ("desk", "department", 403),
        ("desk", "auditor", 403),
        ("intake_desk", "operator", 200),
        ("intake_desk", "gridleader", 403),
        ("report", "gridleader", 200),
        ("report", "auditor", 403),
        ("report", "department", 403),
        ("loads", "department", 200),
    ):
        assert get(world, role, page).status_code == status, (page, role)


def test_a_case_of_another_street_is_not_there(world: World, stranger: Client) -> None:
    incident = world.incident(State.REPORTED)
    for page in ("detail", "sent", "contact"):
        assert stranger.get(reverse(f"incidents:{page}", args=[incident.number])).status_code == 404, page


def test_a_move_on_a_case_of_another_street_is_not_there(world: World, stranger: Client) -> None:
    incident = world.incident(State.REPORTED)
    address = reverse("incidents:move", args=[incident.number, "file"])
    answer = stranger.post(address, {"version": incident.version, "category": world.garbage.pk})
    assert answer.status_code == 404
    assert Incident.objects.get().state == State.REPORTED


def test_lists_and_maps_of_another_street_are_empty(world: World, stranger: Client) -> None:
    world.incident(State.REPORTED)
    assert stranger.get(reverse("incidents:list")).context["page"].rows == []
    assert stranger.get(reverse("incidents:layer")).json()["features"] == []
    loads = stranger.get(reverse("incidents:loads"), {"level": 5, "plain": 1}).json()["loads"]
    assert loads == {}


def test_a_number_that_does_not_exist_is_not_there(world: World) -> None:
    assert get(world, "operator", "detail", "20200101-000001").status_code == 404


def test_the_handling_department_sees_its_case_and_no_other(world: World) -> None:
    mine, other = world.incident(State.DISPATCHED), world.incident(State.REPORTED)
    client = client_of(world, "department")
    assert client.get(reverse("incidents:detail", args=[mine.number])).status_code == 200
    assert client.get(reverse("incidents:detail", args=[other.number])).status_code == 404


def test_a_move_that_is_not_mine_is_refused(world: World) -> None:
    incident = world.incident(State.REPORTED)
    answer = make_move(world, incident, "file", by="gridleader", category=world.garbage.pk)
    assert answer.status_code == 403
    assert Incident.objects.get().state == State.REPORTED
