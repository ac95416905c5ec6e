"""What one claim costs the database, so that many can claim at once (domain.md 5.1)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from grid.models import Grid
from notices.models import Notice
from tests import street
from tests.volunteers.test_claims import helper, published
from volunteers import claims, wish_news

pytestmark = pytest.mark.django_db

Limit = Callable[..., AbstractContextManager[object]]


@pytest.fixture
def leader(grids: dict[str, Grid]) -> User:
    person = street.make_person("leader")
    street.give_post(person, "grid_leader", grids[street.GRID])
    return person


def statements(grid: Grid, leader: User, now: datetime, *, slots: int = 1) -> list[str]:
    """The SQL of one claim as the form sends it."""
    wish, (person, claimer) = published(grid, leader, now, slots=slots), helper(grid, "a")
    with CaptureQueriesContext(connection) as captured:
        claims.claim(wish, claimer, actor=person, now=now, client_id=uuid4())
    return [query["sql"] for query in captured.captured_queries]


def test_a_claim_is_six_statements_in_one_transaction(grids: dict[str, Grid], leader: User, now: datetime) -> None:
    found = statements(grids[street.MICRO], leader, now)
    marks = [one for one in found if one.startswith(("SAVEPOINT", "RELEASE"))]  # the test itself is a transaction
    assert len(found) - len(marks) == 6, "\n".join(found)
    assert len(marks) == 2


def test_a_claim_writes_its_steps_at_once_and_reads_nothing_sealed(
    grids: dict[str, Grid], leader: User, now: datetime
) -> None:
    found = statements(grids[street.MICRO], leader, now)
    assert sum(one.startswith('INSERT INTO "volunteers_volunteerstep"') for one in found) == 1
    sealed = ('"volunteers_wish"."phone"', '"volunteers_wish"."door"', '"accounts_user"."phone"')
    assert not [one for one in found if any(field in one for field in sealed)]


def test_one_of_several_helpers_costs_no_more(grids: dict[str, Grid], leader: User, now: datetime) -> None:
    """Who has which slot is asked for, the wish stays on the board."""
    found = statements(grids[street.MICRO], leader, now, slots=3)
    assert len([one for one in found if not one.startswith(("SAVEPOINT", "RELEASE"))]) == 6


def test_who_follows_the_wishes_hears_of_each_claim_once_a_minute_later(
    grids: dict[str, Grid], leader: User, now: datetime
) -> None:
    grid = grids[street.MICRO]
    for name in ("a", "b"):
        wish, (person, claimer) = published(grid, leader, now), helper(grid, name)
        claims.claim(wish, claimer, actor=person, now=now)
    told = Notice.objects.filter(kind="wish.claimed", recipient=leader)
    assert not told.exists()
    assert [wish_news.tell_claims(now=now) for _run in range(2)] == [2, 0]
    assert told.count() == 2


def test_telling_of_many_claims_costs_the_same_as_of_few(
    grids: dict[str, Grid],
    leader: User,
    now: datetime,
    django_assert_max_num_queries: Callable[..., AbstractContextManager[object]],
) -> None:
    grid = grids[street.MICRO]
    for name in "abcdefgh":
        wish, (person, claimer) = published(grid, leader, now), helper(grid, name)
        claims.claim(wish, claimer, actor=person, now=now)
    with django_assert_max_num_queries(9):
        assert wish_news.tell_claims(now=now) == 8
