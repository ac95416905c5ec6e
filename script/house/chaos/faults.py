"""What is broken: workers in the midst of a dispatch, Redis with all that it holds, PostgreSQL."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from house import postgres, redis_server
from house.processes import Child, end_group
from house.stack import AREA, Stack

AIM_SECONDS: Final = 6.0
"""How long a kill waits for a worker in the midst of a dispatch; a worker that was just killed must start first."""
MOST_DEATHS: Final = 3
"""The platform quarantines work that three workers died of, and rightly so; the third death is spared here."""
_AT_WORK: Final = """
SELECT a.application_name, extract(epoch FROM a.backend_start)::float FROM pg_stat_activity AS a
WHERE a.datname = current_database() AND a.application_name LIKE 'worker%%' AND a.xact_start IS NOT NULL
  AND EXISTS (SELECT 1 FROM pg_locks AS l WHERE l.pid = a.pid AND l.granted
              AND l.relation = 'incidents_incident'::regclass AND l.mode = 'RowExclusiveLock')
"""
_DEATHS: Final = """
SELECT coalesce(max(attempts), 0) FROM incidents_dispatchwork WHERE work_state = 'leased'
"""


@dataclass(frozen=True)
class Fault:
    """One event of the plan: seconds after the start, and what breaks."""

    at: float
    kind: str


def plan(seed: int, *, seconds: float, kills: int, redis: int, postgres: int) -> list[Fault]:
    """The faults in the order of time, the same for the same seed."""
    dice = random.Random(f"{seed}/faults")
    kinds = ["worker"] * kills + ["redis"] * redis + ["postgres"] * postgres
    dice.shuffle(kinds)
    step = seconds / max(1, len(kinds))
    return [Fault(n * step + dice.uniform(0.2, 0.8) * step, kind) for n, kind in enumerate(kinds)]


def signal_group(child: Child, number: signal.Signals) -> None:
    """Signal a program with all its children, if it still runs."""
    if child.process and child.process.poll() is None:
        os.killpg(child.process.pid, number)


@dataclass
class Breaker:
    """Breaks things of a running stack and notes what it did."""

    stack: Stack
    aimed: int = 0
    done: list[tuple[float, str]] = field(default_factory=list)
    outages: list[tuple[str, float]] = field(default_factory=list)
    killed: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.breakers: dict[str, Callable[[], str]] = {
            "worker": self.kill_worker,
            "redis": self.empty_redis,
            "postgres": self.restart_postgres,
        }

    def carry_out(self, fault: Fault) -> str:
        """Break it and give a line that says so."""
        words = self.breakers[fault.kind]()
        self.done.append((time.time(), fault.kind))
        return words

    def kill_worker(self) -> str:
        """SIGKILL a worker with all its children, while it writes dispatches when that can be had."""
        deadline = time.monotonic() + AIM_SECONDS
        while True:
            name = self._worker_at_work(deadline)
            chosen = name or min(self._workers(), key=lambda worker: self.killed.get(worker, 0.0))
            with self._held([chosen]) as may_die:
                if may_die:
                    end_group(self.stack.children[chosen], signal.SIGKILL)
                    break
            time.sleep(0.02)
        self.killed[chosen] = time.time()
        self.aimed += name is not None
        return f"{chosen} killed{' while it dispatched' if name else ''}"

    def _workers(self) -> list[str]:
        return [name for name in self.stack.children if name.startswith("worker")]

    def _worker_at_work(self, deadline: float) -> str | None:
        """Look every few milliseconds for a worker whose transaction writes incidents."""
        with psycopg.connect(self.stack.dsn, autocommit=True) as connection:
            while time.monotonic() < deadline:
                self.stack.revive()
                for name, since in connection.execute(_AT_WORK):
                    # PostgreSQL shows the session of a dead worker until its statement ends
                    if since > self.killed.get(name, 0.0):
                        return str(name)
                time.sleep(0.002)
        return None

    @contextmanager
    def _held(self, names: list[str]) -> Iterator[bool]:
        """Hold workers still and tell whether none of the work in hand has lost two workers already."""
        for name in names:
            signal_group(self.stack.children[name], signal.SIGSTOP)
        try:
            with psycopg.connect(self.stack.dsn, autocommit=True) as connection:
                row = connection.execute(_DEATHS).fetchone()
            yield row is not None and row[0] < MOST_DEATHS
        finally:
            for name in names:
                signal_group(self.stack.children[name], signal.SIGCONT)

    def empty_redis(self) -> str:
        """SIGKILL Redis and start it again a second later; it keeps nothing on the disk."""
        if (pid := redis_server.process(AREA)) is not None:
            os.kill(pid, signal.SIGKILL)
        time.sleep(1)
        redis_server.up(AREA)
        self.outages.append(("redis", time.time()))
        return "Redis killed and emptied"

    def restart_postgres(self) -> str:
        """Restart PostgreSQL without a shutdown: it recovers from its log as after a power cut."""
        data = postgres.data_folder(AREA)
        command: list[str | Path] = [postgres.program("pg_ctl", data), "-D", data, "-l", postgres.log_file(data)]
        while True:
            with self._held(self._workers()) as may_die:  # in the midst of whatever they do
                if may_die:
                    postgres.call([*command, "-w", "-m", "immediate", "restart"], what="PostgreSQL did not come back")
                    break
            time.sleep(0.02)
        self.outages.append(("postgres", time.time()))
        return "PostgreSQL restarted at once (immediate)"
