"""Grids of the database as the topology report reads them."""

from datetime import date

from django.contrib.gis.geos import MultiPolygon
from django.db.models import Q

from grid.models import Grid
from grid.models.grid import parent_code_of
from grid.topology import Cell, Finding, report


def cell_of(grid: Grid, *, area: MultiPolygon | None = None, row: int | None = None, is_root: bool = False) -> Cell:
    """`grid` with `area` in place of its boundary; a root has no parent in the report."""
    return Cell(
        code=grid.code,
        name=grid.name,
        level=grid.level,
        parent="" if is_root else parent_code_of(grid.code),
        row=row,
        dedicated=grid.is_dedicated,
        households=grid.households,
        boundary=area or grid.boundary,
        gap_allowed=grid.gap_allowed,
    )


def present_cells(under: str, *, today: date) -> list[Cell]:
    """The current grids at and below the code `under`."""
    return [cell_of(grid, is_root=grid.code == under) for grid in Grid.objects.current(today).under(under)]


def family_findings(grid: Grid) -> list[Finding]:
    """How the boundary of `grid` fits its parent, its siblings and its children, as they stand."""
    family = Q(pk=grid.parent_id) | Q(parent=grid.parent_id) | Q(parent=grid.pk) | Q(pk=grid.pk)
    grids = list(Grid.objects.filter(family, valid_to=None))
    loaded = {one.pk for one in grids}
    cells = [cell_of(one, is_root=one.parent_id not in loaded) for one in grids]
    return [found for found in report(cells, changed={grid.code}) if found.kind != "size"]
