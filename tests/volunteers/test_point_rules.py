"""Versions of the rules of points, and what a change of the rule or of the hours does to what was earned."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid
from tests import street
from tests.volunteers.conftest import make_hours, make_rule, make_service, make_volunteer
from volunteers import hours, point_rules, points
from volunteers.models import PointAccount, PointRule, Volunteer
from volunteers.point_rules import NewRule

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid(grids: dict[str, Grid]) -> Grid:
    return grids[street.COMMUNITY]


@pytest.fixture
def keeper(grid: Grid) -> User:
    person = street.make_person("keeper")
    street.give_post(person, "community_head", grid)
    return person


def new(now: datetime, days: int = 0, **more: Any) -> NewRule:
    values: dict[str, Any] = {"name": "积分规则", "per_hour": Decimal(1), "cap_hours": Decimal(2)} | more
    return NewRule(starts_on=timezone.localdate(now) + timedelta(days=days), **values)


def balance(volunteer: Volunteer) -> int:
    return PointAccount.objects.get(volunteer=volunteer).balance


def test_a_new_version_ends_the_one_before_on_its_first_day(grid: Grid, keeper: User, now: datetime) -> None:
    first = make_rule(grid)
    later = point_rules.set_rule(new(now, 10, per_hour=Decimal(2)), grid=grid, actor=keeper, now=now)
    today = timezone.localdate(now)
    first.refresh_from_db()
    assert first.ends_on == later.starts_on
    assert point_rules.rule_for(grid.code, today + timedelta(days=9)) == first
    assert point_rules.rule_for(grid.code, today + timedelta(days=10)) == later


def test_a_version_that_has_not_begun_is_taken_back_and_the_old_one_goes_on(
    grid: Grid, keeper: User, now: datetime
) -> None:
    first = make_rule(grid)
    later = point_rules.set_rule(new(now, 10), grid=grid, actor=keeper, now=now)
    point_rules.withdraw_rule(later, actor=keeper, now=now)
    assert PointRule.objects.get() == first
    assert PointRule.objects.get().ends_on is None
    with pytest.raises(NotNow):
        point_rules.withdraw_rule(first, actor=keeper, now=now)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"days": -1}, "starts_on"),
        ({"per_hour": Decimal(0)}, "per_hour"),
        ({"cap_hours": Decimal(25)}, "cap_hours"),
        ({"valid_days": 5}, "valid_days"),
        ({"name": " "}, "name"),
    ],
)
def test_what_no_rule_can_be_is_said_beside_its_field(
    grid: Grid, keeper: User, now: datetime, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(NotValid) as refused:
        point_rules.set_rule(new(now, **more), grid=grid, actor=keeper, now=now)
    assert list(refused.value.fields) == [field]


def test_two_versions_of_one_day_and_rules_of_others_are_refused(
    grids: dict[str, Grid], grid: Grid, keeper: User, now: datetime
) -> None:
    point_rules.set_rule(new(now), grid=grid, actor=keeper, now=now)
    with pytest.raises(NotValid):
        point_rules.set_rule(new(now), grid=grid, actor=keeper, now=now)
    with pytest.raises(NotAllowed):
        point_rules.set_rule(new(now), grid=grids[street.SISTER], actor=keeper, now=now)


def test_hours_under_two_versions_share_the_limit_and_each_counts_by_its_day() -> None:
    old, later = (
        PointRule(per_hour=Decimal(1), cap_hours=Decimal(2)),
        PointRule(per_hour=Decimal(2), cap_hours=Decimal(3)),
    )
    assert point_rules.worth_of([(90, old), (120, later)]) == 150 + 300
    assert point_rules.worth_of([(20, later)] * 3) == 200


def test_a_rule_that_gives_less_takes_nothing_back(grid: Grid, keeper: User, now: datetime) -> None:
    volunteer, service = make_volunteer(grid), make_service(grid, keeper)
    rule = make_rule(grid)
    points.settle(make_hours(volunteer, service, 120, start=now - timedelta(days=3)), now=now)
    PointRule.objects.filter(pk=rule.pk).update(per_hour=Decimal("0.5"))
    points.settle(make_hours(volunteer, service, 60, start=now - timedelta(days=1)), now=now)
    assert balance(volunteer) == 200


def test_hours_from_before_she_took_part_bring_nothing_when_they_are_corrected(
    grid: Grid, keeper: User, now: datetime
) -> None:
    make_rule(grid)
    person = street.make_person("sunqi")
    volunteer = make_volunteer(grid, user=person, wants_points=False)
    record = make_hours(volunteer, make_service(grid, keeper), 60, start=now - timedelta(days=3))
    points.settle(record, now=now)
    points.take_part(volunteer, True, actor=person)
    record.refresh_from_db()
    hours.correct(record, 90, reason="漏记", actor=keeper, now=now)
    assert balance(volunteer) == 50


def test_points_of_wrong_hours_go_back_also_when_she_takes_no_part_any_more(
    grid: Grid, keeper: User, now: datetime
) -> None:
    make_rule(grid)
    person = street.make_person("sunqi")
    volunteer = make_volunteer(grid, user=person)
    record = make_hours(volunteer, make_service(grid, keeper), 120, start=now - timedelta(days=3))
    points.settle(record, now=now)
    points.take_part(volunteer, False, actor=person)
    hours.correct(record, 30, reason="早退", actor=keeper, now=now)
    assert balance(volunteer) == 50


def test_records_that_are_settled_together_are_booked_whole(grid: Grid, keeper: User, now: datetime) -> None:
    make_rule(grid, cap_hours=None)
    volunteer, service = make_volunteer(grid), make_service(grid, keeper)
    records = [make_hours(volunteer, service, 45, start=now - timedelta(days=n)) for n in (3, 2, 1)]
    for record in reversed(records):
        points.settle(record, now=now)
    assert balance(volunteer) == 225


def test_nobody_takes_part_for_another_or_gives_points_to_herself(grid: Grid, keeper: User, now: datetime) -> None:
    other, own = make_volunteer(grid), make_volunteer(grid, user=keeper)
    with pytest.raises(NotAllowed):
        points.take_part(other, False, actor=keeper)
    with pytest.raises(NotAllowed):
        points.bonus(own, 5, key="a", text="奖励", actor=keeper, now=now)
