"""Clusters of duplicates: joined with a reason, parted without loss, ended together, told to every reporter."""

from typing import Any

import pytest
from django.db.models import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import NotAllowed, NotNow, NotValid
from incidents import clusters, dispatch, duplicates
from incidents.models import ClockEntry, DispatchWork, Incident, IncidentEvent
from incidents.states import State
from notices.models import Notice
from tests import street
from tests.incidents.conftest import World, make_category
from tests.incidents.test_parallel import together

FOLLOWING = sorted(clusters.FOLLOWS)


def join(world: World, lead: Incident, *members: Incident, by: str = "operator", **more: Any) -> Incident:
    """Join cases as a role does."""
    common = {"actor": world.people[by], "now": world.now, "reason": "同一处垃圾"}
    return clusters.join(lead.pk, [member.pk for member in members], **common | more)


def part(world: World, member: Incident, **more: Any) -> Incident:
    """Part a member."""
    common = {"actor": world.people["operator"], "now": world.now, "reason": "不是同一处"}
    return clusters.part(member.pk, **common | more)


def lead_of(incident: Incident) -> int | None:
    return Incident.objects.values_list("duplicate_of", flat=True).get(pk=incident.pk)


def kept(incident: Incident) -> dict[str, Any]:
    """Everything that a case has, but not how often it was changed."""
    row: Model = Incident.objects.get(pk=incident.pk)
    return {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name != "version"
    }


# --- joined -----------------------------------------------------------------------------------------------------------


def test_a_member_follows_its_lead_and_keeps_its_reporter_and_its_clock(world: World) -> None:
    lead, member = world.report(), world.report(by="microleader")
    before = kept(member)
    join(world, lead, member)
    assert kept(member) == before | {"duplicate_of_id": lead.pk}


def test_the_reporter_of_a_member_is_told_at_once_and_at_the_end(world: World) -> None:
    lead, member = world.incident(State.HANDLED), world.report(by="microleader")
    join(world, lead, member)
    world.move(lead, "close")
    mine = Notice.objects.filter(recipient=world.people["microleader"]).values_list("kind", flat=True)
    assert {"incident.joined", "incident.close_with_lead"} <= set(mine)
    assert Incident.objects.get(pk=member.pk).state == State.CLOSED


def test_the_history_keeps_the_lead_the_reason_and_the_parts_of_the_score(world: World) -> None:
    lead, member = world.report(), world.report()
    (found,) = duplicates.candidates(member, user=world.people["operator"], now=world.now)
    join(world, lead, member, scores={member.pk: found.as_data()})
    event = IncidentEvent.objects.get(incident=member, kind="joined")
    assert (event.data["lead"], event.data["place"], event.data["total"]) == (lead.number, 1.0, 0.87)
    assert "同一处垃圾" in event.text


def test_who_leads_a_cluster_brings_its_members_along(world: World) -> None:
    top, lead, member = world.report(), world.report(), world.report()
    join(world, lead, member)
    join(world, top, lead)
    assert lead_of(member) == lead_of(lead) == top.pk


def test_the_lead_may_change_and_the_others_follow_the_new_one(world: World) -> None:
    lead, first, second = world.report(), world.report(), world.report()
    join(world, lead, first, second)
    clusters.lead_on(second.pk, actor=world.people["operator"], now=world.now, reason="这件写得清楚")
    assert (lead_of(second), lead_of(lead), lead_of(first)) == (None, second.pk, second.pk)


def test_the_dispatcher_leaves_members_alone_and_takes_them_up_when_parted(world: World) -> None:
    lead, member = world.report(), world.report()
    join(world, lead, member)
    dispatch.dispatch_due(now=world.now)
    assert Incident.objects.get(pk=member.pk).state == State.REPORTED
    part(world, member)
    assert DispatchWork.objects.filter(incident=member).count() == 2
    dispatch.dispatch_due(now=world.now)
    assert Incident.objects.get(pk=member.pk).decisions.exists()


# --- refused ----------------------------------------------------------------------------------------------------------


def test_a_member_cannot_lead(world: World) -> None:
    lead, member, third = world.report(), world.report(), world.report()
    join(world, lead, member)
    with pytest.raises(NotNow, match=member.number):
        join(world, member, third)
    with pytest.raises(NotNow, match=member.number):
        join(world, third, member)


def test_nothing_is_joined_to_a_case_that_has_ended(world: World) -> None:
    with pytest.raises(NotNow):
        join(world, world.incident(State.CLOSED), world.report())


def test_a_case_that_ends_by_itself_soon_is_no_member_any_more(world: World) -> None:
    with pytest.raises(NotNow):
        join(world, world.report(), world.incident(State.HANDLED))


def test_a_reason_is_needed_and_a_case_does_not_repeat_itself(world: World) -> None:
    lead, member = world.report(), world.report()
    with pytest.raises(NotValid):
        join(world, lead, member, reason="  ")
    with pytest.raises(NotValid):
        join(world, lead, lead)


@pytest.mark.parametrize("role", ["gridleader", "department", "auditor"])
def test_only_the_desk_joins_and_parts(world: World, role: str) -> None:
    lead, member = world.report(), world.report()
    with pytest.raises((NotAllowed, Incident.DoesNotExist)):
        join(world, lead, member, by=role)
    assert lead_of(member) is None


def test_a_case_out_of_sight_is_not_there(world: World) -> None:
    far = world.report(point=street.inside(street.OTHER_GRID))
    with pytest.raises(Incident.DoesNotExist):
        join(world, far, world.report())


def test_who_saw_an_older_version_is_told_so(world: World) -> None:
    lead, member = world.report(), world.report()
    with pytest.raises(NotNow):
        join(world, lead, member, versions={member.pk: member.version + 1})
    join(world, lead, member)
    with pytest.raises(NotNow):
        part(world, member, version=member.version)


def test_who_is_parted_is_no_member_any_more(world: World) -> None:
    lead, member = world.report(), world.report()
    join(world, lead, member)
    part(world, member)
    with pytest.raises(NotNow):
        part(world, member)


# --- without loss -----------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=st.sampled_from(FOLLOWING), others=st.integers(0, 2), promoted=st.booleans())
def test_joined_and_parted_a_case_is_what_it_was(world: World, state: str, others: int, promoted: bool) -> None:
    lead, member = world.report(), world.incident(state)
    rest = [world.report() for _n in range(others)]
    before, ticks = kept(member), list(ClockEntry.objects.filter(incident=member).values())
    join(world, lead, member, *rest)
    if promoted and rest:
        clusters.lead_on(rest[0].pk, actor=world.people["operator"], now=world.now, reason="换主件")
    part(world, member)
    assert kept(member) == before
    assert list(ClockEntry.objects.filter(incident=member).values()) == ticks
    kinds = IncidentEvent.objects.filter(incident=member).order_by("sequence").values_list("kind", flat=True)
    assert (list(kinds).count("parted"), list(kinds)[-1]) == (1, "parted")


@pytest.mark.parametrize("turn", range(3))
def test_two_cases_joined_to_each_other_at_once_make_one_cluster(committed: World, turn: int) -> None:
    one, other = committed.report(), committed.report()
    together(lambda: join(committed, one, other), lambda: join(committed, other, one))
    assert sorted([lead_of(one) or 0, lead_of(other) or 0])[0] == 0
    assert {lead_of(one), lead_of(other)} != {None}


@pytest.mark.parametrize("turn", range(3))
def test_a_lead_that_closes_and_a_member_that_is_parted_do_not_wait_for_each_other(committed: World, turn: int) -> None:
    member, lead = committed.report(), committed.incident(State.HANDLED)
    join(committed, lead, member)
    answers = together(lambda: committed.move(lead, "close"), lambda: part(committed, member))
    assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, NotNow)]
    assert Incident.objects.get(pk=lead.pk).state == State.CLOSED


# --- the score --------------------------------------------------------------------------------------------------------


def alike(world: World, one: dict[str, Any], other: dict[str, Any]) -> list[duplicates.Likeness]:
    """What is found for the second of two reports."""
    world.report(**one)
    return duplicates.candidates(world.report(**other), user=world.people["operator"], now=world.now)


def test_the_parts_of_a_score_are_shown_and_make_the_total(world: World) -> None:
    (found,) = alike(world, {}, {"category": world.garbage, "text": "楼下垃圾堆了好几天没人清"})
    weighted = sum(part * weight for _label, part, weight in found.rows)
    assert round(found.total, 6) == round(weighted, 6)
    assert (found.parts["place"], found.parts["category"]) == (1.0, duplicates.HALF)
    assert sum(duplicates.WEIGHTS.values()) == pytest.approx(1)


def test_noise_is_the_same_only_behind_the_same_door(world: World) -> None:
    noise = make_category("商业噪音", keywords=("噪音",))
    where = {"category": noise, "text": "半夜音响太吵睡不着觉"}
    assert alike(world, where | {"address": "汝河路12号"}, where | {"address": "汝河路14号"}) == []
    assert alike(world, where | {"address": "棉纺路3号"}, where | {"address": "棉纺路三号"}) != []


def test_garbage_is_one_matter_along_the_street(world: World) -> None:
    heap = {"category": world.garbage, "text": "垃圾堆了一路", "point": None}
    east, west = heap | {"address": "建中街社区汝河路2号"}, heap | {"address": "汝河路88号"}
    with_grid = {"grid": world.grids[street.GRID]}
    assert alike(world, east | with_grid, west | with_grid) != []


def test_what_is_in_the_cluster_already_is_no_candidate(world: World) -> None:
    lead, member, other = world.report(), world.report(), world.report()
    join(world, lead, member)
    fresh = Incident.objects.get(pk=member.pk)
    found = duplicates.candidates(fresh, user=world.people["operator"], now=world.now)
    assert [one.incident.pk for one in found] == [other.pk]
