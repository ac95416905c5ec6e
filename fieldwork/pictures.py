"""Photos of field records: stored like those of incidents, one row per record and content."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import User
from fieldwork.models import FieldPhoto, Hazard, PatrolFinding, QuickNote, Visit
from incidents.photos import ProcessedPhoto
from incidents.photostore import StoredPhoto


def attach(
    photos: Iterable[StoredPhoto], *, actor: User, now: datetime, is_after: bool = False, **record: Any
) -> list[FieldPhoto]:
    """Rows for photos that lie on the disk (`incidents.photostore.save_photos`, before the transaction).

    `record` names the one record: note=, finding=, visit= or hazard=. The same content twice is one photo.
    """
    rows = [
        FieldPhoto(
            public_id=uuid.uuid4(),
            **asdict(photo),
            is_after=is_after,
            uploaded_by=actor,
            uploaded_at=now,
            **record,
        )
        for photo in photos
    ]
    return FieldPhoto.objects.bulk_create(rows, ignore_conflicts=True)


def photos_visible_to(user: Any) -> QuerySet[FieldPhoto]:
    """Photos of the records that `user` may see."""
    kinds = {"note": QuickNote, "finding": PatrolFinding, "visit": Visit, "hazard": Hazard}
    where = Q()
    for name, model in kinds.items():
        where |= Q(**{f"{name}__in": model.objects.visible_to(user).values("pk")})  # type: ignore[attr-defined]
    return FieldPhoto.objects.filter(where)


def processed(photos: Iterable[FieldPhoto]) -> list[ProcessedPhoto]:
    """The photos as a form would hand them on, for a record that takes them over; one that is lost is left out."""
    found = []
    for photo in photos:
        try:
            content, small = (Path(settings.MEDIA_ROOT, name).read_bytes() for name in (photo.file, photo.thumbnail))
        except OSError:
            continue
        found.append(ProcessedPhoto(content, photo.sha256, photo.width, photo.height, small))
    return found
