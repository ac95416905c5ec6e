"""Disputes and call-backs through the API: no personal data in clear, versions, rights, rates."""

from typing import Any

import pytest

from incidents.models import CallBack, Dispute
from tests import street
from tests.incidents.conftest import World
from tests.incidents.test_callbacks import HAPPY, drawn, record
from tests.incidents.test_disputes import enter

DISPUTES = "/api/v1/disputes/"
CALLS = "/api/v1/call-backs/"
NEW = {
    "kind": "labour",
    "risk": "medium",
    "title": "拖欠工资",
    "text": "工地拖欠三个月工资，联系13812345678",
    "grid": street.MICRO,
    "parties": [
        {"side": "first", "name": "张建军", "phone": "13912345678"},
        {"side": "second", "name": "某建筑公司", "kind": "organization"},
    ],
}


def test_a_dispute_is_entered_once_per_key_and_comes_back_masked(keyed: Any) -> None:
    client = keyed("dispute.view", "dispute.mediate")
    first, again = (client.post(DISPUTES, NEW, format="json", headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, again.status_code, Dispute.objects.count()) == (201, 201, 1)
    answer = first.json()
    assert answer["parties"][0]["name"] == "张**"
    for clear in ("张建军", "13912345678", "13812345678"):
        assert clear not in first.content.decode()
        assert clear not in client.get(f"{DISPUTES}{answer['number']}/").content.decode()


def test_no_list_and_no_history_tells_a_name(world: World, keyed: Any) -> None:
    dispute = enter(world, title="张三13812345678说漏水")
    client = keyed("dispute.view")
    for address in (DISPUTES, f"{DISPUTES}{dispute.number}/", f"{DISPUTES}{dispute.number}/events/"):
        text = client.get(address).content.decode()
        assert "欧阳建国" not in text
        assert "13812345678" not in text


def test_a_step_needs_the_version_and_the_right(world: World, signed: Any) -> None:
    dispute = enter(world)
    address = f"{DISPUTES}{dispute.number}/moves/"
    step = {"move": "watch", "text": "双方已冷静"}
    leader = signed("gridleader")
    assert leader.post(address, step, format="json").status_code == 400
    assert leader.post(address, step | {"version": 9}, format="json").status_code == 409
    assert signed("cadre").post(address, step | {"version": 1}, format="json").status_code == 403
    assert signed("operator").post(address, step | {"version": 1}, format="json").status_code in (403, 404)
    answer = leader.post(address, step | {"version": 1}, format="json")
    assert (answer.status_code, answer.json()["state"], answer["ETag"]) == (200, "watched", '"2"')


def test_only_a_mediator_of_the_place_can_be_named(world: World, signed: Any) -> None:
    dispute = enter(world)
    address = f"{DISPUTES}{dispute.number}/moves/"
    step = {"move": "name_mediator", "version": 1}
    stranger = {"mediator": world.people["operator"].pk}
    assert signed("gridleader").post(address, step | stranger, format="json").status_code == 400
    leader = {"mediator": world.people["gridleader"].pk}
    assert signed("gridleader").post(address, step | leader, format="json").json()["state"] == "mediating"


@pytest.mark.parametrize("wrong", [{"parties": []}, {"kind": "x"}, {"grid": "999"}, {"incident": "1"}, {"extra": 1}])
def test_what_is_wrong_is_refused(keyed: Any, wrong: dict[str, Any]) -> None:
    answer = keyed("dispute.view", "dispute.mediate").post(DISPUTES, NEW | wrong, format="json")
    assert answer.status_code in (400, 422)
    assert not Dispute.objects.exists()


def test_a_key_elsewhere_sees_nothing(world: World, keyed: Any) -> None:
    dispute = enter(world)
    client = keyed("dispute.view", grid=street.OTHER_STREET)
    assert client.get(DISPUTES).json()["results"] == []
    assert client.get(f"{DISPUTES}{dispute.number}/").status_code == 404


def test_filters_of_disputes_are_strict(world: World, keyed: Any) -> None:
    enter(world)
    client = keyed("dispute.view")
    assert len(client.get(DISPUTES, {"kind": "neighbours"}).json()["results"]) == 1
    assert client.get(DISPUTES, {"kinds": "neighbours"}).status_code == 400


def test_a_call_is_recorded_and_read_without_the_reporter(world: World, signed: Any) -> None:
    call = drawn(world)
    client = signed("operator")
    given = {"contact": "reached", "solved": True, "satisfaction": "very", "words": "谢谢王师傅"}
    answer = client.post(f"{CALLS}{call.pk}/record/", given, format="json")
    assert (answer.status_code, answer.json()["solved"]) == (200, True)
    assert client.post(f"{CALLS}{call.pk}/record/", given, format="json").status_code == 409
    text = client.get(CALLS).content.decode()
    for clear in ("谢谢王师傅", "13800001111", "王某"):
        assert clear not in text


def test_leaving_out_is_the_approver_s(world: World, signed: Any) -> None:
    call = record(world, drawn(world), HAPPY)
    reason = {"reason": "无理诉求"}
    assert signed("operator").post(f"{CALLS}{call.pk}/exclude/", reason, format="json").status_code == 403
    assert signed("shiftleader").post(f"{CALLS}{call.pk}/exclude/", reason, format="json").json()["is_excluded"]
    assert CallBack.objects.counted().count() == 0


def test_the_rates_come_with_their_fractions(world: World, keyed: Any) -> None:
    record(world, drawn(world), HAPPY, by="operator")
    found = keyed("incident.supervise").get(f"{CALLS}rates/").json()
    assert found["total"]["assigned"] == found["total"]["solved"] == 1
    assert (found["total"]["resolution"], found["units"][0]["name"]) == (1.0, world.unit.name)
    assert keyed("incident.supervise").get(f"{CALLS}rates/", {"first": "x"}).status_code == 400
