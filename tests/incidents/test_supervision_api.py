"""Supervision by API: the same rights and refusals as on the pages."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from incidents.models import Supervision
from incidents.states import State
from tests import street
from tests.incidents.conftest import World
from tests.incidents.supervising import answer, lift, supervised

URL = "/api/v1/supervisions/"
Signed = Callable[[str], APIClient]


def given(world: World, **more: Any) -> dict[str, Any]:
    return {"incident": world.incident(State.HANDLING).number, "text": "请速办"} | more


def test_a_notice_is_written_read_answered_and_lifted(world: World, signed: Signed) -> None:
    made = signed("supervisor").post(URL, given(world, reply_amount="4", reply_unit="work_hour"), format="json")
    assert made.status_code == 201
    assert made.json()["number"].startswith("督办〔")
    url = f"{URL}{made.json()['id']}/"
    assert signed("department").get(url).json()["may_reply"] is True
    replied = signed("department").post(f"{url}reply/", {"text": "今日办结"}, format="json")
    assert (replied.status_code, replied.json()["state"]) == (200, "replied")
    lifted = signed("supervisor").post(f"{url}lift/", {"reason": "已办结"}, format="json")
    assert (lifted.status_code, lifted.json()["state"]) == (200, "lifted")


def test_an_urging_comes_by_the_same_door(world: World, signed: Signed) -> None:
    body = given(world, kind="urge", text="")
    assert signed("dispatcher").post(URL, body, format="json").json()["state"] == "sent"
    assert signed("dispatcher").post(URL, body, format="json").status_code == 409
    assert signed("dispatcher").post(URL, given(world), format="json").status_code == 403


def test_the_same_key_gives_the_first_notice_again(world: World, signed: Signed) -> None:
    body = given(world)
    headers = {"Idempotency-Key": "notice-1"}
    client = signed("supervisor")
    first, second = (client.post(URL, body, format="json", headers=headers) for _turn in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert second["Location"] == first["Location"]
    assert Supervision.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"text": ""}, {"text": "字" * 2001}, {"reply_amount": "0"}, {"reply_unit": "year"}, {"incident": "x"}, {"odd": 1}],
)
def test_what_is_wrong_is_named(world: World, signed: Signed, wrong: dict[str, Any]) -> None:
    assert signed("supervisor").post(URL, given(world, **wrong), format="json").status_code in (400, 422)
    assert not Supervision.objects.exists()


def test_a_key_sees_its_subtree_and_nothing_else(world: World, keyed: Callable[..., APIClient]) -> None:
    notice = supervised(world)
    assert [row["id"] for row in keyed("incident.view").get(URL).json()["results"]] == [notice.pk]
    elsewhere = keyed("incident.view", "incident.supervise", grid=street.OTHER_STREET)
    assert elsewhere.get(URL).json()["results"] == []
    assert elsewhere.post(f"{URL}{notice.pk}/lift/", {"reason": "解除"}, format="json").status_code == 404


def test_a_system_does_not_answer_for_a_unit(world: World, keyed: Callable[..., APIClient]) -> None:
    notice = supervised(world)
    client = keyed("incident.view", "incident.handle", "incident.supervise")
    assert client.post(f"{URL}{notice.pk}/reply/", {"text": "办结"}, format="json").status_code == 403


def test_late_and_lifted_answers_are_409(world: World, signed: Signed) -> None:
    notice = lift(world, supervised(world))
    url = f"{URL}{notice.pk}/"
    assert signed("department").post(f"{url}reply/", {"text": "办结"}, format="json").status_code == 409
    assert signed("supervisor").post(f"{url}lift/", {"reason": "再解除"}, format="json").status_code == 409


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "supervise"}, 3),
        ({"state": "replied"}, 1),
        ({"standing": "true"}, 2),
        ({"late": "true"}, 0),
        ({"trigger": "overdue"}, 0),
        ({"grid": street.COMMUNITY}, 3),
        ({"incident": "20200101-000001"}, 0),
    ],
)
def test_the_list_is_narrowed(world: World, signed: Signed, query: dict[str, str], found: int) -> None:
    supervised(world)
    answer(world, supervised(world))
    lift(world, supervised(world))
    assert len(signed("supervisor").get(URL, query).json()["results"]) == found


def test_a_unit_finds_what_it_is_to_answer(world: World, signed: Signed) -> None:
    notice = supervised(world)
    answer(world, supervised(world))
    assert [row["id"] for row in signed("department").get(URL, {"mine": "reply"}).json()["results"]] == [notice.pk]
    assert signed("supervisor").get(URL, {"mine": "reply"}).json()["results"] == []


def test_a_mistyped_filter_is_refused(world: World, signed: Signed) -> None:
    assert signed("supervisor").get(URL, {"standig": "true"}).status_code == 400
    assert signed("supervisor").get(URL, {"mine": "all"}).status_code == 400
