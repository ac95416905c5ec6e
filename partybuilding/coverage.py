"""Where party organization is missing: grids without one of their level, organizations without a head, empty posts."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet

from grid.models import Building, Grid
from partybuilding.models import PartyOrganization, PartyPost
from partybuilding.organizations import living
from partybuilding.posts import HEADS, Unfilled, held_posts, missing_posts, plans

Kind = PartyOrganization.Kind
Level = Grid.Level
OF_LEVEL: Final[dict[int, tuple[str, ...]]] = {
    Level.STREET: (Kind.WORK_COMMITTEE,),
    Level.COMMUNITY: (Kind.COMMUNITY,),
    Level.GRID: (Kind.GRID_BRANCH, Kind.JOINT),
    Level.MICRO: (Kind.GROUP,),
}
"""The organization that a territorial grid of a level should have (domain.md 4.1): 街道—社区—网格—楼栋."""
OF_DEDICATED: Final = (Kind.DEDICATED, Kind.NON_PUBLIC, Kind.UNIT, Kind.JOINT)
"""A dedicated grid (专属网格) has a branch of its own or of the unit it is about."""


@dataclass(slots=True)
class Share:
    """So many of so many."""

    have: int = 0
    of: int = 0

    @property
    def missing(self) -> int:
        """Those that have none."""
        return self.of - self.have

    @property
    def rate(self) -> float | None:
        """0 to 1; None when there is nothing to cover."""
        return self.have / self.of if self.of else None


@dataclass(slots=True)
class Cover:
    """What one grid and everything below it have."""

    grid: Grid
    streets: Share = field(default_factory=Share)
    communities: Share = field(default_factory=Share)
    grids: Share = field(default_factory=Share)
    dedicated: Share = field(default_factory=Share)
    micros: Share = field(default_factory=Share)
    heads: Share = field(default_factory=Share)
    posts: Share = field(default_factory=Share)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def organizations(self) -> int:
        """All living ones."""
        return self.kinds.total()

    @property
    def branches(self) -> int:
        """Grid branches (网格党支部)."""
        return self.kinds[Kind.GRID_BRANCH]

    @property
    def groups(self) -> int:
        """Building groups (楼栋党小组)."""
        return self.kinds[Kind.GROUP]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole picture of one grid: its sum, its parts, and the lists of what is missing."""

    total: Cover
    parts: list[Cover]
    grids: list[Grid]
    """Territorial and dedicated grids without an organization of their level; micro-grids are only counted."""
    headless: list[PartyOrganization]
    unfilled: list[Unfilled]


class _Row(NamedTuple):
    """What is counted of one organization: ten thousand of them are read for one page."""

    pk: int
    kind: str
    grid_code: str


def cover(top: Grid, seen: Any, *, today: date, lists: bool = True) -> Coverage:
    """The coverage of `top` among the organizations `seen` by the reader: seven queries for any size.

    The parts are the grids right below it (communities of a street, grids of a community). Without `lists` the
    organizations that lack something are only counted.
    """
    grids = list(Grid.objects.under(top.code).current(today).filter(level__lte=Level.MICRO).defer("boundary"))
    living_ = living(seen).filter(grid_code__startswith=top.code)
    rows = [_Row(*row) for row in living_.order_by("grid_code", "pk").values_list("pk", "kind", "grid_code")]
    total = Cover(top)
    parts = {grid.code: Cover(grid) for grid in grids if grid.parent_id == top.pk and not grid.is_dedicated}
    bare = _count_grids(grids, rows, total, parts)
    held = held_posts(PartyPost.objects.filter(party__grid_code__startswith=top.code), today=today)
    led = {pk for pk, title in held if title in HEADS}
    empty = list(missing_posts(((row.pk, row.kind) for row in rows), held))
    _count_organizations(rows, led, empty, total, parts)
    if not lists:
        return Coverage(total, list(parts.values()), bare, [], [])
    alone = [row.pk for row in rows if row.pk not in led]
    named = _named({*alone, *(pk for pk, _title, _count in empty)})
    lacking = [Unfilled(named[pk], title, count) for pk, title, count in empty]
    return Coverage(total, list(parts.values()), bare, [named[pk] for pk in alone], lacking)


def _named(keys: set[int]) -> dict[int, PartyOrganization]:
    rows = PartyOrganization.objects.filter(pk__in=keys).select_related("organization")
    return {party.pk: party for party in rows}


def _above(code: str, total: Cover, parts: dict[str, Cover]) -> list[Cover]:
    """The sum, and the part in which `code` lies."""
    found = [total]
    found += [parts[start] for n in range(12, len(code) + 1, 3) if (start := code[:n]) in parts]
    return found


def _count_grids(grids: Iterable[Grid], parties: Iterable[_Row], total: Cover, parts: dict[str, Cover]) -> list[Grid]:
    """Fill the shares of the grids; gives those without an organization of their level."""
    covered: dict[str, set[str]] = defaultdict(set)
    for party in parties:
        covered[party.kind].update(party.grid_code[:n] for n in range(9, len(party.grid_code) + 1, 3))
    bare: list[Grid] = []
    for grid in grids:
        wanted = OF_DEDICATED if grid.is_dedicated else OF_LEVEL.get(grid.level, ())
        if not wanted:
            continue
        has = any(grid.code in covered[kind] for kind in wanted)
        for one in _above(grid.code, total, parts):
            share = _share_of(one, grid)
            share.of += 1
            share.have += has
        if not has and (grid.is_dedicated or grid.level < Level.MICRO):
            bare.append(grid)
    return bare


def _share_of(one: Cover, grid: Grid) -> Share:
    if grid.is_dedicated:
        return one.dedicated
    names = {Level.STREET: "streets", Level.COMMUNITY: "communities", Level.GRID: "grids", Level.MICRO: "micros"}
    share: Share = getattr(one, names[Level(grid.level)])
    return share


def _count_organizations(
    parties: Iterable[_Row],
    led: set[int],
    empty: Iterable[tuple[int, str, int]],
    total: Cover,
    parts: dict[str, Cover],
) -> None:
    missing: Counter[int] = Counter()
    for pk, _title, count in empty:
        missing[pk] += count
    wanted = _planned()
    for party in parties:
        for cover_ in _above(party.grid_code, total, parts):
            cover_.kinds[party.kind] += 1
            cover_.heads.of += 1
            cover_.heads.have += party.pk in led
            cover_.posts.of += wanted[party.kind]
            cover_.posts.have += wanted[party.kind] - missing[party.pk]


def _planned() -> Counter[str]:
    """Posts that the plan asks of one organization of each kind."""
    return Counter({kind: sum(titles.values()) for kind, titles in plans().items()})


def buildings_without_group(code: str, seen: Any) -> QuerySet[Building]:
    """Buildings below `code` that no living group has in its charge."""
    charged = living(seen).filter(kind=Kind.GROUP).values("buildings")
    return Building.objects.filter(grid__code__startswith=code).exclude(pk__in=charged.exclude(buildings=None))
