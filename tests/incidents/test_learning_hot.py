"""Hot issues: which reports are one matter, what makes it hot, and the page that shows it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from incidents.learning.hot import HotRow, hot_issues
from incidents.learning.hot_cases import hot_cases
from incidents.views.hot import list_address
from tests import street
from tests.incidents.conftest import World
from tests.incidents.learning import PLACES, report
from tests.incidents.pages import client_of

NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)
MIXERS = [
    "丽发新城附近搅拌站噪音扰民",
    "投诉丽发新城搅拌站噪音粉尘",
    "丽发新城小区旁边违建搅拌站",
    "丽发新城搅拌站彻夜施工",
    "搅拌站建在丽发新城旁边粉尘大",
]


def row(key: Any, title: str, *, ago: float = 1, **more: Any) -> HotRow:
    at = NOW - timedelta(days=ago)
    return HotRow(key, title, title, at, at.date(), **more)


def noise(number: int) -> list[HotRow]:
    """Reports of all kinds, each of another place."""
    random = Random(4)
    labels = ("garbage", "lamp", "dog")
    texts = [report(random.choice(labels), random).split("\n")[0] for _n in range(number)]
    return [
        row(f"n{i}", f"{chr(0x5000 + 7 * i)}{chr(0x6000 + 11 * i)}{text}", place=f"p{i}")
        for i, text in enumerate(texts)
    ]


def mixers(**more: Any) -> list[HotRow]:
    return [row(f"m{number}", title, ago=number + 1, **more) for number, title in enumerate(MIXERS)]


def test_reports_of_one_matter_are_one_issue_and_come_first() -> None:
    best = hot_issues([*noise(60), *mixers()], now=NOW)[0]
    assert {one.key for one in best.rows} == {"m0", "m1", "m2", "m3", "m4"}
    assert (best.people, best.days, best.peak) == (5, 5, 5)
    assert "搅拌" in "".join(best.words)


def test_its_words_are_pieces_of_its_title_as_it_was_written() -> None:
    titles = ("丰产路140号院门口垃圾没人清", "丰产路140号院门口垃圾满溢", "丰产路140号院门口垃圾太臭")
    best = hot_issues([row(number, title) for number, title in enumerate(titles)], now=NOW)[0]
    assert best.words == ["丰产路140号院门口垃圾"]


def test_its_rows_are_newest_first() -> None:
    best = hot_issues(mixers(), now=NOW)[0]
    assert [one.key for one in best.rows] == ["m0", "m1", "m2", "m3", "m4"]
    assert (best.last.key, best.first.key) == ("m0", "m4")


def test_the_same_words_at_another_place_are_another_issue() -> None:
    here, there = mixers(place="a"), [row(f"x{n}", title, place="b") for n, title in enumerate(MIXERS)]
    places = [{one.place for one in issue.rows} for issue in hot_issues([*here, *there], now=NOW)]
    assert {"a"} in places
    assert {"b"} in places
    assert {"a", "b"} not in places


def test_one_report_alone_is_no_issue_unless_many_stand_behind_it() -> None:
    assert hot_issues([row(1, "金毛湾配套入学的问题")], now=NOW) == []
    assert len(hot_issues([row(1, "金毛湾配套入学的问题", people=1762)], now=NOW)) == 1


def test_who_reports_twice_is_one_person() -> None:
    assert hot_issues(mixers(who="r1"), now=NOW)[0].people == 1


@pytest.mark.parametrize("more", [{"people": 3}, {"ago": 0.1}])
def test_more_people_and_fresher_reports_are_hotter(more: dict[str, Any]) -> None:
    cool = hot_issues([row(n, title, ago=5) for n, title in enumerate(MIXERS)], now=NOW)[0]
    warm = hot_issues([row(n, title, **{"ago": 5} | more) for n, title in enumerate(MIXERS)], now=NOW)[0]
    assert warm.heat.total > cool.heat.total


def test_what_comes_now_and_then_is_cooler_than_what_comes_at_once() -> None:
    at_once, now_and_then = (
        hot_issues([row(n, title, ago=3 + n * gap) for n, title in enumerate(MIXERS)], now=NOW)[0] for gap in (1, 40)
    )
    assert (at_once.peak, now_and_then.peak) == (5, 1)
    assert at_once.heat.total > now_and_then.heat.total


ROWS = st.lists(
    st.tuples(st.sampled_from(MIXERS + list(PLACES)), st.floats(0, 60), st.sampled_from(["", "a", "b"])), max_size=25
)


@given(ROWS)
def test_a_report_is_in_one_issue_only_and_parts_add_up(rows: list[tuple[str, float, str]]) -> None:
    given_rows = [row(n, title, ago=ago, place=place) for n, (title, ago, place) in enumerate(rows)]
    found = hot_issues(given_rows, now=NOW, most=100)
    keys = [one.key for issue in found for one in issue.rows]
    assert len(keys) == len(set(keys))
    totals = [issue.heat.total for issue in found]
    assert totals == sorted(totals, reverse=True)
    assert all(issue.peak <= len(issue.rows) and issue.lead in issue.rows for issue in found)


def test_no_reports_no_issues() -> None:
    assert hot_issues([], now=NOW) == []


# --- the page


@pytest.fixture
def complained(world: World) -> Callable[..., None]:
    """Five reports of one matter in the first community."""

    def make(**more: Any) -> None:
        for title in MIXERS:
            world.report(by="admin", text=title + "，请尽快处理", **more)

    return make


@pytest.mark.django_db
def test_the_page_shows_the_matter_with_its_place_and_the_points(world: World, complained: Callable[..., None]) -> None:
    complained()
    page = client_of(world, "operator").get(reverse("incidents:hot"))
    (line,) = page.context["lines"]
    assert (line.count, line.place) == (5, "建中街社区")
    assert "搅拌站" in page.content.decode()


@pytest.mark.django_db
def test_its_link_opens_just_those_cases(world: World, complained: Callable[..., None]) -> None:
    complained()
    other = world.report()
    (issue,) = hot_cases(world.people["operator"], since=world.now - timedelta(days=1), now=world.now).issues
    page = client_of(world, "operator").get(list_address(issue))
    shown = {case.number for case in page.context["page"].rows}
    assert shown == {one.key for one in issue.rows}
    assert other.number not in shown


@pytest.mark.django_db
def test_nobody_sees_issues_of_other_grids(world: World, complained: Callable[..., None]) -> None:
    complained(point=street.inside(street.OTHER_GRID))
    page = client_of(world, "operator").get(reverse("incidents:hot"))
    assert page.context["lines"] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "days"), [("7", 7), ("90", 90), ("8", 30), ("x", 30), ("", 30)])
def test_the_period_is_one_of_three(world: World, asked: str, days: int) -> None:
    page = client_of(world, "operator").get(reverse("incidents:hot"), {"days": asked})
    assert page.status_code == 200
    assert page.context["days"] == days


@pytest.mark.django_db
def test_a_report_before_the_period_does_not_count(world: World, complained: Callable[..., None]) -> None:
    complained()
    found = hot_cases(world.people["operator"], since=world.now + timedelta(days=1), now=world.now + timedelta(days=8))
    assert (found.issues, found.compared) == ([], 0)


@pytest.mark.django_db
def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(reverse("incidents:hot")).status_code == 302
