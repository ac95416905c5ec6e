"""`script/chaos` as a person starts it: 20 killed workers, Redis emptied three times, PostgreSQL restarted twice."""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from house.chaos import checker
from house.places import ROOT
from tests.proof.conftest import CI

LONG = os.environ.get("LONG") == "1"
MINUTES = "10" if LONG else "1.2"
SEED = "20261121"


@pytest.fixture(scope="module")
def chaos() -> dict[str, Any]:
    """One run of the command; with LONG=1 ten minutes with five times as many faults."""
    CI.mkdir(parents=True, exist_ok=True)
    result = CI / "chaos.json"
    result.unlink(missing_ok=True)
    command = [ROOT / "script" / "chaos", "--seed", SEED, "--minutes", MINUTES, "--json", result]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600 + 120 * float(MINUTES), check=False)
    (CI / "chaos.txt").write_text(done.stdout + done.stderr)
    assert result.exists(), done.stdout[-3000:] + done.stderr[-3000:]
    return {"printed": done.stdout, "code": done.returncode, **json.loads(result.read_text())}


def broken(chaos: dict[str, Any], group: str) -> list[Any]:
    """The laws of a group that do not hold, with the first rows that break them."""
    laws = [law for law in chaos["laws"] if law["group"] == group]
    assert laws, f"nothing was asked about: {group}"
    return [law for law in laws if law["broken"]]


@pytest.mark.parametrize("group", checker.GROUPS)
def test_under_faults_there_are_no(chaos: dict[str, Any], group: str) -> None:
    assert broken(chaos, group) == []


def test_every_fault_of_the_plan_came(chaos: dict[str, Any]) -> None:
    planned, figures = chaos["options"], chaos["figures"]
    assert figures["workers_killed"] == planned["kills"] >= 20
    assert figures["redis_emptied"] == planned["redis"] >= 3
    assert figures["postgres_restarted"] == planned["postgres"] >= 2


def test_kills_hit_workers_that_were_dispatching(chaos: dict[str, Any]) -> None:
    assert chaos["figures"]["killed_while_dispatching"] >= chaos["options"]["kills"] / 4
    assert chaos["figures"]["work_taken_up_again"] > 0


def test_the_load_was_a_load(chaos: dict[str, Any]) -> None:
    assert chaos["figures"]["acknowledged"] >= 100
    assert chaos["errors"] == []


def test_the_command_says_so_and_ends_well(chaos: dict[str, Any], tell: Callable[[str], None]) -> None:
    assert chaos["code"] == 0
    assert f"seed {SEED}" in chaos["printed"]
    tell(chaos["printed"][chaos["printed"].index("figures") :])
