"""The demo street with its people, for tests of what is built on it."""

from grid.demo.organizations import build_organizations
from grid.demo.people import build_people
from grid.demo.places import build_places
from grid.demo.statistics import take_statistics
from grid.demo.tree import build_tree
from grid.models import Grid, Organization


def build_demo_street() -> tuple[dict[str, Grid], dict[str, Organization]]:
    """Grids and organizations by code, with places and 3,500 people.

    With statistics, as the demo has them: what the planner thinks of empty tables can make one query last minutes.
    """
    grids = build_tree()
    organizations = build_organizations(grids)
    build_people(grids, organizations, build_places(grids, organizations), password="Demo-2026-x")
    take_statistics("grid_grid", "grid_post", "grid_organization", "grid_building", "grid_compound", "accounts_user")
    return grids, organizations
