"""Whether a tree of areas is sound: shapes, overlaps, gaps, codes, sizes. Pure: reads no database.

Metres are measured on a plane laid through each area's latitude; at the size of a district that is right to 0.1 %.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import cos, radians
from typing import Any, Final

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.utils.translation import gettext as _

from grid.geojson import find_defect

MICRO_HOUSEHOLDS: Final = (30, 100)
"""Households of a micro-grid outside which the report warns (domain.md 1.2)."""
GRID_HOUSEHOLDS: Final = 500
"""Households above which the report warns for a grid (domain.md 1.2)."""

SLIVER_WIDTH: Final = 0.2  # metres: rounding of coordinates and of datum conversions leaves strips of some centimetres
SLIVER_AREA: Final = 1.0  # square metres
METRES_PER_DEGREE: Final = 111_320


class Severity(StrEnum):
    """An error stops an import; a warning asks a person; an info only tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, with the row of the file and the place (WGS-84 degrees) where there is one."""

    severity: Severity
    kind: str
    message: str
    row: int | None = None
    code: str = ""
    place: tuple[float, float] | None = None

    def as_json(self) -> dict[str, Any]:
        """For ImportRun.findings."""
        return {
            "severity": str(self.severity),
            "kind": self.kind,
            "row": self.row,
            "code": self.code,
            "place": list(self.place) if self.place else None,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Cell:
    """A grid as the report sees it: from the database, from a file, or both laid over each other."""

    code: str
    name: str
    level: int
    parent: str
    row: int | None = None
    dedicated: bool = False
    households: int | None = None
    boundary: MultiPolygon | None = None
    gap_allowed: bool = False

    def finding(self, severity: Severity, kind: str, message: str, place: tuple[float, float] | None = None) -> Finding:
        """A finding about this cell."""
        return Finding(severity, kind, message, self.row, self.code, place)


def report(cells: Sequence[Cell], *, changed: Collection[str] | None = None) -> list[Finding]:
    """All findings about `cells`; with `changed`, only about those codes and the families they belong to.

    A shape that is not valid gives one finding and takes no part in the comparison with others.
    """
    touched = {cell.code for cell in cells} if changed is None else set(changed)
    mine = [cell for cell in cells if cell.code in touched]
    findings = [*find_code_defects(mine, {cell.code for cell in cells}), *find_size_warnings(mine)]
    broken = {cell.code: found for cell in mine if (found := _shape_defect(cell))}
    findings += broken.values()
    sound = [cell for cell in cells if cell.boundary is not None and cell.code not in broken]
    for parent, children in _families(sound, cells, touched):
        findings += _family_findings(parent, children, complete=_complete(parent, cells, broken))
    return findings


# --- codes and sizes --------------------------------------------------------------------------------------------------


def find_code_defects(cells: Iterable[Cell], known: Collection[str]) -> Iterator[Finding]:
    """Codes given twice, and codes whose parent is nowhere."""
    seen: Counter[str] = Counter()
    for cell in cells:
        seen[cell.code] += 1
        if seen[cell.code] == 2:
            yield cell.finding(
                Severity.ERROR, "duplicate_code", _("The code %(code)s is given twice.") % {"code": cell.code}
            )
        if cell.parent and cell.parent not in known:
            message = _("The parent %(parent)s of %(code)s is unknown.") % {"parent": cell.parent, "code": cell.code}
            yield cell.finding(Severity.ERROR, "orphan_code", message)


def find_size_warnings(cells: Iterable[Cell]) -> Iterator[Finding]:
    """Households outside the usual: fewer than 30 or more than 100 in a micro-grid, more than 500 in a grid."""
    for cell in cells:
        if cell.households is None or cell.dedicated:
            continue
        low, high = {6: MICRO_HOUSEHOLDS, 5: (0, GRID_HOUSEHOLDS)}.get(cell.level, (0, cell.households))
        if not low <= cell.households <= high:
            message = _("%(name)s has %(count)s households; usual are %(low)s to %(high)s.")
            values = {"name": cell.name, "count": cell.households, "low": low, "high": high}
            yield cell.finding(Severity.WARNING, "size", message % values)


# --- shapes -----------------------------------------------------------------------------------------------------------


def _shape_defect(cell: Cell) -> Finding | None:
    defect = find_defect(cell.boundary) if cell.boundary is not None else None
    if defect is None:
        return None
    place = (defect.lon, defect.lat) if defect.lon is not None and defect.lat is not None else None
    message = _("The boundary of %(name)s is not valid: %(reason)s.")
    values = {"name": cell.name or cell.code, "reason": defect.reason}
    return cell.finding(Severity.ERROR, "invalid_shape", message % values, place)


def _families(sound: list[Cell], cells: Sequence[Cell], touched: set[str]) -> Iterator[tuple[Cell | None, list[Cell]]]:
    """Parents with their territorial children that have a sound area, where at least one of them is touched."""
    children: dict[str, list[Cell]] = defaultdict(list)
    for cell in sound:
        if not cell.dedicated:
            children[cell.parent].append(cell)
    by_code = {cell.code: cell for cell in sound}
    for parent, family in sorted(children.items()):
        if parent in touched or any(child.code in touched for child in family):
            yield by_code.get(parent), family


def _complete(parent: Cell | None, cells: Sequence[Cell], broken: dict[str, Finding]) -> bool:
    """Whether every territorial child has a sound area: only then an uncovered part of the parent is a gap."""
    if parent is None:
        return False
    family = [cell for cell in cells if cell.parent == parent.code and not cell.dedicated]
    return all(cell.boundary is not None and cell.code not in broken for cell in family)


def _family_findings(parent: Cell | None, children: list[Cell], *, complete: bool) -> Iterator[Finding]:
    yield from _overlaps(children)
    if parent is not None:
        yield from _outside(parent, children)
        if complete:
            yield from _gaps(parent, children)


def _overlaps(children: list[Cell]) -> Iterator[Finding]:
    extents = {child.code: child.boundary.extent for child in children if child.boundary is not None}
    for one, other in combinations(children, 2):
        if one.boundary is None or other.boundary is None or _apart(extents[one.code], extents[other.code]):
            continue
        for part in _broad_parts(one.boundary.intersection(other.boundary)):
            values = {"one": one.name, "other": other.name, "area": round(square_metres(part))}
            message = _("%(one)s and %(other)s overlap by %(area)s m².") % values
            later = max(one, other, key=lambda cell: cell.row or 0)
            yield later.finding(Severity.ERROR, "overlap", message, _inside(part))


def _outside(parent: Cell, children: list[Cell]) -> Iterator[Finding]:
    for child in children:
        if child.boundary is None or parent.boundary is None or parent.boundary.covers(child.boundary):
            continue
        for part in _broad_parts(child.boundary.difference(parent.boundary)):
            values = {"child": child.name, "parent": parent.name, "area": round(square_metres(part))}
            message = _("%(child)s lies outside %(parent)s by %(area)s m².") % values
            yield child.finding(Severity.ERROR, "outside_parent", message, _inside(part))


def _gaps(parent: Cell, children: list[Cell]) -> Iterator[Finding]:
    if parent.boundary is None:
        return
    covered = MultiPolygon(*(part for child in children for part in child.boundary or ()), srid=4326).unary_union
    for part in _broad_parts(parent.boundary.difference(covered)):
        values = {"parent": parent.name, "area": round(square_metres(part))}
        if parent.gap_allowed:
            message = _("No grid covers %(area)s m² of %(parent)s; this gap is allowed.") % values
            yield parent.finding(Severity.INFO, "allowed_gap", message, _inside(part))
        else:
            message = _("No grid covers %(area)s m² of %(parent)s.") % values
            yield parent.finding(Severity.WARNING, "gap", message, _inside(part))


# --- measuring --------------------------------------------------------------------------------------------------------


def square_metres(area: GEOSGeometry) -> float:
    """The size of an area given in degrees."""
    if area.empty:
        return 0.0
    return float(area.area * METRES_PER_DEGREE**2 * cos(radians(_latitude(area))))


def _latitude(area: GEOSGeometry) -> float:
    _west, south, _east, north = area.extent
    return float(south + north) / 2


def _apart(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def _broad_parts(shape: GEOSGeometry) -> Iterator[GEOSGeometry]:
    """The polygons of `shape` that are more than a strip of rounding."""
    parts: Any = shape if shape.geom_type in ("MultiPolygon", "GeometryCollection") else [shape]
    for part in parts:
        if part.geom_type == "Polygon" and not part.empty and _is_broad(part):
            yield part


def _is_broad(part: GEOSGeometry) -> bool:
    size = square_metres(part)
    length = part.length * METRES_PER_DEGREE * cos(radians(_latitude(part)))
    return size > SLIVER_AREA and 2 * size / length > SLIVER_WIDTH


def _inside(part: GEOSGeometry) -> tuple[float, float]:
    point = part.point_on_surface
    return round(point.x, 6), round(point.y, 6)
