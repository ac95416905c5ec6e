"""The nightly backup."""

import os
import subprocess
from pathlib import Path

import pytest

from house.places import ROOT

SPY = """#!/bin/sh
echo "$@" > "$SEEN/arguments"
env | grep ^PG > "$SEEN/environment"
for one; do case $one in --file=*) mkdir -p "${one#--file=}";; esac; done
"""


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """Where a pg_dump that only looks writes what it was given."""
    spy = tmp_path / "bin" / "pg_dump"
    spy.parent.mkdir()
    spy.write_text(SPY)
    spy.chmod(0o755)
    return tmp_path


def back_up(seen: Path, url: str) -> dict[str, str]:
    env = {"PATH": f"{seen / 'bin'}:{os.environ['PATH']}", "SEEN": str(seen), "DATABASE_URL": url}
    env["MEDIA_ROOT"] = str(seen / "media")
    subprocess.run([ROOT / "deploy" / "backup", seen / "kept"], env=env, check=True, capture_output=True)
    return dict(line.split("=", 1) for line in (seen / "environment").read_text().splitlines())


def test_the_password_stands_in_no_argument(seen: Path) -> None:
    given = back_up(seen, "postgis://grid:p%40ss'w@127.0.0.1:5433/grid")
    assert "p@ss'w" not in (seen / "arguments").read_text()
    assert given == {
        "PGHOST": "127.0.0.1",
        "PGPORT": "5433",
        "PGUSER": "grid",
        "PGPASSWORD": "p@ss'w",
        "PGDATABASE": "grid",
    }


def test_a_socket_is_found_too(seen: Path) -> None:
    given = back_up(seen, "postgis://grid@/grid?host=/var/run/postgresql")
    assert (given["PGHOST"], given["PGDATABASE"]) == ("/var/run/postgresql", "grid")
