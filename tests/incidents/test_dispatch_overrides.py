"""A person who decides otherwise than the system proposed says why, and that is kept on the decision."""

from typing import Any

import pytest

from accounts.errors import NotValid
from grid.models import Organization
from incidents import dispatch
from incidents.models import DispatchDecision, Incident
from incidents.states import State
from tests import street
from tests.incidents.conftest import World, make_category


@pytest.fixture
def proposed(world: World) -> Incident:
    """A filed case, proposed to the micro-grid leader and left to a person."""
    world.garbage.is_automatic = False
    world.garbage.save()
    incident = world.report()
    dispatch.dispatch_due(now=world.now)
    incident.refresh_from_db()
    return incident


def elsewhere(world: World, incident: Incident, **more: Any) -> Incident:
    given = {"text": "", "reason": "", "organization": world.unit}
    return world.move(incident, "dispatch", **given | more)


def first(incident: Incident) -> DispatchDecision:
    return incident.decisions.get(round=1)


def test_a_dispatch_elsewhere_needs_a_reason_and_without_one_nothing_happens(world: World, proposed: Incident) -> None:
    with pytest.raises(NotValid) as refused:
        elsewhere(world, proposed)
    assert "microleader" in refused.value.fields["reason"][0]
    proposed.refresh_from_db()
    assert (proposed.state, proposed.decisions.count()) == (State.FILED, 1)


def test_the_reason_stays_on_the_decision_and_the_choice_is_a_round_of_its_own(
    world: World, proposed: Incident
) -> None:
    elsewhere(world, proposed, reason="派出所已在现场")
    kept, own = first(proposed), proposed.decisions.get(round=2)
    assert (kept.overridden_by, kept.override_reason) == (world.people["dispatcher"], "派出所已在现场")
    assert (kept.override_to, kept.overridden_at) == (world.unit.name, world.now)
    assert (own.by, own.chosen_organization, own.left_to_person) == (world.people["dispatcher"], world.unit, False)


def test_whoever_follows_the_proposal_says_nothing(world: World, proposed: Incident) -> None:
    elsewhere(world, proposed, organization=None, user=world.people["microleader"])
    assert first(proposed).overridden_at is None
    assert proposed.decisions.get(round=2).by == world.people["dispatcher"]


def test_what_the_handler_gave_back_needs_no_second_reason(world: World) -> None:
    incident = world.report()
    dispatch.dispatch_due(now=world.now)
    world.move(incident, "return", by="microleader")
    elsewhere(world, incident)
    assert "microleader" in first(incident).override_reason


def test_a_recalled_dispatch_counts_against_its_proposal(world: World) -> None:
    incident = world.report()
    dispatch.dispatch_due(now=world.now)
    world.move(incident, "recall")
    with pytest.raises(NotValid):
        elsewhere(world, incident)
    elsewhere(world, incident, reason="不归微网格")
    assert first(incident).override_to == world.unit.name


def test_a_second_choice_of_a_person_is_no_override(world: World, proposed: Incident) -> None:
    elsewhere(world, proposed, reason="派出所已在现场")
    world.move(proposed, "recall")
    elsewhere(world, proposed, organization=None, user=world.people["gridleader"])
    assert [decision.override_to for decision in proposed.decisions.order_by("round")] == [world.unit.name, "", ""]


def test_another_category_than_the_proposed_one_needs_a_reason(world: World) -> None:
    world.report()
    incident = world.report()  # held as a possible repeat
    dispatch.dispatch_due(now=world.now)
    lamp = make_category("路灯照明")
    with pytest.raises(NotValid):
        world.move(incident, "file", category=lamp, text="", reason="")
    world.move(incident, "file", category=lamp, text="", reason="是路灯")
    assert (first(incident).override_to, first(incident).override_reason) == ("路灯照明", "是路灯")


def test_after_another_category_the_old_proposal_for_a_handler_is_void(world: World) -> None:
    world.report()
    incident = world.report()
    dispatch.dispatch_due(now=world.now)
    world.move(incident, "file", category=make_category("路灯照明"), reason="是路灯")
    elsewhere(world, incident)
    assert first(incident).override_to == "路灯照明"


def test_before_the_system_has_decided_there_is_nothing_to_override(world: World) -> None:
    incident = world.report()
    world.move(incident, "file", text="", reason="")
    elsewhere(world, incident)
    assert list(incident.decisions.values_list("round", "by__username")) == [(1, "dispatcher")]


def test_an_open_proposal_without_a_name_is_filled_by_a_person(world: World) -> None:
    incident = world.report(by="microleader", point=None)
    dispatch.dispatch_due(now=world.now)
    elsewhere(world, incident)
    assert first(incident).overridden_at is None


def test_the_round_of_the_system_comes_after_those_of_people(world: World, proposed: Incident) -> None:
    elsewhere(world, proposed, organization=None, user=world.people["microleader"])
    world.move(proposed, "report_up", by="microleader")
    dispatch.dispatch_due(now=world.now)
    rounds = list(proposed.decisions.order_by("round").values_list("round", "by__username"))
    assert rounds == [(1, None), (2, "dispatcher"), (3, None)]


def test_a_very_long_name_and_reason_fit(world: World, proposed: Incident) -> None:
    long = Organization.objects.create(
        grid=world.grids[street.STREET],
        code="long",
        name="长" * Organization._meta.get_field("name").max_length,
        kind="department",
    )
    elsewhere(world, proposed, organization=long, reason="因" * 900)
    assert len(first(proposed).override_reason) == 500
