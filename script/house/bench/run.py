"""Runs the cases at each size and prints the table; started by `house.bench` inside the virtual environment."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import django

from house import processes, programs
from house.places import VAR
from house.steps import StepFailed, finish

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ |= {f"THROTTLE_{scope}": "100000000/min" for scope in ("READ", "WRITE", "INTAKE")}
django.setup()
logging.disable(logging.WARNING)

from house.bench import classifying, dispatching, field, fill, party, polygons, rollups, volunteers  # noqa: E402 - Django first
from house.bench.cases import Cases  # noqa: E402
from house.bench.floors import Floors  # noqa: E402
from house.bench.load import Timing, timed  # noqa: E402

LOGS: Final = VAR / "bench" / "log"
SIZES: Final = (10_000, 100_000)
NAMES: Final = (
    "view",
    "intake",
    "dispatch",
    "classify",
    "list",
    "list_filter",
    "list_text",
    "detail",
    "map",
    "daily_report",
    "locate",
    "analysis",
    "wall",
    "month_report",
    "rollup",
    "note_text",
    "note_word",
    "visits_due",
    "care_map",
    "field_home",
    *party.PAGES,
)
WITHOUT_FLOOR: Final = ("view", "classify", "analysis", "wall", "month_report", "rollup", "field_home", *party.PAGES)
"""Cases that ask the database for nothing, or for many things of which none is the least."""
IN_PROCESS: Final = ("daily_report", "locate", "month_report")
FIELD: Final = ("note_text", "note_word", "visits_due", "care_map", "field_home")
"""Cases that need field work in the database."""
APART: Final = ("wishes",)
"""Parts that bring databases and sizes of their own, and compare within their own run."""
SECONDS: Final = 4.0


@dataclass(frozen=True)
class Result:
    """One row of the table; times in milliseconds, `floor` is the p50 of the least SQL, `ratio` is p50 to floor."""

    name: str
    rows: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    per_second: float
    per_second_c8: float
    queries: int
    floor: float
    ratio: float


def main() -> int:
    options = parse()
    chosen = [name for name in options.only or NAMES if name not in APART]
    results = table(options.rows or SIZES, chosen) if chosen else []
    apart: list[dict[str, Any]] = []
    if "wishes" in (options.only or APART):
        apart = volunteers.report(short=options.short)
    if options.json:
        written = [*(asdict(result) for result in results), *apart]
        Path(options.json).write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n")
    return 0


def table(sizes: Sequence[int], names: Sequence[str]) -> list[Result]:
    """The cases at each size against a running server, printed as they are measured."""
    results: list[Result] = []
    fill.prepare()
    polygons.ensure()
    floors = Floors()
    for rows in sizes:
        print(f"{rows:,} incidents ({fill.fill_up_to(rows):,} added)", flush=True)
        chosen = set(names)
        if chosen - set(FIELD) - set(party.PAGES):
            print(rollups.catch_up(), flush=True)
        if chosen & set(FIELD):
            print(field.fill_up_to(rows), flush=True)
        if chosen & set(party.PAGES):
            print(party.fill_up(), flush=True)
        with server() as port:
            cases = Cases(port, rows)
            for name in names:
                results.append(measure(name, rows, cases, floors))
                print(line(results[-1]), flush=True)
    print_growth(results)
    return results


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument(
        "--rows", type=int, nargs="+", help="incidents in the database, growing (default: 10000 100000)"
    )
    names = (*NAMES, *APART)
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"cases: {', '.join(names)}")
    parser.add_argument("--short", action="store_true", help="wishes in small rounds")
    parser.add_argument("--json", metavar="FILE", help="write the results there too")
    return parser.parse_args()


def measure(name: str, rows: int, cases: Cases, floors: Floors) -> Result:
    """The floor, the case alone and the case with eight clients, one after the other in the same minute."""
    if name == "dispatch":
        own, many, queries = dispatching.measure(cases)
        floors.prepare_dispatch(3000)
    elif name == "classify":
        own, queries = classifying.measure()
        many = own
    elif name == "rollup":
        own, queries = rollups.measure()
        many = own
    else:
        case = cases.all()[name]
        for number in range(5):
            case.work(number)
        own = timed(case.work, seconds=SECONDS)
        many = own if name in IN_PROCESS else timed(case.work, seconds=SECONDS, clients=8)
        queries = case.queries()
    bare = timed(floors.work(name), seconds=1.5) if name not in WITHOUT_FLOOR else own
    return result(name, rows, own, many, queries, bare)


def result(name: str, rows: int, own: Timing, many: Timing, queries: int, bare: Timing) -> Result:
    floor = bare.percentile(0.5)
    p50, p95, p99 = (round(own.percentile(share), 3) for share in (0.5, 0.95, 0.99))
    alone, together = round(own.per_second, 1), round(many.per_second, 1)
    return Result(name, rows, p50, p95, p99, alone, together, queries, round(floor, 3), round(p50 / floor, 1))


HEAD: Final = (
    f"{'case':<13}{'p50 ms':>9}{'p95':>9}{'p99':>9}{'/s c=1':>9}{'/s c=8':>9}{'queries':>9}{'floor ms':>10}{'ratio':>8}"
)


def line(r: Result) -> str:
    return (
        f"{r.name:<13}{r.p50_ms:>9.2f}{r.p95_ms:>9.2f}{r.p99_ms:>9.2f}{r.per_second:>9.1f}{r.per_second_c8:>9.1f}"
        f"{r.queries:>9}{r.floor:>10.3f}{r.ratio:>8.1f}"
    )


def print_growth(results: list[Result]) -> None:
    """How the 95th percentile grew from the smallest to the largest size, in this same run."""
    sizes = sorted({r.rows for r in results})
    print(f"\n{HEAD}")
    for r in results:
        print(line(r) + f"   {r.rows:,}")
    if len(sizes) > 1:
        p95 = {(r.name, r.rows): r.p95_ms for r in results}
        for name in dict.fromkeys(r.name for r in results):
            print(
                f"p95 of {name}: {p95[name, sizes[-1]] / p95[name, sizes[0]]:.2f} x from {sizes[0]:,} to {sizes[-1]:,}"
            )


@contextmanager
def server() -> Iterator[int]:
    """The web as script/server runs it, on a free port; its processes are not renewed in the midst of a measurement."""
    port = programs.free_port()
    web = programs.web(f"127.0.0.1:{port}", LOGS, "--max-requests", "0")  # the last one counts
    web.start(dict(os.environ))
    try:
        address = f"http://127.0.0.1:{port}"
        programs.wait_until(lambda: programs.answers(address), f"no answer on {address}", [web], LOGS)
        yield port
    finally:
        processes.stop([web])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StepFailed as failed:
        sys.exit(finish(failed))
