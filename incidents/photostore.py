"""Photos and documents on disk, named by the hash of their content, and the rows that point to them (I10).

A file is written whole before the transaction of its row begins: temporary file, fsync, rename, fsync of the folder.
"""

import os
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.errors import NotValid
from accounts.models import User
from incidents.models import Attachment, Incident, IncidentEvent
from incidents.photos import ProcessedPhoto

MAX_PHOTOS: Final = 9
"""Photos of one step."""
ORPHAN_AGE: Final = timedelta(hours=24)
SWEPT_AT_ONCE: Final = 500
HOLDERS: Final[list[type[Model]]] = [Attachment]
"""Models whose rows (`sha256`) keep a file; an app above that stores files here adds its own when it is ready."""
FOLDERS: Final = ("photos", "documents")
"""Where files lie below MEDIA_ROOT, each in a folder of the first two digits of its hash."""


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo that lies on the disk; paths are relative to MEDIA_ROOT."""

    file: str
    thumbnail: str
    sha256: str
    width: int
    height: int
    size: int


def save_photos(photos: Sequence[ProcessedPhoto]) -> list[StoredPhoto]:
    """Write the files, each content once; call it before the transaction. NotValid for more than nine."""
    if len(photos) > MAX_PHOTOS:
        message = _("At most %(count)s photos.") % {"count": MAX_PHOTOS}
        raise NotValid(message, {"photos": [message]})
    unique = {photo.sha256: photo for photo in photos}
    return [_save(photo) for photo in unique.values()]


def _save(photo: ProcessedPhoto) -> StoredPhoto:
    base = f"photos/{photo.sha256[:2]}/{photo.sha256}"
    file, thumbnail = f"{base}.jpg", f"{base}.thumb.jpg"
    write_whole(Path(settings.MEDIA_ROOT) / file, photo.content)
    write_whole(Path(settings.MEDIA_ROOT) / thumbnail, photo.thumbnail)
    return StoredPhoto(file, thumbnail, photo.sha256, photo.width, photo.height, photo.size)


def write_whole(path: Path, content: bytes) -> None:
    """The whole content or nothing; a file that is there already has this content."""
    if path.exists():
        os.utime(path)  # young again: the sweep of files without a row must not take it
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(settings.FILE_UPLOAD_PERMISSIONS or 0o640)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def attachment_rows(
    photos: Iterable[StoredPhoto],
    *,
    incident: Incident,
    event: IncidentEvent | None,
    stage: str,
    actor: User | None,
    now: datetime,
) -> list[Attachment]:
    """Unsaved rows for stored photos."""
    return [
        Attachment(
            incident=incident,
            event=event,
            stage=stage,
            public_id=uuid.uuid4(),
            **asdict(photo),
            uploaded_by=actor,
            uploaded_at=now,
        )
        for photo in photos
    ]


def remove_orphans(*, now: datetime) -> int:
    """Delete files that no row has pointed to for a day (their transaction never came); the number of files."""
    paths = chain.from_iterable((Path(settings.MEDIA_ROOT) / folder).glob("*/*") for folder in FOLDERS)
    aged = (path for path in paths if _is_aged(path, now))
    return sum(_remove_unknown(batch) for batch in batched(aged, SWEPT_AT_ONCE))


def _is_aged(path: Path, now: datetime) -> bool:
    try:
        return path.stat().st_mtime < (now - ORPHAN_AGE).timestamp()
    except FileNotFoundError:  # another sweep was faster
        return False


def _remove_unknown(paths: Sequence[Path]) -> int:
    """One query per holder for the lot; what was left by a broken write has no hash for a name and goes too."""
    hashes = {path.name.split(".")[0] for path in paths}
    known: set[str] = set()
    for holder in HOLDERS:
        known.update(holder._default_manager.filter(sha256__in=hashes).values_list("sha256", flat=True))
    unknown = [path for path in paths if path.name.split(".")[0] not in known]
    for path in unknown:
        path.unlink(missing_ok=True)
    return len(unknown)


def batched(paths: Iterable[Path], size: int) -> Iterator[list[Path]]:
    """Lists of at most `size` (itertools.batched came with Python 3.12)."""
    rest = iter(paths)
    while batch := list(islice(rest, size)):
        yield batch
