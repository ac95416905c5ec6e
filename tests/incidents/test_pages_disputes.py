"""The pages of disputes and call-backs, as people use them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from incidents import callbacks, disputes
from incidents.callbacks import Answer
from incidents.models import CallBack, CallBackSample, Dispute, Incident
from incidents.states import State as Case
from tests import street
from tests.incidents.conftest import World
from tests.incidents.pages import HTMX, client_of, get, words
from tests.incidents.test_callbacks import HAPPY, UNHAPPY, closed, drawn, record
from tests.incidents.test_disputes import act, dispute_in, enter

State = Dispute.State
SIDES = {
    "first_kind": "resident",
    "first_name": "李秀英",
    "first_phone": "13812345678",
    "second_kind": "resident",
    "second_name": "王建设",
}


def sent(world: World, **more: Any) -> dict[str, Any]:
    """What the form of a new dispute sends."""
    grid = world.grids[street.GRID].pk
    own = {"grid": grid, "kind": "neighbours", "risk": "low", "source": "found", "title": "狗叫", "text": "夜里狗叫"}
    return own | SIDES | more


def post(
    world: World, role: str, name: str, *args: Any, htmx: bool = False, query: str = "", **data: Any
) -> HttpResponse:
    url = reverse(f"incidents:{name}", args=args) + query
    return client_of(world, role).post(url, data, headers=HTMX if htmx else {})  # type: ignore[return-value]


# --- disputes ---


def test_a_grid_leader_enters_a_dispute_on_the_phone_or_the_desk(world: World) -> None:
    assert "first_name" in get(world, "gridleader", "dispute_new").content.decode()
    answer = post(world, "gridleader", "dispute_new", **sent(world))
    dispute = Dispute.objects.get()
    assert answer["Location"] == reverse("incidents:dispute", args=[dispute.number])
    assert [party.name for party in dispute.parties.all()] == ["李秀英", "王建设"]


def test_what_was_typed_is_shown_again_with_what_is_wrong(world: World) -> None:
    answer = post(world, "gridleader", "dispute_new", **sent(world, first_phone="不知道"))
    assert answer.status_code == 422
    assert "李秀英" in answer.content.decode()
    assert not Dispute.objects.exists()


def test_only_grids_where_one_mediates_are_offered(world: World) -> None:
    form = get(world, "gridleader", "dispute_new").context["form"]
    assert [grid.code for grid in form.fields["grid"].queryset] == [street.GRID]
    foreign = sent(world, grid=world.grids[street.SISTER].pk)
    assert post(world, "gridleader", "dispute_new", **foreign).status_code == 422


def test_a_case_hands_its_place_and_words_over(world: World) -> None:
    case = world.incident(Case.DISPATCHED)
    assert f"?incident={case.number}" in get(world, "gridleader", "detail", case.number).content.decode()
    assert case.text in get(world, "gridleader", "dispute_new", incident=case.number).content.decode()
    given = {name: value for name, value in sent(world).items() if name not in ("grid", "source")}
    post(world, "gridleader", "dispute_new", query=f"?incident={case.number}", **given)
    dispute = Dispute.objects.get(incident=case)
    link = reverse("incidents:dispute", args=[dispute.number])
    assert link in get(world, "gridleader", "detail", case.number).content.decode()
    assert link not in get(world, "operator", "detail", case.number).content.decode()


@pytest.mark.parametrize("state", State.values)
def test_the_page_shows_masked_parties_and_the_allowed_steps(world: World, state: str) -> None:
    dispute = dispute_in(world, state)
    page = get(world, "gridleader", "dispute", dispute.number)
    text = words(page)
    assert "欧阳**" in text
    assert "138****5678" in text
    assert "欧阳建国" not in page.content.decode()
    for move in disputes.allowed(dispute, world.people["gridleader"]):
        assert reverse("incidents:dispute_move", args=[dispute.number, move.name]) in page.content.decode()


def test_who_may_only_look_gets_no_step(world: World) -> None:
    dispute = enter(world)
    page = get(world, "cadre", "dispute", dispute.number).content.decode()
    assert "/steps/" not in page
    assert post(world, "cadre", "dispute_move", dispute.number, "watch", version=1, text="先看看").status_code == 403


def test_an_agreement_is_written_on_the_page(world: World) -> None:
    dispute = dispute_in(world, State.MEDIATING)
    moment = timezone.localtime(world.now).strftime("%Y-%m-%dT%H:%M")
    given = {"version": dispute.version, "text": "每晚十点后不遛狗", "happened_at": moment, "next_visit_on": ""}
    assert post(world, "gridleader", "dispute_move", dispute.number, "settle", **given).status_code == 302
    dispute.refresh_from_db()
    assert (dispute.state, dispute.agreement) == (State.SETTLED, "每晚十点后不遛狗")


def test_a_step_that_lacks_something_is_refused_with_its_words_kept(world: World) -> None:
    dispute = dispute_in(world, State.MEDIATING)
    answer = post(world, "gridleader", "dispute_move", dispute.number, "session", version=2, text="双方到场")
    assert answer.status_code == 422
    assert "双方到场" in answer.content.decode()


def test_who_was_slower_is_told_and_may_go_on(world: World) -> None:
    dispute = dispute_in(world, State.MEDIATING)
    old = dispute.version
    act(world, dispute, "session")
    answer = post(world, "gridleader", "dispute_move", dispute.number, "watch", version=old, text="先看看")
    assert answer.status_code == 409
    assert f'value="{old + 1}"' in answer.content.decode()


@pytest.mark.parametrize("htmx", [True, False])
def test_the_parties_are_shown_for_a_purpose(world: World, htmx: bool) -> None:
    dispute = enter(world)
    assert get(world, "gridleader", "dispute_parties", dispute.number).status_code == 200
    refused = post(world, "gridleader", "dispute_parties", dispute.number, htmx=htmx, purpose="")
    assert refused.status_code == 422
    assert "13812345678" not in refused.content.decode()
    shown = post(world, "gridleader", "dispute_parties", dispute.number, htmx=htmx, purpose="约时间")
    assert "13812345678" in shown.content.decode()
    assert ("<html" in shown.content.decode()) is not htmx


def test_the_list_is_narrowed_by_its_filters(world: World) -> None:
    waiting = enter(world)
    settled = act(world, dispute_in(world, State.MEDIATING, kind="labour", risk="high"), "settle")
    today = timezone.localdate(world.now)
    due = act(world, dispute_in(world, State.MEDIATING), "settle", next_visit_on=today)
    wanted = [
        ({}, {waiting, settled, due}),
        ({"open": "true"}, {waiting}),
        ({"kind": "labour"}, {settled}),
        ({"risk": "high", "state": "settled"}, {settled}),
        ({"visit_due": "true"}, {due}),
        ({"mine": "true"}, {settled, due}),
        ({"level": "4"}, set()),
        ({"q": waiting.number.lower()}, {waiting}),
        ({"grid": street.SISTER}, set()),
    ]
    for query, found in wanted:
        assert {*get(world, "gridleader", "disputes", **query).context["page"].rows} == found, query


def test_a_filter_that_is_none_is_refused(world: World) -> None:
    for query in ({"state": "x"}, {"grid": "' or 1"}, {"level": "9"}, {"after": "abc"}):
        assert get(world, "gridleader", "disputes", **query).status_code == 400, query


def test_the_numbers_of_the_board_are_those_of_the_lists(world: World) -> None:
    enter(world)
    dispute_in(world, State.SETTLED, kind="labour")
    page = get(world, "gridleader", "dispute_board")
    board = page.context["board"]
    assert (board.total, dict(board.per_state)["settled"]) == (2, 1)
    assert "kind=labour&amp;state=settled" in page.content.decode()
    assert [row.total for row in board.kinds if row.value == "labour"] == [1]


def queries(world: World, role: str, name: str, *args: Any) -> int:
    client = client_of(world, role)
    url = reverse(f"incidents:{name}", args=args)
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


@pytest.mark.parametrize("name", ["disputes", "dispute_board"])
def test_lists_of_disputes_ask_the_same_however_many_there_are(world: World, name: str) -> None:
    dispute_in(world, State.MEDIATING)
    few = queries(world, "gridleader", name)
    for state in State.values:
        dispute_in(world, state)
    assert queries(world, "gridleader", name) == few


def test_a_long_history_costs_no_more_queries(world: World) -> None:
    dispute = dispute_in(world, State.MEDIATING)
    few = queries(world, "gridleader", "dispute", dispute.number)
    for _ in range(5):
        act(world, dispute, "session")
    assert queries(world, "gridleader", "dispute", dispute.number) == few


def test_markup_in_a_dispute_stays_text(world: World) -> None:
    dispute = enter(world, text="<script>alert(1)</script>", title="<b>漏水</b>")
    for page in (get(world, "gridleader", "disputes"), get(world, "gridleader", "dispute", dispute.number)):
        assert "<script>alert(1)" not in page.content.decode()
        assert "<b>漏水" not in page.content.decode()


# --- call-backs ---


def test_the_queue_shows_who_is_still_to_be_called(world: World) -> None:
    waiting, done = drawn(world), record(world, drawn(world), UNHAPPY)
    assert get(world, "operator", "call_backs").context["page"].rows == [waiting]
    assert get(world, "operator", "call_backs", solved="false").context["page"].rows == [done]
    assert get(world, "operator", "call_backs", stage="done", solved="true").context["page"].rows == []
    assert get(world, "gridleader", "call_backs").status_code == 403


def test_the_form_records_a_call(world: World) -> None:
    call = drawn(world)
    page = get(world, "operator", "call_back", call.pk).content.decode()
    assert "reopen_reason" in page
    assert "13800001111" not in page
    assert "reopen_reason" not in get(world, "supervisor", "call_back", call.pk).content.decode()
    given = {"contact": "reached", "responded": "true", "solved": "true", "satisfaction": "satisfied", "words": "可以"}
    assert post(world, "operator", "call_back", call.pk, **given).status_code == 302
    call.refresh_from_db()
    assert (call.solved, call.responded, call.satisfaction, call.answer) == (True, True, "satisfied", "可以")
    assert "可以" in get(world, "operator", "call_back", call.pk).content.decode()


def test_half_an_answer_comes_back_with_its_words(world: World) -> None:
    call = drawn(world)
    answer = post(world, "operator", "call_back", call.pk, contact="reached", words="她说还行")
    assert answer.status_code == 422
    assert "她说还行" in answer.content.decode()
    call.refresh_from_db()
    assert call.attempts == 0


def test_an_unhappy_reporter_opens_the_case_again_by_the_caller_s_choice(world: World) -> None:
    call = drawn(world)
    given = {"contact": "reached", "solved": "false", "satisfaction": "unsatisfied", "reopen_reason": "垃圾还在"}
    assert post(world, "operator", "call_back", call.pk, **given).status_code == 302
    assert Incident.objects.get(pk=call.incident_id).state == Case.FILED


def test_leaving_out_is_the_approver_s(world: World) -> None:
    call = record(world, drawn(world), UNHAPPY)
    assert post(world, "operator", "call_back_exclude", call.pk, reason="无理").status_code == 403
    assert post(world, "shiftleader", "call_back_exclude", call.pk, reason="无理诉求").status_code == 302
    call.refresh_from_db()
    assert call.is_excluded
    assert post(world, "shiftleader", "call_back_exclude", call.pk, include="1").status_code == 302


def test_a_sample_is_drawn_by_hand_and_its_seed_shown(world: World) -> None:
    closed(world)
    Incident.objects.update(closed_at=world.now - timedelta(days=1))
    day = timezone.localdate(world.now - timedelta(days=1)).isoformat()
    given = {"first": day, "last": day, "grid": street.STREET, "percent": 100, "seed": 4711}
    assert post(world, "operator", "call_back_samples", **given).status_code == 302
    assert CallBackSample.objects.get().population == 1
    assert "4711" in get(world, "operator", "call_back_samples").content.decode()
    assert post(world, "operator", "call_back_samples", **given | {"percent": 0}).status_code == 422


def test_the_rates_show_their_fractions_and_open_their_lists(world: World) -> None:
    for answer in (HAPPY, UNHAPPY, Answer("refused")):
        record(world, drawn(world), answer, by="operator")
    page = get(world, "supervisor", "call_back_rates")
    total = page.context["total"]
    assert (total.assigned, total.contacted, total.called_back, total.solved, total.satisfied) == (3, 1, 2, 1, 1)
    text = words(page)
    assert "1 / 3" in text
    assert "50.0%" in text
    today = timezone.localdate(world.now).isoformat()
    link = {"counted": "true", "called_from": today, "called_to": today, "solved": "true", "unit": str(world.unit.pk)}
    assert len(get(world, "supervisor", "call_backs", **link).context["page"].rows) == 1
    assert len(get(world, "supervisor", "call_backs", **link | {"unit": "0"}).context["page"].rows) == 0


def test_a_period_that_is_none_is_refused(world: World) -> None:
    for query in ({"first": "2026-13-01"}, {"first": "2026-02-02", "last": "2026-01-01"}, {"grid": "x"}):
        assert get(world, "supervisor", "call_back_rates", **query).status_code == 400, query


@pytest.mark.parametrize("name", ["call_backs", "call_back_rates"])
def test_lists_of_calls_ask_the_same_however_many_there_are(world: World, name: str) -> None:
    record(world, drawn(world), HAPPY)
    drawn(world)
    few = queries(world, "operator", name)
    for _ in range(3):
        record(world, drawn(world), UNHAPPY)
        drawn(world)
    assert queries(world, "operator", name) == few


def test_the_case_says_closed_and_solved_apart(world: World) -> None:
    call = record(world, drawn(world), HAPPY, by="operator")
    number = Incident.objects.get(pk=call.incident_id).number
    page = get(world, "operator", "detail", number).content.decode()
    assert reverse("incidents:call_back", args=[call.pk]) in page
    assert "很快" not in page
    assert (
        reverse("incidents:call_back", args=[call.pk])
        not in get(world, "department", "detail", number).content.decode()
    )


def test_calls_outside_the_subtree_are_not_there(world: World) -> None:
    far = world.report(by="admin", point=street.inside(street.OTHER_GRID))
    call = CallBack.objects.create(incident=far, due_at=world.now)
    assert get(world, "operator", "call_back", call.pk).status_code == 404
    assert callbacks.for_case(far, world.people["operator"])["calls"] == []
