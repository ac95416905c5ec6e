"""Photos on disk: whole or not at all, once for each content, swept when no row wants them."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from incidents.photos import ProcessedPhoto
from incidents.photostore import remove_orphans, save_photos
from tests.incidents.conftest import World

PHOTO = ProcessedPhoto(b"picture", "0a" * 32, 8, 6, b"small")


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(root: Path) -> set[str]:
    return {path.name for path in root.glob("photos/*/*")}


def test_the_file_has_its_content_and_nothing_half_made_stays(media: Path) -> None:
    (stored,) = save_photos([PHOTO, PHOTO])
    assert (media / stored.file).read_bytes() == b"picture"
    assert files(media) == {f"{'0a' * 32}.jpg", f"{'0a' * 32}.thumb.jpg"}


def test_a_full_disk_leaves_no_part_of_a_file(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save_photos([PHOTO])
    assert files(media) == set()


def test_the_sweep_takes_old_files_without_a_row_only(world: World, media: Path) -> None:
    kept = ProcessedPhoto(b"kept", "0b" * 32, 1, 1, b"k")
    world.report(photos=[kept])
    save_photos([PHOTO])
    assert remove_orphans(now=timezone.now()) == 0
    assert remove_orphans(now=timezone.now() + timedelta(hours=25)) == 2
    assert files(media) == {f"{'0b' * 32}.jpg", f"{'0b' * 32}.thumb.jpg"}


def test_a_file_that_is_sent_again_becomes_young_again(media: Path, db: None) -> None:
    (stored,) = save_photos([PHOTO])
    os.utime(media / stored.file, (0, 0))
    save_photos([PHOTO])
    assert remove_orphans(now=timezone.now()) == 0
