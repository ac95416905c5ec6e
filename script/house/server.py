"""`script/server`: set up what is missing, start everything, watch it, stop it on Ctrl-C."""

import os
import signal
import socket
import sys
import time
from types import FrameType

from house import processes, programs, project, services, setup, system
from house.locks import alone
from house.places import ROOT, SERVER, VAR
from house.processes import Child
from house.steps import StepFailed, finish, say, step

LOGINS = ROOT / "grid" / "demo" / "logins.txt"


class Stopped(Exception):
    """Somebody pressed Ctrl-C or sent TERM."""


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stopped)
    try:
        with alone(VAR / "server.lock", "script/server", "stop that one first", note=address()):
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


def serve() -> None:
    check_port()
    children: list[Child] = []
    try:
        env, said = prepare()
        logs = SERVER.log
        children = [programs.web(f"{host()}:{port()}", logs), programs.worker(logs), programs.beat(logs)]
        with step("starting web, worker and beat"):
            for child in children:
                child.start(env)
            programs.wait_until(lambda: programs.answers(address()), f"no answer on {address()}", children, logs)
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
    setup.ensure(system.SERVER_NEEDS)
    with step("PostgreSQL and Redis"):
        addresses = services.up(SERVER)
    env = project.environment(addresses) | allowed_hosts()
    with step("static files"):
        project.collect_static(env)
    with step("database and demo street"):
        said = project.prepare_database(env, project.demo_password())
    return env, said


def port() -> int:
    value = os.environ.get("PORT", "8000")
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise StepFailed(f"PORT={value} is no port", "give a number from 1 to 65535")
    return int(value)


def host() -> str:
    return os.environ.get("HOST", "127.0.0.1")


def address() -> str:
    name = "127.0.0.1" if host() in ("0.0.0.0", "127.0.0.1") else host()
    return f"http://{name}:{port()}"


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


def greet(said: str) -> None:
    """Print the address, the demo logins, and what the first load of the demo street said (the API key, once)."""
    say(f"\n{said.strip() or logins()}\n\n  {address()}/   logs: {SERVER.log}   stop: Ctrl-C\n")


def logins() -> str:
    """List the demo accounts, for a start that loaded nothing."""
    return (
        f"Demo accounts, all with the password {project.demo_password()}\n{LOGINS.read_text(encoding='utf-8').rstrip()}"
    )


if __name__ == "__main__":
    sys.exit(main())
