"""回访: who is drawn, who may ask, what an answer does, and what the three rates are made of."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import NotAllowed, NotNow, NotValid
from incidents import callbacks, rates
from incidents.callbacks import Answer, choose
from incidents.models import CallBack, CallBackSample, Incident, Procedure
from incidents.rates import Rates, Weights
from incidents.states import State
from notices.models import Notice
from tests import street
from tests.incidents.conftest import World

HAPPY = Answer("reached", responded=True, solved=True, satisfaction="very", words="很快就清走了，谢谢")
UNHAPPY = Answer("reached", responded=False, solved=False, satisfaction="unsatisfied", words="根本没人来")
NOBODY = Answer("no_answer")


def closed(world: World, **more: Any) -> Incident:
    """A case of a caller, closed without the reporter having been asked."""
    world.garbage.needs_site_check = False
    world.garbage.save()
    given = {"by": "operator", "contact_name": "王某", "contact_phone": "13800001111", "source": "hotline"}
    return world.incident(State.CLOSED, **given | more)


def drawn(world: World, **more: Any) -> CallBack:
    """The call-back of one closed case."""
    incident = closed(world, **more)
    return CallBack.objects.create(incident=incident, due_at=world.now)


def record(world: World, call: CallBack, answer: Answer, by: str = "supervisor") -> CallBack:
    return callbacks.record(call.pk, answer, actor=world.people[by], now=world.now)


# --- drawing ---


@given(
    keys=st.sets(st.integers(1, 10**9), max_size=200),
    percent=st.integers(1, 100),
    seed=st.integers(0, callbacks.LARGEST_SEED),
)
def test_the_same_seed_draws_the_same_whatever_the_order(keys: set[int], percent: int, seed: int) -> None:
    chosen = choose(sorted(keys), percent=percent, seed=seed)
    assert chosen == choose(sorted(keys, reverse=True), percent=percent, seed=seed)
    assert set(chosen) <= keys
    assert len(chosen) == len(set(chosen)) == -(-len(keys) * percent // 100)


def test_another_seed_draws_others() -> None:
    draws = {tuple(choose(range(1000), percent=5, seed=seed)) for seed in range(20)}
    assert len(draws) == 20


def draw(world: World, **more: Any) -> CallBackSample:
    given = {
        "starts_at": world.now - timedelta(days=1),
        "ends_at": world.now + timedelta(seconds=1),
        "grid_code": street.STREET,
        "percent": 100,
        "seed": 7,
        "actor": world.people["supervisor"],
        "now": world.now + timedelta(seconds=1),
    }
    return callbacks.draw(**given | more)


def test_a_draw_keeps_its_seed_and_takes_only_ended_cases_with_a_phone(world: World) -> None:
    case = closed(world)
    closed(world, contact_phone="", contact_name="")
    world.incident(State.HANDLED, by="operator", contact_phone="13800002222")
    sample = draw(world)
    assert (sample.seed, sample.population, sample.drawn_by) == (7, 1, world.people["supervisor"])
    assert [call.incident for call in sample.call_backs.all()] == [case]


def test_an_ending_is_called_once_however_often_it_is_drawn(world: World) -> None:
    closed(world)
    assert draw(world).call_backs.count() == 1
    assert draw(world).call_backs.count() == 0


def test_nobody_draws_elsewhere_or_a_future_that_is_not_over(world: World) -> None:
    with pytest.raises(NotAllowed):
        draw(world, grid_code=street.OTHER_STREET)
    with pytest.raises(NotAllowed):
        draw(world, actor=world.people["gridleader"])
    for wrong in ({"percent": 0}, {"percent": 101}, {"ends_at": world.now + timedelta(days=2)}, {"seed": -1}):
        with pytest.raises(NotValid):
            draw(world, **wrong)


def test_the_nightly_draw_takes_yesterday_once_by_the_share_of_the_procedure(world: World) -> None:
    case = closed(world)
    tomorrow = world.now + timedelta(days=1)
    assert callbacks.draw_due(now=tomorrow) > 0
    assert callbacks.draw_due(now=tomorrow) == 0
    sample = CallBackSample.objects.get(call_backs__incident=case)
    assert (sample.percent, sample.drawn_by) == (100, None)
    assert timezone.localtime(sample.starts_at).date() == timezone.localdate(world.now)


def test_without_a_share_nothing_is_drawn(world: World) -> None:
    Procedure.objects.update_or_create(pk=1, defaults={"call_back_share": 0})
    closed(world)
    assert callbacks.draw_due(now=world.now + timedelta(days=1)) == 0


# --- asking ---


@pytest.mark.parametrize("role", ["department", "gridleader", "community", "dispatcher", "auditor"])
def test_only_callers_may_record_an_answer(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        record(world, drawn(world), HAPPY, by=role)


def test_whoever_handled_the_case_never_asks_about_it(world: World) -> None:
    call = drawn(world)
    street.give_post(world.people["department"], "supervisor", world.grids[street.STREET])
    del world.people["department"]._scope
    assert callbacks.handled_by(call.incident_id) == {world.people["department"].pk}
    with pytest.raises(NotAllowed):
        record(world, call, HAPPY, by="department")
    assert record(world, call, HAPPY).checker == world.people["supervisor"]


def test_a_happy_answer_finds_the_case_solved(world: World) -> None:
    call = record(world, drawn(world), HAPPY)
    incident = Incident.objects.get(pk=call.incident_id)
    assert (incident.state, incident.is_solved, incident.solved_at) == (State.CLOSED, True, world.now)
    assert list(incident.events.order_by("sequence").values_list("kind", flat=True))[-2:] == ["called_back", "solved"]
    assert call.answer == "很快就清走了，谢谢"
    assert "很快" not in "".join(incident.events.values_list("text", flat=True)), "her words are the callers' to read"


def test_an_unhappy_answer_is_told_to_the_supervisors_and_withdraws_solved(world: World) -> None:
    call = drawn(world)
    record(world, call, UNHAPPY, by="operator")
    incident = Incident.objects.get(pk=call.incident_id)
    assert (incident.state, incident.is_solved) == (State.CLOSED, False)
    assert Notice.objects.filter(recipient=world.people["supervisor"], kind="call_back.unhappy").exists()


def test_the_caller_may_open_an_unhappy_case_again(world: World) -> None:
    call = drawn(world)
    answer = Answer("reached", solved=False, satisfaction="unsatisfied", reopen_reason="居民反映垃圾仍在")
    record(world, call, answer, by="operator")
    incident = Incident.objects.get(pk=call.incident_id)
    assert (incident.state, incident.reopen_count) == (State.FILED, 1)
    assert incident.events.get(move="reopen").text == "居民反映垃圾仍在"


def test_a_caller_who_may_not_reopen_records_nothing_by_trying(world: World) -> None:
    call = drawn(world)
    answer = Answer("reached", solved=False, satisfaction="unsatisfied", reopen_reason="再办")
    with pytest.raises(NotAllowed):
        record(world, call, answer, by="supervisor")
    call.refresh_from_db()
    assert (call.called_at, call.contact) == (None, "")


def test_a_happy_answer_opens_nothing(world: World) -> None:
    with pytest.raises(NotValid):
        record(world, drawn(world), Answer("reached", solved=True, satisfaction="very", reopen_reason="再办"))


@pytest.mark.parametrize(
    "answer",
    [Answer("reached"), Answer(""), Answer("no_answer", solved=True), Answer("reached", solved=True, satisfaction="x")],
)
def test_half_an_answer_is_refused(world: World, answer: Answer) -> None:
    with pytest.raises(NotValid):
        record(world, drawn(world), answer)


def test_nobody_answering_stands_after_the_third_attempt(world: World) -> None:
    call = drawn(world)
    for attempt in (1, 2):
        call = record(world, call, NOBODY)
        assert (call.attempts, call.called_at, call.due_at) == (attempt, None, world.now + timedelta(days=1))
    assert record(world, call, NOBODY).called_at == world.now
    with pytest.raises(NotNow):
        record(world, call, HAPPY)


def test_a_wrong_number_stands_at_once(world: World) -> None:
    assert record(world, drawn(world), Answer("wrong_number")).called_at == world.now


def test_leaving_out_needs_the_approver_and_a_reason(world: World) -> None:
    call = record(world, drawn(world), UNHAPPY)
    with pytest.raises(NotAllowed):
        callbacks.exclude(call.pk, reason="无理诉求", actor=world.people["supervisor"], now=world.now)
    with pytest.raises(NotValid):
        callbacks.exclude(call.pk, reason=" ", actor=world.people["shiftleader"], now=world.now)
    left_out = callbacks.exclude(call.pk, reason="无理诉求", actor=world.people["shiftleader"], now=world.now)
    assert (left_out.is_excluded, left_out.exclusion_reason) == (True, "无理诉求")
    assert not CallBack.objects.counted().exists()
    callbacks.include(call.pk, actor=world.people["shiftleader"], now=world.now)
    assert CallBack.objects.counted().get() == call


# --- the three rates ---


def row(contact: str = "reached", **more: Any) -> dict[str, Any]:
    values = {"contact": contact, "responded": True, "solved": True, "satisfaction": "very", "is_excluded": False}
    return values | ({} if contact == "reached" else {"solved": None, "satisfaction": ""}) | more


def test_the_rates_are_what_the_paper_says() -> None:
    found = rates.rates(
        [
            row(),
            row(satisfaction="satisfied", responded=False),
            row(solved=False, satisfaction="unsatisfied"),
            row("no_answer", responded=None),
            row(solved=False, satisfaction="unsatisfied", is_excluded=True),
        ]
    )
    assert found == Rates(assigned=4, contacted=2, called_back=3, solved=2, satisfied=2)
    assert (found.response, found.resolution, found.satisfaction) == (0.5, 2 / 3, 2 / 3)
    assert found.score == pytest.approx(100 * (0.5 * 30 + 2 / 3 * 35 + 2 / 3 * 35) / 100)


def test_nothing_has_no_rate_and_no_weight_counts_for_nothing() -> None:
    assert rates.rates([]).score is None
    unreached = rates.rates([row("no_answer", responded=True)], weights=Weights(1, 1, 1))
    assert (unreached.response, unreached.resolution, unreached.score) == (1.0, None, 100.0)
    assert rates.rates([row()], weights=Weights(0, 0, 0)).score is None


@given(st.lists(st.sampled_from([row(), row(solved=False), row("refused"), row(is_excluded=True)]), max_size=30))
def test_rates_stay_between_none_and_all(rows: list[dict[str, Any]]) -> None:
    found = rates.rates(rows)
    parts = (found.response, found.resolution, found.satisfaction)
    assert all(part is None or 0 <= part <= 1 for part in parts)
    assert found.score is None or 0 <= found.score <= 100.001


def test_the_database_counts_as_the_function_does_by_unit_and_community(world: World) -> None:
    answers = (HAPPY, UNHAPPY, Answer("refused", responded=True))
    for answer in answers:
        record(world, drawn(world), answer, by="operator")
    period = {"start": world.now - timedelta(hours=1), "end": world.now + timedelta(hours=1), "weights": Weights()}
    everything = rates.rates(CallBack.objects.all())
    assert rates.total(CallBack.objects.all(), **period) == everything
    (unit,) = rates.by_unit(CallBack.objects.all(), **period)
    (community,) = rates.by_community(CallBack.objects.all(), **period)
    assert (unit.name, unit.rates) == (world.unit.name, everything)
    assert (community.name, community.rates) == ("建中街社区", everything)


def test_a_reopened_case_stays_with_the_unit_that_was_asked_about(world: World) -> None:
    call = drawn(world)
    answer = Answer("reached", solved=False, satisfaction="unsatisfied", reopen_reason="再办")
    record(world, call, answer, by="operator")
    assert Incident.objects.get(pk=call.incident_id).handler_organization is None
    assert rates.with_unit(CallBack.objects.all()).get().unit == world.unit.pk
