"""Writing notices."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from notices.models import Delivery, Endpoint, Notice

Tell = Callable[..., int]


@pytest.mark.parametrize("people", [1, 40])
def test_any_number_of_people_costs_three_queries(tell: Tell, hook: Endpoint, people: int) -> None:
    crowd = [User.objects.create_user(f"u{number}", real_name="某某") for number in range(people)]
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        assert tell(*crowd) == people
    assert len(queries) <= 3
    assert Delivery.objects.filter(channel="inbox").count() == people


def test_a_repeat_changes_nothing(tell: Tell, alice: User, hook: Endpoint, now: datetime) -> None:
    tell(alice)
    Notice.objects.update(read_at=now, delivered_at=now)
    tell(alice, title="另一个")
    assert Notice.objects.filter(title="新任务", read_at=now).count() == 2
    assert Delivery.objects.count() == 2


def test_another_occasion_or_person_is_no_repeat(tell: Tell, alice: User, bob: User) -> None:
    tell(alice)
    tell(alice, dedupe_key="t2")
    tell(alice, bob)
    assert Notice.objects.count() == 3


def test_the_same_person_twice_is_told_once(tell: Tell, alice: User) -> None:
    assert tell(alice, alice) == 1


def test_a_switched_off_account_is_not_told(tell: Tell, alice: User) -> None:
    alice.is_active = False
    assert tell(alice) == 0
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, 1),
        ({"grid_code": "410104"}, 0),
        ({"kinds": "incident.closed, incident.task"}, 1),
        ({"kinds": "incident.closed"}, 0),
        ({"is_active": False}, 0),
    ],
)
def test_endpoints_hear_of_their_subtree_and_kinds(
    tell: Tell, hook: Endpoint, change: dict[str, Any], told: int
) -> None:
    Endpoint.objects.update(**change)
    tell()
    assert Notice.objects.filter(recipient=None).count() == told
    assert Delivery.objects.filter(endpoint=hook).count() == told


def test_with_the_change_undone_nobody_is_told(tell: Tell, alice: User) -> None:
    with transaction.atomic():
        tell(alice)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
