"""Measures wishes in databases of its own beside the configured one, dropped afterwards: no row stays anywhere.

    script/bench --only wishes [--short]
    PYTHONPATH=.:script python -m house.bench.volunteers --template MIGRATED [--short]

Figures are ratios within one run. The board with 5,000 and with 50,000 open wishes is asked page by page in turn
(A B A B), so that whatever else the machine does slows both alike: its p95 may grow 1.5 times. Claims of distinct
wishes by two processes alternate in small rounds with their floor: the same two processes and connections committing
the bare minimum, one update and one insert in one round trip. The goal is 200/s or a third of the floor of that round.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from house.places import ROOT

SMALL, LARGE = SIZES = (5_000, 50_000)
PROCESSES: Final = 2
PAGES: Final = ("the board", "behind 4,000", "one kind", "one wish")
GROWTH: Final = 1.5
"""What the 95th percentile may grow from the small board to the large."""
CLAIMS, SHARE = 200.0, 3
"""Claims a second, or the floor divided by this."""
EMPTY: Final = "bench_empty"
"""The migrated database without rows that copies are made of; it stays in the cluster of the bench."""


@dataclass(frozen=True)
class Form:
    """How much is measured."""

    pages: int
    rounds: int
    claims: int
    """Of each process in each round."""


LONG, SHORT = Form(150, 10, 150), Form(30, 5, 40)
WARM: Final = 3


# --- databases --------------------------------------------------------------------------------------------------------


def address_of(name: str, scheme: str = "postgis") -> str:
    """The configured address with another database."""
    path, mark, query = os.environ["DATABASE_URL"].partition("?")
    return path.rsplit("/", 1)[0].replace("postgis", scheme) + "/" + name + mark + query


def order(sql: str) -> None:
    with psycopg.connect(address_of("postgres", "postgresql"), autocommit=True) as connection:
        connection.execute(sql)  # type: ignore[call-overload]


@contextmanager
def copy_of(template: str, name: str) -> Iterator[str]:
    """A database made of `template`, dropped at the end; its name."""
    own = f"bench_wishes_{name}_{os.getpid()}"
    order(f'CREATE DATABASE "{own}" TEMPLATE "{template}"')
    try:
        yield own
    finally:
        order(f'DROP DATABASE "{own}" WITH (FORCE)')


def migrated() -> str:
    """The database that copies are made of, brought up to the migrations of today."""
    with suppress(psycopg.errors.DuplicateDatabase):  # of an earlier run
        order(f'CREATE DATABASE "{EMPTY}"')
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": address_of(EMPTY)},
        check=True,
    )
    return EMPTY


# --- processes --------------------------------------------------------------------------------------------------------


class Child:
    """A process of `wish_child` at one database."""

    def __init__(self, database: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "house.bench.wish_child"],
            env=os.environ | {"DATABASE_URL": address_of(database)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        """What it said last; RuntimeError when it ended instead."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("a process of the measurement ended")
        return json.loads(line)

    def ask(self, line: str) -> Any:
        self.send(line)
        return self.answer()

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


@contextmanager
def child(database: str) -> Iterator[Child]:
    one = Child(database)
    try:
        yield one
    finally:
        one.close()


# --- measurements -----------------------------------------------------------------------------------------------------


def board(small: str, large: str, form: Form) -> list[dict[str, Any]]:
    """The pages at both sizes, in turn, the first of each pair changing; one result a page."""
    with child(small) as few, child(large) as many:
        times: dict[tuple[int, Child], list[float]] = {(n, one): [] for n in range(len(PAGES)) for one in (few, many)}
        for number in range(-WARM, form.pages):
            for page in range(len(PAGES)):
                for one in (few, many) if number % 2 else (many, few):
                    taken = one.ask(f"page {page}")
                    if number >= 0:
                        times[page, one].append(taken)
        plans = many.ask("plan")
    return [_growth(page, times[page, few], times[page, many], plans[page]) for page in range(len(PAGES))]


def _growth(page: int, few: list[float], many: list[float], plan: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"name": f"wishes: {PAGES[page]}", **plan}
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        low, high = _share(few, share), _share(many, share)
        result |= {f"{name}_ms": (round(low, 2), round(high, 2)), f"{name}_ratio": round(high / low, 2)}
    return result


def _share(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def claiming(database: str, form: Form) -> dict[str, Any]:
    """Rounds of the floor and of claims in turn, by the same processes; medians, and the ratio of each pair."""
    with ExitStack() as stack:
        workers = [stack.enter_context(child(database)) for _ in range(PROCESSES)]
        at = min(worker.ask("first") for worker in workers)
        rates: dict[str, list[float]] = {"floor": [], "claims": []}
        for number in range(-1, form.rounds):  # the first warms
            for kind in ("floor", "claims") if number % 2 else ("claims", "floor"):
                rate = _round(workers, kind, at, form.claims)
                at += PROCESSES * form.claims
                if number >= 0:
                    rates[kind].append(rate)
    floor, own = statistics.median(rates["floor"]), statistics.median(rates["claims"])
    parts = [mine / bare for mine, bare in zip(rates["claims"], rates["floor"], strict=True)]
    reached = [mine / min(CLAIMS, bare / SHARE) for mine, bare in zip(rates["claims"], rates["floor"], strict=True)]
    return {
        "name": "wishes: claims",
        "claims_per_second": round(own, 1),
        "floor_per_second": round(floor, 1),
        "of_floor": round(statistics.median(parts), 3),
        "of_goal": round(statistics.median(reached), 2),
    }


def _round(workers: list[Child], kind: str, first: int, count: int) -> float:
    """Commits a second of all workers together, from the word to the last answer."""
    start = time.perf_counter()
    for who, worker in enumerate(workers):
        worker.send(f"{kind} {first + who * count} {count} {who}")
    for worker in workers:
        worker.answer()
    return len(workers) * count / (time.perf_counter() - start)


def measure(template: str, form: Form) -> Iterator[dict[str, Any]]:
    """Both measurements in their own databases, each result as soon as it is there."""
    with copy_of(template, "small") as small:
        with child(small) as one:
            one.ask("prepare")
            one.ask(f"fill 1 {SMALL}")
        with copy_of(small, "large") as large:
            with child(large) as one:
                one.ask(f"fill {SMALL + 1} {LARGE}")
            yield from board(small, large, form)
            yield claiming(large, form)


def in_words(result: dict[str, Any]) -> str:
    """One line of the report: ratios first, the figures of the moment behind."""
    if "p95_ratio" in result:
        (low50, high50), (low95, high95) = result["p50_ms"], result["p95_ms"]
        return (
            f"{result['name']:<22} p95 {result['p95_ratio']:.2f} x (goal {GROWTH} x), p50 {result['p50_ratio']:.2f} x"
            f" from {SMALL:,} to {LARGE:,}; {result['queries']} queries; p95 {low95:.1f} -> {high95:.1f} ms,"
            f" p50 {low50:.1f} -> {high50:.1f} ms"
        )
    return (
        f"{result['name']:<22} {result['of_goal']:.2f} of the goal (the lesser of {CLAIMS:.0f}/s and floor / {SHARE}),"
        f" {result['of_floor']:.2f} of the floor; {result['claims_per_second']:.0f}/s beside"
        f" {result['floor_per_second']:.0f}/s by {PROCESSES} processes"
    )


def report(*, template: str = "", short: bool = False) -> list[dict[str, Any]]:
    """Measure and print; the results. Without a template the migrations run in a database of the cluster, once."""
    results = []
    for result in measure(template or migrated(), SHORT if short else LONG):
        results.append(result)
        print(in_words(result), flush=True)
        for way in result.get("ways", ()):
            print(f"    {way}", flush=True)
    return results


def main() -> int:
    parser = argparse.ArgumentParser(prog="house.bench.volunteers", description=__doc__)
    parser.add_argument("--template", default="", help="a migrated database without rows, to begin with")
    parser.add_argument("--short", action="store_true", help="small rounds")
    parser.add_argument("--json", metavar="FILE", help="write the results there too")
    options = parser.parse_args()
    results = report(template=options.template, short=options.short)
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
