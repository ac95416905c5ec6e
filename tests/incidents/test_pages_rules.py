"""The pages of the dispatch rules, what the desk fills in, and what the page of a case says about its dispatch."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents import dispatch
from incidents.models import DispatchRule, Incident, Procedure, RuleRelease
from incidents.rulesets import read_rules
from incidents.states import State
from tests import street
from tests.incidents.conftest import World, make_category
from tests.incidents.pages import client_of, get, make_move, words

pytestmark = pytest.mark.django_db


def post(world: World, name: str, *args: Any, by: str = "shiftleader", **given: Any) -> Any:
    return client_of(world, by).post(reverse(f"incidents:{name}", args=args), given)


def live(world: World, **values: Any) -> DispatchRule:
    legal = {"grid_code": street.STREET, "target": "organization", "organization": world.unit}
    return DispatchRule.objects.create(**legal | values)


def written(world: World, **more: Any) -> dict[str, Any]:
    """What the form of a draft sends."""
    unit = {"target": "organization", "organization": world.unit.pk}
    return {
        "category": world.garbage.pk,
        "grid_code": street.STREET,
        "priority": 50,
        "note": "职责清单",
        **unit,
        **more,
    }


def test_the_list_shows_rules_and_drafts_with_what_the_check_found(world: World) -> None:
    live(world, category=world.garbage, priority=7)
    live(world, is_active=False, is_draft=True)
    page = words(get(world, "shiftleader", "rules"))
    assert "暴露垃圾" in page
    assert "淮河路派出所" in page
    assert page.count("最近 90 天没有案件符合这条规则") == 2


def test_an_empty_list_says_what_to_do(world: World) -> None:
    assert reverse("incidents:rule_new") in get(world, "shiftleader", "rules").content.decode()


def test_only_who_changes_rules_comes_in_and_finds_the_entry(world: World) -> None:
    assert get(world, "dispatcher", "rules").status_code == 403
    address = f'href="{reverse("incidents:rules")}"'
    assert address in get(world, "shiftleader", "overview").content.decode()
    assert address not in get(world, "dispatcher", "overview").content.decode()


def test_a_draft_is_written_changed_tested_and_goes_live(world: World) -> None:
    post(world, "rule_new", **written(world))
    draft = DispatchRule.objects.get(is_draft=True)
    post(world, "rule_edit", draft.pk, **written(world, priority=9))
    page = get(world, "shiftleader", "rule_test")
    tested = page.context["form"].initial["tested"]
    answer = post(world, "rule_go_live", tested=tested, note="按新职责清单")
    release = RuleRelease.objects.get(version=2)
    draft.refresh_from_db()
    assert (draft.is_active, draft.priority, release.note) == (True, 9, "按新职责清单")
    assert answer["Location"] == reverse("incidents:rule_release", args=[2])


def test_a_draft_without_its_unit_is_refused_and_keeps_what_was_typed(world: World) -> None:
    answer = post(world, "rule_new", **written(world, organization="", note="写好的理由"))
    assert answer.status_code == 422
    assert "写好的理由" in answer.content.decode()
    assert not DispatchRule.objects.exists()


@pytest.mark.parametrize("wrong", [{"grid_code": street.OTHER_STREET}, {"priority": 0}, {"category": "x"}])
def test_what_cannot_be_chosen_is_refused(world: World, wrong: dict[str, Any]) -> None:
    assert post(world, "rule_new", **written(world, **wrong)).status_code == 422
    assert not DispatchRule.objects.exists()


def test_a_rule_to_the_leader_forgets_the_unit_that_stood_in_the_form(world: World) -> None:
    post(world, "rule_new", **written(world, target="leader", leader_level=4))
    draft = DispatchRule.objects.get()
    assert (draft.organization, draft.leader_level) == (None, 4)


def test_going_live_without_a_reason_shows_the_test_again(world: World) -> None:
    live(world, is_active=False, is_draft=True)
    answer = post(world, "rule_go_live", tested=read_rules(street.STREET).digest, note=" ")
    assert answer.status_code == 422
    assert not RuleRelease.objects.exists()


def test_what_changed_after_the_test_is_a_conflict(world: World) -> None:
    live(world, is_active=False, is_draft=True)
    assert post(world, "rule_go_live", tested="0" * 32, note="改").status_code == 409


def test_a_live_rule_is_changed_and_ended_by_drafts(world: World) -> None:
    rule = live(world)
    answer = post(world, "rule_draft", rule.pk)
    draft = DispatchRule.objects.get(is_draft=True)
    assert answer["Location"] == reverse("incidents:rule_edit", args=[draft.pk])
    post(world, "rule_draft", rule.pk, ends="1")
    draft.refresh_from_db()
    assert (draft.replaces, draft.retires) == (rule, True)
    assert get(world, "shiftleader", "rule_edit", draft.pk).status_code == 404


def test_a_release_can_be_taken_back_with_a_reason(world: World) -> None:
    rule = live(world)
    post(world, "rule_draft", rule.pk, ends="1")
    post(world, "rule_go_live", tested=read_rules(street.STREET).digest, note="停用")
    assert post(world, "rule_release_back", 1, note="").status_code == 422
    post(world, "rule_release_back", 1, note="改回")
    rule.refresh_from_db()
    assert rule.is_active
    assert "改回" in words(get(world, "shiftleader", "rule_releases"))
    assert get(world, "shiftleader", "rule_release", 3).status_code == 200


def test_the_page_of_a_rule_shows_who_decided_otherwise_and_why(world: World) -> None:
    rule = live(world, category=world.garbage)
    incident = world.report()
    dispatch.dispatch_due(now=world.now)
    world.move(incident, "recall")
    world.move(incident, "dispatch", organization=None, user=world.people["gridleader"], reason="归网格处置")
    page = words(get(world, "shiftleader", "rule", rule.pk))
    assert "归网格处置" in page
    assert "gridleader" in page


def test_a_rule_of_another_street_is_not_there(world: World) -> None:
    far = street.make_organization(world.grids[street.OTHER_STREET], code="far")
    rule = live(world, grid_code=street.OTHER_STREET, organization=far)
    assert get(world, "shiftleader", "rule", rule.pk).status_code == 404
    assert get(world, "admin", "rule", rule.pk).status_code == 200


@pytest.mark.parametrize("name", ["rules", "rule_test", "rule_releases"])
def test_a_page_of_rules_costs_the_same_for_many(world: World, name: str) -> None:
    def cost() -> int:
        client = client_of(world, "shiftleader")
        address = reverse(f"incidents:{name}")
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    live(world, category=world.garbage)
    live(world, is_active=False, is_draft=True, priority=3)
    world.incident(State.CLOSED)
    few = cost()
    for turn in range(6):
        live(world, category=make_category(f"类{turn}"), priority=turn)
        live(world, is_active=False, is_draft=True, priority=30 + turn)
        world.incident(State.CLOSED, text=f"{turn}号垃圾")
    assert cost() == few <= 24


# --- the case and the desk ---


def test_the_case_shows_the_candidates_their_parts_the_rule_and_the_override(world: World) -> None:
    live(world, category=world.garbage, version=6)
    incident = world.report()
    dispatch.dispatch_due(now=world.now)
    world.move(incident, "recall")
    world.move(incident, "dispatch", organization=None, user=world.people["gridleader"], reason="归网格处置")
    page = get(world, "shiftleader", "detail", incident.number)
    assert "<meter" in page.content.decode()
    assert "归网格处置" in words(page)
    assert "microleader" in words(page)


def test_the_desk_fills_in_the_best_guess_and_says_that_it_is_one(world: World) -> None:
    Procedure.objects.update_or_create(pk=1, defaults={"automatic_confidence": 0.9})
    incident = world.report(text="垃圾")
    dispatch.dispatch_due(now=world.now)
    page = get(world, "operator", "move", incident.number, "file")
    form = page.context["form"]
    assert form.initial["category"] == world.garbage.pk
    assert form["category"].help_text


def test_between_two_equal_guesses_nothing_is_filled_in(world: World) -> None:
    make_category("垃圾桶", keywords=("垃圾",))
    make_category("垃圾站", keywords=("垃圾",))
    Incident.objects.all().delete()
    world.garbage.keywords = []
    world.garbage.save()
    incident = world.report(text="有垃圾的事情")
    form = get(world, "operator", "move", incident.number, "file").context["form"]
    assert form.initial["category"] == ""


def test_a_dispatch_elsewhere_asks_for_the_reason_in_the_form(world: World) -> None:
    world.garbage.is_automatic = False
    world.garbage.save()
    incident = world.report()
    dispatch.dispatch_due(now=world.now)
    incident.refresh_from_db()
    unit = f"unit:{world.unit.pk}"
    refused = make_move(world, incident, "dispatch", by="dispatcher", handler=unit)
    assert refused.status_code == 422
    assert "microleader" in refused.context["form"].errors["reason"][0]
    make_move(world, incident, "dispatch", by="dispatcher", handler=unit, reason="派出所已到场")
    incident.refresh_from_db()
    assert incident.state == State.DISPATCHED


def test_systems_read_the_live_rules_of_their_subtree(world: World, keyed: Any) -> None:
    rule = live(world, category=world.garbage)
    live(world, is_active=False, is_draft=True)
    far = street.make_organization(world.grids[street.OTHER_STREET], code="far")
    live(world, grid_code=street.OTHER_STREET, organization=far)
    answer = keyed("rules.edit").get("/api/v1/dispatch-rules/")
    assert [row["id"] for row in answer.json()["results"]] == [rule.pk]
    assert answer.json()["results"][0]["category_name"] == "暴露垃圾"


def test_a_draft_is_no_rival_of_the_rule_whose_place_it_takes(world: World) -> None:
    rule = live(world, category=world.garbage)
    post(world, "rule_draft", rule.pk)
    page = words(get(world, "shiftleader", "rules"))
    assert "与规则" not in page
