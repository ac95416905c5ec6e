"""The dispatch desk: queues, advice, the poll that moves nothing, several cases at once."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import AccessEvent
from incidents import clusters, presence
from incidents.models import Incident
from incidents.states import State
from incidents.views.desk import queue
from notices.models import Notice
from tests import street
from tests.incidents.conftest import World
from tests.incidents.pages import HTMX, client_of, get, words

pytestmark = pytest.mark.django_db

CLEAR = "单元门口暴露垃圾没人清"
"""Words that name their category."""


def shown(world: World, role: str, **query: object) -> list[str]:
    """The numbers in the queue, from the top."""
    return [row.number for row in get(world, role, "desk", **query).context["rows"]]


def test_each_role_sees_the_queues_it_empties(world: World) -> None:
    operator = ["accept", "verify", "check", "close", "review"]
    all_of_them = ["accept", "verify", "dispatch", "arbitration", "check", "close", "review"]
    wanted = {"operator": operator, "dispatcher": ["dispatch"], "shiftleader": all_of_them}
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
    assert [found.incident.number for found in answer.context["candidates"]["open"]] == [first.number]
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


def bulk(world: World, *incidents: Incident, move: str, by: str = "operator", **more: str) -> str:
    """Send the bar of the queue for these cases; the page that follows, as text."""
    ticked = [f"{incident.number}:{incident.version}" for incident in incidents]
    client = client_of(world, by)
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


def test_several_cases_go_to_the_proposed_handlers(world: World) -> None:
    two = [world.incident(State.FILED), world.incident(State.FILED)]
    said = bulk(world, *two, move="dispatch", by="dispatcher", tab="dispatch")
    assert set(Incident.objects.values_list("state", "handler_user__username")) == {(State.DISPATCHED, "microleader")}
    assert all(one.number in said for one in two)


def test_several_checked_and_self_handled_cases_are_closed(world: World) -> None:
    checked, handled = world.incident(State.CHECKED), world.incident(State.SELF_HANDLED)
    bulk(world, checked, move="close_checked", by="shiftleader")
    bulk(world, handled, move="approve_self", by="shiftleader")
    assert set(Incident.objects.values_list("state", flat=True)) == {State.CLOSED}


def test_every_case_of_a_bulk_has_its_result(world: World) -> None:
    clear, unclear = world.report(text=CLEAR), world.report(text="说不清楚的事")
    client = client_of(world, "operator")
    ticked = [f"{one.number}:{one.version}" for one in (clear, unclear)]
    answer = client.post(reverse("incidents:desk_bulk"), {"move": "file", "cases": ticked})
    assert {one.number: one.done for one in answer.context["outcomes"]} == {clear.number: True, unclear.number: False}


# --- filters and queues -----------------------------------------------------------------------------------------------


def test_the_counts_follow_the_filters(world: World) -> None:
    urgent = world.report(text="燃气味很大", urgency="urgent")
    world.report(point=street.inside(street.SISTER))
    answer = get(world, "operator", "desk", tab="accept", urgency="urgent")
    assert [row.number for row in answer.context["rows"]] == [urgent.number]
    assert answer.context["queues"][0].count == 1
    assert len(shown(world, "operator", tab="accept", community=street.SISTER)) == 1
    assert shown(world, "operator", tab="accept", overdue="true") == []


def test_a_filter_that_is_none_is_passed_over(world: World) -> None:
    incident = world.report()
    assert shown(world, "operator", tab="accept", community="'; --", urgency="x") == [incident.number]


def test_the_third_return_waits_in_a_queue_of_its_own(world: World) -> None:
    incident = world.incident(State.FILED)
    Incident.objects.filter(pk=incident.pk).update(in_arbitration=True)
    assert shown(world, "dispatcher", tab="dispatch") == []
    assert shown(world, "shiftleader", tab="arbitration") == [incident.number]


def test_a_member_of_a_cluster_waits_for_its_lead_and_not_for_the_desk(world: World) -> None:
    lead, member = world.report(), world.report()
    address = reverse("incidents:cluster", args=[member.number])
    sent = {"action": "join", "other": lead.number, "version": 1, "other_version": 1, "reason": "同一处"}
    assert client_of(world, "operator").post(address, sent).status_code == 302
    assert shown(world, "operator", tab="accept") == [lead.number]
    assert get(world, "operator", "desk", tab="accept").context["rows"][0].followers == 1


def test_one_press_joins_with_the_parts_as_the_reason(world: World) -> None:
    lead, member = world.report(), world.report()
    found = get(world, "operator", "desk", tab="accept", case=member.number).context["candidates"]["open"][0]
    sent = {"action": "join", "other": lead.number, "version": 1, "other_version": 1, "reason": found.words}
    client_of(world, "operator").post(reverse("incidents:cluster", args=[member.number]), sent)
    event = member.events.get(kind="joined")
    assert found.words in event.text
    assert event.data["total"] == round(found.total, 2)


def test_a_refused_join_says_why_and_keeps_the_reason(world: World) -> None:
    lead, member = world.report(), world.report()
    sent = {"action": "join", "other": lead.number, "version": 9, "reason": "看着像"}
    answer = client_of(world, "operator").post(reverse("incidents:cluster", args=[member.number]), sent)
    assert answer.status_code == 422
    assert "看着像" in answer.content.decode()


def test_a_member_is_parted_on_the_page_of_its_lead(world: World) -> None:
    lead, member = world.report(), world.report()
    address = reverse("incidents:cluster", args=[lead.number])
    client = client_of(world, "operator")
    client.post(address, {"action": "take", "other": member.number, "reason": "同一处"})
    assert member.number in client.get(address).content.decode()
    client.post(address, {"action": "part", "other": member.number, "reason": "不是"})
    assert not Incident.objects.filter(duplicate_of__isnull=False).exists()


def test_the_list_is_narrowed_to_clusters(world: World) -> None:
    lead, member, alone = world.report(), world.report(), world.report()
    clusters.join(lead.pk, [member.pk], actor=world.people["operator"], now=world.now, reason="同一处")
    wanted = {"yes": {lead, member}, "lead": {lead}, "member": {member}}
    for value, cases in wanted.items():
        page = get(world, "operator", "list", cluster=value).context["page"]
        assert {row.pk for row in page.rows} == {case.pk for case in cases}, value
    assert alone.duplicate_of_id is None


# --- others at the desk -----------------------------------------------------------------------------------------------


def test_who_else_has_the_case_open_is_shown_for_half_a_minute(world: World) -> None:
    incident = world.report()
    get(world, "shiftleader", "desk", tab="accept", case=incident.number)
    assert list(get(world, "operator", "desk", tab="accept").context["present"]) == ["shiftleader"]
    assert presence.others_at(world.people["operator"], [incident.pk], now=world.now + timedelta(minutes=1)) == {}


def test_the_poll_tells_that_somebody_has_come(world: World) -> None:
    incident = world.report()
    mark = get(world, "operator", "desk", tab="accept").context["mark"]
    get(world, "shiftleader", "desk_queue", tab="accept", case=incident.number)
    answer = get(world, "operator", "desk_queue", tab="accept", mark=mark, case=incident.number)
    assert "shiftleader" in words(answer)


def test_a_conflict_renews_the_state_and_the_buttons(world: World) -> None:
    incident = world.report()
    world.move(incident, "file", by="shiftleader")
    address = reverse("incidents:move", args=[incident.number, "reject"])
    answer = client_of(world, "shiftleader").post(address, {"version": 1, "reason": "重复"}, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r'id="case-head" hx-swap-oob="true".*待派遣', text, re.S)
    assert reverse("incidents:move", args=[incident.number, "dispatch"]) in text


def test_the_message_after_a_dispatch_names_to_whom(world: World) -> None:
    incident = world.incident(State.FILED)
    sent = {"version": incident.version, "handler": f"unit:{world.unit.pk}", "reason": "归派出所"}
    answer = client_of(world, "dispatcher").post(
        reverse("incidents:move", args=[incident.number, "dispatch"]), sent, follow=True
    )
    assert world.unit.name in str(next(iter(answer.context["messages"])))


# --- a caller ---------------------------------------------------------------------------------------------------------


def test_the_desk_finds_what_a_caller_reported_and_the_search_is_recorded(world: World) -> None:
    mine = world.report(by="operator", source="desk", contact_phone="138 1234 5678")
    world.report(by="operator", source="desk", contact_phone="13912345678")
    answer = client_of(world, "operator").post(reverse("incidents:caller"), {"phone": "13812345678"})
    assert [case.pk for case in answer.context["cases"]] == [mine.pk]
    event = AccessEvent.objects.get(action="search")
    assert "13812345678" not in f"{event.object_id}{event.purpose}{answer.content.decode()}"


def test_a_case_out_of_sight_is_not_found_by_phone(world: World) -> None:
    world.report(by="operator", contact_phone="13812345678", point=street.inside(street.OTHER_GRID))
    answer = client_of(world, "dispatcher").post(reverse("incidents:caller"), {"phone": "13812345678"})
    assert answer.context["cases"] == []


def test_after_registering_a_case_the_desk_is_one_press_away(world: World) -> None:
    incident = world.report(by="operator", source="desk")
    address = f"{reverse('incidents:desk')}?tab=accept&amp;case={incident.number}"
    assert address in get(world, "operator", "sent", incident.number).content.decode()


def test_what_is_overdue_is_called_so_and_not_urgent() -> None:
    with translation.override("zh-hans"):
        assert Notice(kind="incident.overdue", level=Notice.Level.URGENT).badge == "超时"
        assert Notice(kind="incident.dispatch", level=Notice.Level.URGENT).badge == "紧急"
