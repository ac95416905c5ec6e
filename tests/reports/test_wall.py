"""The wall screen: live numbers of one's own grids, nothing personal, few queries; it stays on for who only looks."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.gis.geos import Point
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.sessions import ROLLED
from grid.models import Grid, Organization
from incidents.models import Category, Incident
from reports.dashboards.wall import EVENTS, LONGEST_TITLE, short
from tests import street
from tests.reports.conftest import at
from tests.reports.histories import CLOSED, Walk, moves, write
from tests.reports.test_dashboards import roll_up

SCREEN, DATA, SHAPES = "/reports/wall/", "/reports/wall/data/", "/reports/wall/shapes/"
NOW = at("23:59") + timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def looker(busy_day: Grid, roles: dict[str, User], client: Client) -> Client:
    """The account of the screen: it can only look."""
    with time_machine.travel(NOW, tick=False):
        client.force_login(roles["auditor"])
    return client


def told(client: Client, address: str = DATA, **query: Any) -> dict[str, Any]:
    """The answer of a door of the screen."""
    with time_machine.travel(NOW, tick=False):
        answer = client.get(address, query)
    assert answer.status_code == 200
    return json.loads(answer.content)


def test_the_four_numbers_are_those_of_the_case_list(looker: Client) -> None:
    data, rows = told(looker), Incident.objects.under(street.STREET)
    today = rows.filter(reported_at__gte=at("00:00"))
    assert data["today"] == {"reported": today.count(), "completed": 4}
    assert data["open"] == rows.open().count() == sum(load[0] for load in data["grids"].values())
    assert data["overdue"] == rows.overdue(NOW).count()
    assert data["trend"]["reported"][-1] == today.count()
    assert len(data["trend"]["days"]) == 30


def test_rates_carry_their_fractions_and_classes_come_most_frequent_first(looker: Client) -> None:
    data = told(looker)
    assert {rate["label"]: (rate["above"], rate["below"]) for rate in data["rates"]}["当日办结率"] == (4, 9)
    counts = [one["count"] for one in data["categories"]]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == 9


def test_nothing_personal_hangs_on_the_wall(looker: Client, grids: dict[str, Grid]) -> None:
    write([Walk(grids[street.MICRO], at("23:30"), moves(("report", 0)), title="联系13812345678")])
    with time_machine.travel(NOW, tick=False):
        pages = [looker.get(address).content.decode() for address in (SCREEN, DATA)]
    for page in pages:
        assert "138****5678" in page
        assert "13812345678" not in page
    assert len(short("长" * 50)) == LONGEST_TITLE


def test_the_screen_shows_only_the_readers_own_grids(looker: Client, grids: dict[str, Grid]) -> None:
    write([Walk(grids[street.OTHER_GRID], at("12:00"), moves(("report", 0)), title="界外事件")])
    shown = json.dumps(told(looker), ensure_ascii=False)
    assert "界外" not in shown
    assert street.OTHER_STREET not in json.dumps(told(looker, SHAPES))
    for address in (SCREEN, DATA, SHAPES):
        with time_machine.travel(NOW, tick=False):
            assert looker.get(address, {"grid": street.OTHER_STREET}).status_code == 404
            assert looker.get(address, {"grid": "%27"}).status_code == 404


def test_the_data_cost_eight_queries_beside_who_asks_and_which_grid_and_none_the_second_time(
    looker: Client, grids: dict[str, Grid], categories: list[Category], units: list[Organization]
) -> None:
    roll_up()

    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as caught:
            told(looker)
        return [query["sql"] for query in caught]

    few = queries()
    asking = [sql for sql in few if re.search("django_session|accounts_user|grid_post|SAVEPOINT", sql)]
    assert len(few) - len(asking) <= 8 + 1, "\n".join(few)  # and the chosen grid
    assert len(queries()) == 4  # session, user, posts, grid
    steps, place = moves(*CLOSED), grids[street.SISTER]
    write([Walk(place, at("06:00") + timedelta(minutes=n), steps, categories[n % 3], units[0]) for n in range(20)])
    cache.clear()
    assert len(queries()) <= len(few)
    assert len(told(looker)["events"]) == EVENTS


def test_an_unchanged_screen_is_answered_with_nothing(looker: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        for address in (DATA, SHAPES):
            first = looker.get(address)
            again = looker.get(address, headers={"If-None-Match": first["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert "private" in first["Cache-Control"]


def test_late_cases_are_dots_first_and_the_map_has_both_levels(looker: Client) -> None:
    late = Incident.objects.open().order_by("pk").first()
    Incident.objects.filter(pk=late.pk).update(point=Point(113.61, 34.71, srid=4326), due_at=at("08:00"))
    assert told(looker)["dots"][0] == [113.61, 34.71, 1]
    levels = {one["properties"]["code"]: one["properties"]["level"] for one in told(looker, SHAPES)["features"]}
    assert levels == {street.COMMUNITY: 4, street.SISTER: 4, street.GRID: 5}


@pytest.mark.parametrize(("role", "kept"), [("auditor", True), ("operator", False)])
def test_polling_keeps_only_the_account_that_can_do_nothing_signed_in(
    busy_day: Grid, roles: dict[str, User], client: Client, role: str, kept: bool
) -> None:
    with time_machine.travel(NOW, tick=False):
        client.force_login(roles[role])
        client.get(SCREEN)
        before = client.session[ROLLED]
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        assert client.get(DATA).status_code == 200
        assert (client.session[ROLLED] > before) is kept


def test_the_page_carries_no_inline_script_and_its_first_numbers(looker: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        answer = looker.get(SCREEN)
    page = answer.content.decode()
    assert "style=" not in page
    assert answer.context["first"]["open"] == told(looker)["open"]
    assert 'data-every="30"' in page
    assert "<noscript" in page or 'data-number="open"' in page
