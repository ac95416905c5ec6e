"""What somebody with an ordinary account tried against field work, and must not get."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.errors import NotAllowed, NotNow, NotValid
from fieldwork import inspections, knocking, notes, people, training, visit_plans, visits
from fieldwork.imports import KINDS
from fieldwork.knocking import NewAction, NewDoor
from fieldwork.models import Course, Visit, VisitDuty
from grid.importing import offered
from grid.importing.run import import_file
from grid.sheets import write_csv
from incidents.intake import NewIncident, report_incident
from incidents.models import Incident
from incidents.models.incident import Source
from tests import street
from tests.fieldwork import inspecting, visit_world
from tests.fieldwork.homes import ID_NUMBER, Homes, build_homes, posted
from tests.fieldwork.visit_world import NOW, TODAY, VisitWorld

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRST_YEAR = datetime(1, 1, 2, tzinfo=UTC)


@pytest.fixture
def world() -> VisitWorld:
    return visit_world.build()


@pytest.fixture
def homes() -> Homes:
    return build_homes()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def running(world: VisitWorld):
    new = NewAction("噪声", "几点吵？", [world.building], TODAY, TODAY)
    action = knocking.make_action(new, grid=world.grids[street.COMMUNITY], actor=world.leader, now=NOW)
    return knocking.start(action, actor=world.leader, now=NOW)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_the_form_of_a_place_does_not_show_the_person_whom_its_page_masks(db: None) -> None:
    scene = inspecting.build()
    url = reverse("fieldwork:place_edit", args=[scene.shop.pk])
    answer = signed_in(scene.people["gridleader"]).get(url)
    assert "蔡**" in answer.content.decode()
    assert "蔡广琴" not in answer.content.decode()
    facts = replace(inspecting.facts(scene.kind, scene.shop.grid), responsible="", phone="")
    inspections.places.change(scene.shop, facts, actor=scene.people["gridleader"], version=None, keep_phone=True)
    scene.shop.refresh_from_db()
    assert scene.shop.responsible == "蔡广琴"


def test_what_a_mask_hides_cannot_be_found_by_trying(homes: Homes) -> None:
    def search(middle: int) -> None:
        people.find_people(f"138{middle:04}5678", actor=homes.micro, now=timezone.now())

    for middle in (0, 0, 1, 2, 3, 4):
        search(middle)
    with pytest.raises(NotNow):
        search(1234)
    search(0)


def test_a_file_does_not_try_numbers_for_whoever_may_not_open_them(homes: Homes) -> None:
    worker = posted("worker", "grid_worker", homes.grids[street.GRID])
    raw = write_csv(["小区", "楼栋", "房号", "姓名", "身份证号"], [["福民花园", "1号楼", "102", "某人", ID_NUMBER]])
    given = {"kind": "households", "file_name": "x.csv", "raw": raw, "options": {}, "dry_run": True}
    done = import_file(**given, actor=worker, now=timezone.now())
    assert (done.errors, done.findings) == (0, [])


def test_nobody_tries_files_without_end(homes: Homes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offered, "MOST_RUNS", 1)
    given = {"file_name": "x.csv", "raw": write_csv(["小区"], []), "actor": homes.leader}
    offered.check(KINDS["households"], **given, now=timezone.now())
    with pytest.raises(NotNow):
        offered.check(KINDS["households"], **given, now=timezone.now())


def test_an_alarm_for_somebody_under_a_sensitive_tag_leads_to_no_door(world: VisitWorld) -> None:
    duty = VisitDuty.objects.create(
        plan=visit_world.plan("矫正", "care", "week", tag=world.secret.tag),
        subject=world.secret,
        grid=world.grid,
        grid_code=world.grid.code,
        due_on=TODAY,
    )
    for hours in (30, 1):
        new = visits.NewVisit("not_home", household=world.home, also=[duty], at=NOW - timedelta(hours=hours))
        last, _made = visits.record_visit(new, actor=world.leader, now=NOW)
    incident = Incident.objects.get()
    assert "1号楼" not in incident.title + incident.text + incident.address
    assert "11-2" not in incident.text
    assert Visit.objects.get(pk=last.pk).incident is None


def test_a_visit_tells_a_building_head_no_id_of_the_household(world: VisitWorld) -> None:
    visits.record_visit(visits.NewVisit("met", household=world.home), actor=world.worker, now=timezone.now())
    client, head = APIClient(), street.make_person("head")
    street.give_post(head, "building_head", world.grid)
    client.force_authenticate(head)
    assert [one["household"] for one in client.get("/api/v1/field/visits/").json()["results"]] == [None]
    assert client.get("/api/v1/field/visits/", {"household": world.home.pk}).json()["results"] == []


# --- writing ----------------------------------------------------------------------------------------------------------


def test_nobody_takes_the_place_of_a_report_of_the_platform_beforehand(world: VisitWorld) -> None:
    action = running(world)
    for key in (f"knock-{action.pk}", f"care-no-answer-{world.elder.pk}-1"):
        false = NewIncident(text="假", source=Source.PATROL, grid=world.grid, external_id=key)
        report_incident(false, actor=world.worker, now=NOW)
    knocking.write_door(action, NewDoor(world.building, "101", "not_home"), actor=world.worker, now=NOW)
    assert knocking.follow_up(action, text="真", actor=world.leader, now=NOW).text == "真"


def test_the_id_of_a_note_does_not_tell_the_id_of_its_incident(world: VisitWorld) -> None:
    note, _made = notes.write_note(notes.NewNote(uuid4(), "井盖坏了", world.grid), actor=world.worker, now=NOW)
    assert notes.become_incident(note.pk, actor=world.worker, now=NOW)[1].client_uuid.version == 4


def test_what_a_phone_sends_again_does_not_take_the_place_of_newer_words(world: VisitWorld) -> None:
    action, late = running(world), uuid4()
    first = NewDoor(world.building, "101", "answered", stand="for")
    newer = NewDoor(world.building, "101", "answered", stand="against")
    other = posted("other", "grid_worker", world.grid)
    knocking.write_door(action, first, actor=world.worker, now=NOW, client_id=late)
    knocking.write_door(action, newer, actor=other, now=NOW, client_id=uuid4())
    door, made = knocking.write_door(action, first, actor=world.worker, now=NOW, client_id=late)
    assert (made, door.stand, door.tries) == (False, "against", 2)


def test_no_moment_is_stored_that_cannot_be_read_again(world: VisitWorld) -> None:
    door = NewDoor(world.building, "101", "not_home", at=FIRST_YEAR)
    with pytest.raises(NotValid):
        knocking.write_door(running(world), door, actor=world.worker, now=NOW)


def test_a_look_is_not_dated_back(db: None) -> None:
    scene = inspecting.build()
    for at in (FIRST_YEAR, scene.now - 40 * DAY):
        with pytest.raises(NotValid):
            inspecting.look(scene, at=at)


def test_rounds_of_a_sensitive_tag_are_not_stopped_by_whoever_may_not_see_them(world: VisitWorld) -> None:
    member = posted("member", "committee_member", world.grids[street.COMMUNITY])
    grid = world.grids[street.COMMUNITY]
    plan = visit_world.plan("矫正", "care", "week", tag=world.secret.tag, grid=grid, is_sensitive=True)
    with pytest.raises(NotAllowed):
        visit_plans.switch_plan(plan, on=False, actor=member, now=NOW)
    assert not visit_plans.may_change(plan, member)


def test_other_rounds_or_another_grid_are_other_words(world: VisitWorld) -> None:
    key, where = uuid4(), (world.grid, world.grids[street.GRID])
    worker = posted("wide", "grid_worker", world.grids[street.GRID])
    visits.record_visit(visits.NewVisit("met", grid=where[0]), actor=worker, now=NOW, client_id=key)
    with pytest.raises(NotNow):
        visits.record_visit(visits.NewVisit("met", grid=where[1]), actor=worker, now=NOW, client_id=key)


@pytest.mark.parametrize(
    "address",
    [
        "visits/plans/?first=9999-12-31&last=9999-12-31",
        "visits/musts/?first=9999-12-31&last=9999-12-31",
        "inspections/statistics/?first=9999-12-31&last=9999-12-31",
        "logbook/?month=9999-12",
    ],
)
def test_the_last_days_of_the_calendar_break_no_page(world: VisitWorld, address: str) -> None:
    assert signed_in(world.leader).get(f"/{address}").status_code in (200, 400)


def test_the_record_of_somebody_in_another_street_is_not_written_here(world: VisitWorld) -> None:
    stranger = posted("stranger", "grid_worker", world.grids[street.OTHER_GRID])
    guest = posted("guest", "grid_worker", world.grids[street.SISTER])
    begins = NOW + DAY
    course = Course.objects.create(title="消防", form="lecture")
    new = training.NewSession(course, begins, begins + timedelta(hours=2), "会议室")
    session = training.plan(new, grid=world.grids[street.COMMUNITY], actor=world.leader, now=NOW)
    assert training.call(session, people=[guest], actor=world.leader, now=NOW) == 1
    with pytest.raises(NotValid):
        training.call(session, people=[stranger], actor=world.leader, now=NOW)


def test_one_tap_does_not_make_the_words_about_a_sensitive_tag_an_incident(world: VisitWorld) -> None:
    new = visits.NewVisit("met", subject=world.secret, text="情绪不稳")
    visit, _made = visits.record_visit(new, actor=world.leader, now=timezone.now())
    client = signed_in(world.leader)
    assert client.post(reverse("fieldwork:visit_incident", args=[visit.pk])).status_code == 409
    assert (
        reverse("fieldwork:visit_incident", args=[visit.pk])
        not in client.get(reverse("fieldwork:visit", args=[visit.pk])).content.decode()
    )


@pytest.mark.parametrize("body", ['{"what": "a\\ud800"}', "[" * 3000])
def test_the_parser_of_notes_is_the_guarded_one(world: VisitWorld, body: str) -> None:
    note, _made = notes.write_note(notes.NewNote(uuid4(), "井盖", world.grid), actor=world.worker, now=timezone.now())
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(world.worker)
    url = f"/api/v1/field/notes/{note.pk}/become/"
    assert client.generic("POST", url, body, content_type="application/json").status_code == 400


def test_the_first_day_of_the_calendar_is_no_moment(world: VisitWorld) -> None:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(world.worker)
    sent = {"client_id": str(uuid4()), "text": "井盖", "at": "0001-01-01"}
    assert client.post("/api/v1/field/notes/", sent, format="json").status_code == 400
