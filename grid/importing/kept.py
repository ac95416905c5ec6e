"""The uploaded file between its dry run and its application: sealed, outside every address, for a day."""

import base64
import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.errors import NotNow
from accounts.protect import Undecryptable, decrypt, encrypt
from grid.models import ImportRun

KEEP: Final = timedelta(days=1)
_CONTEXT: Final = "grid.importrun.file"  # a roster holds phone numbers, so the file is sealed like them


def keep(run: ImportRun, raw: bytes, *, now: datetime) -> None:
    """Keep the file of `run`; takes away those whose day is over."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.sealed"):
        if old.stat().st_mtime < (now - KEEP).timestamp():
            old.unlink(missing_ok=True)
    _path(run).write_text(encrypt(base64.b64encode(raw).decode(), context=_CONTEXT))


def take(run: ImportRun) -> bytes:
    """The file of `run`, the very bytes that were checked; NotNow when it is not there any more."""
    try:
        raw = base64.b64decode(decrypt(_path(run).read_text(), context=_CONTEXT))
    except (OSError, Undecryptable, ValueError) as error:
        raise NotNow(_("The file is not kept any more: upload it again.")) from error
    if hashlib.sha256(raw).hexdigest() != run.sha256:
        raise NotNow(_("The file is not kept any more: upload it again."))
    return raw


def is_kept(run: ImportRun) -> bool:
    """Whether the run can still be applied."""
    return _path(run).is_file()


def forget(run: ImportRun) -> None:
    """Take the file away."""
    _path(run).unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


def _path(run: ImportRun) -> Path:
    return _folder() / f"{run.pk}.sealed"
