"""The whole platform running on servers of its own, for proofs: a copy of a loaded database, web, workers and beat."""

import fcntl
import hashlib
import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from house import postgres, processes, project, redis_server, server
from house.places import ROOT, VAR, Area, socket_folder
from house.processes import Child
from house.stamps import fingerprint
from house.steps import StepFailed

AREA = Area(folder=VAR / "proof", durable=True)
"""Durable like a real server: what was acknowledged must be on the disk when PostgreSQL is killed."""
PASSWORD = "Proof-Pass-2026"  # noqa: S105 - of made-up people in a throw-away database
BASE = "proof_base"
EMPTY = "proof_empty"
READY_SECONDS = 60.0
LIMITS = {"THROTTLE_READ": "1000000/min", "THROTTLE_WRITE": "1000000/min", "THROTTLE_INTAKE": "1000000/min"}
"""One caller plays a whole street here; the limits have tests of their own."""


@contextmanager
def servers() -> Iterator[None]:
    """Keep PostgreSQL running for as long as proofs are made; only one proof at a time in a checkout."""
    AREA.folder.mkdir(parents=True, exist_ok=True)
    with (AREA.folder / "alone.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StepFailed("another proof runs in this checkout", "wait for that one") from error
        redis_server.down(AREA)
        postgres.up(AREA)
        # Several copies of the database lie here: after a crash, do not open each of their files to sync it.
        ask("ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'")
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
    patterns = ("*/migrations/*.py", "*/demo/*.py", "incidents/data/*", "reports/management/commands/demo.py")
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
        self.port = free_port()
        self.children = {child.name: child for child in self._programs()}
        redis_server.up(AREA)
        try:
            for child in self.children.values():
                self.start(child)
            wait_for(self.answers, "no answer from the web", self.children.values())
            wait_for(self.works, "no worker works", self.children.values())
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
        """Give the same programs that script/server runs, with logs and a port of their own."""
        web, worker, beat = server.programs()
        place = list(web.command).index("--bind") + 1
        bound = [*web.command[:place], f"127.0.0.1:{self.port}", *web.command[place + 1 :]]
        width = ["-c", str(self.processes)]  # the last one counts
        several = [
            replace(worker, name=f"worker{n}", command=[*worker.command, *width, "-n", f"worker{n}@%h"], starts=[])
            for n in range(1, self.workers + 1)
        ]
        programs = [replace(web, command=bound), *several, beat]
        return [replace(child, log=self._fresh_log(child.name), patience=10) for child in programs]

    def _fresh_log(self, name: str) -> Path:
        log = self.folder / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("")
        return log

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

    def answers(self) -> bool:
        """Tell whether the web is ready."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def works(self) -> bool:
        """Tell whether a worker has run the dispatch job in this database."""
        sql = "SELECT count(*) FROM notices_job WHERE name = 'incidents.dispatch_due' AND last_finished_at IS NOT NULL"
        return ask(sql, self.database).strip() != "0"


def free_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(ready: Callable[[], bool], what: str, children: Iterable[Child]) -> None:
    """Wait until `ready()`; a child that dies meanwhile is the reason to stop."""
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        for child in children:
            if child.dead():
                raise StepFailed(f"{child.name} ended: {child.last_words()}", f"read {child.log}")
        if time.monotonic() > deadline:
            raise StepFailed(f"{what} after {READY_SECONDS:.0f} s", f"read {AREA.folder / 'log'}")
        time.sleep(0.1)


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
