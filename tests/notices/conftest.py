"""People, endpoints and deliveries of the tests of `notices`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import User
from notices.models import Delivery, Endpoint, Notice
from notices.writing import notify

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
Tell = Callable[..., int]


@pytest.fixture
def now() -> datetime:
    """Friday 2026-11-20 14:05 in Zhengzhou."""
    return NOW


@pytest.fixture
def alice(db: None) -> User:
    """Whose messages they are."""
    return User.objects.create_user("alice", real_name="王秀英")


@pytest.fixture
def bob(db: None) -> User:
    """A stranger to them."""
    return User.objects.create_user("bob", real_name="赵强")


@pytest.fixture
def tell() -> Tell:
    """Write a notice with ordinary words; any of them may be given."""

    def write(*recipients: User, **words: Any) -> int:
        ordinary: dict[str, Any] = {
            "kind": "incident.task",
            "level": "task",
            "title": "新任务",
            "grid_code": "410103008",
        }
        return notify(recipients=recipients, **{**ordinary, "dedupe_key": "t1", "now": NOW, **words})

    return write


@pytest.fixture
def hook(db: None) -> Endpoint:
    """A webhook of the street."""
    return Endpoint.objects.create(
        name="hotline", channel="webhook", url="http://hook.example/in", secret="whsec_c2VjcmV0", grid_code="410103"
    )


@pytest.fixture
def inbox_of() -> Callable[[User], list[str]]:
    """The titles that a person sees."""
    return lambda user: [notice.title for notice in Notice.objects.visible_to(user)]


def states() -> list[str]:
    """The states of all deliveries, in the order of writing."""
    return list(Delivery.objects.order_by("pk").values_list("work_state", flat=True))
