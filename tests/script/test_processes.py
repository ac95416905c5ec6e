"""Children: watched, started again, stopped with everything that they started."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from house import processes
from house.processes import Child
from house.steps import StepFailed

ENV = {"PATH": os.defpath}


Maker = Callable[..., Child]


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Maker]:
    """Makes a child of a shell script; whatever still runs at the end is stopped."""
    made: list[Child] = []

    def make(script: str, patience: float = 2) -> Child:
        made.append(Child("program", ["sh", "-c", script], tmp_path / "program.log", patience))
        return made[-1]

    yield make
    processes.stop(made)


def wait_until_dead(one: Child) -> None:
    deadline = time.monotonic() + 5
    while not one.dead() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert one.dead()


def test_a_dead_child_is_started_again(child: Maker) -> None:
    one = child("exit 3")
    one.start(ENV)
    wait_until_dead(one)
    processes.watch([one], ENV)
    assert len(one.starts) == 2


def test_a_child_that_always_dies_is_given_up_with_its_last_words(child: Maker) -> None:
    one = child("echo no database; exit 1")
    one.start(ENV)
    for _restart in range(processes.RESTARTS_PER_MINUTE):
        wait_until_dead(one)
        processes.watch([one], ENV)
    wait_until_dead(one)
    with pytest.raises(StepFailed, match="again and again: no database"):
        processes.watch([one], ENV)


def test_a_stubborn_child_and_its_own_children_are_ended(child: Maker) -> None:
    one = child("trap '' TERM; sleep 60 & echo $!; wait; sleep 60", patience=0.3)
    one.start(ENV)
    while not one.log.read_text().strip():
        time.sleep(0.01)
    grandchild = int(one.log.read_text())
    processes.stop([one])
    state = Path(f"/proc/{grandchild}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_a_long_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_LIMIT", 3)
    (tmp_path / "a.log").write_text("long")
    processes.turn(tmp_path / "a.log")
    assert (tmp_path / "a.log.1").read_text() == "long"
