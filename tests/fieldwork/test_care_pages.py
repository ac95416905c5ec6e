"""The pages, the map and the API of care: masked, counted, small numbers kept back."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AccessEvent, User
from fieldwork import care, colours
from fieldwork.dictionaries import load_care
from fieldwork.models import CareColour, CareSubject, FieldStep, PopulationTag, Resident
from grid.sheets import read_table
from tests import street
from tests.fieldwork import visit_world
from tests.fieldwork.visit_world import NOW, TODAY, VisitWorld

pytestmark = pytest.mark.django_db
NAME, PHONE, REASON = "占淑芬", "13812345678", "左臂截肢"


@pytest.fixture
def world(db: None) -> VisitWorld:
    load_care()
    return visit_world.build()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def people(world: VisitWorld, count: int, tag: str = "残疾人", **more: Any) -> list[CareSubject]:
    """So many people in care, each in a flat of its own."""
    found = []
    for n in range(count):
        home = world.household(f"{tag}{n}")
        person = Resident.objects.create(household=home, name=NAME, phone=PHONE, is_head=True)
        given = {"tag": PopulationTag.objects.get(name=tag), "reason": REASON, "basis": "duty", "resident": person}
        found.append(care.enter(care.NewCare(household=home, **(given | more)), actor=world.leader, now=NOW))
    return found


def watcher(world: VisitWorld) -> User:
    """Sees field work, but nobody in care."""
    person = street.make_person("watcher")
    street.give_post(person, "supervisor", world.grids[street.STREET])
    return person


def test_the_list_shows_masked_names_and_costs_the_same_for_many(world: VisitWorld, django_assert_max_num_queries: Any):
    people(world, 3)
    client = client_of(world.worker)
    client.get(reverse("fieldwork:care"))
    with django_assert_max_num_queries(14) as few:
        page = client.get(reverse("fieldwork:care")).content.decode()
    people(world, 9, "低保")
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("fieldwork:care"))
    assert "占**" in page
    assert not [word for word in (NAME, PHONE, REASON) if word in page]


def test_a_sensitive_tag_is_not_there_for_those_who_may_not_see_it(world: VisitWorld):
    address = reverse("fieldwork:care_subject", args=[world.secret.pk])
    assert client_of(world.worker).get(address).status_code == 404
    assert "社区矫正" not in client_of(world.worker).get(reverse("fieldwork:care")).content.decode()
    assert client_of(world.leader).get(address).status_code == 200


def test_the_reason_opens_for_a_purpose_only(world: VisitWorld):
    address = reverse("fieldwork:care_reason", args=[people(world, 1)[0].pk])
    assert client_of(world.worker).get(address).status_code == 403
    client = client_of(world.leader)
    assert REASON not in client.get(address).content.decode()
    assert client.post(address, {"purpose": ""}).status_code == 422
    shown = client.post(address, {"purpose": "联系家属"})
    assert REASON in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert AccessEvent.objects.filter(action=AccessEvent.Action.REVEAL).count() == 1


def test_somebody_is_entered_changed_and_ended_by_hand(world: VisitWorld):
    client, home = client_of(world.worker), world.household("301")
    person = Resident.objects.create(household=home, name=NAME, is_head=True)
    given = {
        "resident": person.pk,
        "tag": PopulationTag.objects.get(name="低保").pk,
        "basis": "consent",
        "consent_on": "2020-01-01",
        "reason": REASON,
        "carer": world.worker.pk,
        "since": "2020-01-01",
    }
    assert client.post(reverse("fieldwork:care_new", args=[home.pk]), given | {"reason": ""}).status_code == 422
    assert client.post(reverse("fieldwork:care_new", args=[home.pk]), given).status_code == 302
    subject = CareSubject.objects.get(household=home)
    step = {"stage": "end", "text": "搬走", "version": 1}
    assert client.post(reverse("fieldwork:care_step", args=[subject.pk]), step).status_code == 302
    subject.refresh_from_db()
    assert (subject.status, subject.carer) == ("ended", world.worker)
    assert "搬走" in client.get(reverse("fieldwork:care_subject", args=[subject.pk])).content.decode()


def test_the_form_of_a_grid_worker_offers_no_sensitive_tag(world: VisitWorld):
    page = client_of(world.worker).get(reverse("fieldwork:care_new", args=[world.home.pk])).content.decode()
    assert "低保" in page
    assert "吸毒" not in page


def test_the_file_is_masked_and_recorded(world: VisitWorld):
    people(world, 2)
    answer = client_of(world.worker).get(reverse("fieldwork:care_excel"))
    rows = [dict(row) for row in read_table(answer.content, "care.xlsx")]
    assert len(rows) == 3  # and the elder of the world
    assert not [word for word in (NAME, PHONE, REASON) if word in str(rows)]
    assert AccessEvent.objects.filter(action=AccessEvent.Action.EXPORT, object_type="care_subject").exists()


# --- colours ---


def cells(user: User) -> dict[str, Any]:
    found = colours.of_grids(user, under=street.STREET, length=len(street.MICRO))
    slots = {colour.slot: colour.name for colour in CareColour.objects.all()}
    return {slots[slot]: cell.shown for slot, cell in found.get(street.MICRO, {}).items()}


def test_who_sees_the_people_sees_the_numbers(world: VisitWorld):
    people(world, 6)
    people(world, 2, "低保")
    assert cells(world.worker) == {"深绿": "1", "黄": "6", "粉": "2"}
    assert cells(world.leader) == {"深绿": "1", "黄": "6", "粉": "2", "橘": "1"}


def test_others_see_steps_of_five_and_nothing_sensitive(world: VisitWorld):
    people(world, 6)
    people(world, 2, "低保")
    people(world, 6, "社区矫正")
    assert cells(watcher(world)) == {"深绿": "<5", "黄": "5+", "粉": "<5"}


def test_somebody_under_two_tags_of_a_colour_counts_once(world: VisitWorld):
    one = people(world, 1)[0]
    more = care.NewCare(
        household=one.household,
        resident=one.resident,
        tag=PopulationTag.objects.get(name="重残"),
        reason="卧床",
        basis="duty",
    )
    care.enter(more, actor=world.leader, now=NOW)
    assert cells(world.worker)["黄"] == "1"


def test_the_page_of_colours_goes_down_to_buildings_and_links_only_for_those_who_see_people(world: VisitWorld):
    people(world, 2)
    address = f"{reverse('fieldwork:care_colours')}?grid={street.MICRO}"
    own, other = (client_of(user).get(address).content.decode() for user in (world.worker, watcher(world)))
    link = f"{reverse('fieldwork:care')}?building={world.building.pk}&amp;colour=3"
    assert "聚龙花园1号楼" in own
    assert link in own
    assert link not in other
    assert "&lt;5" in other


def test_the_map_draws_buildings_without_a_name_and_counts_in_few_queries(
    world: VisitWorld, django_assert_max_num_queries: Any
):
    world.building.point = "SRID=4326;POINT(113.61 34.71)"
    world.building.save()
    people(world, 3)
    client = client_of(watcher(world))
    client.get(reverse("fieldwork:care_layer"))
    with django_assert_max_num_queries(8):
        layer = client.get(f"{reverse('fieldwork:care_layer')}?grid={street.STREET}").json()
    (feature,) = layer["features"]
    assert feature["geometry"]["coordinates"] == [113.61, 34.71]
    assert (feature["properties"]["total"], feature["properties"]["size"]) == ("<5", 0)
    assert client.get(f"{reverse('fieldwork:care_layer')}?grid=x").status_code == 400


def test_the_legend_has_nine_slots_that_the_office_defines(world: VisitWorld):
    assert CareColour.objects.count() == 9
    secretary = street.make_person("secretary")
    street.give_post(secretary, "street_secretary", world.grids[street.STREET])
    address = reverse("fieldwork:care_colour", args=[9])
    given = {"name": "灰", "value": "#112233", "meaning": "退役军人", "source": ""}
    assert client_of(world.leader).post(address, given).status_code == 403
    assert client_of(secretary).post(address, given | {"value": "javascr"}).status_code == 422
    assert client_of(secretary).post(address, given).status_code == 302
    assert CareColour.objects.get(slot=9).meaning == "退役军人"
    assert FieldStep.objects.get(subject="carecolour").by == secretary


# --- promises, systems ---


def test_a_promise_is_made_listed_and_kept_by_hand(world: VisitWorld):
    client = client_of(world.worker)
    given = {"title": "装声控灯", "due_on": "2999-01-01"}
    made = client.post(reverse("fieldwork:promise_to", args=[world.elder.pk]), given)
    assert "装声控灯" in client.get(reverse("fieldwork:promises")).content.decode()
    step = {"stage": "keep", "text": "灯亮了", "version": 1}
    assert client.post(f"{made['Location']}step/", step).status_code == 302
    assert "灯亮了" in client.get(f"{reverse('fieldwork:promises')}?status=done").content.decode()


def test_the_api_masks_counts_and_refuses_unknown_filters(world: VisitWorld):
    people(world, 2)
    client = client_of(world.worker)
    rows = client.get(reverse("api-field-care-list")).json()["results"]
    assert {row["person"] for row in rows} == {"占**", ""}
    assert not [word for word in (NAME, PHONE, REASON) if word in str(rows)]
    assert client.get(f"{reverse('api-field-care-list')}?name={NAME}").status_code == 400
    counts = client.get(f"{reverse('api-field-care-count-list')}?grid={street.STREET}&level=6").json()
    assert {(one["colour"], one["shown"]) for one in counts} == {(3, "2"), (5, "1")}


def test_the_elder_of_the_world_is_due_today(world: VisitWorld):
    plan = visit_world.plan("每月", "care", "month", tag=world.elder.tag)
    world.elder.duties.create(plan=plan, due_on=TODAY, grid=world.grid, grid_code=world.grid.code)
    (row,) = client_of(world.worker).get(reverse("api-field-care-list")).json()["results"]
    assert row["next_due"] == TODAY.isoformat()
