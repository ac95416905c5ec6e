"""What the page of one grid shows beside its posts; every list is bounded."""

from datetime import date
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from grid.models import BoundaryVersion, Building, Compound, Grid, GridPairing, Organization
from grid.people import leader_name
from grid.scope import scope_of

COMPOUNDS: Final = 60
BUILDINGS: Final = 120


def ancestors(grid: Grid, user: Any) -> list[tuple[Grid, bool]]:
    """The grids above, widest first, each with whether `user` may open it."""
    chain = Grid.objects.chain_of(grid.code).exclude(pk=grid.pk).only("code", "name", "level")
    scope = scope_of(user)
    return [(one, scope.can("grid.view", one.code)) for one in reversed(chain)]


def children(grid: Grid, *, today: date) -> QuerySet[Grid]:
    """The grids directly below today, each with `leader`."""
    found = Grid.objects.filter(parent=grid).current(today).defer("boundary")
    return found.annotate(leader=leader_name(today)).order_by("kind", "code")


def organizations(grid: Grid) -> QuerySet[Organization]:
    """The organizations of this very grid that still work."""
    return Organization.objects.active().filter(grid=grid).order_by("kind", "name")


def compounds(grid: Grid) -> QuerySet[Compound]:
    """The compounds of the subtree with `buildings_here`, those without a managing unit first."""
    found = Compound.objects.filter(grid__code__startswith=grid.code).select_related("property_company", "grid")
    found = found.defer("grid__boundary").annotate(buildings_here=Count("buildings"))
    return found.order_by("-is_unmanaged", "name")


def buildings(grid: Grid) -> QuerySet[Building]:
    """The buildings of the subtree, for grids small enough to list them."""
    found = Building.objects.filter(grid__code__startswith=grid.code).select_related("compound")
    return found.order_by("compound__name", "name")


def versions(grid: Grid) -> QuerySet[BoundaryVersion]:
    """The boundary versions, newest first, without the shapes."""
    return (
        BoundaryVersion.objects.filter(grid=grid)
        .defer("boundary")
        .select_related("created_by")
        .order_by("-valid_from", "-id")
    )


def pairings(grid: Grid, *, today: date) -> QuerySet[GridPairing]:
    """The pairings (双格联动) that this grid is part of today."""
    current = Q(ends_on__isnull=True) | Q(ends_on__gt=today)
    found = GridPairing.objects.filter(current, Q(dedicated=grid) | Q(neighbour=grid))
    return found.select_related("dedicated", "neighbour").defer("dedicated__boundary", "neighbour__boundary")


def bounded(rows: QuerySet[Any], limit: int) -> tuple[list[Any], bool]:
    """At most `limit` rows, and whether there are more."""
    found = list(rows[: limit + 1])
    return found[:limit], len(found) > limit
