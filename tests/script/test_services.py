"""The private servers, really started, killed and started again in a folder of their own."""

import os
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from house import postgres, redis_server, services
from house.places import Area


@pytest.fixture(scope="module")
def apart() -> Iterator[Area]:
    """Servers of this test only, in a folder with Chinese and a blank in its name."""
    with tempfile.TemporaryDirectory(prefix="街道 平台-") as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o755)
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("REDIS_URL", raising=False)
        area = Area(Path(folder), durable=True)
        services.up(area)
        yield area
        services.down(area)


def one(area: Area, sql: str) -> str:
    return postgres.query(area, postgres.DATABASE, sql).strip()


def kill(pid: int | None) -> None:
    """Kill a server and wait until it is gone."""
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and Path(f"/proc/{pid}/cwd").exists():
        time.sleep(0.02)


def test_the_servers_listen_on_sockets_only_and_commits_are_durable(apart: Area) -> None:
    assert one(apart, "SHOW listen_addresses") == ""
    assert [one(apart, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3
    assert one(apart, "SHOW recovery_init_sync_method") == "syncfs"
    assert "port 0" in redis_server.settings(apart).read_text()


def test_the_database_knows_chinese_and_places(apart: Area) -> None:
    assert one(apart, "SELECT show_trgm('独居老人') <> '{}'") == "t"
    assert one(apart, "SELECT ST_Within(ST_Point(1, 1), ST_Buffer(ST_Point(1, 1), 1))") == "t"


def test_a_second_start_changes_nothing(apart: Area) -> None:
    before = postgres.postmaster(postgres.data_folder(apart)), redis_server.process(apart)
    services.up(apart)
    assert before == (postgres.postmaster(postgres.data_folder(apart)), redis_server.process(apart))


def test_killed_servers_come_back_with_their_data(apart: Area) -> None:
    one(apart, "CREATE TABLE kept AS SELECT 1 AS x")
    kill(postgres.postmaster(postgres.data_folder(apart)))
    kill(redis_server.process(apart))
    services.up(apart)
    assert one(apart, "SELECT x FROM kept") == "1"
    assert redis_server.answers(apart)


def test_left_over_pid_files_with_a_strangers_number_do_no_harm(apart: Area) -> None:
    data = postgres.data_folder(apart)
    services.down(apart)
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    redis_server.pid_path(apart).write_text(str(os.getpid()))
    services.up(apart)
    assert postgres.running(data)
    assert redis_server.answers(apart)


def test_half_a_cluster_is_made_anew(apart: Area) -> None:
    services.down(apart)
    (postgres.data_folder(apart) / "PG_VERSION").unlink()
    services.up(apart)
    assert one(apart, "SELECT 1") == "1"


def test_a_redis_that_hangs_is_replaced(apart: Area) -> None:
    pid = redis_server.process(apart)
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    services.up(apart)
    assert redis_server.answers(apart)
    assert redis_server.process(apart) != pid


def test_servers_named_by_the_environment_are_left_alone(apart: Area, monkeypatch: pytest.MonkeyPatch) -> None:
    services.down(apart)
    monkeypatch.setenv("DATABASE_URL", "postgis://elsewhere/x")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    assert services.up(apart) == {"DATABASE_URL": "postgis://elsewhere/x", "REDIS_URL": "redis://elsewhere"}
    assert not postgres.running(postgres.data_folder(apart))
    with pytest.raises(OSError), socket.socket(socket.AF_UNIX) as client:  # noqa: PT011
        client.connect(str(redis_server.socket_path(apart)))
