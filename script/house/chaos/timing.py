"""Two measurements without load: how fast a report is dispatched, and what a stopped Redis costs."""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from house import redis_server, stack
from house.chaos.load import PATH
from house.stack import AREA, Stack

_DELAYS = """
SELECT number, extract(epoch FROM dispatched_at - reported_at)::float FROM incidents_incident WHERE number = ANY(%s)
"""


def percentile(values: list[float], share: float) -> float:
    """Give the `share` quantile; 0 for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass
class Reporter:
    """Reports one clear incident after the other and times the answers."""

    stack: Stack
    token: str

    def report(self) -> tuple[str, float]:
        """Give the number and the seconds of the answer; RuntimeError when it is refused."""
        point = {"lon": 113.6405, "lat": 34.7405}
        content = {"text": f"路灯不亮出行不便，计时{uuid.uuid4()}", "source": "api", "point": point}
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        start = time.monotonic()
        status, body = stack.call(self.stack.port, "POST", PATH, headers, json.dumps(content).encode())
        if status != 201:
            raise RuntimeError(f"a report was answered with {status}: {body[:300]!r}")
        return str(json.loads(body)["number"]), time.monotonic() - start

    def several(self, count: int, *, pause: float) -> tuple[list[str], list[float]]:
        """Report `count` incidents one after the other."""
        numbers, seconds = [], []
        for _n in range(count):
            number, took = self.report()
            numbers.append(number)
            seconds.append(took)
            time.sleep(pause)
        return numbers, seconds


def measure(running: Stack, token: str, *, count: int) -> dict[str, float]:
    """Give the figures: delays of dispatch on the idle machine, intake with Redis and without, dispatch afterwards."""
    reporter = Reporter(running, token)
    with psycopg.connect(running.dsn, autocommit=True) as connection:
        reporter.several(10, pause=0)  # warm
        numbers, calm = reporter.several(count, pause=0.11)
        wait_until(lambda: not undispatched(connection, numbers), 30)
        delays = [delay for delay in delays_of(connection, numbers).values() if delay is not None]
        redis_server.down(AREA)
        late, without = reporter.several(count, pause=0.05)
        redis_server.up(AREA)
        back = time.monotonic()
        wait_until(lambda: not undispatched(connection, late), 60)
        waited = time.monotonic() - back
    return {
        "dispatch_p50_s": percentile(delays, 0.5),
        "dispatch_p95_s": percentile(delays, 0.95),
        "intake_p95_ms": percentile(calm, 0.95) * 1000,
        "intake_without_redis_p95_ms": percentile(without, 0.95) * 1000,
        "intake_without_redis_ratio": percentile(without, 0.95) / percentile(calm, 0.95),
        "dispatch_after_redis_s": waited,
    }


def delays_of(connection: psycopg.Connection[Any], numbers: list[str]) -> dict[str, float | None]:
    """Seconds from report to dispatch of each number; None where it is not dispatched."""
    return dict(connection.execute(_DELAYS, [numbers]).fetchall())


def undispatched(connection: psycopg.Connection[Any], numbers: list[str]) -> int:
    """How many of these are not dispatched yet."""
    return sum(delay is None for delay in delays_of(connection, numbers).values())


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Ask every 50 ms; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
