"""The red list, a notice's paper and forms, arbitration, and who returned cases to whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from incidents import supervision_returns
from incidents.models import Incident, IncidentEvent, Supervision, Whistle
from incidents.redlist import TABS
from incidents.states import State
from tests import street
from tests.incidents.conftest import World, picture
from tests.incidents.pages import client_of, get, words
from tests.incidents.supervising import (
    answer,
    late,
    lift,
    person,
    reworked,
    second_unit,
    send_round,
    supervised,
    unhappy,
)
from tests.incidents.whistling import build_whistling

PHONE = "Mozilla/5.0 (iPhone) Mobile Safari"


def post(world: World, role: str, name: str, *args: Any, **data: Any) -> HttpResponse:
    return client_of(world, role).post(reverse(f"incidents:{name}", args=args), data)  # type: ignore[return-value]


def shift_leader(world: World) -> None:
    if "shiftleader" not in world.people:
        person(world, "shiftleader", "shift_leader")


# --- the red list ---


def numbers(answer: HttpResponse) -> dict[str, int]:
    return {name: n for name, n in answer.context["numbers"].items() if n}


def test_the_red_list_counts_every_tab_and_each_number_is_its_list(world: World) -> None:
    late(world)
    reworked(world, 2)
    send_round(world, 2)
    unhappy(world)
    supervised(world)
    page = get(world, "supervisor", "supervision")
    found = numbers(page)
    assert found == {"overdue": 1, "reworked": 1, "returned": 1, "unhappy": 1, "running": 1}
    for tab in TABS:
        shown = get(world, "supervisor", "supervision", tab=tab.name).context["page"].rows
        assert len(shown) == found.get(tab.name, 0), tab.name


def test_the_list_of_returned_cases_names_the_pair_of_units(world: World) -> None:
    send_round(world, 2)
    text = words(get(world, "supervisor", "supervision", tab="returned"))
    assert world.unit.name in text
    assert "市场监管所" in text
    line = get(world, "supervisor", "supervision", tab="returned").context["lines"][0]
    assert line.pairs == [(world.unit.name, "市场监管所"), ("市场监管所", "")]


def test_late_replies_and_notices_to_me_have_their_tabs(world: World) -> None:
    notice = supervised(world)
    Supervision.objects.filter(pk=notice.pk).update(reply_due_at=world.now - timedelta(hours=1))
    assert numbers(get(world, "supervisor", "supervision"))["late"] == 1
    assert numbers(get(world, "department", "supervision"))["mine"] == 1
    assert notice.number in words(get(world, "department", "supervision"))


def test_lifted_notices_stay_readable(world: World) -> None:
    notice = lift(world, answer(world, supervised(world)))
    assert notice.number in words(get(world, "supervisor", "supervision", tab="lifted"))
    assert notice.number not in words(get(world, "supervisor", "supervision", tab="running"))


def test_late_whistles_are_counted(world: World) -> None:
    whistling = build_whistling(world)
    whistle = whistling.whistle(Whistle.State.BLOWN)
    whistle.tasks.update(respond_due_at=world.now - timedelta(hours=1))
    assert numbers(get(world, "supervisor", "supervision"))["whistles"] == 1


def test_the_list_is_narrowed_by_grid(world: World) -> None:
    late(world)
    assert numbers(get(world, "supervisor", "supervision", grid=street.COMMUNITY)) == {"overdue": 1}
    assert numbers(get(world, "supervisor", "supervision", grid="410103008009")) == {}
    assert get(world, "supervisor", "supervision", grid="x' OR 1").status_code == 400


def test_an_unknown_tab_opens_the_first(world: World) -> None:
    assert get(world, "supervisor", "supervision", tab="nonsense").context["tab"].name == "overdue"


def test_whoever_supervises_elsewhere_sees_nothing_of_this_street(world: World) -> None:
    late(world)
    supervised(world)
    person(world, "elsewhere", "supervisor", world.grids[street.OTHER_STREET])
    assert numbers(get(world, "elsewhere", "supervision")) == {}


@pytest.mark.parametrize("tab", [tab.name for tab in TABS])
def test_the_queries_of_the_list_do_not_grow(world: World, tab: str) -> None:
    counted = []
    for _round in range(2):
        for one in (late(world), reworked(world, 2), world.incident(State.HANDLING)):
            supervised(world, one)
        client = client_of(world, "supervisor")
        with CaptureQueriesContext(connection) as made:
            client.get(reverse("incidents:supervision"), {"tab": tab})
        counted.append(len(made))
    assert counted[0] == counted[1] <= 22


def test_the_list_is_paged_by_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incidents.views.supervision.PAGE_SIZE", 2)
    cases = {late(world).number for _case in range(3)}
    first = get(world, "supervisor", "supervision")
    second = client_of(world, "supervisor").get(reverse("incidents:supervision") + first.context["page"].next_url)
    shown = [row.number for page in (first, second) for row in page.context["page"].rows]
    assert set(shown) == cases
    assert len(shown) == 3


# --- urging by one press ---


def test_one_press_urges_and_goes_back_to_the_list(world: World) -> None:
    incident = late(world)
    answered = post(world, "dispatcher", "urge", incident.number, next="/supervision/?tab=overdue")
    assert answered.status_code == 302
    assert answered["Location"] == "/supervision/?tab=overdue"
    line = get(world, "dispatcher", "supervision", tab="overdue").context["lines"][0]
    assert line.urged_at is not None


def test_a_second_press_says_when_again(world: World) -> None:
    incident = late(world)
    post(world, "dispatcher", "urge", incident.number)
    client = client_of(world, "dispatcher")
    page = client.post(reverse("incidents:urge", args=[incident.number]), follow=True)
    assert page.status_code == 200
    assert Supervision.objects.filter(kind="urge").count() == 1


def test_a_stranger_cannot_urge(world: World) -> None:
    incident = late(world)
    assert post(world, "department", "urge", incident.number).status_code == 403
    assert post(world, "operator", "urge", incident.number).status_code == 403


# --- a notice ---


def test_a_notice_is_written_by_its_form_and_prints_all_it_must(world: World) -> None:
    incident = world.incident(State.HANDLING)
    answered = post(world, "supervisor", "supervise", incident.number, text="请三日内办结", within="work_day:2")
    notice = Supervision.objects.get()
    assert answered["Location"] == reverse("incidents:supervision_paper", args=[notice.number])
    text = words(get(world, "supervisor", "supervision_paper", notice.number))
    for part in (notice.number, world.unit.name, incident.number, incident.title, "请三日内办结"):
        assert part in text


def test_a_refused_form_keeps_what_was_typed(world: World) -> None:
    incident = world.incident(State.HANDLING)
    page = post(world, "supervisor", "supervise", incident.number, text="很要紧的一段话", within="work_day:99")
    assert page.status_code == 422
    assert "很要紧的一段话" in page.content.decode()
    assert not Supervision.objects.exists()


def test_a_case_of_nobody_says_so_and_keeps_the_words(world: World) -> None:
    incident = world.incident(State.FILED)
    page = post(world, "supervisor", "supervise", incident.number, text="写了很久", within="work_day:1")
    assert page.status_code == 409
    assert "写了很久" in page.content.decode()


def test_the_unit_replies_on_the_phone(world: World) -> None:
    notice = supervised(world)
    client = client_of(world, "department")
    url = reverse("incidents:supervision_paper", args=[notice.number])
    page = client.get(url, headers={"User-Agent": PHONE})
    assert "phone" in page.content.decode()
    assert page.context["reply_form"] is not None
    client.post(reverse("incidents:supervision_reply", args=[notice.number]), {"text": "今日办结"})
    notice.refresh_from_db()
    assert (notice.state, notice.reply) == ("replied", "今日办结")


def test_a_reply_that_comes_too_late_is_shown_again(world: World) -> None:
    notice = lift(world, supervised(world))
    page = post(world, "department", "supervision_reply", notice.number, text="我写了很多")
    assert page.status_code == 409
    assert "我写了很多" in page.content.decode()


def test_an_empty_reply_or_lifting_is_refused(world: World) -> None:
    notice = supervised(world)
    assert post(world, "department", "supervision_reply", notice.number, text="").status_code == 422
    assert post(world, "supervisor", "supervision_lift", notice.number, reason="").status_code == 422


def test_each_reader_gets_her_own_buttons(world: World) -> None:
    notice = supervised(world)
    unit, chief = (get(world, who, "supervision_paper", notice.number).context for who in ("department", "supervisor"))
    assert unit["reply_form"]
    assert not unit["lift_form"]
    assert chief["lift_form"]
    assert not chief["reply_form"]
    assert post(world, "department", "supervision_lift", notice.number, reason="自己解除").status_code == 403
    assert post(world, "supervisor", "supervision_reply", notice.number, text="代答").status_code == 403


def test_another_unit_does_not_see_the_notice(world: World) -> None:
    second_unit(world)
    notice = supervised(world)
    assert get(world, "market", "supervision_paper", notice.number).status_code == 404


def test_the_first_receiver_reads_the_notice_though_the_case_is_elsewhere(world: World) -> None:
    incident = send_round(world, 1)
    notice = supervised(world, incident)
    page = get(world, "department", "supervision_paper", notice.number)
    assert page.status_code == 200
    assert page.context["sees_case"] is False


@pytest.mark.parametrize("number", ["督办〔2026〕99号", "督办〔二〇二六〕1号", "%00〔2026〕1号", "x〔2026〕1号%0a"])
def test_a_number_that_is_none_is_not_found(world: World, number: str) -> None:
    assert client_of(world, "supervisor").get(f"/supervision/{number}/").status_code in (400, 404)


# --- the case page ---


def test_the_case_page_shows_notices_level_and_buttons_by_right(world: World) -> None:
    notice = supervised(world)
    watch = get(world, "supervisor", "detail", notice.incident.number).context["watch"]
    assert [line.notice for line in watch.lines] == [notice]
    assert watch.may_urge
    assert watch.may_supervise
    assert watch.lines[0].may_lift
    assert notice.number in words(get(world, "supervisor", "detail", notice.incident.number))
    other = get(world, "operator", "detail", notice.incident.number).context["watch"]
    assert not (other.may_urge)
    assert not (other.may_supervise)
    assert not (other.lines[0].may_lift)


def test_the_case_page_says_which_level_keeps_it_and_why(world: World) -> None:
    incident = world.incident(State.HANDLING)
    assert "微事不出" in words(get(world, "operator", "detail", incident.number))
    assert reverse("incidents:move", args=[incident.number, "report_up"]) in (
        get(world, "department", "detail", incident.number).content.decode()
    )
    up = world.move(incident, "report_up")
    watch = get(world, "operator", "detail", up.number).context["watch"]
    assert watch.reported_up == 1
    assert "上报" in watch.rule


# --- arbitration ---


def waiting(world: World) -> Incident:
    """A case whose third return made it wait, the last one with a photo."""
    shift_leader(world)
    incident = send_round(world, 3)
    assert incident.in_arbitration
    return incident


def test_the_queue_shows_every_return_with_who_and_why(world: World) -> None:
    incident = waiting(world)
    text = words(get(world, "shiftleader", "arbitration"))
    assert incident.number in text
    assert world.unit.name in text
    for turn in range(3):
        assert f"不属本单位职责{turn}" in text


def test_the_evidence_of_a_return_is_shown(world: World) -> None:
    shift_leader(world)
    unit = second_unit(world)
    incident = world.incident(State.FILED)
    for who, where in (("department", world.unit), ("market", unit), ("department", world.unit)):
        world.move(incident, "dispatch", organization=where)
        incident = world.move(incident, "return", by=who, photos=[picture()])
    one = get(world, "shiftleader", "arbitration").context["waiting"][0]
    assert [len(photos) for _event, photos in one["returns"]] == [1, 1, 1]


def test_only_who_approves_sees_the_queue(world: World) -> None:
    waiting(world)
    assert get(world, "supervisor", "arbitration").status_code == 403
    assert get(world, "dispatcher", "arbitration").status_code == 403


def decide(world: World, incident: Incident, by: str = "shiftleader", **given: Any) -> HttpResponse:
    data = {"handler": f"unit:{world.unit.pk}", "reason": "职责清单第三条", "version": incident.version}
    return post(world, by, "arbitration_decide", incident.number, **data | given)


def test_a_decision_dispatches_with_its_reason_and_cannot_be_returned(world: World) -> None:
    incident = waiting(world)
    assert decide(world, incident).status_code == 302
    incident.refresh_from_db()
    assert (incident.state, incident.handler_organization) == (State.DISPATCHED, world.unit)
    assert incident.was_arbitrated
    assert not incident.in_arbitration
    event = incident.events.filter(move="dispatch").last()
    assert event.text == "职责清单第三条"
    assert event.data["arbitration"] is True
    assert get(world, "shiftleader", "arbitration").context["waiting"] == []
    page = client_of(world, "department").get(reverse("incidents:move", args=[incident.number, "return"]))
    assert page.status_code == 409


def test_a_decision_needs_a_reason_and_a_handler(world: World) -> None:
    incident = waiting(world)
    assert decide(world, incident, reason="").status_code == 422
    assert decide(world, incident, handler="unit:999999").status_code == 422
    incident.refresh_from_db()
    assert incident.in_arbitration


def test_a_decision_on_an_old_version_or_twice_is_told(world: World) -> None:
    incident = waiting(world)
    assert decide(world, incident, version=incident.version - 1).status_code == 409
    assert decide(world, incident).status_code == 302
    assert decide(world, incident).status_code == 409


def test_the_suggestion_stands_beside_the_decision(world: World) -> None:
    page = get(world, "shiftleader", "arbitration_decide", waiting(world).number)
    assert page.status_code == 200
    assert "advice" in page.context


# --- who returns to whom ---


def test_returns_are_counted_per_pair_with_where_it_ended(world: World) -> None:
    incident = send_round(world, 2)
    world.move(incident, "dispatch", organization=world.unit)
    world.move(incident, "take")
    pairs = get(world, "supervisor", "supervision_returns").context["pairs"]
    assert {(p.giver, p.taker, p.holder, p.returns, p.came_back, p.is_mutual) for p in pairs} == {
        (world.unit.name, "市场监管所", world.unit.name, 1, True, True),
        ("市场监管所", world.unit.name, world.unit.name, 1, False, True),
    }


def test_a_case_that_waits_ended_with_nobody(world: World) -> None:
    send_round(world, 1)
    pair = get(world, "supervisor", "supervision_returns").context["pairs"][0]
    assert (pair.giver, pair.taker, pair.holder, pair.came_back) == (world.unit.name, "", "", False)


def test_a_number_of_the_figures_opens_its_cases(world: World) -> None:
    incident = send_round(world, 2)
    world.incident(State.HANDLING)
    pair = next(p for p in get(world, "supervisor", "supervision_returns").context["pairs"] if p.taker)
    query = {"giver": pair.giver_key, "taker": pair.taker_key, "holder": "none"}
    page = get(world, "supervisor", "supervision_returns", **query)
    assert [row.number for row in page.context["page"].rows] == [incident.number]
    assert not get(world, "supervisor", "supervision_returns", giver="unit:424242").context["page"].rows


def test_the_period_and_the_place_bound_the_figures(world: World) -> None:
    send_round(world, 1)
    day = timezone.localdate(world.now) - timedelta(days=3)
    assert get(world, "supervisor", "supervision_returns", start=day, end=day).context["total"]["returns"] == 0
    person(world, "elsewhere", "supervisor", world.grids[street.OTHER_STREET])
    assert get(world, "elsewhere", "supervision_returns").context["total"]["returns"] == 0
    assert get(world, "supervisor", "supervision_returns", giver="unit:5; DROP").status_code == 400


def test_handing_on_inside_the_unit_is_no_leg_of_the_way(world: World) -> None:
    incident = world.incident(State.HANDLING)
    world.move(incident, "hand_on")
    assert [leg.name for leg in supervision_returns.ways([incident.pk])[incident.pk]] == [world.unit.name]
    assert IncidentEvent.objects.filter(move="hand_on").count() == 1
