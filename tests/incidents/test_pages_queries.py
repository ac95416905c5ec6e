"""A page costs the same number of queries for few rows and for many."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.states import State
from tests.incidents.conftest import World
from tests.incidents.pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def queries(world: World) -> Callable[..., int]:
    """Counts the queries of a page, the name of the place already known."""

    def count(role: str, name: str, *args: Any, **query: Any) -> int:
        client = client_of(world, role)
        address = reverse(f"incidents:{name}", args=args)
        client.get(address, query)
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(address, query)
        assert answer.status_code == 200
        return len(caught)

    cache.clear()
    return count


@pytest.mark.parametrize(
    ("role", "name", "most"),
    [
        ("operator", "list", 8),
        ("operator", "overview", 12),
        ("operator", "layer", 6),
        ("operator", "loads", 6),
        ("operator", "desk_queue", 9),
        ("department", "tasks", 12),
        ("gridleader", "phone_home", 9),
    ],
)
def test_a_page_costs_as_much_for_many_rows_as_for_one(
    world: World, queries: Callable[..., int], role: str, name: str, most: int
) -> None:
    world.incident(State.DISPATCHED)
    world.incident(State.HANDLED)
    few = queries(role, name)
    for _n in range(4):
        world.incident(State.DISPATCHED)
        world.incident(State.HANDLED)
    assert queries(role, name) == few
    assert few <= most


def test_the_page_of_a_case_costs_a_known_number_of_queries(world: World, queries: Callable[..., int]) -> None:
    for role in ("operator", "department", "gridleader"):
        incident = world.incident(State.HANDLING)
        assert queries(role, "detail", incident.number) <= 19


def test_the_desk_costs_the_same_for_a_long_queue(world: World, queries: Callable[..., int]) -> None:
    world.incident(State.REPORTED)
    world.report(text="路灯不亮")
    few = queries("operator", "desk", tab="accept")
    for n in range(6):
        world.report(text=f"第{n}处积水")
    assert queries("operator", "desk", tab="accept") == few
