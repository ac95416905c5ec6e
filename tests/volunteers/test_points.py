"""Points: what an hour is worth, what was booked, what lapses, what the shop takes (domain.md 5.2)."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid
from tests import street
from tests.volunteers.conftest import make_hours, make_rule, make_service, make_volunteer
from volunteers import point_lapse, point_rules, points, shop
from volunteers.models import Exchange, HourRecord, PointAccount, PointEntry, PointRule, ShopItem, Volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid(grids: dict[str, Grid]) -> Grid:
    return grids[street.MICRO]


@pytest.fixture
def person(grid: Grid) -> User:
    return street.make_person("sunqi")


@pytest.fixture
def volunteer(grid: Grid, person: User) -> Volunteer:
    return make_volunteer(grid, user=person)


@pytest.fixture
def rule(grids: dict[str, Grid]) -> PointRule:
    return make_rule(grids[street.STREET])


@pytest.fixture
def keeper(grids: dict[str, Grid]) -> User:
    person = street.make_person("keeper")
    street.give_post(person, "community_head", grids[street.COMMUNITY])
    return person


def balance(volunteer: Volunteer) -> int:
    return PointAccount.objects.get(volunteer=volunteer).balance


def earned(volunteer: Volunteer, minutes: int, grid: Grid, by: User, now: datetime) -> HourRecord:
    record = make_hours(volunteer, make_service(grid, by), minutes, start=now - timedelta(hours=9))
    points.settle(record, now=now)
    return record


def item_of(grid: Grid, *, price: int = 2, stock: int = 1) -> ShopItem:
    return ShopItem.objects.create(name=f"洗衣液{price}", price=price, stock=stock, grid=grid, grid_code=grid.code)


@pytest.mark.parametrize(
    ("minutes", "worth"), [(0, 0), (30, 50), (60, 100), (100, 166), (120, 200), (600, 200), (-5, 0)]
)
def test_an_hour_is_a_point_and_an_activity_at_most_two(minutes: int, worth: int) -> None:
    assert point_rules.worth(minutes, PointRule(per_hour=Decimal(1), cap_hours=Decimal(2))) == worth


def test_hours_are_booked_once_however_often_they_are_settled(
    volunteer: Volunteer, rule: PointRule, grid: Grid, person: User, now: datetime
) -> None:
    record = earned(volunteer, 90, grid, person, now)
    assert points.settle(record, now=now) is None
    assert balance(volunteer) == 150


def test_two_shifts_of_one_activity_share_the_limit(
    volunteer: Volunteer, rule: PointRule, grid: Grid, person: User, now: datetime
) -> None:
    service = make_service(grid, person)
    for days in (1, 2):
        points.settle(make_hours(volunteer, service, 90, start=now - timedelta(days=days)), now=now)
    assert balance(volunteer) == 200


def test_who_does_not_take_part_gets_nothing(rule: PointRule, grid: Grid, person: User, now: datetime) -> None:
    other = make_volunteer(grid, wants_points=False)
    earned(other, 60, grid, person, now)
    assert not PointEntry.objects.exists()


def test_a_correction_of_hours_books_the_difference_back(
    volunteer: Volunteer, rule: PointRule, grid: Grid, person: User, now: datetime
) -> None:
    record = earned(volunteer, 90, grid, person, now)
    correction = HourRecord.objects.create(
        volunteer=volunteer,
        sign_up=record.sign_up,
        kind="correction",
        minutes=-60,
        corrects=record,
        reason="早退",
        on=record.on,
        at=now,
    )
    points.settle(correction, now=now)
    assert balance(volunteer) == 50


def test_what_was_spent_stays_spent_when_hours_are_corrected(
    volunteer: Volunteer, rule: PointRule, grid: Grid, person: User, now: datetime
) -> None:
    record = earned(volunteer, 120, grid, person, now)
    shop.exchange(item_of(grid), volunteer, actor=person, now=now)
    correction = HourRecord.objects.create(
        volunteer=volunteer,
        sign_up=record.sign_up,
        kind="correction",
        minutes=-120,
        corrects=record,
        reason="误记",
        on=record.on,
        at=now,
    )
    assert points.settle(correction, now=now) is None
    assert balance(volunteer) == 0


def test_the_rule_of_the_nearest_grid_counts(grids: dict[str, Grid], volunteer: Volunteer, rule: PointRule) -> None:
    nearer = make_rule(grids[street.COMMUNITY], per_hour=3)
    assert point_rules.rule_for(volunteer.grid_code, timezone.localdate()) == nearer
    assert point_rules.rule_for(grids[street.STREET].code, timezone.localdate()) == rule
    assert point_rules.rule_for(volunteer.grid_code, date(2019, 12, 31)) is None


def test_the_oldest_points_are_spent_first_and_only_the_rest_lapses(
    grids: dict[str, Grid], volunteer: Volunteer, grid: Grid, person: User, now: datetime
) -> None:
    make_rule(grids[street.STREET], valid_days=30)
    earned(volunteer, 120, grid, person, now)
    shop.exchange(item_of(grid, price=1), volunteer, actor=person, now=now)
    later = now + timedelta(days=40)
    assert point_lapse.expire_points(now=later) == 1
    assert point_lapse.expire_points(now=later) == 0
    assert balance(volunteer) == 0
    assert PointEntry.objects.get(kind="expire").amount == 100


def test_nothing_lapses_before_its_day(
    grids: dict[str, Grid], volunteer: Volunteer, grid: Grid, person: User, now: datetime
) -> None:
    make_rule(grids[street.STREET], valid_days=30)
    earned(volunteer, 120, grid, person, now)
    assert point_lapse.expire_points(now=now + timedelta(days=20)) == 0
    soon = point_lapse.standing(points.account_of(volunteer), timezone.localdate(now + timedelta(days=20)))
    assert (soon.balance, soon.lapsing) == (200, 200)


def test_a_bonus_is_given_once_with_words(volunteer: Volunteer, keeper: User, now: datetime) -> None:
    for _again in range(2):
        points.bonus(volunteer, 5, key="recruit-7", text="介绍新志愿者", actor=keeper, now=now)
    assert balance(volunteer) == 500
    with pytest.raises(NotValid):
        points.bonus(volunteer, 5, key="recruit-8", text=" ", actor=keeper, now=now)


def test_the_last_item_goes_to_one(grid: Grid, volunteer: Volunteer, person: User, keeper: User, now: datetime) -> None:
    points.bonus(volunteer, 50, key="a", text="奖励", actor=keeper, now=now)
    item = item_of(grid)
    first = shop.exchange(item, volunteer, actor=person, now=now)
    with pytest.raises(NotNow):
        shop.exchange(item, volunteer, actor=person, now=now)
    item.refresh_from_db()
    assert (item.stock, first.status, balance(volunteer)) == (0, "reserved", 4800)


def test_too_few_points_take_nothing(grid: Grid, volunteer: Volunteer, person: User, now: datetime) -> None:
    item = item_of(grid)
    with pytest.raises(NotNow):
        shop.exchange(item, volunteer, actor=person, now=now)
    item.refresh_from_db()
    assert (item.stock, Exchange.objects.count()) == (1, 0)


def test_nobody_spends_the_points_of_another(grid: Grid, volunteer: Volunteer, keeper: User, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        shop.exchange(item_of(grid), volunteer, actor=keeper, now=now)


def test_the_code_hands_out_once(grid: Grid, volunteer: Volunteer, person: User, keeper: User, now: datetime) -> None:
    points.bonus(volunteer, 5, key="a", text="奖励", actor=keeper, now=now)
    made = shop.exchange(item_of(grid), volunteer, actor=person, now=now)
    assert shop.hand_out(f" {made.code.lower()} ", actor=keeper, now=now).status == "handed_out"
    with pytest.raises(NotNow):
        shop.hand_out(made.code, actor=keeper, now=now)
    with pytest.raises(NotNow):
        shop.cancel(made, actor=person, now=now)
    with pytest.raises(NotValid):
        shop.hand_out("NOTHING1", actor=keeper, now=now)


def test_what_nobody_picks_up_comes_back(
    grid: Grid, volunteer: Volunteer, person: User, keeper: User, now: datetime
) -> None:
    points.bonus(volunteer, 5, key="a", text="奖励", actor=keeper, now=now)
    item = item_of(grid)
    shop.exchange(item, volunteer, actor=person, now=now)
    late = now + timedelta(days=shop.PICK_UP_DAYS, hours=1)
    assert (shop.expire_exchanges(now=late), shop.expire_exchanges(now=late)) == (1, 0)
    item.refresh_from_db()
    assert (item.stock, balance(volunteer)) == (1, 500)


class Chance:
    """Random operations on a few volunteers and items, as many as asked."""

    def __init__(self, seed: int, grid: Grid, keeper: User, now: datetime) -> None:
        self.random, self.grid, self.keeper, self.now = Random(seed), grid, keeper, now
        people = [street.make_person(f"v{seed}-{n}") for n in range(4)]
        self.volunteers = [make_volunteer(grid, user=person) for person in people]
        self.items = [item_of(grid, price=n, stock=5) for n in (1, 2, 3)]
        self.services = [make_service(grid, keeper) for _n in range(3)]
        self.shift = 0

    def step(self) -> None:
        one = self.random.choice(self.volunteers)
        self.now += timedelta(hours=self.random.randint(0, 60))
        act = self.random.choice(
            [
                self.earn,
                self.earn,
                self.correct,
                self.spend,
                self.spend,
                self.hand_out,
                self.cancel,
                self.expire,
                self.bonus,
            ]
        )
        with suppress(NotNow):
            act(one)

    def earn(self, one: Volunteer) -> None:
        self.shift += 1
        service = self.random.choice(self.services)
        start = self.now + timedelta(microseconds=self.shift)
        points.settle(make_hours(one, service, self.random.randint(1, 300), start=start), now=self.now)

    def correct(self, one: Volunteer) -> None:
        record = HourRecord.objects.filter(volunteer=one, kind="service").order_by("?").first()
        if record:
            change = self.random.randint(-record.minutes, 60)
            correction = HourRecord.objects.create(
                volunteer=one,
                sign_up=record.sign_up,
                kind="correction",
                minutes=change,
                corrects=record,
                reason="改",
                on=record.on,
                at=self.now,
            )
            points.settle(correction, now=self.now)

    def spend(self, one: Volunteer) -> None:
        assert one.user is not None
        shop.exchange(self.random.choice(self.items), one, actor=one.user, now=self.now)

    def hand_out(self, one: Volunteer) -> None:
        row = Exchange.objects.filter(volunteer=one).first()
        if row:
            shop.hand_out(row.code, actor=self.keeper, now=self.now)

    def cancel(self, one: Volunteer) -> None:
        row = Exchange.objects.filter(volunteer=one).first()
        if row:
            shop.cancel(row, actor=one.user, now=self.now)

    def expire(self, _one: Volunteer) -> None:
        point_lapse.expire_points(now=self.now)
        shop.expire_exchanges(now=self.now)

    def bonus(self, one: Volunteer) -> None:
        points.bonus(one, 1, key=str(self.random.random()), text="奖励", actor=self.keeper, now=self.now)


def ledger_holds() -> bool:
    """Every balance is the sum of its bookings and none is negative; all accounts together come to nothing."""
    total = 0
    for account in PointAccount.objects.all():
        sums: Any = [rows.aggregate(n=Sum("amount"))["n"] or 0 for rows in (account.taken, account.given)]
        total += sums[0] - sums[1]
        if account.kind == "volunteer" and not 0 <= account.balance == sums[0] - sums[1]:
            return False
    return total == 0


def walk(grids: dict[str, Grid], keeper: User, seed: int, steps: int) -> None:
    """Take random steps in a world of its own, and look at the whole ledger after each."""
    chance = Chance(seed, grids[street.MICRO], keeper, timezone.now())
    for _n in range(steps):
        chance.step()
        assert ledger_holds()
    assert PointEntry.objects.filter(kind="earn").exists()


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_after_any_operations_every_balance_is_the_sum_of_its_bookings(
    grids: dict[str, Grid], keeper: User, seed: int
) -> None:
    with transaction.atomic():
        make_rule(grids[street.STREET], valid_days=20)
        walk(grids, keeper, seed, 60)
        transaction.set_rollback(True)


@pytest.mark.long
def test_after_ten_thousand_operations_the_ledger_still_holds(grids: dict[str, Grid], keeper: User) -> None:
    make_rule(grids[street.STREET], valid_days=20)
    walk(grids, keeper, 20261121, 10_000)
