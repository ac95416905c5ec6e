"""Who holds which post in a grid, as pages show it."""

from datetime import date, datetime
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.reveals import reveal
from grid.leaders import LeaderStep, leader_chain
from grid.models import Absence, Compound, Grid, Post
from grid.posts import LEADER_KINDS, PostKind
from grid.scope import scope_of

FORMER = 10


def leader_name(today: date) -> Subquery:
    """An expression: the name of the person in charge of the grid of this row, NULL when the post is vacant."""
    posts = Post.objects.filter(grid=OuterRef("pk"), user__is_active=True).leading().on(today)
    return Subquery(posts.values("user__real_name")[:1])


def present_posts(grid: Grid, *, now: datetime) -> QuerySet[Post]:
    """The posts held in the grid today, the leader first; each with `absent`."""
    away = Absence.objects.filter(user=OuterRef("user"), starts_at__lte=now, ends_at__gt=now)
    rank = Case(When(kind__in=LEADER_KINDS, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = Post.objects.filter(grid=grid).on(timezone.localdate(now)).select_related("user", "building__compound")
    return found.annotate(absent=Exists(away), rank=rank).order_by("rank", "kind", "starts_on", "id")


def former_posts(grid: Grid, *, now: datetime) -> QuerySet[Post]:
    """The last tenures that have ended."""
    ended = Post.objects.filter(grid=grid, ends_on__lte=timezone.localdate(now)).select_related("user")
    return ended.order_by("-ends_on", "-id")[:FORMER]


def my_posts(user: User, *, now: datetime) -> list[Post]:
    """The posts of `user` today, the lowest grid first."""
    posts = user.posts.on(timezone.localdate(now))  # type: ignore[attr-defined]
    found = posts.select_related("grid", "organization__grid").defer("grid__boundary", "organization__grid__boundary")
    return sorted(found, key=lambda post: -len(place_of(post).code))


def place_of(post: Post) -> Grid:
    """The grid of a post: its own, or that of its organization."""
    place = post.grid or (post.organization.grid if post.organization else None)
    if place is None:
        raise ValueError("a post without a place")  # the database forbids it
    return place


def my_leaders(posts: list[Post], *, now: datetime) -> list[LeaderStep]:
    """The leaders in charge of my lowest grid, up to the street."""
    return leader_chain(place_of(posts[0]).code, now=now) if posts else []


def my_compounds(user: User) -> QuerySet[Compound]:
    """The compounds of my subtree, those without a managing unit first."""
    found = Compound.objects.visible_to(user).select_related("grid").defer("grid__boundary")
    return found.order_by("-is_unmanaged", "name")


def colleagues_of(user: User, *, now: datetime) -> QuerySet[User]:
    """Whose phone `user` may ask for: people posted in the visible subtree, and the leaders above it."""
    today = timezone.localdate(now)
    below = Post.objects.visible_to(user).on(today)
    prefixes = scope_of(user).prefixes("grid.view")
    above = [prefix[:width] for prefix in prefixes for width in range(9, len(prefix))]
    leaders = Post.objects.filter(grid__code__in=above).leading().on(today)
    posted = Q(pk__in=below.values("user")) | Q(pk__in=leaders.values("user"))
    return User.objects.filter(posted, is_active=True)


def reveal_phone(colleague: User, *, actor: User, now: datetime, purpose: str, request: HttpRequest) -> str:
    """The phone of a colleague in clear; recorded, and limited per day."""
    reveal(
        actor=actor,
        object_type="accounts.user",
        object_id=colleague.pk,
        fields="phone",
        purpose=purpose or _("To call a colleague"),
        now=now,
        request=request,
    )
    return colleague.phone


def leader_kind(level: int) -> str:
    """The post of who is in charge of a grid of that level."""
    kinds = {3: PostKind.STREET_SECRETARY, 4: PostKind.COMMUNITY_HEAD, 5: PostKind.GRID_LEADER}
    return kinds.get(level, PostKind.MICRO_LEADER if level > 5 else PostKind.OPERATOR)


def leader_label(level: int) -> str:
    """The same in words: 网格长, 微网格长 …"""
    return str(PostKind(leader_kind(level)).label)


def board_people(grid: Grid, *, now: datetime) -> list[dict[str, Any]]:
    """The rows of the notice board: leaders from this grid up, then the others posted here."""
    chain = [
        {"post": leader_label(step.level), "place": step.grid_name, "user": step.user}
        for step in leader_chain(grid.code, now=now)
        if step.user is not None
    ]
    others = [
        {"post": post.get_kind_display(), "place": "", "user": post.user}
        for post in present_posts(grid, now=now)
        if post.kind not in LEADER_KINDS
    ]
    return chain + others
