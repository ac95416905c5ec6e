"""Models of `grid`, one subject per file."""

from grid.models.boundary import BoundaryVersion
from grid.models.grid import Grid, GridPairing
from grid.models.imports import ImportRun
from grid.models.organization import Organization
from grid.models.place import Building, Compound
from grid.models.post import Absence, Post

__all__ = [
    "Absence",
    "BoundaryVersion",
    "Building",
    "Compound",
    "Grid",
    "GridPairing",
    "ImportRun",
    "Organization",
    "Post",
]
