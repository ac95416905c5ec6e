"""Proofs on the whole platform: separate processes of web, workers and beat, on servers and databases of their own."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from house import project, stack
from house.places import ROOT, VAR

CI = VAR / "ci"
DATA = ROOT.parent / "shared" / "data"
Platform = Callable[[str], stack.Stack]


@pytest.fixture(autouse=True)
def _quick_and_apart() -> None:
    """Nothing of Django runs in this process here: the fixture of the other tests would only get in the way."""


@pytest.fixture(scope="module")
def key() -> Iterator[str]:
    """The servers of the proofs with the demo street loaded; gives the demo's API key."""
    project.ensure_secrets()
    with stack.servers():
        made = stack.prepare_base()
        project.collect_static(stack.environment(stack.BASE))
        yield made


@pytest.fixture(scope="module")
def platform(key: str) -> Iterator[Platform]:
    """Starts the platform on a fresh copy of the demo street, or of another database."""
    with ExitStack() as running:

        def start(name: str, *, template: str = stack.BASE) -> stack.Stack:
            stack.copy(template, name)
            return running.enter_context(stack.Stack(name, folder=stack.AREA.folder / "log" / name))

        yield start


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print figures to the terminal, past the capture."""

    def say(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{text}\n")
            sys.stdout.flush()

    return say


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots are kept as output of CI."""
    folder = CI / "screens"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def ask(running: stack.Stack, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask the running platform's database, past the platform."""
    with psycopg.connect(running.dsn, autocommit=True) as connection:
        cursor = connection.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []
