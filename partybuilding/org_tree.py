"""The tree of party organizations as pages show it: a level at a time, with the counts of whole subtrees."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left

from partybuilding.models import PartyMember, PartyOrganization, PartyPost
from partybuilding.organizations import SEGMENT, living
from partybuilding.posts import HEADS

Kind = PartyOrganization.Kind
BRANCHES: Final = (Kind.GRID_BRANCH, Kind.DEDICATED, Kind.NON_PUBLIC, Kind.UNIT, Kind.JOINT)


@dataclass(frozen=True, slots=True)
class Node:
    """One organization with what stands below it; `party.head` is its leader's name."""

    party: PartyOrganization
    below: Counter[str] = field(default_factory=Counter)
    """Organizations of its subtree by kind, itself left out."""
    members: int = 0
    """Members of the whole subtree."""

    @property
    def communities(self) -> int:
        """Communities below it."""
        return self.below[Kind.COMMUNITY]

    @property
    def branches(self) -> int:
        """Branches of all kinds below it."""
        return sum(self.below[kind] for kind in BRANCHES)

    @property
    def groups(self) -> int:
        """Building groups below it."""
        return self.below[Kind.GROUP]

    @property
    def has_children(self) -> bool:
        """Whether it can be opened."""
        return bool(self.below)


def with_head(rows: Any, *, today: date) -> QuerySet[PartyOrganization]:
    """Rows with `head`, the name of who leads it today, and what a list shows of them."""
    heads = PartyPost.objects.on(today).filter(party=OuterRef("pk"), title__in=HEADS)
    found: QuerySet[PartyOrganization] = rows.annotate(head=Subquery(heads.values("name")[:1]))
    return found.select_related("organization", "grid").defer("grid__boundary")


def roots(seen: Any) -> QuerySet[PartyOrganization]:
    """The living organizations above which the reader sees none."""
    above = seen.filter(pk=OuterRef("parent"))
    return living(seen).filter(~Exists(above)).order_by("path")


def children(seen: Any, top: PartyOrganization) -> QuerySet[PartyOrganization]:
    """The living organizations right below `top`."""
    return living(seen).filter(parent=top).order_by("kind", "grid_code", "pk")


def chain(party: PartyOrganization) -> list[PartyOrganization]:
    """Those above it, the highest first."""
    keys = [int(party.path[n : n + SEGMENT]) for n in range(0, len(party.path) - SEGMENT, SEGMENT)]
    rows = PartyOrganization.objects.filter(pk__in=keys).select_related("organization").order_by("path")
    return list(rows) if keys else []


def nodes(parties: Iterable[PartyOrganization], seen: Any, members: Any) -> list[Node]:
    """Each with the counts of its subtree among what the reader sees: two queries for rows of one depth."""
    rows = list(parties)
    by_depth: dict[int, list[PartyOrganization]] = defaultdict(list)
    for row in rows:
        by_depth[len(row.path)].append(row)
    below: dict[str, Counter[str]] = defaultdict(Counter)
    people: Counter[str] = Counter()
    for depth, level in by_depth.items():
        start = _common(level)
        parts = living(seen).filter(path__startswith=start).order_by().annotate(key=Left("path", depth))
        for key, kind, count in parts.values_list("key", "kind").annotate(Count("pk")):
            below[key][kind] = count
        inside = members.filter(left_on=None, party__path__startswith=start).order_by()
        people.update(dict(inside.values_list(Left("party__path", depth)).annotate(Count("pk"))))
    return [_node(row, below[row.path], people[row.path]) for row in rows]


def seen_members(user: Any) -> QuerySet[PartyMember]:
    """The members whom `user` may count."""
    found: QuerySet[PartyMember] = PartyMember.objects.visible_to(user)
    return found


def _common(rows: Sequence[PartyOrganization]) -> str:
    """The path that all rows have above them; the own one when there is only one."""
    first = rows[0].path
    if len(rows) == 1:
        return first
    above = first[:-SEGMENT]
    return above if all(row.path.startswith(above) for row in rows) else ""


def _node(party: PartyOrganization, below: Counter[str], members: int) -> Node:
    below[party.kind] -= 1  # itself
    return Node(party, +below, members)
