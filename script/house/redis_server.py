"""The project's private Redis: a Unix socket, and nothing on disk, since the database can give all of it again."""

import os
import shutil
import signal
import socket
import time
from pathlib import Path

from house.places import Area, socket_folder
from house.steps import StepFailed, base_env, run

START_SECONDS = 10.0


def url(area: Area) -> str:
    return f"redis+socket://{socket_path(area)}?virtual_host=0"


def socket_path(area: Area) -> Path:
    return socket_folder(area) / "redis.sock"


def pid_path(area: Area) -> Path:
    return area.folder / "redis.pid"


def up(area: Area) -> None:
    """Start Redis unless it answers already."""
    if answers(area):
        return
    if process(area) is not None:
        down(area)
    socket_folder(area).mkdir(parents=True, exist_ok=True)
    area.log.mkdir(parents=True, exist_ok=True)
    socket_path(area).unlink(missing_ok=True)
    run([binary(), settings(area)], what="Redis did not start", remedy=f"read {area.log / 'redis.log'}", env=base_env())
    wait_until_it_answers(area)


def down(area: Area) -> None:
    """Stop Redis if it is ours and runs."""
    pid = process(area)
    if pid is None:
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 5
    while process(area) is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    if process(area) is not None:
        os.kill(pid, signal.SIGKILL)


def binary() -> str:
    found = shutil.which("redis-server") or shutil.which("redis-server", path="/usr/bin:/usr/local/bin")
    if not found:
        raise StepFailed("Redis is missing", "apt-get install redis-server")
    return found


def settings(area: Area) -> Path:
    """Write redis.conf: no TCP port, no file on disk, and never throw work away for lack of memory."""
    folder = area.folder
    lines = [
        "port 0",
        f'unixsocket "{socket_path(area)}"',
        "unixsocketperm 700",
        f'dir "{folder}"',
        f'pidfile "{pid_path(area)}"',
        f'logfile "{area.log / "redis.log"}"',
        "daemonize yes",
        'save ""',
        "appendonly no",
        "maxmemory-policy noeviction",
    ]
    path = folder / "redis.conf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def process(area: Area) -> int | None:
    """Give the process number of our living Redis; a left-over pid file of another program does not count."""
    try:
        pid = int(pid_path(area).read_text())
        mine = os.path.samefile(f"/proc/{pid}/cwd", area.folder) and "redis" in os.readlink(f"/proc/{pid}/exe")
    except (OSError, ValueError):
        return None
    return pid if mine else None


def answers(area: Area) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(socket_path(area)))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def wait_until_it_answers(area: Area) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(area):
        if time.monotonic() > deadline:
            raise StepFailed("Redis does not answer", f"read {area.log / 'redis.log'}")
        time.sleep(0.02)
