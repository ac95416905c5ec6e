"""Moves on pages: what the forms ask, conflicts that lose nothing, a double send that counts once, no JavaScript."""

import pytest
from django.test import Client
from django.urls import reverse

from incidents.models import Attachment, Incident, IncidentEvent
from incidents.rights import allowed_moves
from incidents.states import MOVE_BY_NAME, State
from incidents.views.moves import offers
from tests.incidents.conftest import World
from tests.incidents.pages import HTMX, client_of, get, make_move, photo

pytestmark = pytest.mark.django_db

NEEDED = {"reason": "reason", "text": "text", "category": "category", "handler": "handler", "photo": "photos"}
STAGES = [
    ("file", State.REPORTED, "operator"),
    ("reject", State.REPORTED, "operator"),
    ("cancel", State.FILED, "operator"),
    ("dispatch", State.FILED, "dispatcher"),
    ("recall", State.HANDLING, "dispatcher"),
    ("return", State.DISPATCHED, "department"),
    ("feedback", State.HANDLING, "department"),
    ("close", State.HANDLED, "operator"),
    ("rework", State.HANDLED, "operator"),
]


@pytest.mark.parametrize(("name", "state", "role"), STAGES)
def test_the_form_of_a_move_asks_what_the_move_needs(world: World, name: str, state: State, role: str) -> None:
    incident = world.incident(state)
    form = get(world, role, "move", incident.number, name).context["form"]
    required = {field for field, asked in form.fields.items() if asked.required} - {"version"}
    assert required == {NEEDED[need] for need in MOVE_BY_NAME[name].needs}


@pytest.mark.parametrize("state", list(State))
def test_a_page_offers_the_allowed_moves_and_nothing_else(world: World, state: State) -> None:
    incident = world.incident(state)
    for role in ("operator", "dispatcher", "department", "gridleader", "auditor"):
        answer = get(world, role, "detail", incident.number)
        shown = {move for move in MOVE_BY_NAME if f"/moves/{move}/" in answer.content.decode()}
        seen = answer.status_code == 200
        assert shown == ({move.name for move in allowed_moves(incident, world.people[role])} if seen else set())


def test_every_move_has_a_key_of_its_own(world: World) -> None:
    for state in State:
        found = offers(world.incident(state), world.people["admin"])
        keys = [offer.key for offer in found if offer.key]
        assert len(keys) == len(set(keys))
        # what is heavy and rare is never pressed by accident
        assert {offer.move.name for offer in found if not offer.key} <= {"force_close", "reopen"}


def test_a_move_is_made_and_the_case_is_shown_again(world: World) -> None:
    incident = world.incident(State.REPORTED)
    answer = make_move(world, incident, "file", by="operator", category=world.garbage.pk)
    assert (answer.status_code, answer.url) == (302, reverse("incidents:detail", args=[incident.number]))
    incident.refresh_from_db()
    assert (incident.state, incident.category) == (State.FILED, world.garbage)


def test_after_a_move_the_page_goes_where_the_form_wanted(world: World) -> None:
    incident = world.incident(State.DISPATCHED)
    answer = make_move(world, incident, "take", by="department", next="/tasks/")
    assert answer.url == "/tasks/"


def test_a_foreign_address_to_go_on_with_is_ignored(world: World) -> None:
    incident = world.incident(State.DISPATCHED)
    answer = make_move(world, incident, "take", by="department", next="https://evil.example/")
    assert answer.url == reverse("incidents:detail", args=[incident.number])


def test_a_missing_reason_is_asked_for_and_nothing_is_lost(world: World) -> None:
    incident = world.incident(State.HANDLING)
    answer = make_move(world, incident, "feedback", by="department", text="")
    assert answer.status_code == 422
    assert answer.context["form"].errors["text"]
    assert Incident.objects.get().state == State.HANDLING


def test_a_stale_form_gets_a_conflict_that_keeps_what_was_typed(world: World) -> None:
    incident = world.incident(State.REPORTED)
    world.move(incident, "cancel", by="shiftleader")
    answer = make_move(world, incident, "reject", by="operator", version=incident.version, reason="不属本街道管辖")
    assert answer.status_code == 409
    assert "不属本街道管辖" in answer.content.decode()
    assert Incident.objects.get().state == State.CANCELLED


def test_a_conflict_on_a_move_that_is_still_possible_can_be_sent_again(world: World) -> None:
    incident = world.incident(State.HANDLED)
    world.move(incident, "start_check", by="shiftleader")
    answer = make_move(world, incident, "rework", by="operator", version=incident.version, reason="还有残留")
    assert answer.status_code == 409
    form = answer.context["form"]
    assert (form["reason"].value(), form["version"].value()) == ("还有残留", str(incident.version + 1))
    answer = make_move(world, incident, "rework", by="operator", version=incident.version + 1, reason="还有残留")
    assert answer.status_code == 302
    assert Incident.objects.get().state == State.REWORKING


def test_a_conflict_in_a_fragment_keeps_the_form_and_renews_its_version(world: World) -> None:
    incident = world.incident(State.HANDLED)
    world.move(incident, "start_check", by="shiftleader")
    address = reverse("incidents:move", args=[incident.number, "rework"])
    given = {"version": incident.version, "reason": "还有残留"}
    answer = client_of(world, "operator").post(address, given, headers=HTMX)
    assert answer.status_code == 409
    assert f'value="{incident.version + 1}" id="id_rework_version" hx-swap-oob="true"' in answer.content.decode()


def test_a_double_click_moves_once_and_is_no_conflict(world: World) -> None:
    incident = world.incident(State.DISPATCHED)
    first = make_move(world, incident, "take", by="department")
    second = make_move(world, incident, "take", by="department", version=incident.version)
    assert first.status_code == second.status_code == 302
    assert IncidentEvent.objects.filter(incident=incident, move="take").count() == 1


def test_the_same_move_by_another_person_is_a_conflict(world: World) -> None:
    incident = world.incident(State.REPORTED)
    world.move(incident, "file", by="shiftleader")
    answer = make_move(world, incident, "file", by="operator", version=incident.version, category=world.garbage.pk)
    assert answer.status_code == 409


def test_feedback_carries_photos(world: World) -> None:
    incident = world.incident(State.HANDLING)
    make_move(
        world,
        incident,
        "feedback",
        by="department",
        text="已清运",
        photos=[photo("a.jpg"), photo("b.jpg", colour="blue")],
    )
    assert list(Attachment.objects.values_list("stage", flat=True)) == ["handled", "handled"]


def test_a_file_that_is_no_picture_is_refused_by_name(world: World) -> None:
    incident = world.incident(State.HANDLING)
    bad = photo("report.jpg")
    bad.file.seek(0)
    bad.file.write(b"MZ not a picture")
    bad.file.seek(0)
    answer = make_move(world, incident, "feedback", by="department", text="已清运", photos=[bad])
    assert answer.status_code == 422
    assert "report.jpg" in str(answer.context["form"].errors["photos"])


def test_a_case_goes_from_report_to_close_with_plain_forms(world: World) -> None:
    incident = world.incident(State.REPORTED)
    unit = f"unit:{world.unit.pk}"
    steps = [
        ("file", "operator", {"category": world.garbage.pk}),
        ("dispatch", "dispatcher", {"handler": unit}),
        ("take", "department", {}),
        ("feedback", "department", {"text": "已清运"}),
        ("close", "operator", {"text": "现场干净"}),
    ]
    for name, role, given in steps:
        assert make_move(world, incident, name, by=role, **given).status_code == 302, name
        incident.refresh_from_db()
    assert incident.state == State.CLOSED


def test_dispatch_proposes_and_takes_a_person_of_the_chain(world: World) -> None:
    incident = world.incident(State.FILED)
    form = get(world, "dispatcher", "move", incident.number, "dispatch").context["form"]
    leader = world.people["microleader"]
    assert form["handler"].value() == f"person:{leader.pk}"
    make_move(world, incident, "dispatch", by="dispatcher", handler=f"person:{leader.pk}")
    incident.refresh_from_db()
    assert incident.handler_user == leader


def test_a_handler_that_was_not_offered_is_refused(world: World) -> None:
    incident = world.incident(State.FILED)
    answer = make_move(world, incident, "dispatch", by="dispatcher", handler=f"person:{world.people['auditor'].pk}")
    assert answer.status_code == 422


def test_a_move_from_the_start_has_no_address(world: World) -> None:
    incident = world.incident(State.REPORTED)
    for name in ("report", "self_handle", "nonsense"):
        assert get(world, "admin", "move", incident.number, name).status_code == 404


def test_a_form_without_its_token_is_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["department"])
    incident = world.incident(State.DISPATCHED)
    answer = client.post(reverse("incidents:move", args=[incident.number, "take"]), {"version": incident.version})
    assert answer.status_code == 403
