"""Compounds and buildings of the demo streets, inside the derived cells."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.contrib.gis.geos import Point

from grid.demo.divisions import JIANZHONG, MINGGONG, STREETS
from grid.demo.names import ROADS, compound_name
from grid.models import Building, Compound, Grid, Organization

BUILDINGS_PER_MICRO: Final = (2, 2, 1, 2)
"""1.75 a micro-grid: 581 micro-grids have 1,000 and some buildings with a head each (domain.md 0.21)."""


def build_places(grids: dict[str, Grid], organizations: dict[str, Organization]) -> list[Building]:
    """One compound per micro-grid pair, buildings in each micro-grid; returns the buildings of 建中街."""
    compounds = Compound.objects.bulk_create(_compounds(grids, organizations), batch_size=500)
    by_code = {c.grid.code: c for c in compounds}
    buildings = [b for code, g in grids.items() if _is_micro_of(code, JIANZHONG) for b in _buildings(g, by_code)]
    return list(Building.objects.bulk_create(buildings, batch_size=500))


def _is_micro_of(code: str, street: str) -> bool:
    return len(code) == 18 and code.startswith(street)


def _compounds(grids: dict[str, Grid], organizations: dict[str, Organization]) -> Iterator[Compound]:
    number = 0
    for street in STREETS:
        companies = [o for key, o in organizations.items() if key.startswith(street.code + "/property")]
        micros = sorted(c for c in grids if _is_micro_of(c, street.code))
        for place, code in enumerate(micros[::2] if street.code != MINGGONG else micros):
            number += 1
            yield _compound(
                grids[code], number, None if place < street.unmanaged else companies, place < street.unmanaged
            )


def _compound(grid: Grid, number: int, companies: Sequence[Organization] | None, unmanaged: bool) -> Compound:
    assert grid.boundary is not None
    return Compound(
        grid=grid,
        name=compound_name(number),
        address=f"{ROADS[number % len(ROADS)]}{number % 180 + 1}号",
        is_unmanaged=unmanaged,
        property_company=companies[number % len(companies)] if companies and number % 4 else None,
        households=grid.households,
        built_year=1978 + number * 7 % 44,
        point=grid.boundary.point_on_surface,
        is_demo=True,
    )


def _buildings(grid: Grid, compounds: dict[str, Compound]) -> Iterator[Building]:
    siblings = sorted(c for c in compounds if c.startswith(grid.code[:15]))
    compound = compounds.get(grid.code) or compounds[siblings[0]] if siblings else None
    assert grid.boundary is not None
    if compound is None:
        return
    wanted = BUILDINGS_PER_MICRO[int(grid.code[-3:]) % len(BUILDINGS_PER_MICRO)]
    centre = grid.boundary.point_on_surface
    for n in range(wanted):
        yield Building(
            compound=compound,
            grid=grid,
            name=f"{int(grid.code[-3:])}-{n + 1}号楼",
            units=2 + n % 3,
            floors=6 + (int(grid.code[-3:]) * 5) % 20,
            households=(grid.households or 0) // wanted,
            point=Point(centre.x + n * 0.00008, centre.y, srid=4326),
        )
