"""Receipts and pictures of volunteers' work: one row for each thing they belong to; seen by whoever sees the thing.

`attach` is for all parts: of a receipt or a claim of a wish, a service, an expense of a micro-project. Files come from
`incidents.forms.files.FilesField`, pages show them with parts/files.html.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Model, Q, QuerySet

from accounts.models import User
from grid.scope import scope_of
from incidents import kept_files
from incidents.documents import Upload
from volunteers.models import (
    Expense,
    MicroProject,
    ServiceActivity,
    SignUp,
    VolunteerFile,
    Wish,
    WishClaim,
    WishReceipt,
)

ROUTE: Final = "volunteers:file"
OWNER_FIELDS: Final[dict[type[Model], str]] = {
    WishReceipt: "receipt",
    Expense: "expense",
    WishClaim: "claim",
    ServiceActivity: "service",
}
WITH_PLACE: Final = (SignUp.Status.SIGNED_UP, SignUp.Status.HERE, SignUp.Status.DONE, SignUp.Status.CONFIRMED)


def attach(files: Sequence[Upload], *, owner: Model, actor: User, now: datetime) -> list[VolunteerFile]:
    """Keep `files` with `owner`, a receipt, claim, expense or service; the rows that are new.

    Whether `actor` may is the caller's question. NotValid for too many (`incidents.kept_files`).
    """
    field = OWNER_FIELDS[type(owner)]
    return kept_files.keep_files(VolunteerFile, files, field=field, owner=owner, actor=actor, now=now)


def files_visible_to(user: Any) -> QuerySet[VolunteerFile]:
    """Files of the wishes, services and projects that `user` may see, and of what she did herself.

    Whoever claimed a wish sees her own receipts and pictures, not those of its other helpers.
    """
    wishes = Wish.objects.visible_to(user).values("pk")
    return VolunteerFile.objects.filter(
        Q(claim__wish__in=wishes)
        | Q(receipt__claim__wish__in=wishes)
        | Q(claim__user=user.pk)
        | Q(receipt__claim__user=user.pk)
        | Q(service__in=ServiceActivity.objects.visible_to(user).values("pk"))
        | Q(service__in=_services_of(user))
        | _expenses_seen_by(user)
    )


def _services_of(user: Any) -> QuerySet[Any]:
    rows = SignUp.objects.filter(volunteer__user=user.pk, status__in=WITH_PLACE)
    return rows.values("shift__service")


def _expenses_seen_by(user: Any) -> Q:
    """Of the projects of her grids, and of those that she leads the team of or works for the unit of."""
    projects = "expense__line__project"
    return (
        Q(**{f"{projects}__in": MicroProject.objects.visible_to(user).values("pk")})
        | Q(**{f"{projects}__team__leader__user": user.pk})
        | Q(**{f"{projects}__organization__in": scope_of(user).organizations})
    )


def shown_photos(files: Iterable[VolunteerFile]) -> list[dict[str, str]]:
    """The photos among `files`, for parts/photos.html."""
    return kept_files.shown_photos(files, ROUTE)


def shown_documents(files: Iterable[VolunteerFile]) -> list[dict[str, Any]]:
    """The others among `files`, for parts/files.html."""
    return kept_files.shown_documents(files, ROUTE)
