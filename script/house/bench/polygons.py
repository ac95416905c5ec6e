"""5,000 micro-grids in a made-up city, so that locating is measured among many polygons."""

from datetime import date
from typing import Final

from django.contrib.gis.geos import MultiPolygon, Polygon

from grid.models import Grid
from grid.models.grid import level_of

CITY: Final = "9901"
COLUMNS: Final = 100
ROWS: Final = 50


def ensure() -> None:
    """Write the made-up city once: one community, 100 grids of 50 micro-grids, one square each."""
    if Grid.objects.filter(code=CITY).exists():
        return
    parent = None
    for code in (CITY, "990101", "990101001", "990101001001"):
        parent = _grid(code, parent, None)
        parent.save()
    strips = [_grid(f"990101001001{column:03d}", parent, _square(column, 0, 1)) for column in range(COLUMNS)]
    Grid.objects.bulk_create(strips)
    cells = [
        _grid(f"{strip.code}{row:03d}", strip, _square(column, row / ROWS, (row + 1) / ROWS))
        for column, strip in enumerate(strips)
        for row in range(ROWS)
    ]
    Grid.objects.bulk_create(cells, batch_size=1000)


def _grid(code: str, parent: Grid | None, boundary: MultiPolygon | None) -> Grid:
    origin = Grid.Origin.DERIVED if boundary else ""
    return Grid(
        code=code,
        name=f"bench {code}",
        level=level_of(code),
        parent=parent,
        valid_from=date(2024, 1, 1),
        boundary=boundary,
        boundary_origin=origin,
    )


def _square(column: int, low: float, high: float) -> MultiPolygon:
    box = Polygon.from_bbox((100 + column / COLUMNS, 30 + low, 100 + (column + 1) / COLUMNS, 30 + high))
    box.srid = 4326
    return MultiPolygon(box, srid=4326)
