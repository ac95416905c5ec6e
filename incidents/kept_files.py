"""Documents and photos of the apps above: kept under the hash of their content, one row for each thing they belong to.

The rows are the app's own (`KeptFile`: one foreign key to each kind of owner, of which one is set); how files are
counted, stored, served and shown is the same everywhere.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import NotValid
from accounts.models import User
from incidents.documents import DOCX, PDF, XLSX, Upload
from incidents.photostore import StoredPhoto, save_photos, write_whole

MOST_AT_ONCE: Final = 9
MOST_OF_ONE: Final = 60
"""Files of one thing: an activity with all its photos has fewer."""
_ICONS: Final = {PDF: "file-text", DOCX: "file-type-docx", XLSX: "file-spreadsheet"}

Row = TypeVar("Row", bound=Model)


def keep_files(
    model: type[Row], files: Sequence[Upload], *, field: str, owner: Model, actor: User, now: datetime
) -> list[Row]:
    """Keep `files` (of `incidents.forms.files.FilesField`) with `owner`, which the rows name in `field`; the new rows.

    The same content twice is one file. Written to the disk whole before the rows: what a broken transaction leaves
    there is swept after a day. NotValid for more than nine at once or sixty of one thing.
    """
    mine = model._default_manager.filter(**{field: owner})
    _check_count(len(files), mine.count() + len(files) if files else 0)
    made = [_row(model, file, field, owner, actor, now) for file in files]
    model._default_manager.bulk_create(made, ignore_conflicts=True)
    return list(mine.filter(public_id__in=[row.public_id for row in made]))


def _check_count(at_once: int, together: int) -> None:
    if at_once > MOST_AT_ONCE or together > MOST_OF_ONE:
        message = _("At most %(n)d files at once, %(most)d together.") % {"n": MOST_AT_ONCE, "most": MOST_OF_ONE}
        raise NotValid(message, {"files": [message]})


def _row(model: type[Model], file: Upload, field: str, owner: Model, actor: User, now: datetime) -> Any:
    stored = _store(file)
    return model(
        public_id=uuid.uuid4(),
        name=file.name,
        is_photo=file.photo is not None,
        content_type=file.content_type,
        **asdict(stored),
        uploaded_by=actor,
        uploaded_at=now,
        **{field: owner},
    )


def _store(file: Upload) -> StoredPhoto:
    if file.photo is not None:
        return save_photos([file.photo])[0]
    name = f"documents/{file.sha256[:2]}/{file.sha256}{file.name[file.name.rfind('.') :].lower()}"
    write_whole(Path(settings.MEDIA_ROOT) / name, file.content)
    return StoredPhoto(name, "", file.sha256, 0, 0, file.size)


def shown_photos(files: Iterable[Any], route: str) -> list[dict[str, str]]:
    """The photos among `files`, served by the page `route`, for parts/photos.html."""
    return [
        {"url": url, "thumb": f"{url}?size=thumb", "label": ""}
        for file in files
        if file.is_photo
        for url in [reverse(route, args=[file.public_id])]
    ]


def shown_documents(files: Iterable[Any], route: str) -> list[dict[str, Any]]:
    """The others among `files`, served by the page `route`, for parts/files.html."""
    return [
        {
            "url": reverse(route, args=[file.public_id]),
            "name": file.name,
            "size": file.size,
            "at": file.uploaded_at,
            "icon": _ICONS.get(file.content_type, "file-text"),
        }
        for file in files
        if not file.is_photo
    ]
