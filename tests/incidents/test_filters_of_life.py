"""Filters of cases for the whole life: supervision, arbitration, returns, levels, endings, on page and API."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from incidents.models import Incident
from incidents.states import State
from tests.incidents.conftest import World
from tests.incidents.pages import get

FILTERS: dict[str, tuple[str, dict[str, Any]]] = {
    "is_supervised": ("true", {"is_supervised": True}),
    "in_arbitration": ("true", {"in_arbitration": True}),
    "reported_up": ("true", {"report_up_count": 1}),
    "returned_min": ("2", {"return_count": 2}),
    "reworked_min": ("2", {"rework_count": 3}),
    "level": ("4", {"level": 4}),
    "closing": ("special", {"closing": "special"}),
    "is_solved": ("yes", {"is_solved": True}),
}
"""By filter: a value, and what a case must be like to be found."""
WRONG = {
    "is_supervised": "maybe",
    "in_arbitration": "1",
    "reported_up": "no",
    "resting": "x",
    "returned_min": "-1",
    "reworked_min": "99999",
    "level": "99",
    "closing": "x",
    "is_solved": "2",
    "inspector": "you",
}


def pair(world: World, **facts: Any) -> tuple[Incident, Incident]:
    """A case that fits and one that does not."""
    fits, other = world.report(), world.report()
    Incident.objects.filter(pk=fits.pk).update(**facts)
    return fits, other


def numbers_on_page(world: World, **query: Any) -> list[str]:
    return [row.number for row in get(world, "operator", "list", **query).context["page"].rows]


def numbers_of_api(client: APIClient, **query: Any) -> list[str]:
    answer = client.get("/api/v1/incidents/", query)
    assert answer.status_code == 200, answer.content
    return [row["number"] for row in answer.json()["results"]]


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_finds_what_fits_on_the_page_and_by_api(
    world: World, name: str, keyed: Callable[..., APIClient]
) -> None:
    value, facts = FILTERS[name]
    fits, _other = pair(world, **facts)
    assert numbers_on_page(world, **{name: value}) == [fits.number]
    assert numbers_of_api(keyed("incident.view"), **{name: value}) == [fits.number]


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_refused_by_both(world: World, name: str, keyed: Callable[..., APIClient]) -> None:
    assert get(world, "operator", "list", **{name: WRONG[name]}).status_code == 400
    assert keyed("incident.view").get("/api/v1/incidents/", {name: WRONG[name]}).status_code == 400


def test_solved_has_three_answers(world: World) -> None:
    yes, no, unknown = world.report(), world.report(), world.report()
    Incident.objects.filter(pk=yes.pk).update(is_solved=True)
    Incident.objects.filter(pk=no.pk).update(is_solved=False)
    found = {value: numbers_on_page(world, is_solved=value) for value in ("yes", "no", "unknown")}
    assert found == {"yes": [yes.number], "no": [no.number], "unknown": [unknown.number]}


def test_whoever_was_asked_to_look_finds_her_cases(world: World) -> None:
    mine, _other = pair(world, inspector=world.people["gridleader"])
    shown = get(world, "gridleader", "list", inspector="me").context["page"].rows
    assert [row.number for row in shown] == [mine.number]
    assert numbers_on_page(world, inspector="me") == []


def test_suspended_and_deferred_cases_rest(world: World, keyed: Callable[..., APIClient]) -> None:
    world.incident(State.HANDLING)
    resting = {world.incident(state).number for state in (State.DEFERRED, State.SUSPENDED)}
    assert set(numbers_on_page(world, resting="true")) == resting
    assert set(numbers_of_api(keyed("incident.view"), resting="true")) == resting


def test_a_filter_of_the_address_is_kept_by_the_bar_and_can_be_taken_off(world: World) -> None:
    page = get(world, "operator", "list", is_supervised="true", returned_min="2", state="filed")
    assert dict(page.context["kept"]) == {"is_supervised": "true", "returned_min": "2"}
    assert len(page.context["chips"]) == 3


def test_filters_never_widen_the_scope(world: World, keyed: Callable[..., APIClient]) -> None:
    pair(world, is_supervised=True)
    assert numbers_of_api(keyed("incident.view", grid="410103011"), is_supervised="true") == []
