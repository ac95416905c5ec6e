"""Boundaries (GeoJSON): each feature is matched to a grid by its code or, where it has none, by its name."""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.gis.geos import MultiPolygon
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotValid
from grid.boundaries import in_wgs84, set_boundary
from grid.datum import Datum
from grid.geojson import Feature, parse_area, parse_features
from grid.importing.sheet import Task
from grid.importing.tree import cell_of
from grid.models import Grid
from grid.scope import scope_of
from grid.topology import Cell, report

CODE_PROPERTIES: Final = ("code", "grid_code", "adcode", "编码", "网格编码")
NAME_PROPERTIES: Final = ("name", "NAME", "名称", "网格名称")
_SAME: Final = 1e-8  # degrees, about a millimetre: what GeoJSON keeps of a number


def import_boundaries(task: Task) -> None:
    """Give each grid of the file its boundary. Options: datum, origin, valid_from, reason, under (a code).

    Every shape is checked against its parent, its siblings and its children as they will be after the import.
    """
    datum = _datum(task.options.get("datum", ""))
    features = parse_features(task.raw)
    task.rows = len(features)
    matched = _matched(task, features)
    areas: dict[str, MultiPolygon] = {}
    for code, (feature, _grid) in matched.items():
        if (area := _area(task, feature, code, datum)) is not None:
            areas[code] = area
    rows = {code: feature.row for code, (feature, _grid) in matched.items()}
    task.findings += report(_cells(areas, rows), changed=set(areas))
    if not task.failed:
        _write(task, {code: matched[code][1] for code in areas}, areas)


def _datum(text: str) -> Datum:
    try:
        return Datum(text)
    except ValueError as error:
        message = _("Say in which datum the coordinates are: %(known)s.") % {"known": ", ".join(Datum.values)}
        raise NotValid(message, {"datum": [message]}) from error


# --- matching ---------------------------------------------------------------------------------------------------------


def _matched(task: Task, features: Iterable[Feature]) -> dict[str, tuple[Feature, Grid]]:
    """Each feature's grid by code; what matches none, several, or the same as another feature is a finding."""
    features = list(features)
    by_code, by_name = _candidates(task, features)
    matched: dict[str, tuple[Feature, Grid]] = {}
    for feature in features:
        found = by_code.get(_code(feature), []) if _code(feature) else by_name.get(_name(feature), [])
        if (grid := _only(task, feature, found)) is None:
            continue
        if grid.code in matched:
            message = _("Rows %(one)s and %(other)s are about the same grid %(name)s.")
            values = {"one": matched[grid.code][0].row, "other": feature.row, "name": grid.name}
            task.error("duplicate_code", message % values, row=feature.row, code=grid.code)
        else:
            matched[grid.code] = (feature, grid)
    return matched


def _only(task: Task, feature: Feature, found: list[Grid]) -> Grid | None:
    label = _code(feature) or _name(feature)
    if not found:
        message = _("No grid is called %(label)s.") % {"label": label or _("(nothing)")}
        task.error("unknown_grid", message, row=feature.row, code=_code(feature))
    elif len(found) > 1:
        message = _("%(count)s grids are called %(label)s: give the code.") % {"count": len(found), "label": label}
        task.error("ambiguous_name", message, row=feature.row)
    elif task.actor is not None and not scope_of(task.actor).can("grid.edit", found[0].code):
        message = _("You may not edit the grid %(code)s.") % {"code": found[0].code}
        task.error("not_allowed", message, row=feature.row, code=found[0].code)
    else:
        return found[0]
    return None


def _candidates(task: Task, features: list[Feature]) -> tuple[dict[str, list[Grid]], dict[str, list[Grid]]]:
    wanted = Q(code__in={_code(f) for f in features}) | Q(name__in={_name(f) for f in features if not _code(f)})
    grids = Grid.objects.current(task.today).filter(wanted, code__startswith=task.options.get("under", ""))
    by_code: dict[str, list[Grid]] = {}
    by_name: dict[str, list[Grid]] = {}
    for grid in grids:
        by_code.setdefault(grid.code, []).append(grid)
        by_name.setdefault(grid.name, []).append(grid)
    return by_code, by_name


def _code(feature: Feature) -> str:
    return _property(feature, CODE_PROPERTIES)[:24]


def _name(feature: Feature) -> str:
    return _property(feature, NAME_PROPERTIES)[:100]


def _property(feature: Feature, names: Iterable[str]) -> str:
    values: list[Any] = [feature.properties[name] for name in names if feature.properties.get(name)]
    return str(values[0]).strip().replace("\x00", "") if values and isinstance(values[0], str | int) else ""


# --- shapes -----------------------------------------------------------------------------------------------------------


def _area(task: Task, feature: Feature, code: str, datum: Datum) -> MultiPolygon | None:
    try:
        return in_wgs84(parse_area(feature.geometry, drop_z=True, check=False), datum)
    except NotValid as error:
        task.refuse("bad_geometry", error, row=feature.row, code=code)
        return None


def _cells(areas: dict[str, MultiPolygon], rows: dict[str, int]) -> list[Cell]:
    """The grids of the file with their parents, siblings and children, the new areas laid over the old."""
    mine = Grid.objects.filter(code__in=areas)
    parents = set(mine.exclude(parent=None).values_list("parent", flat=True))
    family = Q(pk__in=parents) | Q(parent__in=parents) | Q(code__in=areas) | Q(parent__code__in=areas)
    grids = list(Grid.objects.filter(family, valid_to=None))
    loaded = {grid.pk for grid in grids}
    return [
        cell_of(grid, area=areas.get(grid.code), row=rows.get(grid.code), is_root=grid.parent_id not in loaded)
        for grid in grids
    ]


def _write(task: Task, grids: dict[str, Grid], areas: dict[str, MultiPolygon]) -> None:
    for code, area in areas.items():
        grid = grids[code]
        if grid.boundary is not None and grid.boundary.equals_exact(area, _SAME):
            continue
        fresh = grid.boundary is None
        try:
            set_boundary(
                grid,
                area,
                origin=task.options.get("origin") or Grid.Origin.SURVEYED,
                source_datum=task.options["datum"],
                valid_from=task.valid_from,
                reason=task.options.get("reason", ""),
                actor=task.actor,
                now=task.now,
            )
        except DomainError as error:
            task.refuse("not_now", error, row=0, code=code)
        else:
            task.created += fresh
            task.changed += not fresh
