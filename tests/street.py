"""A small world for tests: two streets of squares, people with posts. Builders, no fixtures."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from accounts.models import User
from grid.models import Grid, Organization, Post
from grid.models.grid import level_of, parent_code_of
from grid.posts import PostKind

SINCE = date(2024, 1, 1)
WEST, SOUTH, SIDE = 113.60, 34.70, 0.04  # degrees; the street is one square of about 4 km
STREET, OTHER_STREET = "410103008", "410103003"
COMMUNITY, SISTER, OTHER_COMMUNITY = "410103008001", "410103008002", "410103003001"
GRID, MICRO, MICRO_EAST = "410103008001001", "410103008001001001", "410103008001001002"
OTHER_GRID = "410103003001001"


def square(west: float, south: float, width: float, height: float | None = None) -> MultiPolygon:
    """A rectangle given by its south-west corner and its sides, in degrees."""
    return MultiPolygon(Polygon.from_bbox((west, south, west + width, south + (height or width))), srid=4326)


AREAS: dict[str, MultiPolygon | None] = {
    "4101": None,
    "410103": square(113.5, 34.6, 0.3),
    STREET: square(WEST, SOUTH, SIDE),
    # west half and east half of the street
    COMMUNITY: square(WEST, SOUTH, SIDE / 2, SIDE),
    SISTER: square(WEST + SIDE / 2, SOUTH, SIDE / 2, SIDE),
    GRID: square(WEST, SOUTH, SIDE / 2, SIDE / 2),
    MICRO: square(WEST, SOUTH, SIDE / 4, SIDE / 2),
    MICRO_EAST: square(WEST + SIDE / 4, SOUTH, SIDE / 4, SIDE / 2),
    OTHER_STREET: square(113.70, SOUTH, SIDE),
    OTHER_COMMUNITY: square(113.70, SOUTH, SIDE),
    OTHER_GRID: square(113.70, SOUTH, SIDE),
}
NAMES = {
    "4101": "郑州市",
    "410103": "二七区",
    STREET: "建中街街道",
    OTHER_STREET: "铭功路街道",
    COMMUNITY: "建中街社区",
    SISTER: "交通路社区",
    OTHER_COMMUNITY: "西太康社区",
}


def make_grid(code: str, *, area: MultiPolygon | None = None, name: str = "", **more: Any) -> Grid:
    """A current grid under the parent that its code names."""
    parent = Grid.objects.filter(code=parent_code_of(code)).first()
    grid = _grid(code, parent, area, name=name, **more)
    grid.save(force_insert=True)
    return grid


def _grid(code: str, parent: Grid | None, area: MultiPolygon | None, *, name: str = "", **more: Any) -> Grid:
    return Grid(
        code=code,
        name=name or NAMES.get(code, f"网格{code[9:]}"),
        level=level_of(code),
        parent=parent,
        boundary=area,
        boundary_origin=Grid.Origin.DERIVED if area is not None else "",
        **{"valid_from": SINCE} | more,
    )


def build_streets() -> dict[str, Grid]:
    """Both streets with everything below them, by code; a level at a time, because most tests begin here."""
    made: dict[str, Grid] = {}
    for level in sorted({level_of(code) for code in AREAS}):
        codes = [code for code in AREAS if level_of(code) == level]
        grids = [_grid(code, made.get(parent_code_of(code)), AREAS[code]) for code in codes]
        made |= {grid.code: grid for grid in Grid.objects.bulk_create(grids)}
    return {code: made[code] for code in AREAS}


def make_person(username: str, real_name: str = "", **more: Any) -> User:
    """An active person who can sign in with client.force_login."""
    return User.objects.create_user(username, real_name=real_name or username, **more)


def give_post(user: User, kind: str, place: Grid | Organization, *, since: date = SINCE, **more: Any) -> Post:
    """A post from `since` on, without the checks of grid.tenure."""
    where = {"organization": place} if isinstance(place, Organization) else {"grid": place}
    return Post.objects.create(user=user, kind=kind, starts_on=since, **where, **more)


def make_organization(grid: Grid, code: str = "police", **more: Any) -> Organization:
    """A posted department (下沉职能部门) of the grid."""
    values = {"name": "淮河路派出所", "kind": Organization.Kind.DEPARTMENT} | more
    return Organization.objects.create(grid=grid, code=code, **values)


ROLES: dict[str, tuple[str, str]] = {
    "operator": (PostKind.OPERATOR, STREET),
    "dispatcher": (PostKind.DISPATCHER, STREET),
    "shiftleader": (PostKind.SHIFT_LEADER, STREET),
    "supervisor": (PostKind.SUPERVISOR, STREET),
    "community": (PostKind.COMMUNITY_HEAD, COMMUNITY),
    "cadre": (PostKind.LINKED_CADRE, COMMUNITY),
    "gridleader": (PostKind.GRID_LEADER, GRID),
    "microleader": (PostKind.MICRO_LEADER, MICRO),
    "auditor": (PostKind.AUDITOR, STREET),
    "partyofficer": (PostKind.PARTY_OFFICER, STREET),
}
"""The demo roles that hold a post in a grid; "department" holds one in an organization, "admin" is the superuser."""


def make_roles(grids: dict[str, Grid]) -> dict[str, User]:
    """One person per role of the demo, posted in the first street."""
    unit = make_organization(grids[STREET])
    held = {role: {"kind": kind, "grid": grids[code]} for role, (kind, code) in ROLES.items()}
    held["department"] = {"kind": PostKind.HANDLER, "organization": unit}
    held["head"] = {"kind": PostKind.ORG_HEAD, "organization": unit}
    people = {person.username: person for person in User.objects.bulk_create(map(_person, held))}
    Post.objects.bulk_create(Post(user=people[role], starts_on=SINCE, **post) for role, post in held.items())
    people["admin"] = User.objects.create_superuser("admin", real_name="admin")
    return people


def _person(username: str) -> User:
    """As `make_person` leaves it, not saved: without a password and a phone."""
    return User(username=username, real_name=username, password=make_password(None))


def inside(code: str) -> Point:
    """A point well inside the grid's area."""
    area = AREAS[code]
    assert area is not None
    return area.point_on_surface


def yesterday(today: date) -> date:
    """The day before."""
    return today - timedelta(days=1)
