"""Real messages and real coordinates through the API of the running platform.

Short form: 60 messages, 300 points. `LONG=1` (script/test --long): 500 messages, 2,000 points; the figures are printed
and kept in var/ci/real-input.json.
"""

import csv
import json
import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from house import stack
from house.chaos.timing import percentile
from house.places import ROOT
from house.python_env import PYTHON
from tests.proof.conftest import CI, DATA, Platform, ask
from tests.proof.visitor import System, wait_for

LONG = os.environ.get("LONG") == "1"
MESSAGES, POINTS = (500, 2000) if LONG else (60, 300)
CLIENTS = 4
WISHES = ("有车辆占道停放", "路面破损难走", "垃圾没有清运", "下水道返味", "夜里施工噪音大")
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real input (../shared/data) is not on this machine")


@dataclass(frozen=True)
class Real:
    """One report: a real coordinate, with a real message or with words about the real place."""

    number: int
    text: str
    title: str
    source: str
    lon: float
    lat: float
    district: str

    def content(self, *, datum: str, mark: str) -> dict[str, Any]:
        """What goes to the API."""
        point = {"lon": self.lon, "lat": self.lat, "datum": datum}
        named = {"external_id": f"{mark}-{self.number}", "source": self.source, "title": self.title}
        return {"text": self.text, "point": point, **named}


def rows(name: str) -> list[dict[str, str]]:
    """A file of the data folder."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def reals() -> list[Real]:
    """The sample, the same in every run: half of the messages from the hotline, half from the labelled ones."""
    dice = random.Random(2026)
    calls = dice.sample(rows("complaints/hotline_12345_fuzhou.csv"), MESSAGES // 2)
    letters = dice.sample(rows("complaints/labelled_raw.csv"), MESSAGES - MESSAGES // 2)
    words = [(row["title"], row["content"], "hotline") for row in calls]
    words += [(row["theme"], row["text"], "api") for row in letters]
    pois = rows("map/zhengzhou_poi_gcj02.csv")
    places = [pois[n * len(pois) // POINTS] for n in range(POINTS)]
    words += [("", f"{row['name']}（{row['address']}）门前{dice.choice(WISHES)}", "api") for row in places[MESSAGES:]]
    return [
        Real(n, text[:5000], title[:100], source, float(row["lng_gcj02"]), float(row["lat_gcj02"]), row["district"])
        for n, ((title, text, source), row) in enumerate(zip(words, places, strict=True))
    ]


@pytest.fixture(scope="module")
def city(key: str, platform: Platform) -> tuple[stack.Stack, System]:
    """The platform on a city whose districts were imported from the official codes and the GCJ-02 polygons."""
    stack.copy(stack.EMPTY, "city")
    env = stack.environment("city")
    command = [PYTHON, ROOT / "tests/proof/stage_districts.py", DATA]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    running = platform("input", template="city")
    return running, System(running.url, done.stdout.split()[-1])


@pytest.fixture(scope="module")
def sent(city: tuple[stack.Stack, System], reals: list[Real]) -> dict[str, Any]:
    """All reports sent with the right datum, and how long each answer and the whole took."""
    _running, system = city
    return send(system, reals, datum="gcj02", mark="right")


@pytest.fixture(scope="module")
def settled(city: tuple[stack.Stack, System], sent: dict[str, Any]) -> list[dict[str, Any]]:
    """Every incident of the right datum once no dispatch work waits."""
    running, _system = city
    waiting = "SELECT 1 FROM incidents_dispatchwork WHERE work_state <> 'done' LIMIT 1"
    wait_for(lambda: not ask(running, waiting), what="dispatch of all")
    sent["all_dispatched_s"] = time.monotonic() - sent["start"]
    return kept(running, "right")


def send(system: System, reals: list[Real], *, datum: str, mark: str) -> dict[str, Any]:
    """Report all of them from several clients."""

    def one(real: Real) -> float:
        start = time.monotonic()
        system.post("incidents/", real.content(datum=datum, mark=mark))
        return time.monotonic() - start

    start = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        seconds = list(clients.map(one, reals))
    return {"start": start, "seconds": seconds, "all": time.monotonic() - start}


def kept(running: stack.Stack, mark: str) -> list[dict[str, Any]]:
    """What the database holds of one sending."""
    sql = """SELECT external_id, grid_code, located_by, state, i.category_id, d.left_to_person,
      jsonb_array_length(d.reasons), extract(epoch FROM d.at - reported_at)::float, d.category_confidence
    FROM incidents_incident AS i LEFT JOIN incidents_dispatchdecision AS d ON d.incident_id = i.id
    WHERE external_id LIKE %s"""
    names = ("id", "code", "how", "state", "category", "left", "reasons", "delay", "confidence")
    return [dict(zip(names, row, strict=True)) for row in ask(running, sql, f"{mark}-%")]


def share_at_home(running: stack.Stack, mark: str, reals: list[Real]) -> float:
    """The share of points that lie in a grid of their own district."""
    codes = {name: code for code, name in ask(running, "SELECT code, name FROM grid_grid WHERE level = 2")}
    found = {row["id"]: row for row in kept(running, mark)}
    rows = [(real, found[f"{mark}-{real.number}"]) for real in reals]
    return sum(row["how"] == "inside" and row["code"].startswith(codes[real.district]) for real, row in rows) / len(
        rows
    )


def test_every_real_report_is_taken_in(settled: list[dict[str, Any]], reals: list[Real]) -> None:
    assert len(settled) == len(reals) == POINTS


def test_every_real_report_is_located(settled: list[dict[str, Any]]) -> None:
    hows = Counter(row["how"] for row in settled)
    assert all(row["code"] for row in settled)
    assert hows["inside"] / len(settled) >= 0.98, hows  # the rest lies outside every district of the file


def test_every_real_report_is_classified_or_left_to_a_person(settled: list[dict[str, Any]]) -> None:
    silent = [row for row in settled if row["category"] is None and not row["left"]]
    assert silent == []


def test_every_real_report_is_dispatched_or_left_with_reasons(settled: list[dict[str, Any]]) -> None:
    stuck = [row for row in settled if row["state"] != "dispatched" and not (row["left"] and row["reasons"])]
    assert stuck == []
    assert any(row["state"] == "dispatched" for row in settled)


def test_points_lie_in_their_own_district(
    city: tuple[stack.Stack, System], settled: list[dict[str, Any]], reals: list[Real]
) -> None:
    share = share_at_home(city[0], "right", reals)
    assert (0.98 if LONG else 0.975) <= share <= (0.99 if LONG else 0.995)


def test_a_wrong_datum_is_seen(
    city: tuple[stack.Stack, System], settled: list[dict[str, Any]], sent: dict[str, Any], reals: list[Real],
    tell: Callable[[str], None],
) -> None:  # fmt: skip
    running, system = city
    send(system, reals, datum="wgs84", mark="wrong")
    right, wrong = share_at_home(running, "right", reals), share_at_home(running, "wrong", reals)
    figures = figures_of(settled, sent) | {"own_district": right, "own_district_with_wrong_datum": wrong}
    CI.mkdir(parents=True, exist_ok=True)
    (CI / "real-input.json").write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    tell("\n".join(f"  {name:<34} {value:.4g}" for name, value in figures.items()))
    assert wrong <= right - 0.02
    assert 0.92 <= wrong <= 0.96


def figures_of(settled: list[dict[str, Any]], sent: dict[str, Any]) -> dict[str, float]:
    """What the note tells."""
    messages = [row for row in settled if int(row["id"].split("-")[1]) < MESSAGES]
    delays = [row["delay"] for row in settled]
    return {
        "reports": len(settled),
        "messages": len(messages),
        "located_inside": sum(row["how"] == "inside" for row in settled),
        "messages_classified": sum(row["category"] is not None for row in messages),
        "messages_left_to_a_person": sum(bool(row["left"]) for row in messages),
        "dispatched": sum(row["state"] == "dispatched" for row in settled),
        "left_to_a_person": sum(bool(row["left"]) for row in settled),
        "reports_per_second": len(settled) / sent["all"],
        "answer_p50_ms": percentile(sent["seconds"], 0.5) * 1000,
        "answer_p95_ms": percentile(sent["seconds"], 0.95) * 1000,
        "dispatch_p50_s": percentile(delays, 0.5),
        "dispatch_p95_s": percentile(delays, 0.95),
        "all_dispatched_s": sent["all_dispatched_s"],
    }
