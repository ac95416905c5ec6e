"""`script/server`: set up what is missing, start everything, watch it, stop it on Ctrl-C."""

import fcntl
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from house import assets, processes, project, python_env, services, system
from house.places import SERVER, VAR
from house.processes import Child
from house.python_env import PYTHON
from house.steps import StepFailed, finish, say, step

READY_SECONDS = 60
LOGINS = (
    ("admin", "系统管理员"),
    ("operator", "受理员"),
    ("dispatcher", "派遣员"),
    ("shiftleader", "值班长"),
    ("supervisor", "督查员"),
    ("department", "处置部门"),
    ("community", "社区"),
    ("cadre", "包联干部"),
    ("gridleader", "网格长"),
    ("microleader", "微网格长"),
    ("auditor", "审计员"),
)


class Stopped(Exception):
    """Somebody pressed Ctrl-C or sent TERM."""


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stopped)
    try:
        with alone():
            serve()
    except Stopped:
        say("stopped")
    except StepFailed as failed:
        return finish(failed)
    return 0


def stopped(number: int, frame: FrameType | None) -> None:
    """Turn the first signal into an exception; later ones must not break the tidying."""
    for later in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(later, signal.SIG_IGN)
    raise Stopped


@contextmanager
def alone() -> Iterator[None]:
    """Let only one script/server run in a checkout; the lock goes with the process, however it ends."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "server.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise StepFailed(
                f"script/server runs already in this checkout ({file.read().strip()})", "stop that one first"
            ) from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, {address()}")
        file.flush()
        yield


def serve() -> None:
    check_port()
    children: list[Child] = []
    try:
        env, said = prepare()
        children = programs()
        with step("starting web, worker and beat"):
            for child in children:
                child.start(env)
            wait_until_ready(children)
        greet(said)
        while True:
            time.sleep(0.5)
            processes.watch(children, env)
    finally:
        say("\nstopping ...")
        processes.stop(children)
        services.down(SERVER)


def prepare() -> tuple[dict[str, str], str]:
    """Do every step of the set-up that is not done yet; give the children's environment and the demo's words."""
    with step("system packages"):
        system.ensure(system.SERVER_NEEDS)
    with step("Python packages"):
        python_env.ensure(with_tests=False)
    with step("front-end files"):
        assets.ensure()
    with step("PostgreSQL and Redis"):
        addresses = services.up(SERVER)
    project.ensure_secrets()
    env = project.environment(addresses) | allowed_hosts()
    with step("translations and static files"):
        project.compile_catalogs()
        project.collect_static(env)
    with step("database and demo street"):
        said = project.prepare_database(env, project.demo_password())
    return env, said


def programs() -> list[Child]:
    """Name the three programs of the platform; the environment is the same for all."""
    celery: list[str | Path] = [PYTHON, "-m", "celery", "-A", "config"]
    worker = [*celery, "worker", "-c", "2", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    beat = [*celery, "beat", "--pidfile", "", "--loglevel", "INFO"]
    return [
        Child("web", web_command(), log("web"), patience=15),
        Child("worker", worker, log("worker"), patience=35),
        Child("beat", beat, log("beat"), patience=10),
    ]


def web_command() -> list[str | Path]:
    """Threads with a short timeout: two slow clients cannot take the site down."""
    limits = ["--timeout", "30", "--graceful-timeout", "10", "--keep-alive", "5", "--limit-request-line", "8190"]
    renewal = ["--max-requests", "5000", "--max-requests-jitter", "500"]
    workers = ["-k", "gthread", "-w", "2", "--threads", "4", "--no-control-socket", "--bind", f"{host()}:{port()}"]
    return [PYTHON, "-m", "gunicorn", "config.wsgi", "--preload", *workers, *limits, *renewal]


def log(name: str) -> Path:
    return SERVER.log / f"{name}.log"


def port() -> int:
    value = os.environ.get("PORT", "8000")
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise StepFailed(f"PORT={value} is no port", "give a number from 1 to 65535")
    return int(value)


def host() -> str:
    return os.environ.get("HOST", "127.0.0.1")


def address() -> str:
    name = "127.0.0.1" if host() in ("0.0.0.0", "127.0.0.1") else host()
    return f"http://{name}:{port()}/"


def allowed_hosts() -> dict[str, str]:
    """Let Django answer on the address that is bound, when it is not the machine's own."""
    if "ALLOWED_HOSTS" in os.environ or host() == "127.0.0.1":
        return {}
    names = [host(), socket.gethostname(), "localhost", "127.0.0.1"] if host() != "0.0.0.0" else ["*"]
    return {"ALLOWED_HOSTS": ",".join(names)}


def check_port() -> None:
    """Say early that somebody else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host(), port()))
        except OSError as error:
            raise StepFailed(
                f"port {port()} cannot be used ({error.strerror})", f"PORT={port() + 1} script/server"
            ) from error


def wait_until_ready(children: list[Child]) -> None:
    """Wait until the web answers; a child that dies meanwhile is the reason to stop."""
    deadline = time.monotonic() + READY_SECONDS
    while not answers():
        for child in children:
            if child.dead():
                raise StepFailed(f"{child.name} did not start: {child.last_words()}", f"read {child.log}")
        if time.monotonic() > deadline:
            raise StepFailed(f"no answer on {address()} after {READY_SECONDS} s", f"read {log('web')}")
        time.sleep(0.1)


def answers() -> bool:
    try:
        with urllib.request.urlopen(f"{address()}readyz", timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def greet(said: str) -> None:
    """Print the address, the demo logins, and what the first load of the demo street said (the API key, once)."""
    say(f"\n{said.strip() or logins()}\n\n  {address()}   logs: {SERVER.log}   stop: Ctrl-C\n")


def logins() -> str:
    """List the demo accounts, for a start that loaded nothing."""
    lines = [f"  {name:<12} {role}" for name, role in LOGINS]
    return "\n".join([f"Demo accounts, all with the password {project.demo_password()}", *lines])


if __name__ == "__main__":
    sys.exit(main())
