"""How many calls one caller may make."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.settings import api_settings

from accounts.models import User
from accounts.throttles import ScopedThrottle, rate_of


@pytest.fixture(autouse=True)
def _three_a_day(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", {"read": "3/day", "write": "2/min"}, raising=False)
    cache.clear()
    yield
    cache.clear()


def call(user: User, method: str = "get") -> Any:
    client = Client()
    client.force_login(user)
    return getattr(client, method)("/api/v1/me/", content_type="application/json")


def test_the_fourth_call_is_told_when_to_come_back(person: User) -> None:
    answers = [call(person) for _number in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert 0 < int(answers[-1]["Retry-After"]) <= 86400


def test_each_caller_has_her_own_count(person: User, chief: User) -> None:
    assert [call(person).status_code for _number in range(4)][-1] == 429
    assert call(chief).status_code == 200


def test_writing_is_counted_apart(person: User) -> None:
    assert [call(person, "patch").status_code for _number in range(3)] == [200, 200, 429]
    assert call(person).status_code == 200


def test_without_a_cache_every_call_passes(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: object, **kwargs: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache, "incr", gone)
    assert {call(person).status_code for _number in range(5)} == {200}


def test_parallel_calls_are_all_counted() -> None:
    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(lambda _number: ScopedThrottle._count("k", 60), range(400)))
    assert sorted(counts) == list(range(1, 401))


def test_a_rate_is_read() -> None:
    assert (rate_of("read"), rate_of("write")) == ((3, 86400), (2, 60))
    assert rate_of("intake")[0] is None
