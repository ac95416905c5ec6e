"""Lays the demo tree: grids of every level with derived boundaries (Voronoi cells)."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon
from django.db import connection

from grid.demo.divisions import CITIES, DISTRICTS, STREETS, CommunityPlan, StreetPlan
from grid.models import BoundaryVersion, Grid, GridPairing
from grid.models.grid import level_of, parent_code_of

SINCE: Final = date(2024, 1, 1)
DERIVED_NOTE: Final = "演示数据：边界为推算的泰森多边形，非官方界线"

# Seeded points spread over the parent, gathered into n clusters whose centres make Voronoi
# cells: even, gap-free, and the same on every machine. Cells are numbered north to south in
# bands and west to east inside a band (domain.md 1.4).
_CELLS_SQL: Final = """
WITH area AS (SELECT ST_GeomFromWKB(%(area)s, 4326) AS g),
     seeds AS (SELECT (ST_Dump(ST_GeneratePoints(g, %(n)s * 40, %(seed)s))).geom AS p FROM area),
     grouped AS (SELECT p, ST_ClusterKMeans(p, %(n)s) OVER () AS k FROM seeds),
     centres AS (SELECT ST_Collect(c) AS pts FROM (SELECT ST_Centroid(ST_Collect(p)) AS c FROM grouped GROUP BY k) x),
     cells AS (
       SELECT ST_Multi(ST_CollectionExtract(ST_Intersection(v.geom, area.g), 3)) AS cell
       FROM area, centres, LATERAL ST_Dump(ST_VoronoiPolygons(centres.pts, 0, area.g)) AS v)
SELECT ST_AsBinary(cell) FROM cells
ORDER BY floor((ST_YMax(cell) + ST_YMin(cell)) * -250), ST_X(ST_Centroid(cell)), ST_AsBinary(cell)
"""


def cells_of(area: GEOSGeometry, n: int, *, seed: int) -> list[MultiPolygon]:
    """`n` cells that fill `area` without overlap, the same for the same seed."""
    if n == 1:
        return [_multi(area)]
    with connection.cursor() as cursor:
        cursor.execute(_CELLS_SQL, {"area": bytes(area.wkb), "n": n, "seed": seed})
        cells = [_multi(GEOSGeometry(memoryview(row[0]), srid=4326)) for row in cursor.fetchall()]
    if len(cells) != n:
        raise RuntimeError(f"{n} cells wanted, {len(cells)} made")
    return cells


def _multi(area: GEOSGeometry) -> MultiPolygon:
    return area if isinstance(area, MultiPolygon) else MultiPolygon(area, srid=4326)


def build_tree() -> dict[str, Grid]:
    """Write the whole demo tree; returns every grid by its code."""
    grids: dict[str, Grid] = {}
    _insert(grids, [_plain(code, name) for code, name in CITIES])
    _insert(grids, [_plain(code, name) for code, name in DISTRICTS])
    for street in STREETS:
        _build_street(grids, street)
    _keep_versions(grids.values())
    return grids


def _plain(code: str, name: str) -> Grid:
    return Grid(code=code, name=name, level=level_of(code), valid_from=SINCE)


def _build_street(grids: dict[str, Grid], street: StreetPlan) -> None:
    outline = MultiPolygon(Polygon(street.outline), srid=4326)
    node = _cell(street.code, street.name, outline, gap_allowed=not street.whole)
    communities, lower, micros = _plan_cells(street, outline)
    _add_up(lower, micros)
    _add_up(communities, lower)
    _add_up([node], communities)
    if street.population:
        node.population = street.population
    _insert(grids, [node])
    for level in (communities, lower, micros):
        _insert(grids, level)
    _insert(grids, _dedicated(street))
    _pair(grids, street)


def _plan_cells(street: StreetPlan, outline: MultiPolygon) -> tuple[list[Grid], list[Grid], list[Grid]]:
    communities, lower, micros = [], [], []
    areas = cells_of(outline, len(street.communities), seed=int(street.code) % 9973)
    for plan, area in zip(street.communities, areas, strict=True):
        community = _cell(plan.code, plan.name, area, note=plan.note)
        community.area_km2 = Decimal(plan.area_km2) if plan.area_km2 else None
        grids_here, micros_here = _plan_community(plan, area)
        communities.append(community)
        lower += grids_here
        micros += micros_here
    return communities, lower, micros


def _plan_community(plan: CommunityPlan, area: MultiPolygon) -> tuple[list[Grid], list[Grid]]:
    lower: list[Grid] = []
    micros: list[Grid] = []
    shares = [plan.micros // plan.grids + (1 if i < plan.micros % plan.grids else 0) for i in range(plan.grids)]
    homes = _homes(plan)
    for number, cell in enumerate(cells_of(area, plan.grids, seed=int(plan.code) % 9967), start=1):
        code = f"{plan.code}{number:03d}"
        lower.append(_cell(code, f"{plan.name[:-2]}第{number}网格", cell))
        parts = cells_of(cell, shares[number - 1], seed=int(code) % 9949)
        for small, part in enumerate(parts, start=1):
            micro = _cell(f"{code}{small:03d}", f"{plan.name[:-2]}{number}-{small}微网格", part)
            micro.households, micro.population = homes[len(micros)]
            micros.append(micro)
    return lower, micros


def _homes(plan: CommunityPlan) -> list[tuple[int, int]]:
    """(households, people) per micro-grid: 50–70 households (domain.md 1.2), or the known totals shared out."""
    plain = [50 + (int(plan.code) * 7 + i * 13) % 21 for i in range(plan.micros)]
    households = _exactly(plain, plan.households)
    return list(zip(households, _exactly([h * 26 // 10 for h in households], plan.population), strict=True))


def _exactly(values: Sequence[int], total: int | None) -> list[int]:
    if total is None:
        return list(values)
    bounds = [round(total * sum(values[: i + 1]) / sum(values)) for i in range(len(values))]
    return [b - a for a, b in zip([0, *bounds], bounds, strict=False)]


def _cell(
    code: str,
    name: str,
    area: MultiPolygon,
    *,
    note: str = "",
    gap_allowed: bool = False,
) -> Grid:
    return Grid(
        code=code,
        name=name,
        level=level_of(code),
        valid_from=SINCE,
        boundary=area,
        boundary_origin=Grid.Origin.DERIVED,
        note=note or DERIVED_NOTE,
        gap_allowed=gap_allowed,
    )


def _add_up(parents: Iterable[Grid], children: Iterable[Grid]) -> None:
    """Households and people of a parent are the sum of its children's."""
    sums: dict[str, list[int]] = {}
    for child in children:
        kept = sums.setdefault(parent_code_of(child.code), [0, 0])
        kept[0] += child.households or 0
        kept[1] += child.population or 0
    for parent in parents:
        parent.households, parent.population = sums[parent.code]


def _dedicated(street: StreetPlan) -> list[Grid]:
    """Dedicated grids belong to a community, never to the street itself (domain.md 1.3)."""
    kinds = ("商务楼宇", "医院", "学校", "商圈", "科研院所", "企业园区")
    found = []
    for number in range(street.dedicated):
        plan = street.communities[number % len(street.communities)]
        code = f"{plan.code}Z{number // len(street.communities) + 1:02d}"
        name = f"{plan.name[:-2]}{kinds[number % len(kinds)]}专属网格"
        found.append(
            Grid(code=code, name=name, level=5, kind=Grid.Kind.DEDICATED, valid_from=SINCE, note="演示数据：名称为虚构")
        )
    return found


def _pair(grids: dict[str, Grid], street: StreetPlan) -> None:
    """双格联动: the first dedicated grid of the street pairs with a micro-grid beside it."""
    first = next((g for g in grids.values() if g.is_dedicated and g.code.startswith(street.code)), None)
    if first is not None:
        micro = next(g for c, g in grids.items() if len(c) == 18 and c.startswith(first.code[:12]))
        problems = "地面漏电、地下室漏水、房顶渗水、破损路面"
        GridPairing.objects.create(dedicated=first, neighbour=micro, problems=problems, starts_on=SINCE)


def _insert(grids: dict[str, Grid], nodes: Sequence[Grid]) -> None:
    for node in nodes:
        node.parent = grids.get(parent_code_of(node.code))
    for node in Grid.objects.bulk_create(nodes, batch_size=500):
        grids[node.code] = node


def _keep_versions(grids: Iterable[Grid]) -> None:
    versions = [
        BoundaryVersion(grid=g, boundary=g.boundary, origin=Grid.Origin.DERIVED, valid_from=SINCE, reason="演示数据")
        for g in grids
        if g.boundary is not None
    ]
    BoundaryVersion.objects.bulk_create(versions, batch_size=500)
