"""Long-running children: started in groups of their own, watched, started again when they die, stopped together."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from house.places import ROOT
from house.steps import StepFailed, die_with_parent, last_line, say

LOG_LIMIT = 50_000_000  # bytes; a longer log is put aside at the next start
RESTARTS_PER_MINUTE = 5


@dataclass
class Child:
    """One program: how to start it, and how long it may take to stop."""

    name: str
    command: Sequence[str | Path]
    log: Path
    patience: float
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self, env: dict[str, str]) -> None:
        """Start it; it gets TERM when we die, even by a kill that we cannot see."""
        turn(self.log)
        self.starts.append(time.monotonic())
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(part) for part in self.command],
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def dead(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def crashing(self) -> bool:
        """Tell whether it dies again and again."""
        now = time.monotonic()
        return sum(now - start < 60 for start in self.starts) > RESTARTS_PER_MINUTE

    def last_words(self) -> str:
        return last_line(self.log.read_text(errors="replace")[-4000:])


def turn(log: Path) -> None:
    """Put a long log aside."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


def watch(children: Sequence[Child], env: dict[str, str]) -> None:
    """Start again what has died; give up on what dies again and again."""
    for child in children:
        if not child.dead():
            continue
        if child.crashing():
            raise StepFailed(f"{child.name} dies again and again: {child.last_words()}", f"read {child.log}")
        say(f"  {child.name} ended ({exit_words(child)}) and is started again")
        end_group(child, signal.SIGKILL)
        child.start(env)


def exit_words(child: Child) -> str:
    code = child.process.returncode if child.process else 0
    return f"signal {-code}" if code < 0 else f"code {code}"


def stop(children: Sequence[Child]) -> None:
    """Ask all to end, wait as long as each may take, end what is left of each group."""
    for child in children:
        if child.process and child.process.poll() is None:
            child.process.send_signal(signal.SIGTERM)
    for child in children:
        wait(child)
        end_group(child, signal.SIGKILL)


def wait(child: Child) -> None:
    if child.process:
        try:
            child.process.wait(child.patience)
        except subprocess.TimeoutExpired:
            say(f"  {child.name} did not end within {child.patience:.0f} s and is killed")


def end_group(child: Child, number: signal.Signals) -> None:
    """Signal whatever is left in the child's process group."""
    if child.process:
        try:
            os.killpg(child.process.pid, number)
        except ProcessLookupError:
            return
        child.process.wait()
