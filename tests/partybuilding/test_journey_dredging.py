"""The pipe of 淮河路: an incident in a compound without management, met by a municipal unit; played on pages only."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from incidents.models import Incident
from incidents.states import State
from notices.models import Notice
from partybuilding.models import Need, PartyFile, Project, Resource
from tests import street
from tests.incidents.conftest import make_category
from tests.incidents.pages import photo
from tests.partybuilding import list_world
from tests.partybuilding.list_world import Lists

pytestmark = pytest.mark.django_db


@pytest.fixture
def lists() -> Lists:
    """The world, at the present moment."""
    made = list_world.build()
    made.now = timezone.now()
    return made


def move(lists: Lists, role: str, incident: Incident, name: str, **given: Any) -> None:
    """One move on the page of the incident; the page must offer it."""
    incident.refresh_from_db()
    page = lists.browser(role).get(reverse("incidents:detail", args=[incident.number]))
    address = reverse("incidents:move", args=[incident.number, name])
    assert address in page.content.decode(), f"{role} is not offered {name} at {incident.state}"
    answer = lists.browser(role).post(address, {"version": incident.version, **given})
    assert answer.status_code == 302, answer.content.decode()[-2000:]


def reported(lists: Lists) -> Incident:
    """A grid leader reports the blocked pipe on her phone and it is filed."""
    compound = lists.units.compound(code=street.GRID)
    data = {"client_uuid": str(uuid4()), "text": "院内下水管道堵塞，污水漫到路面", "compound": compound.pk}
    data |= {"lon": "113.605", "lat": "34.71"}
    answer = lists.browser("gridleader").post(reverse("incidents:report"), data)
    assert answer.status_code == 302
    incident = Incident.objects.get()
    move(lists, "operator", incident, "file", category=make_category("下水管道堵塞", needs_site_check=True).pk)
    return incident


def raised(lists: Lists, incident: Incident) -> Need:
    """The way from the incident to the list of needs."""
    page = lists.browser("gridleader").get(reverse("incidents:detail", args=[incident.number]))
    address = f"{reverse('partybuilding:need_new')}?incident={incident.number}"
    assert address in page.content.decode()
    form = lists.browser("gridleader").get(address).context["form"]
    data = {"client_id": form["client_id"].value(), "title": form["title"].value(), "kind": lists.kind.pk}
    assert lists.browser("gridleader").post(address, data).status_code == 302
    return Need.objects.get()


def agreed(lists: Lists, need: Need, resource: Resource) -> Project:
    """The best match is taken, the unit promises tomorrow and begins."""
    page = lists.get("gridleader", "need", need.pk)
    assert [one.row for one in page.context["matches"]] == [resource]
    address = f"{reverse('partybuilding:project_for', args=[need.pk])}?resource={resource.pk}"
    assert address in page.content.decode()
    form = lists.browser("gridleader").get(address).context["form"]
    data = {"client_id": form["client_id"].value(), "title": form["title"].value()}
    data |= {"type": lists.type.pk, "resource": form["resource"].value()}
    assert lists.browser("gridleader").post(address, data).status_code == 302
    project = Project.objects.get()
    tomorrow = timezone.localdate() + timedelta(days=1)
    lists.post("hand", "project_step", project.pk, "agree", promised_on=tomorrow, version=1)
    lists.post("hand", "project_step", project.pk, "start", version=2)
    project.refresh_from_db()
    assert (project.status, project.unit) == ("running", lists.units.unit)
    return project


def test_the_dredging_story_from_the_report_to_the_closed_incident(lists: Lists) -> None:
    resource = lists.resource(title="疏通车和抢修队伍", capacity=6)
    incident = reported(lists)
    need = raised(lists, incident)
    assert (need.source, need.compound, need.incident) == ("incident", incident.compound, incident)
    project = agreed(lists, need, resource)
    told = Notice.objects.filter(kind="project.proposed").values_list("recipient__username", flat=True)
    assert list(told) == ["unithand"]

    move(lists, "dispatcher", incident, "dispatch", handler=f"unit:{lists.units.unit.organization_id}")
    move(lists, "hand", incident, "take")

    result = {"result": "10名党员奋战4个小时，管道疏通", "members_count": 10, "hours": "4", "beneficiaries": 120}
    files = {"files": [photo(colour="green")]}
    answer = lists.post("hand", "project_step", project.pk, "finish", version=3, **result, **files)
    assert answer.status_code == 302
    assert lists.get("hand", "project", project.pk).context["incident"] == incident
    move(lists, "hand", incident, "feedback", text=result["result"], photos=photo(colour="blue"))
    lists.post("gridleader", "project_step", project.pk, "confirm", version=4)
    move(lists, "operator", incident, "start_check")
    move(lists, "gridleader", incident, "pass_check", text="现场畅通", photos=photo(colour="red"))
    move(lists, "operator", incident, "close_checked")

    incident.refresh_from_db()
    project.refresh_from_db()
    need.refresh_from_db()
    assert (incident.state, project.status, need.status) == (State.CLOSED, "confirmed", "met")
    assert (project.members_count, project.hours, project.confirmed_by) == (10, 4, lists.people["gridleader"])
    assert PartyFile.objects.filter(project=project, is_photo=True).count() == 1


def test_a_second_need_from_one_incident_is_the_first_one(lists: Lists) -> None:
    incident = reported(lists)
    need = raised(lists, incident)
    answer = lists.get("gridleader", "need_new", incident=incident.number)
    assert answer.url == reverse("partybuilding:need", args=[need.pk])


def test_the_button_stands_only_with_who_keeps_lists(lists: Lists) -> None:
    incident = reported(lists)
    for role, shown in (("gridleader", True), ("operator", False), ("auditor", False)):
        page = lists.browser(role).get(reverse("incidents:detail", args=[incident.number])).content.decode()
        assert bool(re.search(r"party/needs/new/\?incident=", page)) is shown
