"""The points part of the demo: rules with versions, a shop, exchanges in every state, a ledger that adds up."""

from datetime import datetime, timedelta

import pytest

from grid.models import Grid
from tests import street
from tests.volunteers.conftest import make_hours, make_service, make_volunteer
from tests.volunteers.test_points import ledger_holds
from volunteers import points
from volunteers.demo.points import ITEMS, build_points
from volunteers.models import Exchange, PointEntry, PointRule, ShopItem

pytestmark = pytest.mark.django_db


def test_the_demo_books_what_the_hours_are_worth_and_fills_the_shop(grids: dict[str, Grid], now: datetime) -> None:
    head, grid = street.make_person("head"), grids[street.MICRO]
    street.give_post(head, "community_head", grids[street.COMMUNITY])
    people = [make_volunteer(grid, user=street.make_person("volunteer"))]
    people += [make_volunteer(grid, user=street.make_person(f"p{n}")) for n in range(20)]
    services = [make_service(grid, head) for _n in range(5)]
    records = [
        make_hours(one, service, 100 + n * 7 % 60, start=now - timedelta(days=30 + n, minutes=m))
        for n, one in enumerate(people)
        for m, service in enumerate(services)
    ]
    assert build_points(now) > 10
    assert set(Exchange.objects.values_list("status", flat=True)) == set(Exchange.Status.values)
    assert (ShopItem.objects.count(), PointRule.objects.count() >= 2) == (len(ITEMS), True)
    assert Exchange.objects.filter(status="reserved", volunteer=people[0]).exists()
    assert ledger_holds()
    # booked at once or one by one, it is the same
    assert [points.settle(record, now=now) for record in records] == [None] * len(records)


def test_without_volunteers_nothing_is_made(grids: dict[str, Grid], now: datetime) -> None:
    assert build_points(now) == 0
    assert not PointEntry.objects.exists()
