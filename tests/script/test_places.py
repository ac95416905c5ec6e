"""Where the private servers' files and sockets go."""

from pathlib import Path

import pytest

from house import places
from house.places import Area


def test_sockets_stay_in_a_plain_short_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "open_to_all", lambda folder: True)
    monkeypatch.setattr(places, "SOCKET_FOLDER_BYTES", 1000)
    assert places.socket_folder(Area(tmp_path, durable=True)) == tmp_path / "run"


@pytest.mark.parametrize("name", ["街道 平台", "with blank", "it's", "a" * 100])
def test_sockets_move_when_a_client_could_not_name_them(name: str) -> None:
    folder = places.socket_folder(Area(Path("/srv") / name, durable=True))
    assert folder.parent == Path("/tmp")
    assert str(folder).isascii()


def test_two_checkouts_never_share_a_folder() -> None:
    assert places.short_name(Path("/a")) != places.short_name(Path("/b"))


def test_a_closed_home_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    tmp_path.chmod(0o700)
    assert not places.open_to_all(tmp_path / "var")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert places.open_to_all(tmp_path / "var")
