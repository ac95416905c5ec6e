"""隐患 after the look: put right without a notice, with a photo of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow
from accounts.models import User
from fieldwork import stages
from fieldwork.models import Hazard
from fieldwork.pictures import attach
from incidents.photos import ProcessedPhoto
from incidents.photostore import save_photos

OPEN = (Hazard.Status.OPEN, Hazard.Status.ORDERED)
DONE = (Hazard.Status.FIXED_AT_ONCE, Hazard.Status.FIXED)


def fix(
    hazard: Hazard,
    *,
    actor: User,
    now: datetime,
    version: int | None = None,
    text: str = "",
    photos: Sequence[ProcessedPhoto] = (),
) -> Hazard:
    """It was put right. One under a notice is fixed by the re-inspection of the notice, not here (NotNow)."""
    if hazard.status == Hazard.Status.ORDERED:
        raise NotNow(_("It stands on a notice: enter the re-inspection there."))
    stored = save_photos(photos)
    with transaction.atomic():
        fixed: Hazard = stages.advance(hazard, "fix", actor=actor, now=now, version=version, text=text, fixed_at=now)
        attach(stored, actor=actor, now=now, is_after=True, hazard=fixed)
    return fixed


def move_all(rows: Iterable[Hazard], name: str, *, actor: User, now: datetime, **fields: Any) -> None:
    """Take one stage with each; in the caller's transaction, in the order of the keys."""
    for hazard in sorted(rows, key=lambda row: row.pk):
        stages.advance(hazard, name, actor=actor, now=now, **fields)
