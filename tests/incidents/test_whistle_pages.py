"""Pages of whistles: raising, the list, one whistle with its moves, the case's own part, the figures per unit."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from incidents.models import Whistle, WhistleTask
from incidents.whistle_moves import State
from incidents.whistle_raising import Call
from incidents.whistle_stats import called_units, counted_tasks, figures_of, total_of
from incidents.whistles import perform
from tests import street
from tests.incidents.conftest import World
from tests.incidents.pages import client_of, get, words
from tests.incidents.whistling import Whistling, build_whistling


@pytest.fixture
def stage(world: World) -> Whistling:
    return build_whistling(world)


def form(stage: Whistling, **change: Any) -> dict[str, Any]:
    """What the form of a new whistle sends."""
    given = {"grid": street.STREET, "title": "燃气泄漏", "text": "楼道有气味", "ground": "emergency", "level": "red"}
    given |= {"unit0": stage.lead.pk, "task0": "警戒疏散", "unit1": stage.second.pk, "task1": "查商户用气"}
    return given | change


def send(stage: Whistling, role: str, whistle: Whistle, name: str, **given: Any) -> HttpResponse:
    """Send the form of a move as the page would."""
    task = given.pop("task", None)
    data = {"task": task.pk} if task else {"version": whistle.version}
    address = reverse("incidents:whistle_move", args=[whistle.number, name])
    return client_of(stage.world, role).post(address, data | given)  # type: ignore[return-value]


def detail(stage: Whistling, role: str, whistle: Whistle) -> HttpResponse:
    return get(stage.world, role, "whistle", whistle.number)


# --- raising ---


def test_a_whistle_is_raised_on_the_page(stage: Whistling) -> None:
    answer = client_of(stage.world, "dispatcher").post(reverse("incidents:whistle_new"), form(stage))
    whistle = Whistle.objects.get()
    assert answer["Location"] == reverse("incidents:whistle", args=[whistle.number])
    assert list(whistle.tasks.values_list("organization", "is_lead")) == [
        (stage.lead.pk, True),
        (stage.second.pk, False),
    ]


@pytest.mark.parametrize(
    "change",
    [{"title": ""}, {"unit0": "", "task0": ""}, {"task1": ""}, {"unit1": ""}, {"level": "pink"}, {"grid": "1"}],
)
def test_a_form_that_lacks_something_keeps_what_was_typed(stage: Whistling, change: dict[str, Any]) -> None:
    answer = client_of(stage.world, "dispatcher").post(reverse("incidents:whistle_new"), form(stage, **change))
    assert answer.status_code == 422
    assert "楼道有气味" in answer.content.decode()
    assert not Whistle.objects.exists()


def test_a_unit_is_called_once(stage: Whistling) -> None:
    twice = form(stage, unit1=stage.lead.pk)
    answer = client_of(stage.world, "dispatcher").post(reverse("incidents:whistle_new"), twice)
    assert answer.status_code == 422


def test_a_case_offers_the_whistle_and_fills_its_form(stage: Whistling) -> None:
    incident = stage.world.report()
    address = reverse("incidents:whistle_new") + f"?incident={incident.number}"
    assert address in get(stage.world, "dispatcher", "detail", incident.number).content.decode()
    assert incident.title in client_of(stage.world, "dispatcher").get(address).content.decode()
    client_of(stage.world, "dispatcher").post(address, form(stage))
    assert Whistle.objects.get().incident == incident
    assert "燃气泄漏" in words(get(stage.world, "dispatcher", "detail", incident.number))


def test_who_may_not_whistle_is_not_offered_it(stage: Whistling) -> None:
    incident = stage.world.report()
    page = get(stage.world, "operator", "detail", incident.number).content.decode()
    assert reverse("incidents:whistle_new") not in page
    assert get(stage.world, "operator", "whistle_new").status_code == 403


def test_the_form_offers_units_of_the_own_street_only(stage: Whistling) -> None:
    street.make_organization(stage.world.grids[street.OTHER_STREET], code="far", name="别街派出所")
    page = get(stage.world, "dispatcher", "whistle_new").content.decode()
    assert "市场监管所" in page
    assert "别街派出所" not in page


# --- one whistle ---


@pytest.mark.parametrize(
    ("state", "role", "offered"),
    [
        (State.RAISED, "dispatcher", {"withdraw"}),
        (State.RAISED, "secretary", {"approve", "refuse"}),
        (State.RAISED, "operator", set()),
        (State.BLOWN, "police", {"respond"}),
        (State.BLOWN, "dispatcher", {"withdraw"}),
        (State.HANDLED, "dispatcher", {"evaluate"}),
        (State.HANDLED, "market", set()),
        (State.CLOSED, "dispatcher", set()),
    ],
)
def test_the_page_offers_the_reader_s_moves_and_nothing_else(
    stage: Whistling, state: str, role: str, offered: set[str]
) -> None:
    whistle = stage.whistle(state)
    page = detail(stage, role, whistle).content.decode()
    shown = {name for name in ALL if reverse("incidents:whistle_move", args=[whistle.number, name]) in page}
    assert shown == offered


ALL = "approve refuse respond attend finish conclude evaluate withdraw".split()


def test_the_whole_way_goes_over_the_pages(stage: Whistling) -> None:
    whistle = stage.whistle()
    assert send(stage, "secretary", whistle, "approve").status_code == 302
    for role, lead, last in (("market", False, "finish"), ("police", True, "conclude")):
        task = stage.task(whistle, lead=lead)
        send(stage, role, whistle, "respond", task=task)
        send(stage, role, whistle, "attend", task=task, attendee="所长李明", rank=2)
        assert send(stage, role, whistle, last, task=task, text="已办").status_code == 302
    whistle.refresh_from_db()
    ratings = {f"stars{task.pk}": 5 for task in whistle.tasks.all()}
    assert send(stage, "dispatcher", whistle, "evaluate", **ratings).status_code == 302
    whistle.refresh_from_db()
    assert whistle.state == State.CLOSED
    assert "所长李明" in words(detail(stage, "auditor", whistle))


def test_a_refused_form_stands_open_with_what_was_typed(stage: Whistling) -> None:
    whistle = stage.whistle(State.BLOWN)
    task = stage.task(whistle)
    stage.move(whistle, "respond")
    answer = send(stage, "police", whistle, "attend", task=task, attendee="张所长", rank="")
    assert answer.status_code == 422
    assert 'value="张所长"' in answer.content.decode()
    assert '<details class="whistle-move" open>' in answer.content.decode()


def test_a_step_made_twice_is_told_so_and_keeps_the_words(stage: Whistling) -> None:
    whistle = stage.whistle(State.BLOWN)
    task = stage.task(whistle, lead=False)
    stage.work(whistle, lead=False, steps=("respond", "attend", "finish"))
    answer = send(stage, "market", whistle, "finish", task=task, text="第二次写的结果")
    assert answer.status_code == 409
    assert "第二次写的结果" in words(answer)


def test_a_rank_below_the_level_is_shown(stage: Whistling) -> None:
    whistle = stage.whistle(State.BLOWN, level="red")
    stage.move(whistle, "respond")
    stage.move(whistle, "attend", rank=1)
    assert "未达到级别要求" in words(detail(stage, "operator", whistle))


def test_the_page_says_for_whom_the_lead_unit_waits(stage: Whistling) -> None:
    whistle = stage.whistle(State.BLOWN)
    stage.work(whistle, lead=True)
    assert "以下单位尚未办结：市场监管所" in words(detail(stage, "police", whistle))


def test_a_stale_form_of_approval_changes_nothing(stage: Whistling) -> None:
    whistle = stage.whistle()
    stage.move(whistle, "withdraw")
    assert send(stage, "secretary", whistle, "approve").status_code == 409
    assert Whistle.objects.get().state == State.WITHDRAWN


def test_somebody_else_s_step_is_refused(stage: Whistling) -> None:
    whistle = stage.whistle(State.BLOWN)
    assert send(stage, "market", whistle, "respond", task=stage.task(whistle)).status_code == 403


def test_a_whistle_out_of_scope_is_not_there(stage: Whistling) -> None:
    whistle = stage.whistle(grid=stage.world.grids[street.STREET])
    assert detail(stage, "gridleader", whistle).status_code == 404
    assert get(stage.world, "operator", "whistle", "W2020-0001").status_code == 404


@pytest.mark.parametrize("name", ["burn", "raise", "rate"])
def test_a_word_that_is_no_move_is_not_there(stage: Whistling, name: str) -> None:
    assert send(stage, "secretary", stage.whistle(), name).status_code == 404


@pytest.mark.parametrize("task", ["", "x", "9" * 30, "999999"])
def test_a_step_without_its_unit_is_refused(stage: Whistling, task: str) -> None:
    whistle = stage.whistle(State.BLOWN)
    address = reverse("incidents:whistle_move", args=[whistle.number, "respond"])
    assert client_of(stage.world, "police").post(address, {"task": task}).status_code in (400, 404)


# --- the list ---


def test_the_list_narrows_by_state_level_and_mine(stage: Whistling) -> None:
    stage.whistle(State.BLOWN, title="噪声", level="red")
    stage.whistle(title="违建", level="blue")
    stage.new(title="积水", by="shiftleader")
    shown = {
        name: {
            title for title in ("噪声", "违建", "积水") if title in words(get(stage.world, role, "whistles", **query))
        }
        for name, role, query in (
            ("all", "operator", {}),
            ("state", "operator", {"state": "blown"}),
            ("level", "operator", {"level": ["blue", "yellow"]}),
            ("raised", "shiftleader", {"mine": "raised"}),
            ("called", "police", {"mine": "called"}),
            ("approve", "secretary", {"mine": "approve"}),
        )
    }
    assert shown == {
        "all": {"噪声", "违建", "积水"},
        "state": {"噪声"},
        "level": {"违建", "积水"},
        "raised": {"积水"},
        "called": {"噪声"},
        "approve": {"违建", "积水"},
    }


@pytest.mark.parametrize("query", [{"state": "x"}, {"unit": "x"}, {"after": "x"}, {"blown_from": "2026-13-01"}])
def test_a_filter_that_is_none_is_refused(stage: Whistling, query: dict[str, str]) -> None:
    assert get(stage.world, "operator", "whistles", **query).status_code == 400


def queries(stage: Whistling, name: str, *args: Any) -> int:
    client = client_of(stage.world, "operator")
    address = reverse(f"incidents:{name}", args=args)
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize(("name", "most"), [("whistles", 9), ("whistle_units", 9)])
def test_a_page_costs_as_much_for_many_whistles_as_for_one(stage: Whistling, name: str, most: int) -> None:
    stage.whistle(State.BLOWN)
    few = queries(stage, name)
    for number in range(4):
        extra = street.make_organization(stage.world.grids[street.STREET], code=f"u{number}", name=f"单位{number}")
        stage.whistle(State.BLOWN, title=f"第{number}次")
        stage.people["secretary"].refresh_from_db()
        WhistleTask.objects.create(whistle=Whistle.objects.latest("id"), organization=extra, task="协助")
    assert queries(stage, name) == few <= most


# --- figures per unit ---


def late_world(stage: Whistling, now: datetime) -> None:
    """Three whistles: one in time and at the rank, one late and below it, one in which nothing was done in time."""
    begin = now - timedelta(days=3)
    stage.world.now = begin
    good, bad, silent = (stage.whistle(State.BLOWN, title=f"第{n}次") for n in range(3))
    stage.world.now = begin + timedelta(hours=1)
    stage.work(good, lead=False, steps=("respond", "attend", "finish"))
    stage.work(good, lead=True)
    stage.move(good, "conclude")
    stage.move(good, "evaluate")
    stage.world.now = begin + timedelta(days=2)
    stage.move(bad, "respond")
    stage.move(bad, "attend", rank=1)
    stage.new(title="待批")
    stage.move(stage.whistle(State.BLOWN, title="撤回"), "withdraw")
    assert silent.state == State.BLOWN


def test_the_figures_of_a_unit_have_their_denominators(stage: Whistling) -> None:
    now = stage.world.now
    late_world(stage, now)
    tasks = counted_tasks(stage.people["operator"], start=None, end=None)
    row = next(row for row in figures_of(tasks, list(called_units(tasks)), now=now) if row.organization == stage.lead)
    assert row.counts == {
        "called": 3,
        "respond_due": 3,
        "responded_in_time": 1,
        "attend_due": 3,
        "attended_at_rank": 1,
        "done_due": 3,
        "done_in_time": 1,
        "rated": 1,
    }
    assert (row.response_rate, row.mean_rating) == (pytest.approx(1 / 3), 4.0)
    assert total_of(tasks, now=now).counts["called"] == 6


def test_each_number_opens_the_list_of_just_those(stage: Whistling) -> None:
    late_world(stage, stage.world.now)
    tasks = counted_tasks(stage.people["operator"], start=None, end=None)
    (row,) = figures_of(tasks, [stage.lead], now=timezone.now())
    client = client_of(stage.world, "operator")
    for measure, count in row.counts.items():
        page = client.get(reverse("incidents:whistles"), {"unit": stage.lead.pk, "measure": measure})
        assert (measure, len(page.context["lines"])) == (measure, count)


def test_the_period_leaves_out_what_was_blown_outside(stage: Whistling) -> None:
    late_world(stage, stage.world.now)
    day = (timezone.localdate() - timedelta(days=1)).isoformat()
    assert "没有吹哨" in words(get(stage.world, "operator", "whistle_units", start=day))
    assert "淮河路派出所" in words(get(stage.world, "operator", "whistle_units"))


@pytest.mark.parametrize("query", [{"start": "x"}, {"start": "2026-02-01", "end": "2026-01-01"}, {"end": "9999-12-31"}])
def test_a_period_that_is_none_is_refused(stage: Whistling, query: dict[str, str]) -> None:
    assert get(stage.world, "operator", "whistle_units", **query).status_code == 400


def test_a_unit_sees_figures_of_the_whistles_that_called_it_only(stage: Whistling) -> None:
    gas = street.make_organization(stage.world.grids[street.STREET], code="gas", name="燃气服务站")
    late_world(stage, stage.world.now)
    foreign = stage.new(title="别的", calls=(Call(gas, "关阀", is_lead=True),))
    perform(foreign.pk, "approve", actor=stage.people["secretary"], now=stage.world.now)
    assert gas.name in words(get(stage.world, "operator", "whistle_units"))
    assert gas.name not in words(get(stage.world, "market", "whistle_units"))
