"""Care as people read it: lists with the next and the last visit, masks, who can be a carer, rows for a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.protect import mask_name
from fieldwork.models import CarePromise, CareSubject, Visit, VisitDuty
from fieldwork.querysets import CareQuerySet, PromiseQuerySet
from grid.models import Post
from grid.posts import posts_with
from grid.scope import Scope, scope_of

RELATED: Final = ("household__building__compound", "resident", "tag__colour", "carer", "grid")
BULKY: Final = ("grid__boundary", "household__building__point", "household__building__compound__point")
SEALED: Final = ("reason", "health", "resident__phone", "resident__id_number")
"""What no list needs: not even fetched, so that it cannot slip out."""
LAST_VISITS: Final = 20


def with_visits(rows: CareQuerySet) -> CareQuerySet:
    """Each subject with the day of its next round (`next_due`) and of the last visit that met somebody (`last_met`)."""
    due = VisitDuty.objects.waiting().filter(subject=OuterRef("pk")).order_by("due_on")
    met = Visit.objects.filter(subject=OuterRef("pk"), outcome=Visit.Outcome.MET).order_by("-at")
    return rows.annotate(next_due=Subquery(due.values("due_on")[:1]), last_met=Subquery(met.values("at")[:1]))


def listed(rows: CareQuerySet) -> CareQuerySet:
    """`rows` with what a list shows, without what is sealed."""
    return with_visits(rows).select_related(*RELATED).defer(*BULKY, *SEALED)


def promises_listed(rows: PromiseQuerySet) -> PromiseQuerySet:
    """Promises with what a list shows."""
    related = ("household__building__compound", "subject__resident", "promised_by", "grid")
    left_out = ("subject__reason", "subject__health", "subject__resident__phone", "subject__resident__id_number")
    return rows.select_related(*related).defer("grid__boundary", *left_out)


def who(subject: CareSubject) -> str:
    """The masked name of the person, or that it is the whole household."""
    return mask_name(subject.resident.name) if subject.resident else _("The whole household")


def where(subject: CareSubject, scope: Scope) -> str:
    """The building, and the door for whoever may see households there."""
    return place_of(subject.household, scope)


def place_of(household: Any, scope: Scope) -> str:
    """The building of a household, and its door where `scope` may see households."""
    building = str(household.building)
    if scope.can("household.view", household.grid_code):
        return f"{building} {household.unit}{household.room}"
    return building


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list of care."""

    subject: CareSubject
    who: str
    where: str
    late: bool


def rows_of(subjects: list[CareSubject], scope: Scope, today: date) -> list[Row]:
    """The lines of a page."""
    return [
        Row(one, who(one), where(one, scope), bool(one.next_due and one.next_due < today))  # type: ignore[attr-defined]
        for one in subjects
    ]


def possible_carers(code: str, *, sensitive: bool = False, also: int | None = None) -> Any:
    """Active people whose post on the grid, above or below it lets them see care there; by name."""
    needed = "care.sensitive" if sensitive else "care.view"
    kinds = posts_with(needed, units=False)
    above = [code[:length] for length in range(9, len(code) + 1)]
    today = timezone.localdate()
    posts = Post.objects.on(today).filter(kind__in=kinds, grid__code__in=above, user=OuterRef("pk"))
    people = User.objects.filter(is_active=True, kind=User.Kind.PERSON)
    return people.filter(Q(Exists(posts)) | Q(pk=also or 0)).order_by("real_name", "pk")


# --- files ------------------------------------------------------------------------------------------------------------


def care_header() -> list[str]:
    """The heads of the columns of the file of care."""
    return [
        _("Number"),
        _("Who"),
        _("Where"),
        _("Grid"),
        _("care tag"),
        _("care colour"),
        _("status"),
        _("legal basis"),
        _("agreed until"),
        _("carer"),
        _("since"),
        _("last met"),
        _("next visit due"),
    ]


def care_lines(rows: CareQuerySet, user: Any) -> Iterator[list[Any]]:
    """The lines of the file: masked names, doors only for whoever sees households, nothing that is sealed."""
    scope = scope_of(user)
    status = {value: str(label) for value, label in CareSubject.Status.choices}
    basis = {value: str(label) for value, label in CareSubject.Basis.choices}
    for one in listed(rows).iterator(chunk_size=1000):
        subject: Any = one
        yield [
            subject.pk,
            who(subject),
            where(subject, scope),
            subject.grid.name,
            subject.tag.name,
            subject.tag.colour.name,
            status[subject.status],
            basis[subject.basis],
            subject.consent_until,
            subject.carer.real_name if subject.carer else "",
            subject.since,
            timezone.localdate(subject.last_met) if subject.last_met else None,
            subject.next_due,
        ]


def promise_header() -> list[str]:
    """The heads of the columns of the list of promises."""
    return [
        _("Number"),
        _("what was promised"),
        _("Where"),
        _("Grid"),
        _("promised by"),
        _("promised on"),
        _("due on"),
        _("status"),
        _("done on"),
        _("result"),
    ]


def promise_lines(rows: PromiseQuerySet, user: Any) -> Iterator[list[Any]]:
    """The lines of the list of promises."""
    scope = scope_of(user)
    for one in promises_listed(rows).iterator(chunk_size=1000):
        promise: CarePromise = one
        yield [
            promise.pk,
            promise.title,
            place_of(promise.household, scope) if promise.household else "",
            promise.grid.name,
            promise.promised_by.real_name,
            promise.promised_on,
            promise.due_on,
            promise.get_status_display(),
            promise.done_on,
            promise.result,
        ]
