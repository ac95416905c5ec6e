"""Rules as data: drafts, findings, replay on past cases, releases and the way back."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import NotAllowed, NotNow, NotValid
from grid.models import Organization, Post
from incidents import dispatch
from incidents.models import Category, DispatchRule, Incident, RuleRelease
from incidents.rule_lint import able, lint
from incidents.rule_releases import go_back, go_live, try_out
from incidents.rulebook import RuleBook
from incidents.rulesets import read_rules
from incidents.ruling import Content, change_draft, discard_draft, draft_for, write_draft
from incidents.states import State
from tests import street
from tests.incidents.conftest import World, make_category


@pytest.fixture
def other(world: World) -> Organization:
    """A second unit, in which the handler of the first works too."""
    unit = street.make_organization(world.grids[street.STREET], code="roads", name="市政所")
    street.give_post(world.people["department"], "handler", unit)
    return unit


def live(world: World, **values: Any) -> DispatchRule:
    legal = {"grid_code": street.STREET, "target": "organization", "organization": world.unit}
    return DispatchRule.objects.create(**legal | values)


def leader_rule(world: World, **values: Any) -> DispatchRule:
    return live(world, **{"target": "leader", "organization": None} | values)


def draft(world: World, **values: Any) -> DispatchRule:
    content = {"grid_code": street.STREET, "organization": world.unit} | values
    return write_draft(Content(**content), actor=world.people["shiftleader"])


def release(world: World, place: str = street.STREET, **more: Any) -> RuleRelease:
    given = {"tested": read_rules(place).digest, "note": "调整", "actor": world.people["shiftleader"], "now": world.now}
    return go_live(place, **given | more)


def found(world: World, *rules: DispatchRule) -> set[tuple[str, int | None]]:
    """Codes and rules of the findings."""
    return {(one.code, one.rule) for one in lint(rules, street.STREET, now=world.now)}


# --- drafts ---


def test_a_draft_decides_nothing(world: World) -> None:
    draft(world, category=world.garbage)
    incident = world.report()
    dispatch.dispatch_due(now=world.now)
    assert incident.decisions.get().rule is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grid_code", street.STREET + "999"),
        ("priority", 0),
        ("priority", 10_000),
        ("leader_level", 4),
        ("category", "retired"),
        ("organization", "elsewhere"),
        ("organization", "closed"),
    ],
)
def test_a_draft_that_says_nonsense_is_refused_at_its_field(world: World, field: str, value: Any) -> None:
    special = {
        "retired": lambda: make_category("旧类", is_active=False),
        "elsewhere": lambda: street.make_organization(world.grids[street.OTHER_STREET], code="far"),
        "closed": lambda: street.make_organization(world.grids[street.STREET], code="shut", is_active=False),
    }
    with pytest.raises(NotValid) as refused:
        draft(world, **{field: special[value]() if value in special else value})
    assert set(refused.value.fields) == {field}


def test_nobody_writes_rules_for_another_street_or_without_the_right(world: World) -> None:
    with pytest.raises(NotAllowed):
        draft(world, grid_code=street.OTHER_STREET)
    with pytest.raises(NotAllowed):
        write_draft(Content(street.STREET), actor=world.people["dispatcher"])


def test_a_changed_live_rule_is_a_draft_of_the_next_version_and_only_one(world: World) -> None:
    rule = live(world, version=3)
    one = draft_for(rule, actor=world.people["shiftleader"])
    two = draft_for(rule, actor=world.people["shiftleader"])
    assert (one.pk, one.version, one.replaces_id) == (two.pk, 4, rule.pk)


def test_a_draft_can_be_changed_and_discarded_but_not_twice(world: World) -> None:
    made, boss = draft(world), world.people["shiftleader"]
    change_draft(made.pk, Content(street.COMMUNITY, priority=7), actor=boss)
    made.refresh_from_db()
    assert (made.target, made.priority, made.organization) == ("leader", 7, None)
    discard_draft(made.pk, actor=boss)
    with pytest.raises(NotNow):
        discard_draft(made.pk, actor=boss)


# --- going live ---


def test_drafts_go_live_together_and_what_they_replace_ends(world: World, other: Organization) -> None:
    old, gone, boss = live(world, category=world.garbage), live(world), world.people["shiftleader"]
    changed = draft_for(old, actor=boss)
    change_draft(changed.pk, Content(street.STREET, world.garbage, other), actor=boss)
    draft_for(gone, actor=boss, retires=True)
    fresh = draft(world, category=make_category("别的"))
    made = release(world)
    active = set(DispatchRule.objects.live().values_list("pk", flat=True))
    assert active == {changed.pk, fresh.pk} == {row["rule"] for row in made.rules}
    assert not DispatchRule.objects.drafts().exists()
    assert (made.version, made.replay["cases"]) == (2, 0)


def test_what_was_not_tested_as_it_is_does_not_go_live(world: World) -> None:
    draft(world)
    seen = read_rules(street.STREET).digest
    draft(world, priority=5)
    with pytest.raises(NotNow):
        release(world, tested=seen)
    assert not RuleRelease.objects.exists()


@pytest.mark.parametrize("note", ["", "  ", "长" * 201])
def test_a_release_needs_a_reason_of_readable_length(world: World, note: str) -> None:
    draft(world)
    with pytest.raises(NotValid):
        release(world, note=note)


def test_without_drafts_nothing_goes_live(world: World) -> None:
    live(world)
    with pytest.raises(NotNow):
        release(world)


def test_only_who_may_releases(world: World) -> None:
    draft(world)
    with pytest.raises(NotAllowed):
        release(world, actor=world.people["dispatcher"])


def test_a_draft_to_an_empty_unit_is_held_back(world: World) -> None:
    empty = street.make_organization(world.grids[street.STREET], code="empty", name="空单位")
    draft(world, organization=empty)
    with pytest.raises(NotNow, match="空单位"):
        release(world)


def test_a_draft_whose_rule_has_ended_meanwhile_is_held_back(world: World) -> None:
    rule = live(world)
    draft_for(rule, actor=world.people["shiftleader"])
    DispatchRule.objects.filter(pk=rule.pk).update(is_active=False)
    with pytest.raises(NotNow):
        release(world)


def test_a_broken_rule_of_before_does_not_hold_the_mending_back(world: World) -> None:
    empty = street.make_organization(world.grids[street.STREET], code="empty")
    live(world, organization=empty)
    draft(world, category=world.garbage)
    assert release(world).version == 2


def test_back_to_what_was_before_the_first_release(world: World) -> None:
    rule, boss = live(world, category=world.garbage), world.people["shiftleader"]
    draft_for(rule, actor=boss, retires=True)
    release(world)
    made = go_back(RuleRelease.objects.get(version=1), note="改回", actor=boss, now=world.now)
    assert list(DispatchRule.objects.live()) == [rule]
    assert (made.version, made.back_to) == (3, 1)
    with pytest.raises(NotNow):
        go_back(RuleRelease.objects.get(version=1), note="改回", actor=boss, now=world.now)


def test_a_release_leaves_the_rules_of_other_streets_alone(world: World) -> None:
    far = street.make_organization(world.grids[street.OTHER_STREET], code="far")
    theirs = live(world, grid_code=street.OTHER_STREET, organization=far)
    draft(world)
    assert theirs.pk not in {row["rule"] for row in release(world).rules}
    go_back(RuleRelease.objects.get(version=1), note="改回", actor=world.people["shiftleader"], now=world.now)
    theirs.refresh_from_db()
    assert theirs.is_active


def test_a_release_that_fails_in_the_middle_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = live(world)
    draft_for(rule, actor=world.people["shiftleader"])
    monkeypatch.setattr(RuleRelease.objects, "create", lambda **values: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        release(world)
    assert list(DispatchRule.objects.live()) == [rule]


# --- findings ---


def test_a_target_that_cannot_act_is_an_error(world: World, other: Organization) -> None:
    closed = street.make_organization(world.grids[street.STREET], code="closed", is_active=False)
    empty = street.make_organization(world.grids[street.STREET], code="empty")
    one, two = live(world, organization=closed), live(world, organization=empty, grid_code=street.COMMUNITY)
    fine = live(world, organization=other, grid_code=street.SISTER)
    errors = {(code, rule) for code, rule in found(world, one, two, fine) if code.startswith("unit_")}
    assert errors == {("unit_closed", one.pk), ("unit_empty", two.pk)}


def test_vacant_posts_of_leaders_are_a_warning(world: World) -> None:
    rule = leader_rule(world, leader_level=6)
    assert ("leader_vacant", rule.pk) in found(world, rule)  # the micro-grid in the east has no leader
    fine = leader_rule(world, leader_level=4, grid_code=street.COMMUNITY)
    assert ("leader_vacant", fine.pk) not in found(world, fine)


def test_a_rule_without_cases_for_ninety_days_is_named(world: World) -> None:
    rule = live(world, category=world.garbage)
    assert ("never_matches", rule.pk) in found(world, rule)
    world.incident(State.FILED)
    assert ("never_matches", rule.pk) not in found(world, rule)
    Incident.objects.update(reported_at=world.now - timedelta(days=91))
    assert ("never_matches", rule.pk) in found(world, rule)


def test_categories_and_grids_out_of_use_are_errors(world: World) -> None:
    old = make_category("旧类", is_active=False)
    one, two = live(world, category=old), live(world, grid_code=street.STREET + "777")
    assert {("category_gone", one.pk), ("grid_gone", two.pk)} <= found(world, one, two)


def test_rules_that_say_the_same_or_contradict_each_other_are_named(world: World, other: Organization) -> None:
    first, same = live(world, category=world.garbage), live(world, category=world.garbage, priority=200)
    contrary = live(world, category=world.garbage, organization=other)
    codes = found(world, first, same, contrary)
    assert {("duplicate", same.pk), ("contradiction", contrary.pk)} <= codes


def test_a_rule_behind_a_rule_to_the_leader_never_decides(world: World) -> None:
    leader_rule(world, category=None)
    first, behind = leader_rule(world, category=world.garbage), live(world, category=world.garbage, priority=300)
    assert ("shadowed", behind.pk) in found(world, first, behind)


def test_a_rule_behind_a_unit_counts_for_what_is_given_back(world: World, other: Organization) -> None:
    first, behind = (
        live(world, category=world.garbage),
        live(world, category=world.garbage, organization=other, priority=300),
    )
    assert ("fallback", behind.pk) in found(world, first, behind)


def test_rules_of_all_minor_classes_together_hide_the_rule_of_the_major_one(world: World) -> None:
    major = live(world, category=world.garbage.parent)
    own = [live(world, category=one) for one in Category.objects.filter(parent=world.garbage.parent)]
    assert ("fallback", major.pk) in found(world, major, *own)
    make_category("还有一类")
    assert ("fallback", major.pk) not in found(world, major, *own)


def test_an_area_where_nobody_decides_is_named(world: World) -> None:
    assert ("uncovered", None) not in found(world) or not Post.objects.leading().filter(grid__code=street.STREET)
    Post.objects.leading().delete()
    assert ("uncovered", None) in found(world)
    assert ("uncovered", None) not in found(world, live(world, category=None))


RULES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 3), st.sampled_from(["unit", "leader"])),
    min_size=1,
    max_size=8,
)
CODES = [street.STREET, street.COMMUNITY, street.GRID, street.MICRO]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=RULES)
def test_what_is_called_hidden_decides_nowhere_and_nothing_else_is(world: World, rows: list[Any]) -> None:
    second = Category.objects.filter(name="另类").first() or make_category("另类")
    owners = [None, world.garbage.parent, world.garbage, second]
    rules = [
        _rule(world, pk, owners[owner], CODES[code], priority, kind)
        for pk, (owner, code, priority, kind) in enumerate(rows, 1)
    ]
    hidden = {one.rule for one in lint(rules, street.STREET, now=world.now) if one.code in ("shadowed", "fallback")}
    book, decides = RuleBook(rules), set()
    for category in Category.objects.filter(parent__isnull=False):
        for code in world.grids:
            if code.startswith(street.STREET):
                fitting = book[category.pk, category.parent_id, code]
                decides |= {rule.pk for rule in fitting[:1]}
    assert hidden == {rule.pk for rule in rules} - decides


def _rule(world: World, pk: int, category: Any, code: str, priority: int, kind: str) -> DispatchRule:
    unit = world.unit if kind == "unit" else None
    target = "organization" if unit else "leader"
    made = DispatchRule(pk=pk, category=category, grid_code=code, target=target, organization=unit, priority=priority)
    assert able(made)
    return made


# --- the test of the drafts ---


def test_a_test_of_the_drafts_writes_nothing(world: World) -> None:
    draft(world)
    test = try_out(read_rules(street.STREET), now=world.now)
    assert test.may_go_live
    assert not RuleRelease.objects.exists()
