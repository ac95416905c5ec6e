"""The dispatch desk: queues, advice, the poll that moves nothing, several cases at once."""

from datetime import timedelta

import pytest
from django.urls import reverse

from incidents.models import Incident
from incidents.states import State
from incidents.views.desk import queue
from tests.incidents.conftest import World
from tests.incidents.pages import HTMX, client_of, get, words

pytestmark = pytest.mark.django_db

CLEAR = "单元门口暴露垃圾没人清"
"""Words that name their category."""


def shown(world: World, role: str, **query: object) -> list[str]:
    """The numbers in the queue, from the top."""
    return [row.number for row in get(world, role, "desk", **query).context["rows"]]


def test_each_role_sees_the_queues_it_empties(world: World) -> None:
    all_of_them = ["accept", "dispatch", "check"]
    wanted = {"operator": ["accept", "check"], "dispatcher": ["dispatch"], "shiftleader": all_of_them}
    tabs = {role: [queue.tab.name for queue in get(world, role, "desk").context["queues"]] for role in wanted}
    assert tabs == wanted


def test_queues_hold_what_waits_for_them(world: World) -> None:
    new, filed, handled = (world.incident(s) for s in (State.REPORTED, State.FILED, State.HANDLED))
    assert shown(world, "operator", tab="accept") == [new.number]
    assert shown(world, "dispatcher") == [filed.number]
    assert shown(world, "operator", tab="check") == [handled.number]


def test_urgent_cases_stand_first_then_the_oldest(world: World) -> None:
    old = world.report(text="墙面脱落有裂缝")
    world.now += timedelta(minutes=5)
    young = world.report(text="路面有坑")
    urgent = world.report(text="燃气味很大", urgency="urgent")
    assert shown(world, "operator", tab="accept") == [urgent.number, old.number, young.number]


def test_the_first_case_is_open_with_its_advice_and_form(world: World) -> None:
    world.report(text=CLEAR)
    context = get(world, "operator", "desk").context
    assert context["first"]["offer"].move.name == "file"
    assert context["first"]["form"]["category"].value() == world.garbage.pk
    assert context["advice"].handler == "microleader"
    assert context["advice"].lines


def test_a_likely_repeat_is_shown_and_can_be_named(world: World) -> None:
    first, second = world.report(), world.report()
    answer = get(world, "operator", "desk", tab="accept", case=second.number)
    assert [other.number for other in answer.context["advice"].repeats] == [first.number]
    prefilled = get(world, "operator", "move", second.number, "reject", reason=f"与 {first.number} 重复")
    assert prefilled.context["form"]["reason"].value() == f"与 {first.number} 重复"


def test_after_a_move_the_next_case_is_open(world: World) -> None:
    first, second = world.report(), world.report(text="路灯不亮")
    wanted = get(world, "operator", "desk", tab="accept", case=first.number).context["next"]
    assert wanted == f"{reverse('incidents:desk')}?tab=accept&case={second.number}"


def test_a_case_is_chosen_as_a_fragment_or_as_a_page(world: World) -> None:
    incident = world.incident(State.REPORTED)
    client, query = client_of(world, "operator"), {"tab": "accept", "case": incident.number}
    fragment = client.get(reverse("incidents:desk"), query, headers=HTMX).content.decode()
    assert incident.number in fragment
    assert "<html" not in fragment
    assert "<html" in client.get(reverse("incidents:desk"), query).content.decode()


def test_the_poll_is_silent_until_something_changes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incidents.views.desk.timezone.now", lambda: world.now)
    world.incident(State.REPORTED)
    mark = get(world, "operator", "desk", tab="accept").context["mark"]
    assert get(world, "operator", "desk_queue", tab="accept", mark=mark).status_code == 204
    late = world.report(text="新来的一件")
    answer = get(world, "operator", "desk_queue", tab="accept", mark=mark)
    assert late.number in answer.content.decode()


def test_the_poll_does_not_keep_a_session_alive() -> None:
    assert queue.is_background


def bulk(world: World, *incidents: Incident, move: str, **more: str) -> str:
    """Send the bar of the queue for these cases; the page that follows, as text."""
    ticked = [f"{incident.number}:{incident.version}" for incident in incidents]
    client = client_of(world, "operator")
    answer = client.post(reverse("incidents:desk_bulk"), {"move": move, "cases": ticked, **more}, follow=True)
    return words(answer)


def test_several_cases_are_filed_with_their_proposed_categories(world: World) -> None:
    two = [world.report(text=CLEAR), world.report(text=f"又有{CLEAR}")]
    bulk(world, *two, move="file")
    assert set(Incident.objects.values_list("state", "category")) == {(State.FILED, world.garbage.pk)}


def test_a_case_without_a_proposal_is_left_and_named(world: World) -> None:
    clear, unclear = world.report(text=CLEAR), world.report(text="说不清楚的事")
    said = bulk(world, clear, unclear, move="file")
    unclear.refresh_from_db()
    assert unclear.state == State.REPORTED
    assert unclear.number in said


def test_several_cases_are_rejected_with_one_reason(world: World) -> None:
    two = [world.report(), world.report(text="路灯")]
    assert bulk(world, *two, move="reject")
    assert set(Incident.objects.values_list("state", flat=True)) == {State.REPORTED}
    bulk(world, *two, move="reject", reason="测试信息")
    assert set(Incident.objects.values_list("state", flat=True)) == {State.NOT_ACCEPTED}


def test_a_case_that_changed_meanwhile_is_left(world: World) -> None:
    incident = world.report()
    world.move(incident, "file", by="shiftleader")
    said = bulk(world, incident, move="reject", reason="重复")
    assert incident.number in said
    assert Incident.objects.get().state == State.FILED


def test_an_empty_desk_says_so(world: World) -> None:
    answer = get(world, "dispatcher", "desk")
    assert answer.status_code == 200
    assert answer.context["number"] == ""
