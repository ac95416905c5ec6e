"""The admin of the grid: master data, boundaries, posts, imports. Rights come from posts here too."""

from grid.admin.imports import ImportRunAdmin
from grid.admin.people import AbsenceAdmin, PostAdmin
from grid.admin.places import BuildingAdmin, CompoundAdmin, OrganizationAdmin
from grid.admin.tree import BoundaryVersionAdmin, GridAdmin, GridPairingAdmin

__all__ = [
    "AbsenceAdmin",
    "BoundaryVersionAdmin",
    "BuildingAdmin",
    "CompoundAdmin",
    "GridAdmin",
    "GridPairingAdmin",
    "ImportRunAdmin",
    "OrganizationAdmin",
    "PostAdmin",
]
