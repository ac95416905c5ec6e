"""Who is in charge of a place: the chain of leaders from the lowest grid up to the street."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from grid.models import Absence, Grid, Post
from grid.substitutes import substitutes_of


@dataclass(frozen=True, slots=True)
class LeaderStep:
    """One grid of the chain and its leader; `user` is None where the post is vacant."""

    grid_code: str
    grid_name: str
    level: int
    user: User | None
    absent: bool
    substitute: User | None = None
    """Who stands in while the leader is away, and is there."""

    @property
    def available(self) -> bool:
        """Somebody holds the post and is there."""
        return self.user is not None and not self.absent

    @property
    def acting(self) -> User | None:
        """Who is in charge at present: the leader, else the substitute; nobody when both are missing."""
        return self.substitute if self.absent else self.user


def leader_chain(grid_code: str, *, now: datetime) -> list[LeaderStep]:
    """The leaders responsible for the grid `grid_code`, lowest grid first, up to the street.

    Two queries, and one more while one of the leaders is away (substitutes).

    Vacant posts and absent people stay in the list, so that dispatch can write down why it passed them
    (domain.md 2.3). Grids above the street have no leader here. An unknown code gives the known part of its chain.
    """
    return leader_chains([grid_code], now=now)[grid_code]


def leader_chains(grid_codes: Iterable[str], *, now: datetime) -> dict[str, list[LeaderStep]]:
    """The chain of each of the grids, as `leader_chain` gives it; the same two or three queries for all of them."""
    wanted = set(grid_codes)
    on_the_way = {code[:length] for code in wanted for length in range(4, len(code) + 1)}
    grids = Grid.objects.filter(code__in=on_the_way, level__gte=Grid.Level.STREET).order_by("-level")
    found = list(grids.values_list("id", "code", "name", "level"))
    holders = _holders((grid_id for grid_id, *_rest in found), now)
    standing_in = substitutes_of([user.pk for user, absent in holders.values() if absent], now=now)
    steps = {code: _step(code, name, level, holders.get(grid_id), standing_in) for grid_id, code, name, level in found}
    return {code: [step for own, step in steps.items() if code.startswith(own)] for code in wanted}


def _step(
    code: str, name: str, level: int, holder: tuple[User, bool] | None, standing_in: dict[int, User]
) -> LeaderStep:
    user, absent = holder or (None, False)
    return LeaderStep(code, name, level, user, absent, standing_in.get(user.pk) if user and absent else None)


def _holders(grids: Iterable[int], now: datetime) -> dict[int, tuple[User, bool]]:
    """The active leader of each grid at `now` and whether that person is away."""
    away = Absence.objects.filter(user=OuterRef("user"), starts_at__lte=now, ends_at__gt=now)
    posts = (
        Post.objects.filter(grid__in=list(grids), user__is_active=True)
        .on(timezone.localdate(now))
        .leading()
        .select_related("user")
        .annotate(absent=Exists(away))
    )
    return {post.grid_id: (post.user, post.absent) for post in posts if post.grid_id}
