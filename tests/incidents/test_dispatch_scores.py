"""The parts of the score: what counts how much, what is left to a person, and that many cost no more than one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from grid.models import Absence, Organization, Post
from incidents import dispatch
from incidents.deciding import Adviser
from incidents.models import DispatchDecision, DispatchRule, Incident, Procedure
from incidents.models.incident import Locating
from incidents.rulebook import RuleBook
from incidents.states import State
from incidents.weighing import WEIGHTS, Option, load_part, runner_up, weigh
from tests import street
from tests.incidents.conftest import World, make_category

OPTIONS = st.builds(
    Option,
    name=st.just("甲"),
    speaks=st.sampled_from(["category", "major", "any", "level"]),
    levels_up=st.integers(0, 4),
    presence=st.sampled_from([0.3, 0.6, 1.0]),
    open_cases=st.integers(0, 5000),
    people=st.integers(0, 30),
    obstacle=st.sampled_from(["", "", "absent"]),
)
ORDER = ["category", "major", "any", "level"]


def dispatched(world: World, incident: Incident) -> DispatchDecision:
    dispatch.dispatch_due(now=world.now)
    incident.refresh_from_db()
    return incident.decisions.get()


def codes(decision: DispatchDecision) -> list[str]:
    return [reason["code"] for reason in decision.reasons]


def rule(world: World, **values: Any) -> DispatchRule:
    legal = {"grid_code": street.STREET, "target": "organization", "organization": world.unit}
    return DispatchRule.objects.create(**legal | values)


# --- the score ---


def test_the_weights_are_shares_of_one() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)


@given(
    options=st.lists(OPTIONS, min_size=1, max_size=7).map(
        lambda found: sorted(found, key=lambda o: ORDER.index(o.speaks))
    ),
    sure=st.floats(0, 1),
    located=st.sampled_from(list(Locating)),
)
def test_the_order_of_the_rules_always_decides_and_the_total_says_so(
    options: list[Option], sure: float, located: str
) -> None:
    weigh(options, category_confidence=sure, located_by=located)
    able = [option for option in options if not option.obstacle]
    assert all(0 <= part <= 1 for option in options for part in option.parts.values())
    assert all(able[0].total > other.total for other in able[1:])
    assert able[:1] != [runner_up(options, able[0] if able else None)]


def test_more_open_work_a_head_weighs_less() -> None:
    assert load_part(0, 1) == 1
    assert load_part(20, 1) == 0.5
    assert load_part(20, 4) > load_part(20, 2)


# --- what a decision keeps ---


def test_a_decision_keeps_all_candidates_with_their_parts(world: World) -> None:
    rule(world, category=world.garbage, version=4)
    decision = dispatched(world, world.report())
    names = [one["name"] for one in decision.candidates]
    assert names == [world.unit.name, "microleader", "gridleader", "community", world.grids[street.STREET].name]
    first = decision.candidates[0]
    assert (first["chosen"], first["version"], first["key"]) == (True, 4, f"unit:{world.unit.pk}")
    assert set(first["parts"]) == set(WEIGHTS)
    assert decision.confidence == pytest.approx(0.75)  # never surer than the category


def test_open_cases_lower_the_score_and_are_named(world: World) -> None:
    for turn in range(3):
        dispatched(world, world.report(text=f"{turn}号楼垃圾堆了"))
    decision = dispatched(world, world.report(text="门口垃圾堆了"))
    assert decision.candidates[0]["open"] == 3
    assert decision.candidates[0]["parts"]["load"] < 1


def test_a_substitute_gets_it_while_the_leader_is_away(world: World) -> None:
    Absence.objects.create(
        user=world.people["microleader"],
        substitute=world.people["community"],
        starts_at=world.now - timedelta(hours=1),
        ends_at=world.now + timedelta(hours=1),
    )
    decision = dispatched(world, world.report())
    assert decision.chosen_user == world.people["community"]
    assert codes(decision)[-2:] == ["substitute", "leader"]
    assert decision.candidates[0]["parts"]["presence"] == 0.6


def test_a_unit_of_which_nobody_is_there_has_a_lower_score(world: World) -> None:
    rule(world, category=world.garbage)
    Post.objects.filter(organization=world.unit).delete()
    decision = dispatched(world, world.report())
    assert decision.chosen_organization == world.unit
    assert decision.candidates[0]["parts"]["presence"] == 0.3


def test_of_many_rules_the_chosen_one_is_always_kept(world: World) -> None:
    for turn in range(7):
        closed = Organization.objects.create(
            grid=world.grids[street.STREET], code=f"u{turn}", name=f"单位{turn}", kind="department", is_active=False
        )
        rule(world, category=world.garbage, organization=closed, priority=turn)
    rule(world, category=world.garbage, priority=50)
    decision = dispatched(world, world.report())
    assert [one["chosen"] for one in decision.candidates] == [False, False, False, False, True]


# --- what is left to a person ---


def test_a_category_that_is_not_automatic_is_filed_and_dispatched_by_a_person(world: World) -> None:
    world.garbage.is_automatic = False
    world.garbage.save()
    incident = world.report()
    decision = dispatched(world, incident)
    assert (incident.state, decision.left_to_person) == (State.FILED, True)
    assert codes(decision)[-1] == "not_automatic"
    assert decision.chosen_user == world.people["microleader"]
    assert "暴露垃圾" in incident.events.last().text


def test_below_the_bar_it_stays_reported_with_the_suggestion(world: World) -> None:
    Procedure.objects.update_or_create(pk=1, defaults={"automatic_confidence": 0.9})
    incident = world.report()
    decision = dispatched(world, incident)
    assert (incident.state, decision.left_to_person) == (State.REPORTED, True)
    assert codes(decision)[-1] == "below_bar"
    assert (decision.category, decision.chosen_user) == (world.garbage, world.people["microleader"])


def test_a_handler_who_fits_badly_leaves_it_filed(world: World) -> None:
    Procedure.objects.update_or_create(pk=1, defaults={"automatic_confidence": 0.95})
    Post.objects.filter(kind="micro_leader").delete()
    incident = world.report(category=world.garbage)
    decision = dispatched(world, incident)
    assert (incident.state, decision.left_to_person) == (State.FILED, True)
    assert decision.chosen_user == world.people["gridleader"]


# --- repeats ---


def test_the_same_words_at_the_same_place_are_held_for_the_desk(world: World) -> None:
    first = world.report()
    dispatched(world, first)
    again = world.report()
    decision = dispatched(world, again)
    assert (again.state, decision.left_to_person) == (State.REPORTED, True)
    assert decision.reasons[1]["number"] == first.number
    assert first.number in again.events.last().text


def test_two_of_the_same_batch_are_one_and_its_repeat(world: World) -> None:
    one, two = world.report(), world.report()
    dispatch.dispatch_due(now=world.now)
    states = dict(Incident.objects.values_list("pk", "state"))
    assert states == {one.pk: State.DISPATCHED, two.pk: State.REPORTED}


@pytest.mark.parametrize(
    "other", [{"point": street.inside(street.MICRO_EAST)}, {"text": "楼下垃圾堆了四天没人清"}, {"point": None}]
)
def test_other_words_or_another_place_are_no_repeat(world: World, other: dict[str, Any]) -> None:
    dispatched(world, world.report())
    incident = world.report(**other)
    assert "repeat" not in codes(dispatched(world, incident))


def test_what_repeats_a_closed_case_goes_its_way(world: World) -> None:
    world.incident(State.CLOSED)
    incident = world.report()
    dispatched(world, incident)
    assert incident.state == State.DISPATCHED


def test_without_a_point_the_written_address_in_the_same_grid_counts(world: World) -> None:
    for _turn in range(2):
        world.report(point=None, address="建中街12号院", by="microleader", client_uuid=None)
    dispatch.dispatch_due(now=world.now)
    assert sum("repeat" in codes(decision) for decision in DispatchDecision.objects.all()) == 1


# --- cost ---


@pytest.fixture
def queries(world: World) -> Callable[[int], int]:
    """How many queries it takes to decide about so many incidents in different grids, with different words."""

    def count(number: int) -> int:
        places = [street.MICRO, street.MICRO_EAST, street.SISTER]
        made = [
            world.report(text=f"{number}-{turn}号垃圾堆了", point=street.inside(places[turn % len(places)]))
            for turn in range(number)
        ]
        rows = list(Incident.objects.filter(pk__in=[one.pk for one in made]).select_related("category"))
        adviser = Adviser(rows, now=world.now)
        with CaptureQueriesContext(connection) as caught:
            for row in rows:
                adviser.decide(row)
        return len(caught)

    return count


def test_deciding_about_forty_costs_as_many_queries_as_about_three(world: World, queries: Callable[[int], int]) -> None:
    rule(world, category=make_category("别的"))
    few = queries(3)
    assert queries(40) == few
    assert few <= 10


# --- the order of rules ---

RULES = st.lists(
    st.tuples(
        st.sampled_from([None, 1, 10]),  # any, the category, its major class
        st.sampled_from(["4101", street.STREET, street.COMMUNITY, street.GRID]),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    max_size=12,
)


@given(rows=RULES, code=st.sampled_from([street.STREET, street.COMMUNITY, street.GRID, street.MICRO]))
def test_a_rule_book_gives_the_fitting_rules_in_the_order_that_is_promised(rows: list[Any], code: str) -> None:
    rules = [
        DispatchRule(pk=pk, category_id=category, grid_code=grid, priority=priority, version=version)
        for pk, (category, grid, priority, version) in enumerate(rows)
    ]
    owners = {1: 0, 10: 1, None: 2}
    fitting = [one for one in rules if code.startswith(one.grid_code)]
    fitting.sort(key=lambda r: (owners[r.category_id], -len(r.grid_code), r.priority, -r.version, r.pk))
    assert RuleBook(rules)[1, 10, code] == fitting
