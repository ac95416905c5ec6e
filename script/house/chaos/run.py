"""One run: start everything, measure in calm, break things under load, wait for quiet, check, print."""

import argparse
import json
import random
import shutil
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from house import project, stack
from house.chaos import checker, faults, timing
from house.chaos.load import Client, read_journals
from house.stack import AREA, BASE, Stack
from house.steps import StepFailed, finish, say, step

DATABASE = "chaos"
WORKERS = 3
QUIET_SECONDS = 120.0
KEPT_RUNS = 10
Journal = list[dict[str, Any]]
BARS = {"dispatch_p95_s": 2.0, "intake_without_redis_ratio": 1.5, "dispatch_after_redis_s": 5.0}
"""What the platform promises; printed beside the figures, not a reason to fail on a busy machine."""


@dataclass
class Options:
    """What to do: the length of the load, how much is broken in it, and how much is measured before."""

    seed: int
    minutes: float
    kills: int
    redis: int
    postgres: int
    clients: int = 4
    timed: int = 60


@dataclass
class Outcome:
    """What a run gives: figures, and how often each law was broken."""

    options: Options
    figures: dict[str, float] = field(default_factory=dict)
    verdicts: list[checker.Verdict] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        return not self.errors and not any(verdict.broken for verdict in self.verdicts)

    def as_json(self) -> dict[str, Any]:
        """Give it in plain types."""
        laws = [
            {"group": v.law.group, "law": v.law.name, "broken": v.broken, "rows": v.examples} for v in self.verdicts
        ]
        return {
            "well": self.well,
            "options": asdict(self.options),
            "figures": {name: round(value, 3) for name, value in self.figures.items()},
            "laws": laws,
            "errors": self.errors,
        }


def main(arguments: list[str]) -> int:
    given = parser().parse_args(arguments)
    scale = 1 if given.minutes <= 3 else given.minutes / 2
    options = Options(
        seed=given.seed if given.seed is not None else random.SystemRandom().randrange(10**6),
        minutes=given.minutes,
        kills=given.kills if given.kills is not None else round(20 * scale),
        redis=given.redis if given.redis is not None else round(3 * scale),
        postgres=given.postgres if given.postgres is not None else round(2 * scale),
    )
    try:
        outcome = run(options)
    except StepFailed as failed:
        return finish(failed)
    show(outcome)
    if given.json:
        given.json.write_text(json.dumps(outcome.as_json(), ensure_ascii=False, indent=2) + "\n")
    return 0 if outcome.well else 1


def parser() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser(prog="script/chaos", description=__doc__)
    words.add_argument("--seed", type=int, help="repeat a run; the seed of every run is printed")
    words.add_argument("--minutes", type=float, default=1.5, help="length of the load (default 1.5)")
    words.add_argument("--json", type=Path, metavar="FILE", help="write figures and verdicts there")
    words.add_argument("--kills", type=int, help="workers killed (default 20, more for more than 3 minutes)")
    words.add_argument("--redis", type=int, help="times that Redis is killed and emptied (default 3)")
    words.add_argument("--postgres", type=int, help="immediate restarts of PostgreSQL (default 2)")
    return words


def run(options: Options) -> Outcome:
    """Do the whole run on the servers of the proofs."""
    outcome = Outcome(options)
    say(f"seed {options.seed} (script/chaos --seed {options.seed} --minutes {options.minutes:g} repeats this run)")
    with stack.servers():
        with step("database with the demo street"):
            token = stack.prepare_base()
            stack.copy(BASE, DATABASE)
            stack.ask("CHECKPOINT")  # a recovery must not replay the making of the demo street
            project.collect_static(stack.environment(DATABASE))
        with Stack(DATABASE, workers=WORKERS, processes=1, folder=AREA.folder / "log" / "chaos") as running:
            if options.timed:
                with step("measuring in calm and without Redis"):
                    outcome.figures |= timing.measure(running, token, count=options.timed)
            journals = journal_folder(options.seed)
            breaker = load_and_break(running, token, journals, outcome)
            judge(running, journals, breaker, outcome)
    return outcome


def journal_folder(seed: int) -> Path:
    """Make the folder of this run's journals; those of the last runs are kept."""
    for old in sorted((AREA.folder / "journals").glob("*"))[:-KEPT_RUNS]:
        shutil.rmtree(old)
    folder = AREA.folder / "journals" / f"{time.strftime('%Y%m%d-%H%M%S')}-{seed}"
    folder.mkdir(parents=True)
    return folder


def load_and_break(running: Stack, token: str, journals: Path, outcome: Outcome) -> faults.Breaker:
    """Let the clients report while the faults of the plan come; a supervisor starts again what has died."""
    options, stopping = outcome.options, threading.Event()
    clients = [Client(n, running.port, token, options.seed, journals, stopping) for n in range(1, options.clients + 1)]
    breaker = faults.Breaker(running)
    seconds = options.minutes * 60
    planned = faults.plan(
        options.seed, seconds=seconds, kills=options.kills, redis=options.redis, postgres=options.postgres
    )
    say(f"load of {options.clients} clients for {seconds:.0f} s with {len(planned)} faults; journals: {journals}")
    start = time.monotonic()
    for client in clients:
        client.start()
    while (passed := time.monotonic() - start) < seconds or planned:
        if planned and passed >= planned[0].at:
            words = breaker.carry_out(planned.pop(0))
            say(f"  {time.monotonic() - start:6.1f} s  {words}")
        running.revive()
        time.sleep(0.05)
    stopping.set()
    while any(client.is_alive() for client in clients):
        running.revive()
        time.sleep(0.05)
    outcome.errors += [f"{client.name}: {client.error!r}" for client in clients if client.error]
    outcome.figures["load_s"] = time.monotonic() - start
    outcome.figures["answer_p50_ms"], outcome.figures["answer_p95_ms"] = (
        timing.percentile([took for client in clients for _at, took in client.seconds], share) * 1000
        for share in (0.5, 0.95)
    )
    return breaker


def judge(running: Stack, journals: Path, breaker: faults.Breaker, outcome: Outcome) -> None:
    """Wait until nothing is under way, then hold the laws against database and journals."""
    with psycopg.connect(running.dsn, autocommit=True) as connection:
        with step("waiting for quiet"):
            start = time.monotonic()
            while checker.waiting(connection) and time.monotonic() - start < QUIET_SECONDS:
                running.revive()
                time.sleep(0.2)
            outcome.figures["quiet_after_s"] = time.monotonic() - start
        journal = read_journals(journals)
        with step("checking"):
            outcome.verdicts = checker.check(connection, journal)
        outcome.figures |= tell(journal, breaker) | recoveries(connection, journal, breaker)


def tell(journal: Journal, breaker: faults.Breaker) -> dict[str, float]:
    """Give what the journals say of the load."""
    answers = [line for line in journal if line["event"] == "answer"]
    acknowledged = {line["key"] for line in answers if line["status"] == 201}
    return {
        "reports": len({line["key"] for line in journal}),
        "acknowledged": len(acknowledged),
        "sendings": sum(line["event"] == "sent" for line in journal),
        "broken_connections": sum(line["event"] == "broken" for line in journal),
        "answers_503": sum(line["status"] == 503 for line in answers),
        "answers_409": sum(line["status"] == 409 for line in answers),
        "workers_killed": sum(kind == "worker" for _at, kind in breaker.done),
        "killed_while_dispatching": breaker.aimed,
        "redis_emptied": sum(kind == "redis" for _at, kind in breaker.done),
        "postgres_restarted": sum(kind == "postgres" for _at, kind in breaker.done),
    }


def recoveries(connection: psycopg.Connection[Any], journal: Journal, breaker: faults.Breaker) -> dict[str, float]:
    """Give how much work was taken up again, and the longest wait for an acknowledgement after an outage's end."""
    again = connection.execute("SELECT count(*) FROM incidents_dispatchwork WHERE attempts > 1").fetchone()
    figures = {"work_taken_up_again": float(again[0]) if again else 0.0}
    well = sorted(line["at"] for line in journal if line.get("status") == 201)
    for kind, ended in breaker.outages:
        name = f"acknowledged_after_{kind}_s"
        waited = next((at - ended for at in well if at > ended), 0.0)
        figures[name] = max(figures.get(name, 0.0), waited)
    return figures


def bar(name: str, value: float) -> str:
    """What was promised of this figure."""
    if name not in BARS:
        return ""
    return f"   (promised: at most {BARS[name]:g}{'' if value <= BARS[name] else ' - MISSED'})"


def show(outcome: Outcome) -> None:
    """Print the tables and the verdict."""
    say("\nfigures")
    for name, value in outcome.figures.items():
        bar = (
            f"   (promised: at most {BARS[name]:g}{'' if value <= BARS[name] else ' - MISSED'})" if name in BARS else ""
        )
        say(f"  {name:<32} {value:>10.2f}{bar}")
    say("\nlaws (rows that break them; all must be 0)")
    for group in checker.GROUPS:
        own = [verdict for verdict in outcome.verdicts if verdict.law.group == group]
        say(f"  {sum(verdict.broken for verdict in own):>4}  {group}")
        for verdict in own:
            for example in verdict.examples:
                say(f"          {verdict.law.name}: {example}")
    for error in outcome.errors:
        say(f"  ERROR {error}")
    say("\nnothing was lost, nothing was done twice" if outcome.well else f"\nBROKEN (seed {outcome.options.seed})")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
