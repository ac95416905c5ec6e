"""矛盾纠纷: who may make which step, what each step does, and who hears of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent
from incidents import dispute_news, disputes
from incidents.dispute_moves import MOVES, arrows
from incidents.dispute_parties import NewParty, masked, others_with, reveal_parties
from incidents.disputes import Given, NewDispute
from incidents.models import Dispute, DisputeEvent
from incidents.states import State as Case
from notices.models import Notice
from tests import street
from tests.incidents.conftest import World

State = Dispute.State
PARTIES = (
    NewParty("first", "欧阳建国", phone="13812345678", address="永安街5号院3号楼2单元501"),
    NewParty("second", "东来地产公司", kind="organization"),
)
STEPS = {
    State.WAITING: (),
    State.MEDIATING: ("name_mediator",),
    State.WATCHED: ("watch",),
    State.SETTLED: ("name_mediator", "settle"),
    State.FAILED: ("name_mediator", "fail"),
}


def new(world: World, **more: Any) -> NewDispute:
    given = {"kind": "neighbours", "risk": "low", "title": "楼上漏水", "text": "楼上卫生间渗水", "parties": PARTIES}
    return NewDispute(**{"grid": world.grids[street.MICRO]} | given | more)


def enter(world: World, *, by: str = "gridleader", **more: Any) -> Dispute:
    return disputes.enter(new(world, **more), actor=world.people[by], now=world.now)


def act(world: World, dispute: Dispute, name: str, *, by: str = "gridleader", **more: Any) -> Dispute:
    """One step with all it needs."""
    given = {
        "text": "双方同意",
        "mediator": world.people[more.pop("mediator", by)] if name == "name_mediator" else None,
        "happened_at": world.now,
        "place": "社区调解室",
        "present": "双方、网格长",
        "is_kept": True,
    } | more
    version = given.pop("version", None)
    return disputes.act(dispute.pk, name, actor=world.people[by], now=world.now, version=version, given=Given(**given))


def dispute_in(world: World, state: str, **more: Any) -> Dispute:
    dispute = enter(world, **more)
    for name in STEPS[State(state)]:
        dispute = act(world, dispute, name)
    return dispute


EXPECTED = {
    State.WAITING: {"name_mediator", "watch", "report_up"},
    State.WATCHED: {"name_mediator", "visit", "report_up"},
    State.MEDIATING: {"name_mediator", "session", "settle", "fail", "watch", "report_up"},
    State.SETTLED: {"visit", "reopen"},
    State.FAILED: {"visit", "report_up", "reopen"},
}


@pytest.mark.parametrize("state", State.values)
def test_each_state_offers_its_steps_and_no_other_is_made(world: World, state: str) -> None:
    dispute = dispute_in(world, state)
    offered = {move.name for move in disputes.allowed(dispute, world.people["gridleader"])}
    assert offered == EXPECTED[State(state)]
    for move in MOVES:
        if move.name not in offered:
            with pytest.raises(NotNow):
                act(world, dispute, move.name)


def test_the_table_names_only_states_that_exist_and_leaves_none_without_a_way_out() -> None:
    assert {source for source, _name, _target in arrows()} == set(State.values)
    assert {target for _source, _name, target in arrows()} == set(State.values)


@pytest.mark.parametrize(
    ("role", "may"),
    [("gridleader", True), ("community", True), ("shiftleader", True), ("cadre", False), ("operator", False)],
)
def test_only_those_who_mediate_there_may_step(world: World, role: str, may: bool) -> None:
    dispute = enter(world)
    assert bool(disputes.allowed(dispute, world.people[role])) is may
    if not may:
        with pytest.raises(NotAllowed):
            act(world, dispute, "report_up", by=role)


def test_what_a_step_needs_is_asked_for(world: World) -> None:
    dispute = dispute_in(world, State.MEDIATING)
    with pytest.raises(NotValid) as refused:
        act(world, dispute, "session", text="", happened_at=None, place="", present="")
    assert set(refused.value.fields) == {"text", "happened_at", "place", "present"}
    with pytest.raises(NotValid):
        act(world, dispute, "session", happened_at=world.now + timedelta(days=1))
    assert DisputeEvent.objects.filter(kind="session").count() == 0


def test_a_dispute_gets_the_next_number_of_the_year(world: World) -> None:
    year = timezone.localtime(world.now).year
    assert [enter(world).number for _ in range(2)] == [f"TJ{year}-0001", f"TJ{year}-0002"]


def test_both_sides_must_be_named_and_phones_be_phones(world: World) -> None:
    with pytest.raises(NotValid) as refused:
        enter(world, parties=[NewParty("first", " ", phone="abc")], title="")
    assert {"parties", "first_name", "first_phone", "title"} <= set(refused.value.fields)


def test_who_does_not_mediate_there_enters_nothing(world: World) -> None:
    for role, code in (("operator", street.MICRO), ("gridleader", street.SISTER), ("community", street.OTHER_GRID)):
        with pytest.raises(NotAllowed):
            enter(world, by=role, grid=world.grids[code])


def test_a_mediator_must_mediate_for_the_level(world: World) -> None:
    dispute = act(world, enter(world), "report_up")
    with pytest.raises(NotValid):
        act(world, dispute, "name_mediator", by="community", mediator="gridleader")
    assert act(world, dispute, "name_mediator", by="community").mediator == world.people["community"]


def test_the_three_levels_go_up_with_a_reason_and_down_again(world: World) -> None:
    dispute = dispute_in(world, State.MEDIATING)
    levels = [dispute.level]
    for name, role in (("report_up", "gridleader"), ("report_up", "community"), ("hand_down", "shiftleader")):
        dispute = act(world, dispute, name, by=role)
        levels.append(dispute.level)
    assert levels == [5, 4, 3, 4]
    assert (dispute.state, dispute.mediator) == (State.WAITING, None)
    with pytest.raises(NotValid):
        act(world, dispute, "report_up", by="community", text=" ")


def test_above_the_street_and_below_the_grid_nobody_mediates(world: World) -> None:
    dispute = enter(world)
    with pytest.raises(NotNow):
        act(world, dispute, "hand_down", by="shiftleader")
    for _ in range(2):
        dispute = act(world, dispute, "report_up", by="shiftleader")
    with pytest.raises(NotNow):
        act(world, dispute, "report_up", by="shiftleader")


def test_a_level_that_gave_it_up_has_it_no_more(world: World) -> None:
    dispute = act(world, enter(world), "report_up")
    with pytest.raises(NotAllowed):
        act(world, dispute, "hand_down")
    assert not disputes.allowed(dispute, world.people["gridleader"])


def test_a_named_mediator_may_step_wherever_the_dispute_is(world: World) -> None:
    dispute = enter(world)
    act(world, dispute, "name_mediator", by="community", mediator="gridleader")
    assert act(world, dispute, "session").state == State.MEDIATING


def test_an_agreement_is_kept_and_visited(world: World) -> None:
    visit = timezone.localdate(world.now) + timedelta(days=30)
    dispute = act(world, dispute_in(world, State.MEDIATING), "settle", text="每月补偿200元", next_visit_on=visit)
    assert (dispute.agreement, dispute.next_visit_on) == ("每月补偿200元", visit)
    dispute = act(world, dispute, "visit", is_kept=False)
    assert dispute.next_visit_on is None
    assert dispute.events.order_by("pk").last().is_kept is False


def test_a_visit_after_an_agreement_says_whether_it_is_kept(world: World) -> None:
    dispute = dispute_in(world, State.SETTLED)
    with pytest.raises(NotValid) as refused:
        act(world, dispute, "visit", is_kept=None)
    assert "is_kept" in refused.value.fields


def test_what_breaks_out_again_begins_anew_and_keeps_its_history(world: World) -> None:
    dispute = act(world, dispute_in(world, State.SETTLED), "reopen")
    assert (dispute.state, dispute.agreement, dispute.ended_at) == (State.WAITING, "", None)
    kinds = list(dispute.events.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["entered", "accepted", "settled", "reopened"]
    assert dispute.events.get(kind="settled").text == "双方同意"


def test_two_at_once_are_not_both_heard(world: World) -> None:
    dispute = dispute_in(world, State.MEDIATING)
    act(world, dispute, "session", version=dispute.version)
    with pytest.raises(NotNow):
        act(world, dispute, "settle", version=dispute.version)


def test_history_cannot_be_rewritten(world: World) -> None:
    event = enter(world).events.get()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        DisputeEvent.objects.filter(pk=event.pk).update(text="别的")


# --- the case behind it ---


def test_a_case_becomes_a_dispute_once_and_hears_of_its_steps_without_names(world: World) -> None:
    case = world.incident(Case.DISPATCHED)
    dispute = enter(world, incident=case, grid=None)
    assert (dispute.grid_code, dispute.source) == (case.grid_code, "incident")
    act(world, dispute, "name_mediator")
    remarks = "".join(case.events.filter(kind="remark").values_list("text", flat=True))
    assert remarks.count(dispute.number) == 2
    assert "欧阳" not in remarks
    assert "渗水" not in remarks
    with pytest.raises(NotNow):
        enter(world, incident=case, grid=None)


def test_a_case_that_is_not_seen_gives_no_dispute(world: World) -> None:
    far = world.report(by="admin", point=street.inside(street.OTHER_GRID))
    with pytest.raises(NotAllowed):
        enter(world, incident=far, grid=None)


# --- who sees what ---


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("gridleader", True),
        ("community", True),
        ("cadre", True),
        ("shiftleader", True),
        ("operator", False),
        ("supervisor", False),
        ("microleader", False),
        ("department", False),
        ("auditor", False),
        ("admin", True),
    ],
)
def test_disputes_are_not_seen_with_the_cases(world: World, role: str, sees: bool) -> None:
    enter(world)
    assert Dispute.objects.visible_to(world.people[role]).exists() is sees


def test_the_mediator_sees_it_wherever_it_is(world: World) -> None:
    stranger = street.make_person("stranger")
    dispute = enter(world)
    assert not Dispute.objects.visible_to(stranger).exists()
    Dispute.objects.filter(pk=dispute.pk).update(mediator=stranger)
    assert Dispute.objects.visible_to(stranger).exists()


def test_parties_are_sealed_and_masked(world: World) -> None:
    first, second = enter(world).parties.all()
    shown = masked(first)
    assert (shown.name, shown.phone, shown.address) == ("欧阳**", "138****5678", "永安街5号院3号楼***")
    assert masked(second).name == "东来地产公司"
    assert len(first.phone_index) == 16


def test_a_reveal_needs_a_purpose_and_is_recorded_twice(world: World) -> None:
    dispute, leader = enter(world), world.people["gridleader"]
    with pytest.raises(NotValid):
        reveal_parties(dispute, actor=leader, purpose=" ", now=world.now)
    shown = reveal_parties(dispute, actor=leader, purpose="约定调解时间", now=world.now)
    assert shown[0].phone == "13812345678"
    event = AccessEvent.objects.get(action="reveal")
    assert (event.object_type, event.object_id, event.purpose) == ("dispute", dispute.number, "约定调解时间")
    assert dispute.events.get(kind="revealed").text == "约定调解时间"
    with pytest.raises(NotAllowed):
        reveal_parties(dispute, actor=world.people["cadre"], purpose="看看", now=world.now)


def test_the_same_people_are_recognised_by_their_phone(world: World) -> None:
    first, second = enter(world), enter(world, title="又吵起来了")
    leader = world.people["gridleader"]
    assert others_with(second, list(second.parties.all()), leader) == [first]
    assert others_with(second, list(second.parties.all()), world.people["operator"]) == []


# --- news ---


def heard(role: str, kind: str) -> bool:
    return Notice.objects.filter(recipient__username=role, kind=f"dispute.{kind}").exists()


def test_the_people_of_the_level_hear_of_it_and_nobody_reads_a_name(world: World) -> None:
    dispute = act(world, enter(world, by="community"), "report_up", by="gridleader")
    assert heard("gridleader", "entered")
    assert heard("community", "reported_up")
    assert not heard("gridleader", "reported_up"), "whoever acted knows it"
    act(world, dispute, "name_mediator", by="shiftleader", mediator="community")
    assert heard("community", "accepted")
    said = " ".join(f"{notice.title} {notice.body}" for notice in Notice.objects.all())
    assert "漏水" not in said
    assert "欧阳" not in said


def test_a_due_visit_is_told_once_a_day(world: World) -> None:
    today = timezone.localdate(world.now)
    act(world, dispute_in(world, State.MEDIATING), "settle", next_visit_on=today)
    assert dispute_news.remind_of_visits(now=world.now) == 1
    dispute_news.remind_of_visits(now=world.now)
    assert Notice.objects.filter(kind="dispute.visit_due", recipient__isnull=False).count() == 1
