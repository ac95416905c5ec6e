"""People and systems of the tests of `accounts`."""

from datetime import UTC, datetime

import pytest

from accounts.api_keys import issue
from accounts.models import ApiKey, User
from grid.models import Grid
from tests import street

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
PASSWORD = "Jianzhong-2026"


@pytest.fixture
def now() -> datetime:
    """Friday 2026-11-20 14:05 in Zhengzhou."""
    return NOW


@pytest.fixture
def person(db: None) -> User:
    """A clerk with a password."""
    return User.objects.create_user("wang", password=PASSWORD, real_name="王秀英")


@pytest.fixture
def chief(db: None) -> User:
    """An administrator."""
    return User.objects.create_superuser("chief", password=PASSWORD, real_name="李建国")


@pytest.fixture
def system(db: None) -> User:
    """A service account."""
    return User.objects.create_service(username="hotline", real_name="12345 热线")


@pytest.fixture
def issued(system: User, chief: User) -> tuple[ApiKey, str]:
    """A key of the service account, and its token."""
    return issue(
        account=system,
        name="intake",
        capabilities=["incident.report"],
        grid_code="410103008",
        actor=chief,
        now=NOW,
    )


@pytest.fixture
def grids(db: None) -> dict[str, Grid]:
    """Two streets of squares, by code."""
    return street.build_streets()
