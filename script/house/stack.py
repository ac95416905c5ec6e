"""The whole platform running on servers of its own, for proofs: a copy of a loaded database, web, workers and beat."""

import hashlib
import http.client
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from house import postgres, processes, programs, project, redis_server
from house.locks import alone
from house.places import ROOT, VAR, Area, socket_folder
from house.processes import Child
from house.stamps import fingerprint

AREA = Area(folder=VAR / "proof", durable=True)
"""Durable like a real server: what was acknowledged must be on the disk when PostgreSQL is killed."""
PASSWORD = "Proof-Pass-2026"  # noqa: S105 - of made-up people in a throw-away database
BASE = "proof_base"
EMPTY = "proof_empty"
LIMITS = {"THROTTLE_READ": "1000000/min", "THROTTLE_WRITE": "1000000/min", "THROTTLE_INTAKE": "1000000/min"}
"""One caller plays a whole street here; the limits have tests of their own."""


@contextmanager
def servers() -> Iterator[None]:
    """Keep PostgreSQL running for as long as proofs are made; only one proof at a time in a checkout."""
    with alone(AREA.folder / "alone.lock", "a proof", "wait for that one"):
        redis_server.down(AREA)
        postgres.up(AREA)
        try:
            yield
        finally:
            redis_server.down(AREA)
            postgres.down(AREA)


def database_url(name: str) -> str:
    """Give DATABASE_URL of one of the area's databases."""
    return f"postgis://{postgres.USER}@/{name}?host={socket_folder(AREA)}"


def environment(database: str) -> dict[str, str]:
    """Give the environment of programs that work on `database`; nothing is taken from the caller's servers."""
    addresses = {"DATABASE_URL": database_url(database), "REDIS_URL": redis_server.url(AREA)}
    own = {"MEDIA_ROOT": str(AREA.folder / "media"), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'script'}"}
    return project.environment(addresses) | own | LIMITS


# --- databases --------------------------------------------------------------------------------------------------------


def ask(sql: str, database: str = "template1") -> str:
    """Run one statement by psql."""
    return postgres.query(AREA, database, sql)


def prepare_base() -> str:
    """Make the demo street without history once per state of the code, and give the demo's API key."""
    kept = AREA.folder / "base.json"
    value = base_fingerprint()
    if kept.exists() and (told := json.loads(kept.read_text()))["of"] == value and exists(BASE) and exists(EMPTY):
        return str(told["key"])
    kept.unlink(missing_ok=True)
    make_empty()
    copy(EMPTY, BASE)
    said = project.manage(
        environment(BASE), "demo", "--days", "0", "--password", PASSWORD, what="the demo street could not be loaded"
    )
    key = said.split("gg_", 1)[1].split()[0]
    kept.write_text(json.dumps({"of": value, "key": f"gg_{key}"}))
    return f"gg_{key}"


def make_empty() -> None:
    """Make a database with the schema and nothing else."""
    drop(EMPTY)
    ask(f"CREATE DATABASE {EMPTY}")
    project.manage(environment(EMPTY), "migrate", "--noinput", "-v", "0", what="migrate failed")


def base_fingerprint() -> str:
    """Give a digest of everything that the demo street is made of."""
    patterns = (
        "*/migrations/*.py",
        "*/demo/*.py",
        "*/demo/*.txt",
        "*/data/*",
        "reports/management/commands/demo.py",
    )
    files = [file for pattern in patterns for file in ROOT.glob(pattern) if VAR not in file.parents]
    return fingerprint([*files, ROOT / "uv.lock"])


def exists(name: str) -> bool:
    return bool(ask(f"SELECT 1 FROM pg_database WHERE datname = '{name}'").strip())


def copy(template: str, name: str) -> None:
    """Make `name` anew as a copy of another database."""
    drop(name)
    ask(f"CREATE DATABASE {name} TEMPLATE {template}")


def drop(name: str) -> None:
    ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


# --- programs ---------------------------------------------------------------------------------------------------------


@dataclass
class Stack:
    """Web, workers and beat on one database, with a Redis that starts empty. Use it as a context."""

    database: str
    workers: int = 1
    processes: int = 2
    folder: Path = AREA.folder / "log"
    port: int = 0
    children: dict[str, Child] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def dsn(self) -> str:
        """Give the database's address as psycopg reads it."""
        return f"host={socket_folder(AREA)} user={postgres.USER} dbname={self.database}"

    def __enter__(self) -> Self:
        self.port = programs.free_port()
        self.children = {child.name: child for child in self._programs()}
        redis_server.up(AREA)
        try:
            for child in self.children.values():
                self.start(child)
            self._wait(lambda: programs.answers(self.url), "no answer from the web")
            self._wait(self.works, "no worker works")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End everything at once: nothing of this database is needed any more."""
        for child in self.children.values():
            processes.end_group(child, signal.SIGKILL)
        redis_server.down(AREA)

    def _programs(self) -> list[Child]:
        """Give the same programs that script/server runs, with fresh logs and a port of their own."""
        names = [f"worker{number}" for number in range(1, self.workers + 1)]
        workers = [programs.worker(self.folder, name, processes=self.processes) for name in names]
        children = [programs.web(f"127.0.0.1:{self.port}", self.folder), *workers, programs.beat(self.folder)]
        self.folder.mkdir(parents=True, exist_ok=True)
        for child in children:
            child.log.write_text("")
        return children

    def start(self, child: Child) -> None:
        """Start one program; PostgreSQL shows its name beside its sessions."""
        child.start(environment(self.database) | {"PGAPPNAME": child.name})

    def revive(self) -> list[str]:
        """Start again what has died, as a supervisor does; give the names."""
        dead = [child for child in self.children.values() if child.dead()]
        for child in dead:
            processes.end_group(child, signal.SIGKILL)
            self.start(child)
        return [child.name for child in dead]

    def _wait(self, ready: Callable[[], bool], what: str) -> None:
        programs.wait_until(ready, what, self.children.values(), self.folder)

    def works(self) -> bool:
        """Tell whether a worker has run the dispatch job in this database."""
        sql = "SELECT count(*) FROM notices_job WHERE name = 'incidents.dispatch_due' AND last_finished_at IS NOT NULL"
        return ask(sql, self.database).strip() != "0"


def call(
    port: int, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None, *, timeout: float = 30
) -> tuple[int, bytes]:
    """Make one HTTP call on a connection of its own; OSError or HTTPException when there is no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def digest(body: bytes) -> str:
    """Give a short name for some bytes, to see whether two answers are the same."""
    return hashlib.sha256(body).hexdigest()[:32]
