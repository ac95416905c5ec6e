"""Files of party work: kept under the hash of their content, one row for each thing they belong to."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import NotValid
from accounts.models import User
from grid.access import demand
from grid.scope import scope_of
from incidents.photostore import StoredPhoto, save_photos, write_whole
from partybuilding.activity_office import demand_office
from partybuilding.documents import DOCX, PDF, XLSX, Upload
from partybuilding.models import (
    Activity,
    ActivityPerson,
    Agreement,
    ForumMeeting,
    PartyFile,
    Project,
    StarClaim,
    StarDelivery,
)
from partybuilding.stages import keep_step
from partybuilding.units import note

MOST_AT_ONCE: Final = 9
MOST_OF_ONE: Final = 60
"""Files of one thing: an activity with all its photos has fewer."""
SEES_FILES: Final = ("party.view", "incident.handle")
WITH_PLACE: Final = (ActivityPerson.Presence.SIGNED_UP, ActivityPerson.Presence.PRESENT)
OWNER_FIELDS: Final[dict[type[Model], str]] = {
    Agreement: "agreement",
    Project: "project",
    Activity: "activity",
    ForumMeeting: "meeting",
    StarDelivery: "delivery",
}
_ICONS: Final = {PDF: "file-text", DOCX: "file-type-docx", XLSX: "file-spreadsheet"}


def attach(files: Sequence[Upload], *, owner: Model, actor: User, now: datetime) -> list[PartyFile]:
    """Keep `files` (of `partybuilding.forms.files.FilesField`) with `owner`, an agreement, project, activity, meeting
    or star delivery; the rows that are new. The same content twice is one file.

    Whether `actor` may is the caller's question. Written to the disk whole before the rows: what a broken transaction
    leaves there is swept after a day. NotValid for more than nine at once or sixty of one thing.
    """
    field = OWNER_FIELDS[type(owner)]
    mine = PartyFile.objects.filter(**{field: owner})
    _check_count(len(files), mine.count() + len(files) if files else 0)
    rows = [_row(file, field, owner, actor, now) for file in files]
    PartyFile.objects.bulk_create(rows, ignore_conflicts=True)
    return list(mine.filter(public_id__in=[row.public_id for row in rows]))


def _check_count(at_once: int, together: int) -> None:
    if at_once > MOST_AT_ONCE or together > MOST_OF_ONE:
        message = _("At most %(n)d files at once, %(most)d together.") % {"n": MOST_AT_ONCE, "most": MOST_OF_ONE}
        raise NotValid(message, {"files": [message]})


def _row(file: Upload, field: str, owner: Model, actor: User, now: datetime) -> PartyFile:
    stored = _store(file)
    return PartyFile(
        public_id=uuid.uuid4(),
        name=file.name,
        is_photo=file.photo is not None,
        content_type=file.content_type,
        file=stored.file,
        thumbnail=stored.thumbnail,
        sha256=stored.sha256,
        width=stored.width,
        height=stored.height,
        size=stored.size,
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


def sees_files(user: Any) -> bool:
    """Whether a post of `user` opens files: of party work, or of the unit she works for."""
    scope = scope_of(user)
    return any(scope.can(one) for one in SEES_FILES)


def photos_of_mine(user: Any, activity: Activity | None = None) -> QuerySet[PartyFile]:
    """Photos of the activities (of one `activity`) that `user` has a place in, or was at: hers without any post."""
    hers = Q(user=user.pk) | Q(member__user=user.pk)
    places = ActivityPerson.objects.filter(hers, presence__in=WITH_PLACE).values("activity")
    photos = PartyFile.objects.filter(is_photo=True, activity__in=places)
    return photos if activity is None else photos.filter(activity=activity)


def files_visible_to(user: Any) -> QuerySet[PartyFile]:
    """Files of the things that `user` may see; without a post the photos of her own activities."""
    if not sees_files(user):
        return photos_of_mine(user)
    owners: dict[str, Any] = {
        "agreement": Agreement.objects,
        "project": Project.objects,
        "activity": Activity.objects,
        "meeting": ForumMeeting.objects,
        "delivery__claim": StarClaim.objects,
    }
    where = Q()
    for field, rows in owners.items():
        where |= Q(**{f"{field}__in": rows.visible_to(user).values("pk")})
    return PartyFile.objects.filter(where)


def detach(file: PartyFile, *, actor: User, now: datetime) -> None:
    """Take a file away that was put there by mistake; from the disk it goes with the next sweep.

    What it belonged to keeps who took which file away, once. NotAllowed without the right to edit that: an activity is
    its office's, however deep in the tree of grids it takes place.
    """
    field = next(name for name in OWNER_FIELDS.values() if getattr(file, f"{name}_id"))
    owner = file.delivery.claim if file.delivery is not None else getattr(file, field)
    if isinstance(owner, Activity):
        demand_office(owner, actor)
    else:
        demand(actor, "council.edit" if isinstance(owner, ForumMeeting) else "lists.edit", owner.grid_code)
    with transaction.atomic():
        gone, _rows = PartyFile.objects.filter(pk=file.pk).delete()
        if gone:
            _keep_removal(owner, file.name, actor, now)


def _keep_removal(owner: Any, name: str, actor: User, now: datetime) -> None:
    said = _("File taken away: %(name)s") % {"name": name}
    if isinstance(owner, Agreement):
        note(owner, "changed", actor=actor, now=now, text=said)
    else:
        keep_step(owner, before=owner.status, actor=actor, now=now, text=said)


def shown_photos(files: Iterable[PartyFile]) -> list[dict[str, str]]:
    """The photos among `files`, for parts/photos.html."""
    return [
        {"url": url, "thumb": f"{url}?size=thumb", "label": ""}
        for file in files
        if file.is_photo
        for url in [reverse("partybuilding:file", args=[file.public_id])]
    ]


def shown_documents(files: Iterable[PartyFile]) -> list[dict[str, Any]]:
    """The others among `files`, for partybuilding/parts/files.html."""
    return [
        {
            "url": reverse("partybuilding:file", args=[file.public_id]),
            "name": file.name,
            "size": file.size,
            "at": file.uploaded_at,
            "icon": _ICONS.get(file.content_type, "file-text"),
        }
        for file in files
        if not file.is_photo
    ]
