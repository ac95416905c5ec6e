"""督办、催办: who writes, who answers, who lifts, and what the case's history says of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from grid.models import Organization
from incidents import lifecycle, supervision
from incidents.clocks import Limit
from incidents.models import Incident, IncidentEvent, Procedure, Supervision
from incidents.models.supervision import NumberBook
from incidents.states import State
from incidents.worktime import TimeUnit
from notices.models import Notice
from tests import street
from tests.incidents.conftest import World
from tests.incidents.supervising import answer, lift, person, second_unit, send_round, supervised
from tests.incidents.test_parallel import together


def fresh(incident: Incident) -> Incident:
    return Incident.objects.get(pk=incident.pk)


def kinds(incident: Incident) -> list[str]:
    return [kind for kind in incident.events.values_list("kind", flat=True) if kind != "move"]


def told(world: World, name: str, kind: str) -> int:
    return Notice.objects.filter(recipient=world.people[name], kind=kind).count()


# --- 督办 ---


def test_a_notice_is_numbered_by_year_and_goes_to_the_responsible_unit(world: World) -> None:
    first, second = supervised(world), supervised(world)
    year = timezone.localtime(world.now).year
    assert [first.number, second.number] == [f"督办〔{year}〕1号", f"督办〔{year}〕2号"]
    assert (first.organization, first.user) == (world.unit, None)
    assert first.issuer_name.startswith(world.people["supervisor"].real_name)


def test_the_office_chooses_the_mark_of_its_notices(world: World) -> None:
    Procedure.objects.update_or_create(pk=1, defaults={"supervision_prefix": "京广/督"})
    assert supervised(world).number.startswith("京广／督〔")


def test_a_notice_marks_the_case_writes_its_history_and_tells_the_unit(world: World) -> None:
    notice = supervised(world)
    assert fresh(notice.incident).is_supervised
    event = notice.incident.events.get(kind=IncidentEvent.Kind.SUPERVISED)
    assert notice.number in event.text
    assert event.data["notice"] == notice.number
    assert told(world, "department", "supervision.supervised") == 1
    assert told(world, "supervisor", "supervision.supervised") == 0


def test_the_time_to_reply_is_working_time(world: World) -> None:
    saturday = world.now.replace(year=2026, month=8, day=15, hour=3)
    notice = supervised(world, now=saturday, within=Limit(Decimal(1), TimeUnit.WORK_DAY))
    assert (notice.reply_due_at - saturday) > timedelta(days=2)
    assert supervised(world, now=saturday, within=Limit(Decimal(4), TimeUnit.URGENT_HOUR)).reply_due_at == (
        saturday + timedelta(hours=4)
    )


@pytest.mark.parametrize("amount", ["0", "-1", "31"])
def test_a_time_to_reply_that_is_none_is_refused(world: World, amount: str) -> None:
    with pytest.raises(NotValid):
        supervised(world, within=Limit(Decimal(amount), TimeUnit.WORK_DAY))


@pytest.mark.parametrize("text", ["", "   ", "字" * 2001])
def test_a_notice_says_what_is_demanded(world: World, text: str) -> None:
    with pytest.raises(NotValid) as refused:
        supervised(world, text=text)
    assert "text" in refused.value.fields
    assert NumberBook.objects.count() == 0


@pytest.mark.parametrize("role", ["dispatcher", "operator", "gridleader", "department", "auditor"])
def test_only_who_supervises_writes_a_notice(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        supervised(world, by=role)


def test_nobody_supervises_in_another_street(world: World) -> None:
    with pytest.raises(NotAllowed):
        supervised(world, by=person(world, "elsewhere", "supervisor", world.grids[street.OTHER_STREET]).username)


def test_a_case_that_nobody_answers_for_cannot_be_supervised(world: World) -> None:
    with pytest.raises(NotNow):
        supervised(world, world.incident(State.FILED))
    with pytest.raises(NotNow):
        supervised(world, world.incident(State.CANCELLED))


def test_the_first_receiver_answers_until_another_takes_it(world: World) -> None:
    incident = send_round(world, 1)
    assert supervised(world, incident).organization == world.unit
    other = supervised(world, incident, text="再次督办").incident
    world.move(other, "dispatch", organization=Organization.objects.get(code="market"))
    assert supervised(world, other, text="三次督办").organization == world.unit
    world.move(other, "take", by="market")
    assert supervised(world, other, text="四次督办").organization == Organization.objects.get(code="market")


def test_a_double_click_is_one_notice(world: World) -> None:
    incident = world.incident(State.HANDLING)
    assert supervised(world, incident).pk == supervised(world, incident).pk
    assert supervised(world, incident, text="另外一件事").pk != supervised(world, incident).pk
    assert NumberBook.objects.get().last == 2


def test_what_is_refused_takes_no_number(world: World) -> None:
    supervised(world)
    with pytest.raises(NotNow):
        supervised(world, world.incident(State.CANCELLED))
    assert supervised(world).number.endswith("〕2号")


# --- reply ---


def test_the_unit_answers_and_the_supervisor_is_told(world: World) -> None:
    notice = answer(world, supervised(world))
    assert (notice.state, notice.replied_by) == ("replied", world.people["department"])
    assert fresh(notice.incident).is_supervised
    assert kinds(notice.incident)[-1] == "replied"
    assert told(world, "supervisor", "supervision.replied") == 1


def test_whoever_received_it_first_answers_even_when_the_case_is_elsewhere(world: World) -> None:
    incident = send_round(world, 1)
    notice = supervised(world, incident)
    world.move(incident, "dispatch", organization=Organization.objects.get(code="market"))
    assert answer(world, notice).state == "replied"


def test_who_handles_it_now_may_answer_too(world: World) -> None:
    incident = send_round(world, 1)
    notice = supervised(world, incident)
    world.move(incident, "dispatch", organization=Organization.objects.get(code="market"))
    assert answer(world, notice, by="market").state == "replied"


@pytest.mark.parametrize("role", ["supervisor", "dispatcher", "operator", "gridleader"])
def test_nobody_else_answers(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        answer(world, supervised(world), by=role)


def test_another_unit_does_not_answer(world: World) -> None:
    second_unit(world)
    with pytest.raises(NotAllowed):
        answer(world, supervised(world), by="market")


def test_an_answer_stands_and_the_same_one_sent_twice_is_one(world: World) -> None:
    notice = supervised(world)
    answer(world, notice)
    answer(world, notice)
    assert kinds(notice.incident).count("replied") == 1
    with pytest.raises(NotNow):
        answer(world, notice, text="换一个说法")


def test_an_answer_needs_words(world: World) -> None:
    with pytest.raises(NotValid):
        answer(world, supervised(world), text=" ")


# --- lifting ---


def test_a_lifted_notice_takes_the_mark_off_the_case(world: World) -> None:
    notice = lift(world, answer(world, supervised(world)))
    assert (notice.state, notice.lift_reason) == ("lifted", "已办结")
    assert not fresh(notice.incident).is_supervised
    assert kinds(notice.incident)[-1] == "lifted"
    assert told(world, "department", "supervision.lifted") == 1


def test_the_mark_stays_as_long_as_another_notice_stands(world: World) -> None:
    first = supervised(world)
    second = supervised(world, first.incident, text="另外一件事")
    lift(world, first)
    assert fresh(first.incident).is_supervised
    lift(world, second)
    assert not fresh(first.incident).is_supervised


def test_whoever_answered_does_not_lift(world: World) -> None:
    notice = supervised(world)
    person(world, "both", "supervisor")
    street.give_post(world.people["both"], "handler", world.unit)
    answer(world, notice, by="both")
    with pytest.raises(NotAllowed):
        lift(world, notice, by="both")
    assert lift(world, notice).state == "lifted"


def test_nobody_lifts_a_notice_that_is_addressed_to_herself(world: World) -> None:
    incident = world.incident(State.FILED)
    chief = person(world, "chief", "street_secretary")
    world.move(incident, "dispatch", organization=None, user=chief)
    notice = supervised(world, incident)
    assert notice.user == chief
    with pytest.raises(NotAllowed):
        lift(world, notice, by="chief")


@pytest.mark.parametrize("role", ["department", "dispatcher", "operator", "gridleader"])
def test_only_who_supervises_lifts(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        lift(world, supervised(world), by=role)


def test_lifting_needs_a_reason_and_happens_once(world: World) -> None:
    notice = supervised(world)
    with pytest.raises(NotValid):
        lift(world, notice, reason="")
    lift(world, notice)
    lift(world, notice)
    assert kinds(notice.incident).count("lifted") == 1
    with pytest.raises(NotNow):
        lift(world, notice, reason="另一个理由")
    with pytest.raises(NotNow):
        answer(world, notice)


# --- 催办 ---


def urge(world: World, incident: Incident, by: str = "dispatcher", **more: Any) -> Supervision:
    return supervision.urge(incident.pk, **{"actor": world.people[by], "now": world.now} | more)


def test_an_urging_tells_who_has_it_and_carries_no_number(world: World) -> None:
    notice = urge(world, world.incident(State.HANDLING))
    assert (notice.number, notice.state, notice.organization) == ("", "sent", world.unit)
    assert told(world, "department", "supervision.urged") == 1
    assert not fresh(notice.incident).is_supervised
    assert notice.incident.events.last().data["kind"] == "urge"


def test_an_urging_of_a_case_at_the_desk_reaches_the_desk(world: World) -> None:
    urge(world, world.incident(State.REPORTED), by="supervisor")
    assert told(world, "operator", "supervision.urged") == 1


def test_one_person_urges_a_case_once_an_hour(world: World) -> None:
    incident = world.incident(State.HANDLING)
    urge(world, incident)
    with pytest.raises(NotNow):
        urge(world, incident, now=world.now + timedelta(minutes=59))
    urge(world, incident, by="supervisor")
    urge(world, incident, now=world.now + timedelta(minutes=61))
    assert Supervision.objects.filter(kind="urge").count() == 3


@pytest.mark.parametrize("role", ["operator", "gridleader", "department", "auditor"])
def test_only_supervisors_and_dispatchers_urge(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        urge(world, world.incident(State.HANDLING), by=role)


@pytest.mark.parametrize("state", [State.CLOSED, State.SUSPENDED, State.CANCELLED])
def test_there_is_nobody_to_urge_when_it_has_ended_or_rests(world: World, state: str) -> None:
    world.garbage.needs_site_check = False
    world.garbage.save()
    with pytest.raises(NotNow):
        urge(world, world.incident(state))


# --- at once ---


def test_two_presses_at_once_urge_once(committed: World) -> None:
    incident = committed.incident(State.HANDLING)
    answers = together(*(lambda: urge(committed, incident) for _press in range(2)))
    assert sorted(type(one).__name__ for one in answers) == ["NotNow", "Supervision"]
    assert Notice.objects.filter(kind="supervision.urged").count() == 1


def test_two_presses_at_once_write_one_notice(committed: World) -> None:
    incident = committed.incident(State.HANDLING)
    answers = together(*(lambda: supervised(committed, incident) for _press in range(3)))
    assert {one.pk for one in answers} == {Supervision.objects.get().pk}
    assert NumberBook.objects.get().last == 1


def test_many_notices_at_once_have_numbers_without_gaps(committed: World) -> None:
    cases = [committed.incident(State.HANDLING) for _case in range(6)]
    together(*(lambda one=one: supervised(committed, one) for one in cases))
    numbers = {int(n.split("〕")[1][:-1]) for n in Supervision.objects.values_list("number", flat=True)}
    assert numbers == set(range(1, 7))


def test_a_reply_and_a_lifting_at_once_leave_a_sound_notice(committed: World) -> None:
    notice = supervised(committed)
    together(lambda: answer(committed, notice), lambda: lift(committed, notice))
    notice.refresh_from_db()
    assert notice.state == "lifted"
    assert not fresh(notice.incident).is_supervised
    assert bool(notice.reply) == ("replied" in kinds(notice.incident))


def test_the_mark_of_a_case_is_no_move(world: World) -> None:
    with pytest.raises(ValueError, match="state"):
        lifecycle.change(1, "supervised", actor=None, now=world.now, state="closed")
