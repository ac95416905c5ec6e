"""What the tests of `grid` share."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from grid.models import Grid
from tests import street


@pytest.fixture
def grids(db: None) -> dict[str, Grid]:
    """Two streets of squares, by code."""
    return street.build_streets()


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def editor(grids: dict[str, Grid]) -> User:
    """The shift leader of the first street: holds grid.edit there."""
    person = street.make_person("editor", "值班长")
    street.give_post(person, "shift_leader", grids[street.STREET])
    return person


@pytest.fixture
def soon(now: datetime) -> datetime:
    return now + timedelta(hours=8)
