"""`script/test`: the same set-up as the server, then every check and the whole test suite on servers of its own."""

import base64
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from house import project, python_env, services, setup, system, template
from house.locks import alone
from house.places import ROOT, TEST, VAR
from house.python_env import PYTHON
from house.steps import StepFailed, finish, run, say, step

LINES_SHOWN = 80
PYTEST: tuple[str | Path, ...] = (PYTHON, "-m", "pytest")
MOST_PROCESSES = 4
"""Of the tests: each has a database, and may have a browser, in memory."""
PROOFS = "tests/proof"
"""The whole platform under load, faults and real browsers, on clusters of its own."""
MODULES = ("accounts", "notices", "grid", "incidents", "fieldwork", "partybuilding", "volunteers", "reports", "config")


@dataclass(frozen=True)
class Check:
    """One check: what it is called, its command (run by the environment's Python), what it needs beside."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, terminated)
    own, pytest_arguments = split(arguments)
    if unknown := set(own) - {"--long"}:
        say(f"unknown: {' '.join(sorted(unknown))}\nusage: script/test [--long] [-- pytest arguments]")
        return 2
    try:
        with alone(TEST.folder / "test.lock", "script/test", "wait for that one"):  # they would share the test database
            return check(pytest_arguments, long="--long" in own)
    except StepFailed as failed:
        return finish(failed)
    except KeyboardInterrupt:
        say("stopped")
        return 130


def terminated(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Split our own arguments from those for pytest, which follow `--`."""
    if "--" not in arguments:
        return arguments, []
    place = arguments.index("--")
    return arguments[:place], arguments[place + 1 :]


def check(pytest_arguments: list[str], *, long: bool) -> int:
    """Run everything; give 0 only when all of it is well."""
    try:
        env = prepare() | ({"LONG": "1"} if long else {})
        with ThreadPoolExecutor(1) as beside:
            copied = beside.submit(template.ensure, env)
            broken = [one.name for one in checks(env) if not passes(one)]
        tests = run_tests(pytest_arguments, env | {"TEST_DB_TEMPLATE": copied.result()})
    finally:
        services.down(TEST)
    if broken:
        say(f"\nFAILED checks: {', '.join(broken)}")
    return 1 if broken or tests else 0


def run_tests(pytest_arguments: list[str], env: dict[str, str]) -> int:
    """Run the tests; all of them in two parts side by side, because the proofs mostly wait for servers of their own.

    Gives 0 only when both parts are well.
    """
    if pytest_arguments:
        say("\n== tests")
        return subprocess.run([*PYTEST, *pytest_arguments], cwd=ROOT, env=env, check=False).returncode
    said = TEST.folder / "proofs.log"
    with said.open("w", encoding="utf-8") as log:
        command = [*PYTEST, "-o", "cache_dir=var/pytest-proofs", PROOFS]
        with subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT) as proofs:
            say("\n== tests (the proofs run beside them)")
            # a group of its own: killed alone, its first process would leave the others behind
            with subprocess.Popen(spread(), cwd=ROOT, env=env, start_new_session=True) as others:
                try:
                    others.wait()
                except BaseException:
                    proofs.terminate()
                    os.killpg(others.pid, signal.SIGTERM)
                    raise
    say(f"\n== proofs\n{said.read_text(encoding='utf-8', errors='replace')}")
    return others.returncode or proofs.returncode


def spread() -> list[str | Path]:
    """Give the command of all tests but the proofs: one process per core, each with a database of its own.

    They step back for the proofs, which have to keep time. A process that has no test left takes over half of what is
    left to the other; the tests of one file stay together until then, and share what they built once.
    """
    processes = min(len(os.sched_getaffinity(0)), MOST_PROCESSES)
    return ["nice", *PYTEST, f"--ignore={PROOFS}", "--numprocesses", str(processes), "--dist", "worksteal"]


def prepare() -> dict[str, str]:
    """Do every step of the set-up that is not done yet; give the environment of checks and tests."""
    setup.ensure(system.TEST_NEEDS, with_tests=True)
    with step("PostgreSQL and Redis for tests"):
        addresses = services.up(TEST)
    env = project.environment(addresses) | browser()
    with step("static files"):
        project.collect_static(env)
    return env


def browser() -> dict[str, str]:
    """Name the distribution's Chromium; Ubuntu has only a snap, so Playwright's own is fetched there once."""
    if found := os.environ.get("CHROMIUM") or shutil.which("chromium"):
        return {"CHROMIUM": found}
    folder = {"PLAYWRIGHT_BROWSERS_PATH": str(VAR / "browsers")}
    if not (VAR / "browsers").is_dir():
        env = python_env.network_env() | folder
        command: list[str | Path] = [PYTHON, "-m", "playwright", "install", "--with-deps", "chromium"]
        with step("Chromium for Ubuntu"):
            run(command, what="Chromium could not be fetched", remedy="install one and set CHROMIUM to it", env=env)
    return folder


def checks(env: dict[str, str]) -> list[Check]:
    """List the checks in the order in which they tell most."""
    schema = str(TEST.folder / "schema.yaml")
    imports = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    house = env | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "script")))}
    return [
        Check("ruff check", ["-m", "ruff", "check", "--quiet", "."], env),
        Check("ruff format", ["-m", "ruff", "format", "--check", "--quiet", "."], env),
        Check("mypy", ["-m", "mypy"], house),
        Check("import contracts", ["-c", imports, "--no-cache"], house),
        Check("template lint", ["-m", "djlint", "--lint", "--quiet", *template_folders()], env),
        Check("migrations are complete", ["manage.py", "makemigrations", "--check", "--dry-run"], env),
        Check("OpenAPI schema", ["manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", schema], env),
        Check("production settings", ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], env | production()),
    ]


def template_folders() -> list[str]:
    folders = [Path("templates"), *(Path(app) / "templates" for app in MODULES)]
    return [str(folder) for folder in folders if (ROOT / folder).is_dir()]


def production() -> dict[str, str]:
    """Give the environment of a server behind TLS, with secrets that are made for this one check."""
    field_key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "BEHIND_TLS": "1",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "FIELD_KEY": field_key,
        "ALLOWED_HOSTS": "grid.example",
    }


def passes(one: Check) -> bool:
    """Run a check; show its words only when it fails."""
    start = time.monotonic()
    print(f"== {one.name} ...", end=" ", flush=True)
    done = subprocess.run(
        [PYTHON, *one.command],
        cwd=ROOT,
        env=dict(one.env),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    say(f"{'ok' if done.returncode == 0 else 'FAILED'} ({time.monotonic() - start:.1f} s)")
    if done.returncode:
        say(first_lines(done.stdout + done.stderr))
    return done.returncode == 0


def first_lines(words: str) -> str:
    """Give the beginning of what a check said; one that fails everywhere would bury the others."""
    lines = words.strip().splitlines()
    more = [f"... and {len(lines) - LINES_SHOWN} more lines"] if len(lines) > LINES_SHOWN else []
    return "\n".join(lines[:LINES_SHOWN] + more)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
