"""Putting people, grids and units forward, and reviewing them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid, Organization, Post
from grid.posts import PostKind
from reports.honours.reading import NAMED
from reports.models import HonourPlace, HonourRound, Nomination
from reports.stages import advance, keep_step

Status = Nomination.Status
LONGEST_REASON: Final = 2000
NO_CANDIDATES: Final = (PostKind.AUDITOR,)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom or what is put forward, as the list and the certificate will name it."""

    name: str
    unit: str
    grid: Grid
    person: User | None = None
    organization: Organization | None = None

    @classmethod
    def of_post(cls, post: Post) -> "Candidate":
        """The holder of a post: name, unit and post stand in the register already."""
        office = post.organization or post.grid
        home = post.organization.grid if post.organization else post.grid
        assert office is not None
        assert home is not None
        return cls(str(post.user.real_name), f"{office.name} {post.get_kind_display()}", home, post.user)

    @classmethod
    def of_unit(cls, unit: Organization) -> "Candidate":
        """A unit."""
        return cls(unit.name[:60], "", unit.grid, organization=unit)

    @classmethod
    def of_grid(cls, grid: Grid) -> "Candidate":
        """A grid."""
        return cls(grid.name[:60], grid.get_level_display(), grid)


def posts_below(code: str, one: HonourRound, *, today: date) -> QuerySet[Post]:
    """Posts in the subtree of `code` held today or in the period of the round, of people who can be honoured."""
    held = Q(ends_on__isnull=True) | Q(ends_on__gt=min(one.period_start, today))
    rows = Post.objects.filter(held, grid__code__startswith=code, starts_on__lte=max(one.period_end, today))
    rows = rows.exclude(kind__in=NO_CANDIDATES).filter(user__is_active=True, user__kind=User.Kind.PERSON)
    return rows.select_related("user", "grid").defer("grid__boundary").order_by("grid__code", "kind", "id")


def nominate(place: HonourPlace, candidate: Candidate, *, reason: str, actor: User, now: datetime) -> Nomination:
    """Put somebody forward. NotAllowed without honour.nominate on the candidate's grid, NotNow when the round is not
    open any more, NotValid for a candidate of another kind, from elsewhere, or put forward for the place before.
    """
    demand(actor, "honour.nominate", candidate.grid.code)
    with transaction.atomic():
        one = HonourRound.objects.select_for_update(of=("self",)).get(pk=place.round_id)
        if one.status != HonourRound.Status.OPEN:
            raise NotNow(_("This round takes no more nominations."))
        _check(place, one, candidate, reason)
        return _write(place, candidate, reason, actor, now)


def _write(place: HonourPlace, candidate: Candidate, reason: str, actor: User, now: datetime) -> Nomination:
    try:
        with transaction.atomic():
            row = Nomination.objects.create(
                place=place,
                name=candidate.name,
                unit=candidate.unit[:120],
                person=candidate.person,
                organization=candidate.organization,
                grid=candidate.grid,
                reason=reason.strip(),
                nominated_by=actor,
                nominated_at=now,
            )
    except IntegrityError as error:
        raise NotValid(_("Please correct the marked fields."), {"post": [_("Put forward already.")]}) from error
    keep_step(row, before="", actor=actor, now=now)
    return row


def _check(place: HonourPlace, one: HonourRound, candidate: Candidate, reason: str) -> None:
    twice = Nomination.objects.filter(place=place, name=candidate.name, grid=candidate.grid, person=candidate.person)
    demand_valid(
        (
            ("post", _fits(place, candidate), _("This title is for others.")),
            ("grid", candidate.grid.code.startswith(one.grid_code), _("This grid does not belong to the round.")),
            ("reason", bool(reason.strip()), _("Write down the deeds in a few words.")),
            ("reason", len(reason) <= LONGEST_REASON, _("At most 2,000 characters.")),
            ("name", bool(candidate.name.strip()), _("Give a name.")),
            ("post", not twice.exclude(status=Status.WITHDRAWN).exists(), _("Put forward already.")),
        )
    )


def _fits(place: HonourPlace, candidate: Candidate) -> bool:
    """A title of persons needs a person of the register, one of units a unit; grids and cases are named."""
    return place.title.is_active and {
        "person": candidate.person is not None,
        "unit": candidate.organization is not None,
    }.get(place.title.holder, candidate.person is None and candidate.organization is None)


# --- review -----------------------------------------------------------------------------------------------------------


def support(row: Nomination, *, text: str, actor: User, now: datetime, version: int | None = None) -> Nomination:
    """Pass the nomination with an opinion; NotNow when all places of its heading are taken."""
    return _reviewed(row, "support", text, actor, now, version)


def decline(row: Nomination, *, text: str, actor: User, now: datetime, version: int | None = None) -> Nomination:
    """Do not pass it, with the reason."""
    return _reviewed(row, "decline", text, actor, now, version)


def _reviewed(row: Nomination, name: str, text: str, actor: User, now: datetime, version: int | None) -> Nomination:
    if not text.strip():
        raise NotValid(_("Please correct the marked fields."), {"text": [_("Give the opinion of the review.")]})
    with transaction.atomic():
        # the place is locked first, so that two reviewers cannot fill its last seat twice
        place = HonourPlace.objects.select_for_update().get(pk=row.place_id)
        _demand_review(place)
        found: Nomination = advance(
            row, name, actor=actor, now=now, version=version, text=text, review=text.strip()[:500]
        )
        _demand_room(place)
    return found


def _demand_review(place: HonourPlace) -> None:
    status = HonourRound.objects.values_list("status", flat=True).get(pk=place.round_id)
    if status not in (HonourRound.Status.REVIEW, HonourRound.Status.PUBLIC):
        raise NotNow(_("The review is not open."))


def _demand_room(place: HonourPlace) -> None:
    passed = Nomination.objects.filter(place=place, status__in=NAMED).count()
    if passed > place.places:
        values = {"heading": place.heading, "places": place.places}
        raise NotNow(_("All %(places)s places of “%(heading)s” are taken.") % values)


def object_to(row: Nomination, *, text: str, actor: User, now: datetime, version: int | None = None) -> Nomination:
    """Enter an objection from the public: the nomination goes back to the review. NotNow when nothing is shown."""
    with transaction.atomic():
        status = HonourRound.objects.select_for_update().values_list("status", flat=True).get(pk=row.place.round_id)
        if status != HonourRound.Status.PUBLIC:
            raise NotNow(_("Objections are taken while the list is shown to the public."))
        found: Nomination = advance(row, "object", actor=actor, now=now, version=version, text=text)
    return found


def withdraw(row: Nomination, *, text: str = "", actor: User, now: datetime, version: int | None = None) -> Nomination:
    """Take it back, before the decision."""
    found: Nomination = advance(row, "withdraw", actor=actor, now=now, version=version, text=text)
    return found


STEPS: Final[dict[str, Any]] = {"support": support, "decline": decline, "object": object_to, "withdraw": withdraw}
"""What a page may do with one nomination; the award comes with the decision of the round."""
