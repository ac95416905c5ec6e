"""Past cases asked again with other rules, and how each rule does."""

from datetime import timedelta
from typing import Any

import pytest

from grid.models import Organization
from incidents import dispatch, rule_replay
from incidents.models import DispatchRule, Incident
from incidents.rule_figures import figures
from incidents.rule_replay import replay
from incidents.states import State
from tests import street
from tests.incidents.conftest import World, make_category


@pytest.fixture
def other(world: World) -> Organization:
    """A second unit."""
    return street.make_organization(world.grids[street.STREET], code="roads", name="市政所")


def live(world: World, **values: Any) -> DispatchRule:
    legal = {"grid_code": street.STREET, "target": "organization", "organization": world.unit}
    return DispatchRule.objects.create(**legal | values)


# --- replay ---


def test_the_replay_says_who_would_have_had_it_and_who_ended_with_it(world: World, other: Organization) -> None:
    rule = live(world, category=world.garbage)
    right, wrong = world.incident(State.CLOSED), world.incident(State.CLOSED)
    Incident.objects.filter(pk=wrong.pk).update(handler_organization=other)
    changed = DispatchRule(
        pk=99, category=world.garbage, grid_code=street.STREET, target="organization", organization=other
    )
    told = replay([rule], [changed], street.STREET, now=world.now)
    assert (told["cases"], told["elsewhere"], told["ended_new"], told["ended_old"]) == (2, 2, 1, 1)
    assert (told["right_before"], told["right_after"], told["seed"]) == (1, 1, None)
    assert told["pairs"] == [
        {
            "from": world.unit.name,
            "to": "市政所",
            "count": 2,
            "ended_new": 1,
            "ended_old": 1,
            "numbers": [right.number, wrong.number],
        }
    ]


def test_the_replay_asks_the_leader_of_the_day_and_nobody_where_the_place_is_unknown(world: World) -> None:
    rule = live(world, category=world.garbage)
    world.incident(State.CLOSED)
    hidden = world.incident(State.CLOSED)
    Incident.objects.filter(pk=hidden.pk).update(located_by="default")
    told = replay([rule], [], street.STREET, now=world.now)
    assert (told["elsewhere"], told["open_after"]) == (2, 1)
    assert {pair["to"] for pair in told["pairs"]} == {world.grids[street.MICRO].name, ""}


def test_the_same_rules_change_nothing(world: World) -> None:
    rule = live(world)
    world.incident(State.CLOSED)
    assert replay([rule], [rule], street.STREET, now=world.now)["elsewhere"] == 0


def test_cases_that_are_open_older_or_of_another_street_are_not_asked(world: World) -> None:
    world.incident(State.HANDLING)
    old = world.incident(State.CLOSED)
    Incident.objects.filter(pk=old.pk).update(closed_at=world.now - timedelta(days=91))
    assert replay([], [], street.STREET, now=world.now)["cases"] == 0
    assert replay([], [], street.OTHER_STREET, now=world.now, months=12)["cases"] == 0
    assert replay([], [], street.STREET, now=world.now, months=12)["cases"] == 1


def test_of_too_many_cases_the_same_sample_is_asked_each_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_replay, "MOST", 2)
    for turn in range(4):
        world.incident(State.CLOSED, text=f"{turn}号垃圾堆了")
    rule = live(world, category=world.garbage)
    told = [replay([rule], [], street.STREET, now=world.now) for _turn in range(2)]
    assert (told[0]["cases"], told[0]["looked_at"], told[0]["seed"]) == (4, 2, rule_replay.SEED)
    assert told[0] == told[1]


def test_the_replay_costs_the_same_for_many_cases(world: World, django_assert_num_queries: Any) -> None:
    rule = live(world, category=world.garbage)
    for turn in range(5):
        world.incident(State.CLOSED, text=f"{turn}号垃圾堆了")
    with django_assert_num_queries(5):
        replay([rule], [], street.STREET, now=world.now)


# --- figures ---


def test_decisions_and_overrides_are_counted_for_each_rule(world: World) -> None:
    rule = live(world, category=world.garbage)
    for turn in range(2):
        world.report(text=f"{turn}号垃圾堆了")
    world.report(text="路灯不亮", category=make_category("路灯", keywords=("路灯",)))
    dispatch.dispatch_due(now=world.now)
    one = Incident.objects.filter(category=world.garbage).first()
    world.move(one, "recall")
    world.move(one, "dispatch", organization=None, user=world.people["gridleader"], reason="归网格管")
    told = figures(street.STREET, [rule.pk], now=world.now)
    assert (told[rule.pk].decided, told[rule.pk].overridden, told[rule.pk].share) == (2, 1, 0.5)
    assert told[None].decided == 1
