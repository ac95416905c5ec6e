"""Claiming work: never twice, never lost."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections

from accounts.errors import NotNow, NotValid
from accounts.models import User
from notices.leases import MAX_FAILED, WAITS, claim, discard, fail, finish, finish_all, give_back, retry
from notices.models import Delivery

Tell = Callable[..., int]
LEASE = timedelta(seconds=30)


@pytest.fixture
def work(tell: Tell, alice: User) -> Delivery:
    tell(alice)
    return Delivery.objects.get()


def take(now: datetime, limit: int = 10) -> list[Delivery]:
    return claim(Delivery.objects.all(), limit=limit, lease=LEASE, now=now)


def test_a_claim_counts_the_attempt_and_takes_a_lease(work: Delivery, now: datetime) -> None:
    [row] = take(now)
    stored = Delivery.objects.get()
    assert (stored.work_state, stored.attempts, stored.lease_until) == ("leased", 1, now + LEASE)
    assert row.lease_token == stored.lease_token is not None


def test_a_leased_row_is_not_given_out_again_before_its_lease_ends(work: Delivery, now: datetime) -> None:
    take(now)
    assert take(now + LEASE - timedelta(seconds=1)) == []
    assert len(take(now + LEASE)) == 1


def test_work_of_the_future_waits(work: Delivery, now: datetime) -> None:
    assert take(now - timedelta(seconds=1)) == []


def test_the_longest_waiting_come_first(tell: Tell, alice: User, now: datetime) -> None:
    for minutes in (1, 3, 2):
        tell(alice, dedupe_key=str(minutes), now=now - timedelta(minutes=minutes))
    first = take(now, limit=2)
    assert [row.run_at for row in first] == [now - timedelta(minutes=3), now - timedelta(minutes=2)]


def test_finished_work_is_done(work: Delivery, now: datetime) -> None:
    [row] = take(now)
    assert finish(row, now=now)
    assert Delivery.objects.get().work_state == "done"
    assert not finish(row, now=now)


def test_who_lost_the_lease_finishes_nothing(work: Delivery, now: datetime) -> None:
    [late], [other] = take(now), take(now + LEASE)
    assert not finish(late, now=now)
    assert not finish_all([late], now=now)
    assert not fail(late, "too late", now=now)
    assert finish(other, now=now)


def test_a_killed_worker_is_quarantined_after_the_third_death(work: Delivery, now: datetime) -> None:
    for death in range(3):
        assert len(take(now + death * LEASE)) == 1
    assert take(now + 3 * LEASE) == []
    stored = Delivery.objects.get()
    assert (stored.work_state, stored.attempts) == ("dead", 3)
    assert stored.last_error


def test_work_that_two_workers_died_of_is_given_out_alone(tell: Tell, alice: User, now: datetime) -> None:
    for number in range(4):
        tell(alice, dedupe_key=str(number))
    assert [len(take(now + death * LEASE)) for death in range(2)] == [4, 4]
    poison, *others = [take(now + 2 * LEASE) for _row in range(4)]
    assert [len(rows) for rows in (poison, *others)] == [1, 1, 1, 1]
    assert all(finish(row, now=now) for [row] in others)
    assert take(now + 3 * LEASE) == []
    assert list(Delivery.objects.filter(work_state="dead")) == poison


def test_a_failure_waits_longer_each_time_and_ends_in_quarantine(work: Delivery, now: datetime) -> None:
    for attempt in range(1, MAX_FAILED):
        [row] = take(now)
        fail(row, "no answer", now=now)
        waited = Delivery.objects.get()
        assert (waited.work_state, waited.run_at) == ("due", now + WAITS[attempt - 1])
        now = waited.run_at
    [row] = take(now)
    fail(row, "no answer", now=now)
    assert Delivery.objects.get().work_state == "dead"


def test_a_permanent_failure_is_quarantined_at_once(work: Delivery, now: datetime) -> None:
    [row] = take(now)
    fail(row, "gone", now=now, permanent=True)
    assert Delivery.objects.get().work_state == "dead"


def test_given_back_work_costs_no_attempt(work: Delivery, now: datetime) -> None:
    [row] = take(now)
    give_back(row, run_at=now)
    stored = Delivery.objects.get()
    assert (stored.work_state, stored.attempts) == ("due", 0)


def test_quarantined_work_is_set_going_again(work: Delivery, alice: User, now: datetime) -> None:
    [row] = take(now)
    fail(row, "gone", now=now, permanent=True)
    retry(row, actor=alice, now=now)
    assert len(take(now)) == 1


def test_quarantined_work_is_discarded_with_a_reason_only(work: Delivery, alice: User, now: datetime) -> None:
    [row] = take(now)
    fail(row, "gone", now=now, permanent=True)
    with pytest.raises(NotValid):
        discard(row, reason=" ", actor=alice, now=now)
    discard(row, reason="系统已停用", actor=alice, now=now)
    stored = Delivery.objects.get()
    assert stored.work_state == "discarded"
    assert "系统已停用" in stored.last_error


def test_live_work_can_be_neither_retried_nor_discarded(work: Delivery, alice: User, now: datetime) -> None:
    with pytest.raises(NotNow):
        retry(work, actor=alice, now=now)
    with pytest.raises(NotNow):
        discard(work, reason="x", actor=alice, now=now)


@pytest.mark.django_db(transaction=True)
def test_claimers_side_by_side_never_get_the_same_row(tell: Tell, now: datetime) -> None:
    user = User.objects.create_user("crowd", real_name="某某")
    for number in range(60):
        tell(user, dedupe_key=str(number))
    start = threading.Barrier(6)

    def work(_thread: int) -> list[int]:
        start.wait()
        try:
            return [row.pk for _round in range(5) for row in take(now, limit=3)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        taken = [pk for pks in threads.map(work, range(6)) for pk in pks]
    assert len(taken) == len(set(taken)) == 60


@pytest.mark.django_db(transaction=True)
def test_a_claim_leaves_rows_alone_that_another_transaction_holds(tell: Tell, now: datetime) -> None:
    user = User.objects.create_user("crowd", real_name="某某")
    tell(user)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT id FROM notices_delivery FOR UPDATE")
            assert take(now) == []
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert len(take(now)) == 1
    assert connection.in_atomic_block is False
