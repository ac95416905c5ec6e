"""The doors of visits for systems: once, masked, in scope."""

from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from fieldwork import knocking
from fieldwork.models import Visit, VisitDuty
from fieldwork.tasks import open_due_rounds
from tests import street
from tests.fieldwork import visit_world
from tests.fieldwork.visit_world import NOW, TODAY, VisitWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> VisitWorld:
    return visit_world.build()


def client_of(user) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_the_job_opens_rounds_and_a_system_reads_and_closes_them(world):
    visit_world.plan("每周", "care", "week", tag=world.elder.tag)
    assert open_due_rounds() == 1
    client = client_of(world.worker)
    (line,) = client.get("/api/v1/field/visit-duties/", {"when": "all"}).json()["results"]
    assert (line["plan_name"], line["door"]) == ("每周", "1单元101")
    sent = {"client_id": str(uuid4()), "outcome": "refused", "duty": line["id"]}
    VisitDuty.objects.update(due_on=timezone.localdate())
    assert [client.post("/api/v1/field/visits/", sent, format="json").status_code for _n in range(2)] == [201, 200]
    assert Visit.objects.get().subject == world.elder
    other = client.post("/api/v1/field/visits/", sent | {"text": "别的"}, format="json")
    assert other.status_code == 409


def test_unknown_members_and_filters_are_refused(world):
    client = client_of(world.worker)
    sent = {"client_id": str(uuid4()), "outcome": "met", "household": world.home.pk, "name": "张三"}
    assert client.post("/api/v1/field/visits/", sent, format="json").status_code == 400
    for name in ("visits", "visit-duties", "visit-plans", "knocks"):
        assert client.get(f"/api/v1/field/{name}/", {"nam": "x"}).status_code == 400, name


def test_a_household_elsewhere_cannot_be_named(world):
    stranger = street.make_person("stranger")
    street.give_post(stranger, "grid_worker", world.grids[street.OTHER_GRID])
    sent = {"client_id": str(uuid4()), "outcome": "met", "household": world.home.pk}
    assert client_of(stranger).post("/api/v1/field/visits/", sent, format="json").status_code == 400


def test_doors_are_written_once_and_shown_without_the_door_to_whoever_does_not_see_households(world):
    new = knocking.NewAction("噪声", "几点吵？", [world.building], TODAY, TODAY)
    action = knocking.make_action(new, grid=world.grid, actor=world.leader, now=NOW)
    knocking.start(action, actor=world.leader, now=NOW)
    url = f"/api/v1/field/knocks/{action.pk}/doors/"
    sent = {"client_id": str(uuid4()), "building": world.building.pk, "room": "101", "answer": "answered"}
    assert [client_of(world.worker).post(url, sent, format="json").status_code for _n in range(2)] == [201, 200]
    auditor = street.make_person("auditor")
    street.give_post(auditor, "auditor", world.grids[street.STREET])
    rooms = [client_of(user).get(url).json()["results"][0]["room"] for user in (world.worker, auditor)]
    assert rooms == ["101", ""]
    assert client_of(auditor).get(f"/api/v1/field/knocks/{action.pk}/").json()["doors_answered"] == 1
