"""Dispatch: the right handler with reasons, gaps in the chain, what is left to a person, and that it happens once."""

from datetime import timedelta

import pytest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grid.models import Absence, Post
from grid.posts import PostKind
from incidents import dispatch
from incidents.models import Assignment, DispatchDecision, DispatchRule, DispatchWork, Incident
from incidents.models.category import Severity
from incidents.states import State
from notices.models import Notice
from notices.models.leased import WorkState
from tests import street
from tests.incidents.conftest import World, make_category


def dispatched(world: World, incident: Incident) -> DispatchDecision:
    """Run the dispatcher once and give the decision about `incident`."""
    dispatch.dispatch_due(now=world.now)
    incident.refresh_from_db()
    return incident.decisions.get()


def codes(decision: DispatchDecision) -> list[str]:
    return [reason["code"] for reason in decision.reasons]


def rule(world: World, **values: object) -> DispatchRule:
    legal = {"grid_code": street.STREET, "target": "organization", "organization": world.unit}
    return DispatchRule.objects.create(**legal | values)


def test_a_micro_matter_goes_to_the_leader_of_its_micro_grid(world: World) -> None:
    incident = world.report()
    decision = dispatched(world, incident)
    assert incident.state == State.DISPATCHED
    assert incident.handler_user == decision.chosen_user == world.people["microleader"]
    assert codes(decision) == ["words", "severity", "leader"]
    assert [event.actor_name for event in incident.events.all()[1:]] == ["系统", "系统"]
    assert DispatchWork.objects.get().work_state == WorkState.DONE
    assert Notice.objects.get().recipient == world.people["microleader"]


@pytest.mark.parametrize(
    ("severity", "role"),
    [(Severity.MICRO, "microleader"), (Severity.SMALL, "gridleader"), (Severity.ORDINARY, "community")],
)
def test_the_severity_says_the_level(world: World, severity: int, role: str) -> None:
    incident = world.report(category=make_category("某类", severity=severity), text="某事")
    dispatched(world, incident)
    assert incident.handler_user == world.people[role]


def test_a_vacancy_and_an_absence_pass_it_up_each_with_its_reason(world: World) -> None:
    Post.objects.filter(kind=PostKind.MICRO_LEADER).delete()
    Absence.objects.create(
        user=world.people["gridleader"],
        starts_at=world.now - timedelta(hours=1),
        ends_at=world.now + timedelta(hours=1),
    )
    incident = world.report(by="operator")
    decision = dispatched(world, incident)
    assert incident.handler_user == world.people["community"]
    assert codes(decision) == ["words", "severity", "vacant", "absent", "leader"]
    assert "gridleader" in decision.reasons[3]["text"]


def test_with_nobody_in_the_chain_it_is_filed_and_left_to_the_dispatchers(world: World) -> None:
    Post.objects.filter(kind__in=["micro_leader", "grid_leader", "community_head"]).delete()
    incident = world.report(by="operator")
    decision = dispatched(world, incident)
    assert incident.state == State.FILED
    assert decision.left_to_person
    assert incident.events.last().kind == "left"
    told = set(Notice.objects.values_list("recipient__username", flat=True))
    assert told == {"dispatcher", "shiftleader"}


def test_words_that_say_too_little_leave_it_reported_and_tell_the_operators_once(world: World) -> None:
    incident = world.report(text="有个事情想反映一下")
    decision = dispatched(world, incident)
    assert (incident.state, decision.left_to_person, decision.category) == (State.REPORTED, True, None)
    assert dispatch.dispatch_due(now=world.now + timedelta(days=1)) == 0
    told = list(Notice.objects.order_by("recipient__username").values_list("recipient__username", flat=True))
    assert told == ["operator", "shiftleader"]


def test_a_place_that_is_not_known_is_left_to_a_person(world: World) -> None:
    incident = world.report(by="microleader", point=None)
    assert codes(dispatched(world, incident))[-1] == "place_unknown"
    assert incident.state == State.FILED


def test_the_most_fitting_rule_wins(world: World) -> None:
    grid_wide = rule(world, category=None)
    of_major = rule(world, category=world.garbage.parent)
    own = rule(world, category=world.garbage, version=3)
    narrow = rule(world, category=world.garbage, grid_code=street.COMMUNITY)
    for best in (narrow, own, of_major, grid_wide):
        decision = dispatched(world, world.report())
        assert (decision.rule, decision.rule_version) == (best, best.version)
        DispatchRule.objects.filter(pk=best.pk).update(is_active=False)


def test_of_equal_rules_the_smaller_priority_number_wins(world: World) -> None:
    rule(world, category=world.garbage, priority=200)
    first = rule(world, category=world.garbage, priority=10)
    assert dispatched(world, world.report()).rule == first


def test_a_rule_to_a_unit_hands_it_to_the_unit(world: World) -> None:
    rule(world, category=world.garbage)
    incident = world.report()
    dispatched(world, incident)
    assert (incident.handler_organization, incident.handler_user) == (world.unit, None)
    assert Assignment.objects.get().organization == world.unit
    told = Notice.objects.values_list("recipient__username", flat=True)
    assert set(told) == {"department", "head"}


def test_a_rule_to_a_leader_says_the_level(world: World) -> None:
    rule(world, category=None, target="leader", organization=None, leader_level=4)
    incident = world.report()
    dispatched(world, incident)
    assert incident.handler_user == world.people["community"]


def test_a_rule_to_a_closed_unit_is_passed_over_with_a_reason(world: World) -> None:
    rule(world, category=world.garbage)
    world.unit.is_active = False
    world.unit.save()
    incident = world.report()
    assert codes(dispatched(world, incident)) == ["words", "unit_closed", "severity", "leader"]


def test_a_category_that_the_reporter_chose_is_kept(world: World) -> None:
    lamp = make_category("路灯照明", keywords=("路灯",))
    decision = dispatched(world, world.report(category=lamp, text="垃圾"))
    assert (decision.category, decision.category_confidence) == (lamp, 1.0)


def test_a_chosen_category_that_was_taken_out_of_use_is_classified_anew(world: World) -> None:
    old = make_category("旧类")
    incident = world.report(category=old)
    old.is_active = False
    old.save()
    assert dispatched(world, incident).category == world.garbage


def test_what_a_person_took_on_first_is_left_alone(world: World) -> None:
    incident = world.incident(State.FILED)
    dispatch.dispatch_due(now=world.now)
    assert not incident.decisions.exists()
    assert DispatchWork.objects.get().work_state == WorkState.DONE


def test_a_returned_incident_waits_for_a_person_and_the_suggestion_leaves_the_returner_out(world: World) -> None:
    incident = world.report()
    dispatched(world, incident)
    incident = world.move(incident, "return", by="microleader")
    assert dispatch.dispatch_due(now=world.now) == 0
    decision = dispatch.suggest_handler(incident, world.now)
    assert decision.user == world.people["gridleader"]
    assert [reason["code"] for reason in decision.reasons] == ["severity", "returned", "leader"]


def test_a_unit_that_gave_it_back_is_not_suggested_again(world: World) -> None:
    rule(world, category=world.garbage)
    incident = world.report()
    dispatched(world, incident)
    incident = world.move(incident, "return")
    assert dispatch.suggest_handler(incident, world.now).user == world.people["microleader"]


def test_a_decision_in_advance_writes_nothing(world: World) -> None:
    incident = world.report()
    assert dispatch.decide(incident, world.now).user == world.people["microleader"]
    assert not DispatchDecision.objects.exists()


def test_one_that_fails_does_not_hold_up_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = world.report(text="坏垃圾堆"), world.report()
    plain = dispatch.Adviser.decide

    def failing(self: dispatch.Adviser, incident: Incident) -> dispatch.Decision:
        if incident.pk == bad.pk:
            raise LookupError("boom")
        return plain(self, incident)

    monkeypatch.setattr(dispatch.Adviser, "decide", failing)
    assert dispatch.dispatch_due(now=world.now) == 2
    states = dict(Incident.objects.values_list("pk", "state"))
    assert states == {bad.pk: State.REPORTED, good.pk: State.DISPATCHED}
    work = DispatchWork.objects.get(incident=bad)
    assert (work.work_state, work.last_error) == (WorkState.DUE, "LookupError: boom")


def test_a_lost_lease_takes_everything_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    incident = world.report()
    monkeypatch.setattr(dispatch, "finish_all", lambda works, now: False)
    dispatch.dispatch_due(now=world.now)
    incident.refresh_from_db()
    assert incident.state == State.REPORTED
    assert not DispatchDecision.objects.exists()
    assert not Notice.objects.exists()


def test_forty_incidents_cost_few_queries_each(
    world: World, django_assert_max_num_queries: CaptureQueriesContext
) -> None:
    for turn in range(40):
        world.report(text=f"{turn}号楼下垃圾堆了三天没人清")
    with django_assert_max_num_queries(40 * 2 + 30):
        assert dispatch.dispatch_due(now=timezone.now()) == 40
    assert not Incident.objects.exclude(state=State.DISPATCHED).exists()
