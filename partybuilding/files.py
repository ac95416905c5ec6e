"""Files of party work: kept under the hash of their content, one row for each thing they belong to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from grid.access import demand
from grid.scope import scope_of
from incidents import kept_files
from incidents.documents import Upload
from partybuilding.activity_office import demand_office
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

ROUTE: Final = "partybuilding:file"
SEES_FILES: Final = ("party.view", "incident.handle")
WITH_PLACE: Final = (ActivityPerson.Presence.SIGNED_UP, ActivityPerson.Presence.PRESENT)
OWNER_FIELDS: Final[dict[type[Model], str]] = {
    Agreement: "agreement",
    Project: "project",
    Activity: "activity",
    ForumMeeting: "meeting",
    StarDelivery: "delivery",
}


def attach(files: Sequence[Upload], *, owner: Model, actor: User, now: datetime) -> list[PartyFile]:
    """Keep `files` with `owner`, an agreement, project, activity, meeting or star delivery; the rows that are new.

    Whether `actor` may is the caller's question. NotValid for too many (`incidents.kept_files`).
    """
    return kept_files.keep_files(PartyFile, files, field=OWNER_FIELDS[type(owner)], owner=owner, actor=actor, now=now)


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
    return kept_files.shown_photos(files, ROUTE)


def shown_documents(files: Iterable[PartyFile]) -> list[dict[str, Any]]:
    """The others among `files`, for parts/files.html."""
    return kept_files.shown_documents(files, ROUTE)
