"""Persons and things of volunteers' work for tests."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from grid.models import Grid
from tests import street
from volunteers.models import HourRecord, PointRule, ServiceActivity, ServiceKind, Shift, SignUp, Volunteer


@pytest.fixture
def grids(db: None) -> dict[str, Grid]:
    return street.build_streets()


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def make_volunteer(grid: Grid, name: str = "孙七", *, user: User | None = None, **more: Any) -> Volunteer:
    """An active volunteer who takes part in points."""
    values = {"status": "active", "wants_points": True, "consent_at": timezone.now(), "at": timezone.now()} | more
    number = f"V{Volunteer.objects.count() + 1:06d}"
    return Volunteer.objects.create(number=number, name=name, user=user, grid=grid, grid_code=grid.code, **values)


def make_rule(grid: Grid, *, starts_on: date = date(2020, 1, 1), **more: Any) -> PointRule:
    """One point an hour, at most two hours an activity (W77)."""
    values = {"per_hour": 1, "cap_hours": 2} | more
    return PointRule.objects.create(name="积分规则", grid=grid, grid_code=grid.code, starts_on=starts_on, **values)


def make_service(grid: Grid, by: User) -> ServiceActivity:
    """A service of one day."""
    kind, _made = ServiceKind.objects.get_or_create(name="清洁家园")
    return ServiceActivity.objects.create(
        kind=kind, title="清洁家园", place="广场", by=by, at=timezone.now(), grid=grid, grid_code=grid.code
    )


def make_hours(volunteer: Volunteer, service: ServiceActivity, minutes: int, *, start: datetime) -> HourRecord:
    """A confirmed shift of so many minutes."""
    end = start + timedelta(minutes=minutes)
    shift, _made = Shift.objects.get_or_create(service=service, starts_at=start, defaults={"ends_at": end, "slots": 99})
    place = shift.sign_ups.count() + 1
    sign_up = SignUp.objects.create(
        shift=shift,
        volunteer=volunteer,
        place=place,
        status="confirmed",
        signed_at=start,
        in_at=start,
        out_at=end,
        by_leader_at=end,
    )
    return HourRecord.objects.create(
        volunteer=volunteer, sign_up=sign_up, kind="service", minutes=minutes, on=start.date(), at=end
    )
