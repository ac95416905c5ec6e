"""Delivering what is due."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from notices import delivering, outgoing
from notices.models import Delivery, Endpoint, Notice
from notices.outgoing import DeliveryError
from notices.tasks import deliver_due
from tests.notices.receiver import receiver

Tell = Callable[..., int]


@pytest.fixture(autouse=True)
def _here_is_allowed(settings: Settings) -> None:
    settings.NOTICES_ALLOWED_HOSTS = ["127.0.0.1"]


def point(hook: Endpoint, url: str, **more: Any) -> None:
    Endpoint.objects.filter(pk=hook.pk).update(url=url, **more)


def test_a_notice_is_seen_when_it_was_delivered(tell: Tell, alice: User, inbox_of: Callable[[User], list[str]]) -> None:
    tell(alice)
    assert inbox_of(alice) == []
    assert deliver_due() == 1
    assert inbox_of(alice) == ["新任务"]
    assert deliver_due() == 0


def test_a_batch_of_any_size_costs_the_same(tell: Tell, alice: User, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        tell(alice, dedupe_key=str(number))
    with django_assert_max_num_queries(14):
        assert delivering.deliver_to_inboxes(now=timezone.now()) == 30


def test_a_lost_lease_delivers_nothing(tell: Tell, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(alice)
    monkeypatch.setattr(delivering, "finish_all", lambda rows, now: False)
    assert delivering.deliver_to_inboxes(now=timezone.now()) == 0
    assert not Notice.objects.filter(delivered_at__isnull=False).exists()


def test_messages_reach_a_webhook_in_order(tell: Tell, hook: Endpoint) -> None:
    for number in range(3):
        tell(dedupe_key=str(number), title=str(number))
    with receiver() as there:
        point(hook, there.url)
        assert deliver_due() == 3
    ids = [headers["webhook-id"] for _path, headers, _body in there.calls]
    assert ids == [f"notice_{pk}" for pk in Notice.objects.order_by("pk").values_list("pk", flat=True)]
    assert set(Delivery.objects.values_list("work_state", flat=True)) == {"done"}


def test_a_failure_lets_the_endpoint_rest_and_costs_the_others_no_attempt(tell: Tell, hook: Endpoint) -> None:
    for number in range(3):
        tell(dedupe_key=str(number))
    with receiver(status=500) as there:
        point(hook, there.url)
        deliver_due()
        deliver_due()
    assert len(there.calls) == 1
    assert list(Delivery.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0, 0]
    rested = Endpoint.objects.get()
    assert rested.failures == 1
    assert rested.paused_until is not None


def test_after_its_rest_one_probe_goes_out_and_success_opens_the_lane(tell: Tell, hook: Endpoint) -> None:
    for number in range(3):
        tell(dedupe_key=str(number))
    with receiver() as there:
        point(hook, there.url, failures=3, paused_until=timezone.now() - timedelta(seconds=1))
        assert deliver_due() == 1
        assert deliver_due() == 2
    assert Endpoint.objects.get().failures == 0


def test_the_same_message_keeps_its_id_on_every_attempt(tell: Tell, hook: Endpoint) -> None:
    tell()
    with receiver(status=500) as there:
        point(hook, there.url)
        deliver_due()
        there.status = 200
        Endpoint.objects.update(paused_until=None)
        Delivery.objects.update(run_at=timezone.now())
        deliver_due()
    assert len({headers["webhook-id"] for _path, headers, _body in there.calls}) == 1
    assert len(there.calls) == 2


def test_a_receiver_that_is_gone_is_switched_off(tell: Tell, hook: Endpoint) -> None:
    tell()
    with receiver(status=410) as there:
        point(hook, there.url)
        deliver_due()
    assert not Endpoint.objects.get().is_active
    assert Delivery.objects.get().work_state == "dead"


def test_a_blocked_address_is_quarantined_at_once(tell: Tell, hook: Endpoint, settings: Settings) -> None:
    settings.NOTICES_ALLOWED_HOSTS = []
    tell()
    with receiver() as there:
        point(hook, there.url)
        deliver_due()
    assert there.calls == []
    assert Delivery.objects.get().work_state == "dead"


def test_a_fault_of_ours_is_a_failed_attempt(tell: Tell, hook: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    tell()
    monkeypatch.setitem(delivering.SENDERS, "webhook", lambda delivery, timestamp: 1 // 0)
    assert deliver_due() == 0
    assert "ZeroDivisionError" in Delivery.objects.get().last_error


def test_a_hanging_receiver_delays_nobody_else(tell: Tell, hook: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "TOTAL_SECONDS", 1.5)
    with receiver(hang=30) as dead, receiver() as well:
        point(hook, dead.url)
        Endpoint.objects.create(name="b", channel="webhook", url=well.url, secret="x", grid_code="4101")
        tell()
        started = time.monotonic()
        assert deliver_due() == 1
        assert time.monotonic() - started < 4
    assert len(well.calls) == 1


@pytest.mark.django_db(transaction=True)
def test_while_one_worker_waits_for_a_receiver_no_other_calls_it(tell: Tell) -> None:
    release = threading.Event()
    calls: list[int] = []

    def hang(delivery: Delivery, *, timestamp: int) -> None:
        calls.append(delivery.pk)
        release.wait(10)

    Endpoint.objects.create(name="a", channel="webhook", url="http://x", secret="x", grid_code="4101")
    for number in range(12):
        tell(dedupe_key=str(number))
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as other:
        patch.setitem(delivering.SENDERS, "webhook", hang)
        waiting = other.submit(run_apart)
        wait_until(lambda: bool(calls))
        assert delivering.deliver_outside(now=timezone.now()) == 0
        release.set()
        waiting.result()
    assert len(calls) == delivering.PER_LANE


def run_apart() -> int:
    try:
        return delivering.deliver_outside(now=timezone.now())
    finally:
        connections.close_all()


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_errors_do_not_hold_the_address(tell: Tell, hook: Endpoint) -> None:
    tell()
    point(hook, "http://127.0.0.1:1/in?key=robot-secret")
    deliver_due()
    assert "robot-secret" not in Delivery.objects.get().last_error
    assert isinstance(DeliveryError("x"), Exception)
