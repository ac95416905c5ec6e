"""敲门行动: planned, walked door by door, ended with a result, followed by an incident."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import NotAllowed, NotNow, NotValid
from fieldwork import knocking, logbook
from fieldwork.knocking import NewAction, NewDoor
from fieldwork.models import FieldStep, KnockAction, KnockedDoor
from grid.models import Building, Compound
from incidents.models import Incident
from tests import street
from tests.fieldwork import visit_world
from tests.fieldwork.visit_world import NOW, TODAY, VisitWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> VisitWorld:
    return visit_world.build()


def planned(world, **more) -> KnockAction:
    given = {"title": "体育场噪声", "question": "几点以后吵？", "buildings": [world.building]}
    days = {"starts_on": TODAY, "ends_on": TODAY + timedelta(days=3)}
    new = NewAction(**(given | days | more))
    return knocking.make_action(new, grid=world.grids[street.COMMUNITY], actor=world.leader, now=NOW)


def running(world) -> KnockAction:
    return knocking.start(planned(world), actor=world.leader, now=NOW)


def knock(world, action, answer="answered", room="101", **more):
    door = NewDoor(more.pop("building", world.building), room, answer, unit="1单元", **more)
    return knocking.write_door(action, door, actor=world.worker, now=NOW)[0]


def test_an_action_goes_from_plan_to_result_and_every_step_is_kept(world):
    action = running(world)
    knock(world, action, stand="for", opinion="九点以后太吵")
    action = knocking.end(action, result="与体育场约定九点闭场", lasting="每季度回访", actor=world.leader, now=NOW)
    assert (action.status, action.lasting) == ("ended", "每季度回访")
    steps = FieldStep.objects.filter(subject="knockaction", subject_id=action.pk).values_list("after", flat=True)
    assert list(steps) == ["planned", "running", "ended"]
    with pytest.raises(NotNow):
        knock(world, action, room="102")


def test_an_action_does_not_end_without_a_result_nor_end_twice(world):
    action = running(world)
    with pytest.raises(NotValid):
        knocking.end(action, result=" ", lasting="", actor=world.leader, now=NOW)
    knocking.call_off(action, text="已解决", actor=world.leader, now=NOW)
    with pytest.raises(NotNow):
        knocking.end(action, result="好", lasting="", actor=world.leader, now=NOW)


def test_a_second_try_keeps_the_opinion_that_was_given(world):
    action = running(world)
    knock(world, action, "not_home")
    knock(world, action, stand="against", opinion="不影响")
    door = knock(world, action, "not_home")
    assert (door.answer, door.opinion, door.tries) == ("answered", "不影响", 3)
    assert door.household == world.home
    assert KnockedDoor.objects.count() == 1


def test_the_same_send_is_one_try(world):
    action, key = running(world), uuid4()
    door = NewDoor(world.building, "101", "not_home", unit="1单元")
    sent = [knocking.write_door(action, door, actor=world.worker, now=NOW, client_id=key) for _time in range(2)]
    assert [made for _door, made in sent] == [True, False]
    assert sent[0][0].tries == 1


def test_doors_of_other_buildings_and_opinions_of_nobody_are_refused(world):
    action = running(world)
    other = Building.objects.create(compound=Compound.objects.get(), grid=world.grid, name="2号楼")
    for wrong in ({"building": other}, {"answer": "refused", "opinion": "不愿谈"}, {"room": " "}):
        with pytest.raises(NotValid):
            knock(world, action, **wrong)


def test_only_whoever_plans_makes_an_action_and_only_of_buildings_there(world):
    new = NewAction("题", "问", [world.building], TODAY, TODAY)
    with pytest.raises(NotAllowed):
        knocking.make_action(new, grid=world.grids[street.COMMUNITY], actor=world.worker, now=NOW)
    with pytest.raises(NotValid):
        knocking.make_action(new, grid=world.grids[street.SISTER], actor=world.leader, now=NOW)


def test_figures_count_the_doors_of_households_and_what_was_heard(world):
    world.household("102"), world.household("103")
    action = running(world)
    knock(world, action, stand="for"), knock(world, action, "refused", room="102")
    (line,) = knocking.lines(action)
    assert (line.doors, line.tried, line.answered, line.refused) == (3, 2, 1, 1)
    assert {value: n for value, _label, n in knocking.stands(action)} == {"for": 1, "against": 0, "other": 0, "": 0}


def test_one_incident_follows_and_names_no_door(world):
    action = running(world)
    with pytest.raises(NotNow):
        knocking.follow_up(action, text="噪声", actor=world.leader, now=NOW)
    knock(world, action, opinion="太吵")
    text = knocking.summary(action)
    first = knocking.follow_up(action, text=text, actor=world.leader, now=NOW)
    assert knocking.follow_up(action, text=text, actor=world.leader, now=NOW) == first == Incident.objects.get()
    action.refresh_from_db()
    assert action.follow_up == first
    assert "太吵" in first.text
    assert "101" not in first.text


def test_the_walk_on_the_phone_is_one_tap_a_door(world):
    action, client = running(world), Client()
    client.force_login(world.worker)
    walk = client.get(reverse("fieldwork:knock_walk", args=[action.pk]))
    assert "1单元101" in walk.content.decode()
    sent = {"client_id": uuid4(), "building": world.building.pk, "unit": "1单元", "room": "101", "answer": "not_home"}
    answer = client.post(reverse("fieldwork:knock_door", args=[action.pk]), sent)
    assert answer["Location"].endswith(f"?building={world.building.pk}")
    assert action.doors.get().answer == "not_home"


def test_every_page_of_an_action_opens_for_whoever_plans(world):
    action, client = running(world), Client()
    knock(world, action, opinion="太吵")
    client.force_login(world.leader)
    for name in ("knock", "knock_edit", "knock_end", "knock_follow", "knock_walk", "knock_door"):
        assert client.get(reverse(f"fieldwork:{name}", args=[action.pk])).status_code == 200, name
    url, incident = reverse("fieldwork:knock_new"), {"grid": street.COMMUNITY}
    assert "聚龙花园" in client.get(url, incident).content.decode()
    sent = {"title": "新的", "question": "问？", "buildings": [world.building.pk], "starts_on": TODAY, "ends_on": TODAY}
    made = client.post(f"{url}?grid={street.COMMUNITY}", sent)
    assert made["Location"] == reverse("fieldwork:knock", args=[KnockAction.objects.get(title="新的").pk])


def test_opinions_are_read_without_the_door_by_whoever_does_not_see_households(world):
    action, client = running(world), Client()
    knock(world, action, opinion="太吵")
    auditor = street.make_person("auditor")
    street.give_post(auditor, "auditor", world.grids[street.STREET])
    client.force_login(auditor)
    shown = client.get(reverse("fieldwork:knock", args=[action.pk])).content.decode()
    assert "太吵" in shown
    assert "1单元101" not in shown


def test_a_morning_of_doors_is_one_line_in_the_book_of_the_grid_below(world):
    action = running(world)
    knock(world, action, room="101", at=NOW - timedelta(hours=3))  # seven in Beijing, the day before in UTC
    knock(world, action, "not_home", room="102", at=NOW - timedelta(hours=1))
    rows = logbook.rows(logbook.Whose(TODAY, TODAY, code=world.grid.code, reader=world.leader))
    assert [(row.kind, row.result) for row in rows if row.kind == "knock"] == [("knock", "敲门 2 户，应答 1 户")]
