"""Appointing people to posts, ending posts, absences. Rights come from posts, so this is where rights are given."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import record
from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent, User
from grid.access import demand
from grid.models import Absence, Building, Grid, Organization, Post
from grid.posts import LEADER_KINDS, ORGANIZATION_KINDS, PostKind
from grid.substitutes import check_substitute, note_substitute


def appoint(  # noqa: PLR0913 - one keyword for each part of a tenure
    *,
    user: User,
    kind: str,
    starts_on: date,
    actor: User | None,
    grid: Grid | None = None,
    organization: Organization | None = None,
    building: Building | None = None,
    ends_on: date | None = None,
    note: str = "",
) -> Post:
    """Give `user` the post `kind` in a grid or an organization from `starts_on` until before `ends_on`.

    NotNow when another leader holds the grid in that time (says who and since when); NotAllowed without grid.edit
    there, and for an appointment of oneself; NotValid for a post that does not fit the place. `actor` is None for
    commands.
    """
    _check_place(kind, grid, organization)
    if actor is not None:
        _check_right(actor, user, grid, organization)
    post = Post(
        user=user,
        kind=kind,
        grid=grid,
        organization=organization,
        building=building,
        starts_on=starts_on,
        ends_on=ends_on,
        note=note,
    )
    _check_tenure(post)
    if other := other_leader(post):
        raise _held_by(other)
    with transaction.atomic():
        saved = _saved(post)
        _note(saved, "given", actor)
    return saved


def _note(post: Post, what: str, actor: User | None) -> None:
    """Keep who gave or ended a post, for a post is a right; commands (no actor) leave their own traces."""
    if actor is None:
        return
    place = post.grid or (post.organization.grid if post.organization else None)
    record(
        action=AccessEvent.Action.POST,
        actor=actor,
        now=timezone.now(),
        object_type="grid.post",
        object_id=post.pk,
        fields=f"{what}: {post.user.username}, {post.kind}, {place.code if place else ''}, {post.ends_on or ''}",
    )


def _check_place(kind: str, grid: Grid | None, organization: Organization | None) -> None:
    in_organization = kind in ORGANIZATION_KINDS
    if kind not in PostKind.values or (organization is None if in_organization else grid is None):
        message = _("This post is held in an organization.") if in_organization else _("This post is held in a grid.")
        raise NotValid(message, {"kind": [message]})
    if grid is not None and organization is not None:
        message = _("A post is held in a grid or in an organization, not in both.")
        raise NotValid(message, {"kind": [message]})


def _check_right(actor: User, user: User, grid: Grid | None, organization: Organization | None) -> None:
    place = grid or (organization.grid if organization else None)
    demand(actor, "grid.edit", place.code if place else "")
    if actor == user and not actor.is_superuser:
        raise NotAllowed(_("Nobody appoints himself: ask somebody else with the right to edit grids."))


def _check_tenure(post: Post) -> None:
    if post.ends_on is not None and post.ends_on <= post.starts_on:
        message = _("The end must lie after the beginning, %(day)s.") % {"day": post.starts_on}
        raise NotValid(message, {"ends_on": [message]})
    if post.user.is_service or not post.user.is_active:
        message = _("Only the account of an active person can hold a post.")
        raise NotValid(message, {"user": [message]})
    same = Post.objects.filter(
        user=post.user, kind=post.kind, grid=post.grid, organization=post.organization, building=post.building
    )
    if same.filter(_meets(post)).exists():
        raise NotNow(_("%(person)s holds this post already.") % {"person": post.user})


def _meets(post: Post) -> Q:
    """Tenures that share a day with that of `post`."""
    condition = Q(ends_on__isnull=True) | Q(ends_on__gt=post.starts_on)
    return condition if post.ends_on is None else condition & Q(starts_on__lt=post.ends_on)


def other_leader(post: Post) -> Post | None:
    """Another leader of the same grid in the time of `post`, None for posts that several people may hold."""
    if post.kind not in LEADER_KINDS:
        return None
    rivals = Post.objects.filter(grid=post.grid).leading().exclude(pk=post.pk).filter(_meets(post))
    return rivals.select_related("user").order_by("starts_on").first()


def _held_by(other: Post) -> NotNow:
    values = {"person": other.user, "post": other.get_kind_display(), "day": other.starts_on}
    message = _("%(person)s is %(post)s here since %(day)s: end that post first.") % values
    return NotNow(message, {"kind": [message]})


def _saved(post: Post) -> Post:
    try:
        with transaction.atomic():
            post.validate_constraints()
            post.save()
    except (IntegrityError, ValidationError) as error:  # somebody else was quicker: the database is the judge
        if other := other_leader(post):
            raise _held_by(other) from error
        raise NotNow(_("This post was just given to somebody else. Look again.")) from error
    return post


def end_post(post: Post, *, ends_on: date, actor: User | None) -> Post:
    """End a tenure: `ends_on` is the first day without the post."""
    if actor is not None:
        place = post.grid or (post.organization.grid if post.organization else None)
        demand(actor, "grid.edit", place.code if place else "")
    with transaction.atomic():
        locked = Post.objects.select_for_update().get(pk=post.pk)
        if locked.ends_on is not None and locked.ends_on <= ends_on:
            raise NotNow(_("This post ends on %(day)s already.") % {"day": locked.ends_on})
        if ends_on <= locked.starts_on:
            message = _("The end must lie after the beginning, %(day)s.") % {"day": locked.starts_on}
            raise NotValid(message, {"ends_on": [message]})
        locked.ends_on = ends_on
        locked.save(update_fields=["ends_on"])
        _note(locked, "ended", actor)
    return locked


def mark_absent(
    *,
    user: User,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    actor: User,
    substitute: User | None = None,
) -> Absence:
    """Note that a person is away; dispatch passes to the substitute, else to the upper level, meanwhile.

    One may note one's own absence; that of others needs grid.edit where one of their posts lies. The substitute has
    the rights of all posts of `user` until `ends_at`: see `check_substitute`.
    """
    if actor != user:
        _check_colleague(actor, user)
    if ends_at <= starts_at:
        message = _("The end must lie after the beginning.")
        raise NotValid(message, {"ends_at": [message]})
    with transaction.atomic():
        if substitute is not None:
            check_substitute(user=user, substitute=substitute, starts_at=starts_at, ends_at=ends_at, actor=actor)
        absence = Absence.objects.create(
            user=user, starts_at=starts_at, ends_at=ends_at, reason=reason, substitute=substitute
        )
        if substitute is not None:
            note_substitute(absence, actor=actor, now=timezone.now())
    return absence


def _check_colleague(actor: User, user: User) -> None:
    posts = Post.objects.held_by(user).visible_to(actor).values_list("grid__code", "organization__grid__code")
    for in_grid, in_organization in posts:
        try:
            return demand(actor, "grid.edit", in_grid or in_organization or "")
        except NotAllowed:
            continue
    raise NotAllowed(_("You may not do this here."))


def end_absence(absence: Absence, *, now: datetime, actor: User) -> None:
    """The person is back: the absence ends now; one that has not begun is taken away."""
    if actor != absence.user:
        _check_colleague(actor, absence.user)
    if absence.starts_at >= now:
        absence.delete()
    elif absence.ends_at > now:
        absence.ends_at = now
        absence.save(update_fields=["ends_at"])
