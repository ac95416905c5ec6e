"""包联: who covers which community, grid, building; where nobody does; the chain of five rungs (domain.md 10, 2.17).

Read from the posts of the grids (科级干部包社区, 社区委员包网格, 楼栋长包楼栋) and the building groups of the party.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from grid.models import Building, Grid, Post
from grid.posts import PostKind
from partybuilding.models import PartyOrganization, PartyPost
from partybuilding.organizations import living
from partybuilding.posts import HEADS

Level = Grid.Level
COVERING: Final = (PostKind.LINKED_CADRE, PostKind.COMMITTEE_MEMBER, PostKind.BUILDING_HEAD)
SHOWN: Final = 12
"""Names of one rung or cell; the others are counted."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of the chain with the people on it."""

    title: str
    names: list[str]
    count: int

    @property
    def more(self) -> int:
        """People who are not named."""
        return self.count - len(self.names)


@dataclass(slots=True)
class Line:
    """One community or grid: who covers it, and how much of what lies below is covered."""

    grid: Grid
    cadres: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    leaders: list[str] = field(default_factory=list)
    grids: int = 0
    grids_covered: int = 0
    buildings: int = 0
    buildings_covered: int = 0

    @property
    def vacant(self) -> bool:
        """Nobody from above covers it."""
        wanted = self.cadres if self.grid.level == Level.COMMUNITY else self.members
        return not wanted


@dataclass(frozen=True, slots=True)
class Responsibility:
    """The coverage below one grid: its lines and their sums."""

    lines: list[Line]
    cadres: int
    members: int
    heads: int
    vacant: int
    buildings: int
    buildings_covered: int
    grids: int
    grids_covered: int


def responsibility(top: Grid, *, today: date) -> Responsibility:
    """Who covers the communities of a street, or the grids of a community or of a grid: four queries for any size."""
    posts = list(_posts(top.code, today))
    below = Grid.objects.under(top.code).current(today).territorial().filter(level__lte=Level.GRID).defer("boundary")
    grids = list(below.order_by("code"))
    level = Level.COMMUNITY if top.level <= Level.STREET else Level.GRID
    lines = {grid.code: Line(grid) for grid in grids if grid.level == level}
    _put_people(lines, posts, level)
    covered = {post.grid.code for post in posts if post.kind == PostKind.COMMITTEE_MEMBER and post.grid}
    _put_counts(lines, grids, covered, top.code, posts, level)
    people = {kind: len({post.user_id for post in posts if post.kind == kind}) for kind in COVERING}
    return Responsibility(
        lines=list(lines.values()),
        cadres=people[PostKind.LINKED_CADRE],
        members=people[PostKind.COMMITTEE_MEMBER],
        heads=people[PostKind.BUILDING_HEAD],
        vacant=sum(line.vacant for line in lines.values()),
        buildings=sum(line.buildings for line in lines.values()),
        buildings_covered=sum(line.buildings_covered for line in lines.values()),
        grids=sum(line.grids for line in lines.values()),
        grids_covered=sum(line.grids_covered for line in lines.values()),
    )


def _posts(code: str, today: date) -> Any:
    kinds = (*COVERING, PostKind.COMMUNITY_HEAD, PostKind.GRID_LEADER)
    rows = Post.objects.on(today).filter(kind__in=kinds, grid__code__startswith=code, user__is_active=True)
    return rows.select_related("user", "grid").defer("grid__boundary").order_by("grid__code", "id")


def _put_people(lines: dict[str, Line], posts: Iterable[Post], level: int) -> None:
    """Names of who covers each line; the committee members of a community are those of its grids."""
    leads = PostKind.COMMUNITY_HEAD if level == Level.COMMUNITY else PostKind.GRID_LEADER
    width = 12 if level == Level.COMMUNITY else 15
    for post in posts:
        line = lines.get(post.grid.code[:width]) if post.grid else None
        if line is None or post.grid is None:
            continue
        own = post.grid.code == line.grid.code
        name = post.user.real_name or post.user.username
        if post.kind == PostKind.LINKED_CADRE and own:
            line.cadres.append(name)
        elif post.kind == PostKind.COMMITTEE_MEMBER and name not in line.members:
            line.members.append(name)
        elif post.kind == leads and own:
            line.leaders.append(name)


def _put_counts(  # the parts of one count
    lines: dict[str, Line], grids: Iterable[Grid], covered: set[str], code: str, posts: Iterable[Post], level: int
) -> None:
    width = 12 if level == Level.COMMUNITY else 15
    for grid in grids:
        line = lines.get(grid.code[:width])
        if line is not None and grid.level == Level.GRID:
            line.grids += 1
            line.grids_covered += grid.code in covered
    for grid_code, count in _buildings(code):
        if (line := lines.get(grid_code[:width])) is not None:
            line.buildings += count
    headed = {(post.building_id, post.grid.code) for post in posts if post.building_id and post.grid}
    for _building, grid_code in headed:
        if (line := lines.get(grid_code[:width])) is not None:
            line.buildings_covered += 1


def _buildings(code: str) -> Any:
    rows = Building.objects.filter(grid__code__startswith=code).order_by()
    return rows.values_list("grid__code").annotate(Count("pk"))


# --- the chain ---


def chain_of(grid: Grid, seen: Any, *, today: date) -> list[Rung]:
    """党工委 → 分管副书记 → 党建办 → 书记 → 网格员 for one grid: four queries."""
    street, community = grid.code[:9], grid.code[:12]
    above = Post.objects.on(today).filter(grid__code=street, user__is_active=True).select_related("user")
    by_kind: dict[str, list[str]] = defaultdict(list)
    for post in above.order_by("id"):
        by_kind[post.kind].append(post.user.real_name or post.user.username)
    return [
        _rung(_("Party working committee"), by_kind[PostKind.STREET_SECRETARY]),
        _rung(_("Deputy secretary in charge"), by_kind[PostKind.DEPUTY_SECRETARY]),
        _rung(_("Party-building office"), by_kind[PostKind.PARTY_OFFICER]),
        _secretaries(grid, community, seen, today),
        _workers(grid, today),
    ]


def _rung(title: str, names: list[str], count: int | None = None) -> Rung:
    return Rung(title, names[:SHOWN], len(names) if count is None else count)


def _secretaries(grid: Grid, community: str, seen: Any, today: date) -> Rung:
    """The secretaries of the community, or of all communities of the street."""
    below = Q(grid_code=community) if grid.level >= Level.COMMUNITY else Q(grid_code__startswith=grid.code)
    parties = living(seen).filter(below, kind=PartyOrganization.Kind.COMMUNITY)
    heads = PartyPost.objects.on(today).filter(party__in=parties.values("pk"), title__in=HEADS)
    return _rung(_("Community secretaries"), list(heads.order_by("party__grid_code").values_list("name", flat=True)))


def _workers(grid: Grid, today: date) -> Rung:
    """Grid leaders and grid workers below the grid."""
    kinds = (PostKind.GRID_LEADER, PostKind.GRID_WORKER)
    rows = Post.objects.on(today).filter(kind__in=kinds, grid__code__startswith=grid.code, user__is_active=True)
    names = rows.order_by("grid__code", "id").values_list("user__real_name", flat=True)
    return _rung(_("Grid leaders and workers"), list(names[:SHOWN]), rows.count())


# --- buildings ---


@dataclass(frozen=True, slots=True)
class Door:
    """One building: its head, and the party group that has it in its charge."""

    building: Building
    heads: list[str]
    groups: list[PartyOrganization]


def doors(top: Grid, seen: Any, *, today: date) -> list[Door]:
    """The buildings of a grid or micro-grid with who covers them: three queries."""
    rows = Building.objects.filter(grid__code__startswith=top.code).select_related("compound").order_by("id")
    heads: dict[int, list[str]] = defaultdict(list)
    held = Post.objects.on(today).filter(kind=PostKind.BUILDING_HEAD, building__in=rows.values("pk"))
    for building, name in held.values_list("building", "user__real_name"):
        heads[building].append(name)
    groups: dict[int, list[PartyOrganization]] = defaultdict(list)
    charged = living(seen).filter(buildings__in=rows.values("pk")).select_related("organization")
    for party in charged.annotate(building=F("buildings")).order_by("pk"):
        groups[party.building].append(party)  # type: ignore[attr-defined]
    return [Door(row, heads[row.pk], groups[row.pk]) for row in rows]
