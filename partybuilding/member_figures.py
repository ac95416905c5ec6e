"""What pages count of members: by community and way of management, who was found outside, which doors are linked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Left, Length

from grid.models import Building, Grid
from grid.scope import scope_of
from incidents.overview import midnight
from partybuilding.links import unusual
from partybuilding.models import HouseholdLink, LinkContact, LinkReview, PartyMember
from partybuilding.standing import COMMUNITY_DIGITS

Management = PartyMember.Management


@dataclass(frozen=True, slots=True)
class PlaceCounts:
    """One community (or the street's own members) with its numbers."""

    code: str
    name: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All members."""
        return self.counts.get("all", 0)


def _names(codes: Iterable[str]) -> dict[str, str]:
    return dict(Grid.objects.filter(code__in=list(codes)).values_list("code", "name"))


def _by_community(rows: QuerySet[PartyMember], counts: dict[str, Any]) -> list[PlaceCounts]:
    """`rows` counted per community, in the order of the codes, in two queries."""
    grouped: Any = rows.order_by().annotate(place=Left("grid_code", COMMUNITY_DIGITS)).values("place")
    found: dict[str, dict[str, int]] = {line.pop("place"): line for line in grouped.annotate(**counts)}
    names = _names(found)
    return [PlaceCounts(code, names.get(code, code), found[code]) for code in sorted(found)]


def by_management(rows: QuerySet[PartyMember]) -> list[PlaceCounts]:
    """Members who have not left, per community: "all", each way of management, "linked" (who looks after households).

    The sum of the four ways is "all", as every member has exactly one.
    """
    counts: dict[str, Any] = {value: Count("pk", filter=Q(management=value)) for value in Management.values}
    linking = HouseholdLink.objects.filter(until=None).values("member")
    counts |= {"all": Count("pk"), "linked": Count("pk", filter=Q(pk__in=linking))}
    return _by_community(rows.filter(left_on=None), counts)


def cleanup(rows: QuerySet[PartyMember]) -> list[PlaceCounts]:
    """Hidden and pocket members per community: found, brought in, still outside, left before they were brought in."""
    found = ~Q(found="")
    counts: dict[str, Any] = {
        "all": Count("pk", filter=found),
        "hidden": Count("pk", filter=Q(found="hidden")),
        "pocket": Count("pk", filter=Q(found="pocket")),
        "brought_in": Count("pk", filter=found & Q(brought_in_on__isnull=False)),
        "outside": Count("pk", filter=found & Q(brought_in_on=None, left_on=None)),
        "gone": Count("pk", filter=found & Q(brought_in_on=None, left_on__isnull=False)),
    }
    return [line for line in _by_community(rows, counts) if line.total]


def total_of(lines: Iterable[PlaceCounts]) -> dict[str, int]:
    """The sums of a table."""
    sums: dict[str, int] = {}
    for line in lines:
        for name, count in line.counts.items():
            sums[name] = sums.get(name, 0) + count
    return sums


# --- 党员联户 ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Coverage:
    """How many of the doors of a grid or building are looked after; `households` is None where nobody counted."""

    key: str
    name: str
    households: int | None = None
    linked: int = 0
    members: int = 0
    contacted: int = 0

    @property
    def rate(self) -> float | None:
        """Linked among all; None without a number of households, never above 1."""
        return min(1.0, self.linked / self.households) if self.households else None


def coverage_below(grid: Grid, *, today: date, days: int) -> list[Coverage]:
    """The grids below `grid`, each with its households (from the archive of buildings), those linked, members at work
    and households contacted within `days`; in four queries. A grid without children gives none."""
    children = Grid.objects.current(today).territorial().filter(parent=grid).order_by("code")
    lines = {code: Coverage(code, name) for code, name in children.values_list("code", "name")}
    if not lines:
        return []
    length = len(next(iter(lines)))
    archive = Building.objects.filter(grid__code__startswith=grid.code).order_by()
    for code, count in archive.values_list(Left("grid__code", length)).annotate(n=Sum("households")):
        if code in lines:
            lines[code].households = count
    for code, *counts in _linked(grid, Left("grid_code", length), today, days):
        if code in lines:
            lines[code].linked, lines[code].members, lines[code].contacted = counts
    return list(lines.values())


def coverage_of_buildings(grid: Grid, *, today: date, days: int) -> list[Coverage]:
    """The same for the buildings of `grid`."""
    rows = Building.objects.filter(grid__code__startswith=grid.code).select_related("compound")
    lines = {
        row.pk: Coverage(str(row.pk), f"{row.compound.name}{row.name}", row.households)
        for row in rows.order_by("compound__name", Length("name"), "name")
    }
    for pk, *counts in _linked(grid, F("building"), today, days):
        if pk in lines:
            lines[pk].linked, lines[pk].members, lines[pk].contacted = counts
    return list(lines.values())


def _linked(grid: Grid, by: Any, today: date, days: int) -> Iterable[tuple[Any, int, int, int]]:
    """(group, doors, members, doors contacted) of the links that hold today."""
    recent = LinkContact.objects.filter(at__gte=midnight(today - timedelta(days=days))).values("link")
    held = HouseholdLink.objects.on(today).filter(grid_code__startswith=grid.code).order_by()
    return (
        held.annotate(by=by)
        .values_list("by")
        .annotate(doors=Count("pk"), people=Count("member", distinct=True), met=Count("pk", filter=Q(pk__in=recent)))
    )


def linking_members(user: Any, *, code: str, today: date) -> QuerySet[PartyMember]:
    """Members who look after households or whose households were reviewed, with `doors`, `last_contact`, `deducting`.

    Deductions are shown, not summed to points, and nobody is ranked: W64 names no amounts.
    """
    held = HouseholdLink.objects.on(today).filter(member=OuterRef("pk")).order_by().values("member")
    last = LinkContact.objects.filter(link__member=OuterRef("pk")).order_by().values("link__member")
    poor = LinkReview.objects.filter(member=OuterRef("pk")).exclude(result="satisfied").order_by().values("member")
    year = {"on__year": today.year}
    rows: Any = PartyMember.objects.visible_to(user).under(code).filter(left_on=None)
    found: QuerySet[PartyMember] = rows.annotate(
        doors=Subquery(held.annotate(n=Count("pk")).values("n")),
        last_contact=Subquery(last.annotate(t=Max("at")).values("t")),
        deducting=Subquery(poor.filter(**year).annotate(n=Count("pk")).values("n")),
    ).filter(Q(doors__gt=0))
    return found


@dataclass(frozen=True, slots=True)
class LinkTotals:
    """What stands above the list of linking members."""

    members: int = 0
    doors: int = 0
    usual: int = 0
    few: int = 0
    many: int = 0


def totals_of(rows: Any) -> LinkTotals:
    """Members, doors, and how many have about ten, fewer or more, of `linking_members`; in one query."""
    counts: list[int] = list(rows.order_by().values_list("doors", flat=True))
    words = [bool(unusual(count)) for count in counts]
    few = sum(strange and count < 10 for strange, count in zip(words, counts, strict=True))
    return LinkTotals(len(counts), sum(counts), words.count(False), few, words.count(True) - few)


def communities_of(user: Any) -> QuerySet[Grid]:
    """The streets and communities whose members `user` sees, for the choice of a page."""
    rows = Grid.objects.filter(scope_of(user).q("party.view", "code"), level__in=(3, 4, 5, 6))
    return rows.defer("boundary").order_by("level", "code")
