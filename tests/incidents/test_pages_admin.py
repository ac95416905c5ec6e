"""The admin of incidents: nobody writes state there, rules change by versions."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from incidents.models import Category, DispatchRule, DispatchWork, Incident, RuleRelease
from incidents.states import State
from notices.models.leased import WorkState
from tests import street
from tests.incidents.conftest import World
from tests.incidents.pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(world: World) -> Client:
    """The administrator's browser."""
    return client_of(world, "admin")


MODELS = (
    "incident",
    "category",
    "timelimit",
    "calendarday",
    "dispatchrule",
    "rulerelease",
    "dispatchdecision",
    "dispatchwork",
)


def test_lists_of_the_admin_open(world: World, office: Client) -> None:
    world.incident(State.CLOSED)
    for model in MODELS:
        assert office.get(reverse(f"admin:incidents_{model}_changelist")).status_code == 200, model


def test_a_helper_of_the_admin_sees_the_work_of_her_grids_only(world: World) -> None:
    here, there = world.incident(State.DISPATCHED), world.report(by="admin", point=street.inside(street.OTHER_GRID))
    helper = world.people["operator"]
    helper.is_staff = True
    helper.save()
    helper.user_permissions.set(Permission.objects.filter(codename="view_dispatchwork"))
    page = client_of(world, "operator").get(reverse("admin:incidents_dispatchwork_changelist")).content.decode()
    assert here.number in page
    assert there.number not in page


def test_an_incident_can_be_looked_at_and_not_written(world: World, office: Client) -> None:
    incident = world.incident(State.CLOSED)
    address = reverse("admin:incidents_incident_change", args=[incident.pk])
    assert office.get(address).status_code == 200
    assert office.post(address, {"state": "reported"}).status_code == 403
    assert office.get(reverse("admin:incidents_incident_add")).status_code == 403
    assert office.post(reverse("admin:incidents_incident_delete", args=[incident.pk])).status_code == 403
    assert Incident.objects.get().state == State.CLOSED


def test_nothing_that_moves_is_writable(rf: RequestFactory, world: World) -> None:
    request = rf.get("/")
    request.user = world.people["admin"]
    for model in (Incident, DispatchWork, DispatchRule, RuleRelease):
        page = admin.site.get_model_admin(model)
        ways = (page.has_add_permission, page.has_change_permission, page.has_delete_permission)
        assert not any(allowed(request) for allowed in ways)


@pytest.mark.parametrize(("action", "state"), [("set_going", WorkState.DUE), ("throw_away", WorkState.DISCARDED)])
def test_quarantined_work_is_set_going_or_discarded(world: World, office: Client, action: str, state: str) -> None:
    incident = world.incident(State.REPORTED)
    DispatchWork.objects.update(work_state=WorkState.DEAD, attempts=3)
    work = DispatchWork.objects.get(incident=incident)
    office.post(reverse("admin:incidents_dispatchwork_changelist"), {"action": action, "_selected_action": [work.pk]})
    work.refresh_from_db()
    assert work.work_state == state
    assert work.run_at <= timezone.now()


def test_limits_stand_on_the_page_of_their_category(world: World, office: Client) -> None:
    page = office.get(reverse("admin:incidents_category_change", args=[world.garbage.pk]))
    assert "limits-TOTAL_FORMS" in page.content.decode()
    assert Category.objects.filter(pk=world.garbage.pk).exists()
