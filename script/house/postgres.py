"""The project's private PostgreSQL cluster: Unix socket only, started and stopped by us, safe after a crash."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from house.places import Area, open_to_all, short_name, socket_folder
from house.steps import StepFailed, base_env, last_line

USER = "gg"
DATABASE = "gg"
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")


def url(area: Area) -> str:
    return f"postgis://{USER}@/{DATABASE}?host={socket_folder(area)}"


def up(area: Area) -> None:
    """Make the cluster if there is none, start it if it does not run, and make sure that the database exists."""
    data = data_folder(area)
    if running(data):
        return
    prepare_folders(area, data)
    if not (data / "PG_VERSION").exists():
        create(data)
    remove_left_overs(area, data)
    write_settings(area, data)
    start(area, data)
    create_database(area)


def down(area: Area) -> None:
    """Stop the cluster if it runs; open sessions are ended, nothing committed is lost."""
    data = data_folder(area)
    if running(data):
        call([program("pg_ctl", data), "-D", data, "-m", "fast", "-w", "stop"], what="PostgreSQL did not stop")


def data_folder(area: Area) -> Path:
    """Give the data folder: in the area, or in /var/tmp where the postgres account could not reach it."""
    if open_to_all(area.folder):
        return area.folder / "postgres"
    return Path("/var/tmp") / short_name(area.folder) / "postgres"


def programs() -> list[Path]:
    """List the folders of installed PostgreSQL versions that have PostGIS, newest first."""
    found = []
    for folder in Path("/usr/lib/postgresql").glob("*/bin"):
        control = Path("/usr/share/postgresql") / folder.parent.name / "extension" / "postgis.control"
        if control.exists() and (folder / "initdb").exists():
            found.append(folder)
    return sorted(found, key=lambda folder: float(folder.parent.name), reverse=True)


def program(name: str, data: Path) -> Path:
    """Give a PostgreSQL program of the version that made the data folder (the newest for a new one)."""
    found = programs()
    if not found:
        raise StepFailed("PostgreSQL with PostGIS is missing", "apt-get install postgresql postgresql-postgis")
    mark = data / "PG_VERSION"
    if not mark.exists():
        return found[0] / name
    version = mark.read_text().strip()
    for folder in found:
        if folder.parent.name == version:
            return folder / name
    raise StepFailed(
        f"{data} was made by PostgreSQL {version}, which is not installed",
        f"apt-get install postgresql-{version}-postgis-3, or dump and restore (docs/operations.md)",
    )


def owner() -> dict[str, Any]:
    """Give subprocess arguments for the account that runs the servers: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    name = "postgres" if account("postgres") else "nobody"
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}


def account(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def hand_over(folder: Path) -> None:
    """Give a folder to the account of the servers."""
    if who := owner():
        shutil.chown(folder, who["user"], who["group"])


def call(command: Sequence[str | Path], *, what: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd="/",
        check=False,
        env=base_env(),
        capture_output=True,
        text=True,
        errors="replace",
        start_new_session=True,
        **owner(),
    )
    if done.returncode:
        raise StepFailed(f"{what}: {last_line(done.stderr or done.stdout)}", "read the PostgreSQL log beside its data")
    return done.stdout


def prepare_folders(area: Area, data: Path) -> None:
    for folder in (area.folder, area.log, data.parent, socket_folder(area)):
        folder.mkdir(parents=True, exist_ok=True)
    refuse_strangers(socket_folder(area))
    if not data.exists():
        data.mkdir(mode=0o700)
        hand_over(data)
    log = log_file(data)
    log.touch(exist_ok=True)
    hand_over(log)
    hand_over(socket_folder(area))


def refuse_strangers(folder: Path) -> None:
    """Stop when a folder in /tmp was laid there by somebody else before us."""
    allowed = {os.geteuid()}
    if who := owner():
        allowed.add(pwd.getpwnam(who["user"]).pw_uid)
    if folder.is_symlink() or folder.stat().st_uid not in allowed:
        raise StepFailed(f"{folder} belongs to another account", "remove it and start again")


def log_file(data: Path) -> Path:
    return data.parent / "postgres.log"


def create(data: Path) -> None:
    """Run initdb; a half-made cluster from an interrupted run is thrown away first (it has no PG_VERSION)."""
    for left in data.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    initdb = program("initdb", data)
    options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
    call([initdb, "-D", data, *options], what="initdb failed")


def write_settings(area: Area, data: Path) -> None:
    """Write the whole postgresql.conf: what is not named here keeps PostgreSQL's own default."""
    values: dict[str, str] = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder(area)),
        "unix_socket_permissions": "0700",
        "max_connections": "150",
        "shared_buffers": "256MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C.UTF-8",
        "log_line_prefix": "%m [%p] ",
        "jit": "off",
    }
    if int((data / "PG_VERSION").read_text()) >= 14:
        # After a crash a durable server syncs what it has: by one call, not by opening every file of every database.
        values["recovery_init_sync_method"] = "syncfs"
    if not area.durable:
        values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    lines = [f"{name} = '{value}'\n" for name, value in values.items()]
    (data / "postgresql.conf").write_text("".join(lines))


def start(area: Area, data: Path) -> None:
    command: list[str | Path] = [program("pg_ctl", data), "-D", data, "-l", log_file(data), "-w", "-t", "60", "start"]
    try:
        call(command, what="PostgreSQL did not start")
    except StepFailed as failed:
        words = last_line(log_file(data).read_text(errors="replace"))
        raise StepFailed(f"PostgreSQL did not start: {words}", f"read {log_file(data)}") from failed


def postmaster(data: Path) -> int | None:
    """Give the process number of this cluster's living server, if there is one."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        return pid if os.path.samefile(f"/proc/{pid}/cwd", data) else None
    except (OSError, ValueError):
        return None


def running(data: Path) -> bool:
    return postmaster(data) is not None


def remove_left_overs(area: Area, data: Path) -> None:
    """Remove the pid file and socket lock of a dead server: their number may be a zombie's or a stranger's now."""
    if postmaster(data) is None:
        (data / "postmaster.pid").unlink(missing_ok=True)
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (socket_folder(area) / name).unlink(missing_ok=True)


def create_database(area: Area) -> None:
    """Lay the extensions into template1, so that test databases have them too, and create the database once."""
    for name in EXTENSIONS:
        query(area, "template1", f"CREATE EXTENSION IF NOT EXISTS {name}")
    if not query(area, "template1", f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'").strip():
        query(area, "template1", f"CREATE DATABASE {DATABASE}")


def query(area: Area, database: str, sql: str) -> str:
    psql = program("psql", data_folder(area))
    connection = ["-h", str(socket_folder(area)), "-U", USER, "-d", database]
    return call(
        [psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *connection, "-c", sql], what="the database refused"
    )
