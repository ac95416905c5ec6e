"""Pages and API of applications: buttons for whoever may, the inbox, the bank of rests, fixed numbers of queries."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from incidents import applications
from incidents.models import Application, Incident
from incidents.states import State
from tests.incidents.conftest import World
from tests.incidents.pages import client_of, get, photo, words

Kind, Status = Application.Kind, Application.Status


def ask(world: World, kind: str = Kind.SUSPENSION, case: Incident | None = None) -> Application:
    case = case or world.incident(State.HANDLING)
    until = world.now + timedelta(days=20) if kind in (Kind.SUSPENSION, Kind.DEFERRAL) else None
    return applications.apply(
        case.pk, kind, actor=world.people["department"], now=world.now, reason="等待管线单位配合", until=until
    )


def day(world: World, days: int) -> str:
    return (world.now + timedelta(days=days)).date().isoformat()


def apply_address(case: Incident, kind: str) -> str:
    return reverse("incidents:apply", args=[case.number, kind])


def test_the_handler_sees_the_buttons_and_others_do_not(world: World) -> None:
    case = world.incident(State.HANDLING)
    page = get(world, "department", "detail", case.number).content.decode()
    for kind in (Kind.EXTENSION, Kind.SUSPENSION, Kind.DEFERRAL):
        assert apply_address(case, kind) in page
    assert apply_address(case, Kind.APPEAL) not in page
    for role in ("operator", "dispatcher", "gridleader"):
        assert apply_address(case, Kind.EXTENSION) not in get(world, role, "detail", case.number).content.decode()


def test_the_form_is_sent_with_a_day_and_photos(world: World) -> None:
    case = world.incident(State.HANDLING)
    given: dict[str, Any] = {"reason": "等待雨季结束", "until": day(world, 30), "photos": photo()}
    answer = client_of(world, "department").post(apply_address(case, Kind.SUSPENSION), given)
    assert answer.status_code == 302
    row = Application.objects.get()
    assert (row.kind, row.status, row.reason) == (Kind.SUSPENSION, Status.PENDING, "等待雨季结束")
    assert case.attachments.count() == 1
    assert "等待雨季结束" in words(get(world, "department", "detail", case.number))


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"until": ""}, {"until": "2020-01-01"}, {"until": "2199-01-01"}])
def test_a_wrong_form_keeps_what_was_typed(world: World, wrong: dict[str, str]) -> None:
    case = world.incident(State.HANDLING)
    given = {"reason": "等待雨季结束", "until": day(world, 30)} | wrong
    answer = client_of(world, "department").post(apply_address(case, Kind.SUSPENSION), given)
    assert answer.status_code == 422
    assert (given["reason"] or given["until"]) in answer.content.decode()
    assert not Application.objects.exists()


def test_a_file_that_is_no_photo_is_refused(world: World) -> None:
    case = world.incident(State.HANDLING)
    bad = SimpleUploadedFile("a.jpg", b"no picture", content_type="image/jpeg")
    given = {"reason": "理由", "photos": bad}
    assert client_of(world, "department").post(apply_address(case, Kind.EXTENSION), given).status_code == 422


def test_only_kinds_of_the_table_have_a_page(world: World) -> None:
    case = world.incident(State.HANDLING)
    assert client_of(world, "department").get(apply_address(case, "holiday")).status_code == 404
    assert client_of(world, "operator").get(apply_address(case, "extension")).status_code == 403


def test_the_inbox_shows_what_waits_for_the_reader(world: World) -> None:
    ask(world)
    for role, shown in (("dispatcher", True), ("shiftleader", True), ("operator", False), ("department", False)):
        page = words(get(world, role, "applications"))
        assert ("等待管线单位配合" in page) == shown, role
    assert "等待管线单位配合" in words(get(world, "department", "applications", all="1"))


def test_the_inbox_is_narrowed_by_kind_and_status(world: World) -> None:
    ask(world)
    assert "等待管线单位配合" in words(get(world, "dispatcher", "applications", kind="suspension"))
    assert "等待管线单位配合" not in words(get(world, "dispatcher", "applications", kind="deferral"))
    assert "等待管线单位配合" not in words(get(world, "dispatcher", "applications", all="1", status="approved"))
    assert get(world, "dispatcher", "applications", kind="nonsense").status_code == 400


@pytest.mark.parametrize(("pressed", "state"), [("approved", State.SUSPENDED), ("rejected", State.HANDLING)])
def test_a_decision_is_the_button_that_was_pressed(world: World, pressed: str, state: str) -> None:
    row = ask(world)
    address = reverse("incidents:application", args=[row.pk])
    client = client_of(world, "dispatcher")
    assert 'value="approved"' in client.get(address).content.decode()
    answer = client.post(address, {"result": pressed, "reason": "情况属实"})
    assert answer.status_code == 302
    row.incident.refresh_from_db()
    assert row.incident.state == state
    assert "情况属实" in words(client.get(address))


def test_a_decision_without_reason_is_asked_for_again(world: World) -> None:
    address = reverse("incidents:application", args=[ask(world).pk])
    assert client_of(world, "dispatcher").post(address, {"result": "approved", "reason": ""}).status_code == 422


def test_others_may_read_but_not_decide(world: World) -> None:
    row = ask(world)
    address = reverse("incidents:application", args=[row.pk])
    client = client_of(world, "operator")
    assert 'value="approved"' not in client.get(address).content.decode()
    assert client.post(address, {"result": "approved", "reason": "x"}).status_code == 403


def test_who_comes_second_is_told_so(world: World) -> None:
    row = ask(world)
    address = reverse("incidents:application", args=[row.pk])
    client_of(world, "dispatcher").post(address, {"result": "rejected", "reason": "不符合"})
    assert client_of(world, "shiftleader").post(address, {"result": "approved", "reason": "x"}).status_code == 409


def test_the_applicant_withdraws(world: World) -> None:
    row = ask(world)
    assert (
        client_of(world, "department").post(reverse("incidents:application_withdraw", args=[row.pk])).status_code == 302
    )
    row.refresh_from_db()
    assert row.status == Status.WITHDRAWN


def test_the_bank_of_suspended_problems_names_their_days(world: World) -> None:
    case = world.incident(State.SUSPENDED)
    page = words(get(world, "dispatcher", "resting"))
    assert case.number in page
    case.refresh_from_db()
    assert case.resume_at
    assert f"{case.resume_at.astimezone().month}月" in page
    assert case.number not in words(get(world, "dispatcher", "list", overdue="true"))


def test_an_excused_case_still_says_that_it_was_overdue(world: World) -> None:
    case = world.incident(State.CLOSED)
    Incident.objects.filter(pk=case.pk).update(was_overdue=True, was_excused=True)
    assert "曾超时（申诉通过）" in words(get(world, "operator", "detail", case.number))
    assert "曾超时（申诉通过）" in words(get(world, "operator", "list"))


def test_the_clock_card_says_why_it_is_due_then(world: World) -> None:
    page = words(get(world, "operator", "detail", world.incident(State.HANDLING).number))
    assert "只计工作时间" in page
    assert "因此" in page


@pytest.mark.parametrize(("name", "query"), [("applications", {}), ("applications", {"all": "1"}), ("resting", {})])
def test_a_list_costs_as_much_for_many_rows_as_for_one(world: World, name: str, query: dict[str, str]) -> None:
    client, address = client_of(world, "dispatcher"), reverse(f"incidents:{name}")
    client.get(address)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(address, query).status_code == 200
        return len(found)

    ask(world)
    world.incident(State.SUSPENDED)
    one = cost()
    for _turn in range(4):
        ask(world)
        world.incident(State.SUSPENDED)
    assert cost() == one


# --- the API


@pytest.fixture
def door(signed: Callable[[str], APIClient]) -> Callable[[str], APIClient]:
    return signed


def test_a_unit_applies_and_the_dispatcher_approves(world: World, door: Callable[[str], APIClient]) -> None:
    case = world.incident(State.HANDLING)
    given = {"incident": case.number, "kind": "suspension", "reason": "等待许可"}
    given["until"] = (world.now + timedelta(days=9)).isoformat()
    made = door("department").post("/api/v1/applications/", given)
    assert made.status_code == 201, made.content
    waiting = door("dispatcher").get("/api/v1/applications/waiting/").json()["results"]
    assert [row["id"] for row in waiting] == [made.json()["id"]]
    body = {"result": "approved", "reason": "同意"}
    done = door("dispatcher").post(f"/api/v1/applications/{made.json()['id']}/review/", body)
    assert (done.status_code, done.json()["status"], done.json()["reviews"][0]["reason"]) == (200, "approved", "同意")


def test_the_api_refuses_as_the_pages_do(world: World, door: Callable[[str], APIClient]) -> None:
    row = ask(world)
    address = f"/api/v1/applications/{row.pk}/"
    review = {"result": "approved", "reason": "x"}
    assert door("department").post(f"{address}review/", review).status_code == 403
    assert door("dispatcher").post(f"{address}review/", {"result": "maybe"}).status_code == 400
    assert door("dispatcher").post(f"{address}withdraw/").status_code == 403
    again = {"incident": row.incident.number, "kind": "suspension", "reason": "x"}
    assert door("department").post("/api/v1/applications/", again).status_code == 409
    unknown = {"incident": "20200101-000001", "kind": "extension", "reason": "x"}
    assert door("department").post("/api/v1/applications/", unknown).status_code == 400
    assert door("dispatcher").get("/api/v1/applications/?kind=holiday").status_code == 400


def test_the_applicant_withdraws_by_the_api(world: World, door: Callable[[str], APIClient]) -> None:
    row = ask(world)
    answer = door("department").post(f"/api/v1/applications/{row.pk}/withdraw/")
    assert answer.json()["status"] == "withdrawn"
    assert door("department").get("/api/v1/applications/?status=withdrawn").json()["results"][0]["id"] == row.pk
