"""社区吹哨、党员报到: who is called, who answers, who came."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.errors import NotAllowed, NotNow, NotValid
from notices.models import Notice
from partybuilding import calls
from partybuilding.calls import Mark
from partybuilding.models import CardEntry, ReportIn
from tests.partybuilding import duty_world
from tests.partybuilding.duty_world import NOW, TODAY, Duty

pytestmark = pytest.mark.django_db
THEN = NOW + timedelta(days=1, hours=2)


@pytest.fixture
def duty() -> Duty:
    """The world of duty."""
    return duty_world.build()


def test_a_call_tells_the_members_of_the_place_and_nobody_else(duty: Duty) -> None:
    call = duty.call(text="请带手电，联系人 13812345678")
    told = set(Notice.objects.filter(kind="member_call.blown").values_list("recipient__username", flat=True))
    assert told == {"wang", "zhao"}
    assert "13812345678" not in call.text


def test_a_member_answers_for_herself_and_may_change_her_mind(duty: Duty) -> None:
    call, wang = duty.call(), duty.people["wang"]
    first = calls.answer(call, "coming", actor=wang, now=NOW)
    assert calls.answer(call, "coming", actor=wang, now=NOW).pk == first.pk
    assert calls.answer(call, "cannot", actor=wang, now=NOW).answer == "cannot"
    assert call.answers.count() == 1


def test_whoever_is_no_member_of_the_place_does_not_answer(duty: Duty) -> None:
    call = duty.call()
    for who in ("li", "community", "gridleader"):
        with pytest.raises(NotAllowed):
            calls.answer(call, "coming", actor=duty.people[who], now=NOW)


def test_a_call_is_finished_when_everybody_is_noted_and_not_before(duty: Duty) -> None:
    call, head = duty.call(), duty.people["community"]
    calls.answer(call, "coming", actor=duty.people["wang"], now=NOW)
    down = calls.put_down(call, duty.members["sun"], actor=head, now=NOW)
    with pytest.raises(NotNow):
        calls.finish(call, "查出 3 处", actor=head, now=NOW)
    with pytest.raises(NotNow):
        calls.finish(call, "查出 3 处", actor=head, now=THEN)
    own = call.answers.get(member=duty.members["wang"])
    calls.note(call, {own.pk: Mark("came", Decimal("2.5")), down.pk: Mark("missed")}, actor=head, now=THEN)
    done = calls.finish(call, "查出 3 处", actor=head, now=THEN)
    row = calls.calls_for(type(done).objects.filter(pk=done.pk)).get()
    assert (row.status, row.came, row.hours) == ("done", 1, Decimal("2.5"))  # type: ignore[attr-defined]
    with pytest.raises(NotNow):
        calls.answer(call, "cannot", actor=duty.people["wang"], now=THEN)


def test_whoever_came_and_had_reported_in_has_it_on_her_card_once(duty: Duty) -> None:
    call, head = duty.call(), duty.people["community"]
    for who, status in (("wang", "active"), ("zhao", "active"), ("sun", "ended")):
        member = duty.members[who]
        ReportIn.objects.create(
            number=who, member=member, reported_on=TODAY, status=status, grid=member.grid, grid_code=member.grid_code
        )
    rows = {who: calls.put_down(call, duty.members[who], actor=head, now=NOW).pk for who in ("wang", "zhao", "sun")}
    marks = {rows["wang"]: Mark("came", Decimal(2)), rows["sun"]: Mark("came"), rows["zhao"]: Mark("missed")}
    calls.note(call, marks, actor=head, now=THEN)
    calls.finish(call, "查出 3 处", actor=head, now=THEN)
    assert [(one.report.number, one.text, one.hours) for one in CardEntry.objects.all()] == [
        ("wang", "排查安全隐患", Decimal(2))
    ]


def test_hours_are_for_those_who_came(duty: Duty) -> None:
    call, head = duty.call(), duty.people["community"]
    row = calls.answer(call, "coming", actor=duty.people["wang"], now=NOW)
    for mark in (Mark("missed", Decimal(2)), Mark("came", Decimal(25)), Mark("perhaps")):
        with pytest.raises(NotValid):
            calls.note(call, {row.pk: mark}, actor=head, now=THEN)


def test_a_call_off_tells_those_who_were_coming_why(duty: Duty) -> None:
    call, head = duty.call(), duty.people["community"]
    calls.answer(call, "coming", actor=duty.people["wang"], now=NOW)
    calls.answer(call, "cannot", actor=duty.people["zhao"], now=NOW)
    with pytest.raises(NotValid):
        calls.call_off(call, "", actor=head, now=NOW)
    calls.call_off(call, "下雨改期", actor=head, now=NOW)
    told = Notice.objects.filter(kind="member_call.called_off")
    assert [(one.recipient.username, "下雨" in one.body) for one in told if one.recipient] == [("wang", True)]
