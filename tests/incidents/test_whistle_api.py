"""Whistles for other systems, two people at once, the admin, and the job of beat."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.errors import NotNow
from incidents import tasks
from incidents.models import Whistle, WhistleEvent, WhistleLevel
from incidents.whistle_moves import State
from notices.models import Job, Notice
from tests import street
from tests.incidents.conftest import World
from tests.incidents.test_parallel import together
from tests.incidents.whistling import Whistling, build_whistling

LIST = "/api/v1/whistles/"


@pytest.fixture
def stage(world: World) -> Whistling:
    return build_whistling(world)


def body(stage: Whistling, **change: Any) -> dict[str, Any]:
    """What another system sends for a new whistle."""
    calls = [{"organization": stage.lead.pk, "task": "牵头", "is_lead": True}]
    calls.append({"organization": stage.second.pk, "task": "协助"})
    given = {"title": "违建", "text": "阳台下搭棚", "ground": "enforcement", "level": "blue", "grid": street.STREET}
    return given | {"calls": calls} | change


def test_a_system_raises_reads_and_moves_a_whistle(stage: Whistling, keyed: Callable[..., APIClient]) -> None:
    system = keyed("whistle.blow", "incident.view")
    made = system.post(LIST, body(stage))
    assert made.status_code == 201, made.content
    one = f"{LIST}{made.json()['number']}/"
    assert [unit["is_lead"] for unit in system.get(one).json()["tasks"]] == [True, False]
    assert [row["number"] for row in system.get(LIST, {"state": "raised"}).json()["results"]] == [made.json()["number"]]
    moved = system.post(f"{one}moves/", {"move": "withdraw", "text": "误报", "version": made.json()["version"]})
    assert moved.json()["state"] == State.WITHDRAWN


@pytest.mark.parametrize(
    "change",
    [
        {"calls": []},
        {"grid": street.OTHER_STREET},
        {"grid": None},
        {"level": "pink"},
        {"colour": "red"},
        {"title": "a\u202eb"},
        {"incident": "20260101-000001"},
        {"calls": [{"organization": 1 << 70, "task": "x", "is_lead": True}]},
    ],
)
def test_what_a_system_sends_wrongly_is_refused(
    stage: Whistling, keyed: Callable[..., APIClient], change: dict[str, Any]
) -> None:
    answer = keyed("whistle.blow", "grid.view").post(LIST, body(stage, **change))
    assert answer.status_code == 400, answer.content
    assert not Whistle.objects.exists()


def test_the_same_key_raises_one_whistle(stage: Whistling, signed: Callable[[str], APIClient]) -> None:
    client, headers = signed("dispatcher"), {"Idempotency-Key": "k1"}
    answers = [client.post(LIST, body(stage), headers=headers) for _turn in range(2)]
    assert answers[0].content == answers[1].content
    assert Whistle.objects.count() == 1


def test_a_move_names_the_version_and_a_step_the_unit(stage: Whistling, signed: Callable[[str], APIClient]) -> None:
    whistle = stage.whistle()
    moves = f"{LIST}{whistle.number}/moves/"
    assert signed("secretary").post(moves, {"move": "approve"}).status_code == 400
    assert signed("secretary").post(moves, {"move": "approve", "version": 9}).status_code == 409
    assert signed("secretary").post(moves, {"move": "approve"}, headers={"If-Match": '"1"'}).status_code == 200
    unit = signed("police")
    assert unit.post(moves, {"move": "respond"}).status_code == 400
    step = {"move": "respond", "task": stage.task(whistle).pk}
    assert [unit.post(moves, step).status_code for _turn in range(2)] == [200, 409]


def test_the_api_says_which_moves_are_the_reader_s(stage: Whistling, signed: Callable[[str], APIClient]) -> None:
    whistle = stage.whistle(State.BLOWN)
    seen = signed("market").get(f"{LIST}{whistle.number}/").json()
    assert seen["allowed_moves"] == []
    assert [(one["name"], one["task"]) for one in seen["allowed_steps"]] == [
        ("respond", stage.task(whistle, lead=False).pk)
    ]


def test_the_api_gives_the_figures_of_units(stage: Whistling, signed: Callable[[str], APIClient]) -> None:
    stage.whistle(State.CLOSED)
    rows = signed("operator").get(f"{LIST}units/").json()["results"]
    figures = {row["organization_name"]: (row["called"], row["response_rate"], row["mean_rating"]) for row in rows}
    assert figures == {stage.lead.name: (1, 1.0, 4.0), stage.second.name: (1, 1.0, 4.0)}
    assert signed("operator").get(f"{LIST}units/", {"end": "2020-01-01"}).json()["results"] == []


def test_a_filter_that_is_mistyped_is_refused(stage: Whistling, signed: Callable[[str], APIClient]) -> None:
    assert signed("operator").get(LIST, {"stat": "raised"}).status_code == 400


# --- at once ---


def test_a_double_click_is_one_step(committed: World) -> None:
    stage = build_whistling(committed)
    whistle = stage.whistle(State.BLOWN)
    answers = together(*(lambda: stage.move(whistle, "respond") for _turn in range(4)))
    assert sorted(type(answer).__name__ for answer in answers) == ["NotNow"] * 3 + ["Whistle"]
    assert WhistleEvent.objects.filter(move="respond").count() == 1


def test_approval_and_withdrawal_at_once_leave_one_of_them_or_both_in_order(committed: World) -> None:
    stage = build_whistling(committed)
    whistle = stage.whistle()
    answers = together(
        *(lambda name=name: stage.move(whistle, name, version=whistle.version) for name in ("approve", "withdraw"))
    )
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [NotNow]
    assert whistle.events.exclude(move="raise").count() == 1


def test_the_same_form_sent_three_times_at_once_is_one_whistle(committed: World) -> None:
    stage = build_whistling(committed)
    answers = together(*(stage.new for _turn in range(3)))
    assert {getattr(answer, "pk", answer) for answer in answers} == {Whistle.objects.get().pk}
    assert Notice.objects.filter(kind="whistle.raise").count() == 1


def test_two_units_at_once_lose_no_step(committed: World) -> None:
    stage = build_whistling(committed)
    whistle = stage.whistle(State.BLOWN)
    together(*(lambda lead=lead: stage.move(whistle, "respond", lead=lead) for lead in (True, False)))
    assert whistle.tasks.filter(responded_at__isnull=False).count() == 2
    assert Whistle.objects.get().version == whistle.version + 2


# --- job and admin ---


def test_beat_reminds_and_notes_its_run(stage: Whistling) -> None:
    stage.world.now -= timedelta(days=9)
    stage.whistle(State.BLOWN)
    assert tasks.remind_whistles() == 2
    assert Job.objects.get(name="incidents.remind_whistles").last_count == 2


def test_the_levels_are_edited_in_the_admin_and_whistles_only_read(stage: Whistling) -> None:
    whistle, client = stage.whistle(State.BLOWN), Client()
    client.force_login(stage.people["admin"])
    change = {"rank": 3, "respond_amount": "2", "respond_unit": "urgent_hour", "handle_amount": "3"}
    address = reverse("admin:incidents_whistlelevel_change", args=["red"])
    assert client.post(address, change | {"handle_unit": "work_hour", "source": "本街道规定"}).status_code == 302
    assert WhistleLevel.objects.get(colour="red").source == "本街道规定"
    page = reverse("admin:incidents_whistle_change", args=[whistle.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"title": "x"}).status_code == 403
