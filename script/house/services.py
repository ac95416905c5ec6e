"""Both private servers together: `python -m house.services up|down|status|env|wipe [area]`."""

import fcntl
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from house import places, postgres, redis_server
from house.places import Area
from house.steps import StepFailed, finish, say


@contextmanager
def locked(area: Area) -> Iterator[None]:
    """Let only one process at a time start or stop the servers of an area."""
    area.folder.mkdir(parents=True, exist_ok=True)
    with area.lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def up(area: Area) -> dict[str, str]:
    """Start the servers that the environment does not name already, and give the addresses of both."""
    with locked(area):
        if "DATABASE_URL" not in os.environ:
            postgres.up(area)
        if "REDIS_URL" not in os.environ:
            redis_server.up(area)
    return addresses(area)


def addresses(area: Area) -> dict[str, str]:
    """Give DATABASE_URL and REDIS_URL: the environment's, else those of the private servers."""
    return {
        "DATABASE_URL": os.environ.get("DATABASE_URL") or postgres.url(area),
        "REDIS_URL": os.environ.get("REDIS_URL") or redis_server.url(area),
    }


def down(area: Area) -> None:
    """Stop the private servers; servers that the environment names are nobody's business here."""
    with locked(area):
        redis_server.down(area)
        postgres.down(area)
        leave_nothing_behind(area)


def leave_nothing_behind(area: Area) -> None:
    """Remove an empty socket folder outside the checkout."""
    folder = places.socket_folder(area)
    if folder.parent != area.folder and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def status(area: Area) -> None:
    say(f"PostgreSQL: {'running' if postgres.running(postgres.data_folder(area)) else 'stopped'}")
    say(f"Redis: {'running' if redis_server.answers(area) else 'stopped'}")


def show_env(area: Area) -> None:
    """Print the addresses as lines for a shell."""
    for name, value in addresses(area).items():
        say(f"export {name}={shlex.quote(value)}")


def wipe(area: Area) -> None:
    """Stop the servers and delete the cluster with all its data."""
    down(area)
    shutil.rmtree(postgres.data_folder(area), ignore_errors=True)


COMMANDS: dict[str, Callable[[Area], object]] = {
    "up": up,
    "down": down,
    "status": status,
    "env": show_env,
    "wipe": wipe,
}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        say(f"usage: python -m house.services {'|'.join(COMMANDS)} [server|test|...]")
        return 2
    try:
        COMMANDS[arguments[0]](places.area(arguments[1] if len(arguments) > 1 else "server"))
    except StepFailed as failed:
        return finish(failed)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
