"""Dispatch by two worker processes, as the Celery workers do it: `dispatch_due` until nothing is due."""

import subprocess
import sys
import time
from typing import Final

from django.db import connection
from django.utils import timezone

from accounts.models import User
from grid.geojson import make_point
from house.bench.cases import Cases, count
from house.bench.load import Timing
from incidents.dispatch import dispatch_due
from incidents.intake import NewIncident, report_incident

ALONE: Final = 200
TOGETHER: Final = 600
_DRAIN: Final = """
import django; django.setup()
from django.utils import timezone
from incidents.dispatch import dispatch_due
print("ready", flush=True); input()
done = 0
while n := dispatch_due(now=timezone.now(), limit=200):
    done += n
print(done)
"""


def measure(cases: Cases) -> tuple[Timing, Timing, int]:
    """(one process, two processes, queries for an incident when they come singly)."""
    drain()
    report(cases, 1)
    queries = count(lambda: dispatch_due(now=timezone.now()))
    report(cases, ALONE)
    own = run(1, ALONE)
    report(cases, TOGETHER)
    return own, run(2, TOGETHER), queries


def drain() -> None:
    """Work off what other cases have left."""
    while dispatch_due(now=timezone.now(), limit=500):
        pass


def report(cases: Cases, number: int) -> None:
    """Report `number` incidents inside the demo street."""
    actor = User.objects.get(username="operator")
    for _ in range(number):
        body = cases.report_body()
        point = make_point(body["point"]["lon"], body["point"]["lat"])
        report_incident(NewIncident(text=body["text"], source="desk", point=point), actor=actor, now=timezone.now())


def run(processes: int, expected: int) -> Timing:
    """Drain with `processes` at once; every incident counts with its share of the time."""
    workers = [
        subprocess.Popen([sys.executable, "-c", _DRAIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    for worker in workers:
        assert worker.stdout and worker.stdout.readline().strip() == "ready"
    start = time.perf_counter()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("\n")
        worker.stdin.flush()
    done = sum(int(worker.communicate()[0].split()[-1]) for worker in workers)
    elapsed = time.perf_counter() - start
    if done != expected or _left():
        raise RuntimeError(f"{expected} incidents to dispatch, {done} done, {_left()} left")
    return Timing([elapsed / done] * done, elapsed)


def _left() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM incidents_dispatchwork WHERE work_state IN ('due', 'leased')")
        return int(cursor.fetchone()[0])
