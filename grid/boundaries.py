"""The boundary of a grid and its kept versions (网格调整). Only this module writes either."""

from datetime import date, datetime
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from grid.access import demand
from grid.datum import Datum, to_wgs84
from grid.geojson import find_defect
from grid.models import BoundaryVersion, Grid
from grid.topology import square_metres


def in_wgs84(area: MultiPolygon, datum: Datum | str) -> MultiPolygon:
    """`area`, given in `datum`, in WGS-84; each vertex is converted by itself, so shared edges stay shared."""
    if Datum(datum) in (Datum.WGS84, Datum.CGCS2000):
        return area
    parts: Any = area  # the stubs do not know that polygons iterate over their rings
    polygons = [Polygon(*([to_wgs84(x, y, datum) for x, y in ring.coords] for ring in part)) for part in parts]
    return MultiPolygon(*polygons, srid=4326)


def set_boundary(
    grid: Grid,
    area: MultiPolygon,
    *,
    origin: str,
    source_datum: str,
    valid_from: date,
    reason: str,
    actor: User | None,
    now: datetime,
) -> BoundaryVersion:
    """Give `grid` the boundary `area` (WGS-84) from the day `valid_from` on; one transaction.

    Closes the version before it, writes the new one, and copies it to `Grid.boundary`, whose readers want the present.
    NotAllowed without grid.edit there; NotValid for an area that is none; NotNow when `valid_from` lies before the
    start of the present version or in the future. `actor` is None for commands.
    """
    if actor is not None:
        demand(actor, "grid.edit", grid.code)
    if defect := find_defect(area):
        raise NotValid(_("The area is not valid: %(defect)s.") % {"defect": defect}, {"boundary": [str(defect)]})
    if valid_from > timezone.localdate(now):
        raise NotNow(_("A boundary begins today or earlier, not in the future."))
    with transaction.atomic():
        locked = Grid.objects.select_for_update().get(pk=grid.pk)
        _close_present(locked, valid_from)
        version = BoundaryVersion.objects.create(
            grid=locked,
            boundary=area,
            origin=origin,
            source_datum=source_datum,
            valid_from=valid_from,
            reason=reason,
            created_by=actor,
        )
        _copy(grid, area, origin)
    return version


def _close_present(grid: Grid, day: date) -> None:
    present = BoundaryVersion.objects.filter(grid=grid, valid_to=None).first()
    if present is None:
        _keep_unversioned(grid, day)
    elif day < present.valid_from:
        raise NotNow(
            _("The present boundary of %(grid)s began on %(day)s: give that day or a later one.")
            % {"grid": grid.name, "day": present.valid_from}
        )
    else:
        present.valid_to = day
        present.save(update_fields=["valid_to"])


def _keep_unversioned(grid: Grid, day: date) -> None:
    """A boundary that came without a version (bulk load) becomes one now, so that it is not lost."""
    if grid.boundary is not None and grid.valid_from <= day:
        BoundaryVersion.objects.create(
            grid=grid,
            boundary=grid.boundary,
            origin=grid.boundary_origin,
            valid_from=grid.valid_from,
            valid_to=day,
        )


def _copy(grid: Grid, area: MultiPolygon, origin: str) -> None:
    grid.boundary, grid.boundary_origin = area, origin
    grid.area_km2 = round(square_metres(area) / 1e6, 4)  # type: ignore[assignment]
    grid.save(update_fields=["boundary", "boundary_origin", "area_km2"])
