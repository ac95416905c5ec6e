"""The programs of the platform: their commands, and whether they answer. Server, proofs and bench run the same ones."""

import socket
import time
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from house.processes import Child
from house.python_env import PYTHON
from house.steps import StepFailed

READY_SECONDS = 60
CELERY: tuple[str | Path, ...] = (PYTHON, "-m", "celery", "-A", "config")


def web(bind: str, logs: Path, *options: str) -> Child:
    """Give the web server on `bind` (host:port). Threads with a short timeout: two slow clients cannot take it down."""
    limits = ["--timeout", "30", "--graceful-timeout", "10", "--keep-alive", "5", "--limit-request-line", "8190"]
    renewal = ["--max-requests", "5000", "--max-requests-jitter", "500"]
    workers = ["-k", "gthread", "-w", "2", "--threads", "4", "--no-control-socket", "--bind", bind]
    gunicorn: list[str | Path] = [PYTHON, "-m", "gunicorn", "config.wsgi", "--preload"]
    return Child("web", [*gunicorn, *workers, *limits, *renewal, *options], logs / "web.log", patience=15)


def worker(logs: Path, name: str = "worker", *, processes: int = 2) -> Child:
    """Give one worker; workers beside each other need names of their own."""
    options = ["-c", str(processes), "-n", f"{name}@%h", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return Child(name, [*CELERY, "worker", *options], logs / f"{name}.log", patience=35)


def beat(logs: Path) -> Child:
    """Give the clock that rings for due work."""
    return Child("beat", [*CELERY, "beat", "--pidfile", "", "--loglevel", "INFO"], logs / "beat.log", patience=10)


def free_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    """Tell whether the web below `address` (http://host:port) can serve. No proxy of the environment is asked."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def wait_until(ready: Callable[[], bool], what: str, children: Iterable[Child], logs: Path) -> None:
    """Wait until `ready()`; a child that dies meanwhile is the reason to stop, else `what` after a minute."""
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        for child in children:
            if child.dead():
                raise StepFailed(f"{child.name} did not start: {child.last_words()}", f"read {child.log}")
        if time.monotonic() > deadline:
            raise StepFailed(f"{what} after {READY_SECONDS} s", f"read the logs in {logs}")
        time.sleep(0.1)
