"""A step either works silently or fails with one line: what failed, what to do."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from house.places import ROOT, VAR

PR_SET_PDEATHSIG = 1


class StepFailed(Exception):
    """A step of the set-up did not work; the text is the one line for the person at the terminal."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} - {remedy}")


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show what is being done and how long it took."""
    print(f"  {title} ...", end=" ", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - start:.1f} s", flush=True)


def run(
    command: Sequence[str | Path],
    *,
    what: str,
    remedy: str = "",
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> str:
    """Run a command in the checkout, keep its words in a log, give its output; fail with one line otherwise."""
    log = log or VAR / "log" / "setup.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            preexec_fn=die_with_parent,
        )
    except OSError as error:
        raise StepFailed(
            what, f"{command[0]} could not be started ({error.strerror}); {remedy or 'install it'}"
        ) from error
    keep(log, command, done.stdout + done.stderr)
    if done.returncode:
        raise StepFailed(f"{what}: {last_line(done.stderr or done.stdout)}", remedy or f"read {log}")
    return done.stdout


def die_with_parent() -> None:
    """Ask the kernel to send TERM to this child when its parent ends, even by a kill that nobody can see."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def keep(log: Path, command: Sequence[str | Path], words: str) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(str(part) for part in command)}\n{words}\n")


def last_line(words: str) -> str:
    """Give the last line that says something, cut to the width of a terminal."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no words were printed"


def finish(error: StepFailed) -> int:
    """Print the one line of a failed step and give the exit code."""
    print(f"\nFAILED: {error}", file=sys.stderr, flush=True)
    return 1


def clean_locale(env: Mapping[str, str]) -> dict[str, str]:
    """Give the environment without the caller's locale: an ungenerated one breaks initdb, none gives SQL_ASCII."""
    kept = {key: value for key, value in env.items() if key != "LANG" and not key.startswith("LC_")}
    return kept | {"LANG": "C.UTF-8"}


def base_env() -> dict[str, str]:
    return clean_locale(os.environ)
