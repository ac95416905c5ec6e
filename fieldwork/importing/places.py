"""Places of the register (Excel or CSV), one per line; found again by grid, name and address.

What is known and said again changes nothing; an empty cell says nothing; nobody is taken off. A size that does not fit
the threshold of the kind is a warning. No finding holds a name or a number of a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotValid
from accounts.protect import is_phone
from accounts.text_guard import clean_text
from fieldwork.models import InspectedPlace, PlaceKind
from fieldwork.places import hints, seal
from grid.geojson import make_point
from grid.importing.sheet import Task, cell, need_columns, read_count
from grid.models import Grid
from grid.scope import scope_of
from grid.sheets import Row, read_table
from grid.topology import Finding, Severity

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "grid_code": ("grid_code", "网格编码", "编码"),
    "name": ("name", "场所名称", "名称"),
    "kind": ("kind", "场所类型", "类型"),
    "address": ("address", "地址"),
    "area": ("area", "面积", "建筑面积", "面积（平方米）"),
    "beds": ("beds", "床位数", "床位"),
    "children": ("children", "儿童人数", "儿童数"),
    "in_complex": ("in_complex", "商业综合体内", "是否在综合体内"),
    "responsible": ("responsible", "负责人", "消防安全责任人"),
    "phone": ("phone", "手机号", "手机", "联系电话"),
    "lon": ("lon", "经度"),
    "lat": ("lat", "纬度"),
}
NEEDED: Final = ("grid_code", "name", "kind")
EXAMPLE: Final = (
    "410103008001001", "示例便民店", "小商店", "棉纺路8号", "80", "", "", "否", "张示例", "19900000000", "", "",
)  # fmt: skip
YES: Final = frozenset({"是", "yes", "true", "1", "y", "√"})
NO: Final = frozenset({"", "否", "no", "false", "0", "n"})
LENGTHS: Final = {"name": 100, "address": 200, "responsible": 50}
SIZES: Final = ("area", "beds", "children")
CHANGING: Final = ("kind", *SIZES, "in_complex", "responsible", "phone", "phone_index", "point", "version")

Key = tuple[int, str, str]


@dataclass(slots=True)
class Line:
    """One place of the file; `facts` holds what the line says, nothing for empty cells."""

    row: int
    grid: Grid
    facts: dict[str, Any]

    @property
    def key(self) -> Key:
        """By what a place is found again."""
        return self.grid.pk, self.facts["name"], self.facts.get("address", "")


def import_places(task: Task) -> None:
    """Register the places of the file that are new, and bring the known ones up to date."""
    rows = read_table(task.raw, task.file_name)
    task.rows = len(rows)
    need_columns(rows, NEEDED, COLUMNS)
    grids, kinds = _grids(task, rows), _kinds()
    lines: dict[Key, Line] = {}
    for row in rows:
        try:
            line = _line(row, grids, kinds)
        except DomainError as error:
            task.refuse("bad_row", error, row=row.number, code=_read(row, "grid_code")[:24])
            continue
        first = lines.setdefault(line.key, line)
        if first is not line:
            task.error("twice", _("This place stands in row %(row)s already.") % {"row": first.row}, row=row.number)
    if not task.failed:
        _write(task, lines)


# --- reading ----------------------------------------------------------------------------------------------------------


def _read(row: Row, column: str) -> str:
    return cell(row, column, COLUMNS)


def _grids(task: Task, rows: Iterable[Row]) -> dict[str, Grid]:
    """The grids that the file names and where the actor writes; others do not exist for her."""
    found = Grid.objects.current(task.today).filter(code__in={_read(row, "grid_code")[:24] for row in rows})
    if task.actor is not None:
        found = found.filter(scope_of(task.actor).q("field.write", "code"))
    return {grid.code: grid for grid in found.defer("boundary")}


def _kinds() -> dict[str, PlaceKind]:
    kinds = PlaceKind.objects.filter(is_active=True)
    return {word: kind for kind in kinds for word in (kind.name, kind.code)}


def _line(row: Row, grids: Mapping[str, Grid], kinds: Mapping[str, PlaceKind]) -> Line:
    grid, kind = grids.get(_read(row, "grid_code")), kinds.get(_read(row, "kind"))
    if grid is None:
        raise NotValid(_("The grid is unknown, or you do not write there."))
    if kind is None:
        raise NotValid(_("The kind of place is unknown: write it as on the page of kinds."))
    facts: dict[str, Any] = {name: clean_text(_read(row, name), max_length=most) for name, most in LENGTHS.items()}
    if not facts["name"]:
        raise NotValid(_("The name is missing."))
    facts |= {"kind": kind, "phone": _phone(row), "point": _point(row), "in_complex": _yes_or_no(row)}
    facts |= {name: read_count(_read(row, name), name) for name in SIZES}
    return Line(row.number, grid, {name: value for name, value in facts.items() if value not in ("", None)})


def _phone(row: Row) -> str:
    phone = _read(row, "phone")
    if phone and not is_phone(phone):
        raise NotValid(_("Enter a mobile number of 11 digits, for example 13812345678."))
    return phone


def _yes_or_no(row: Row) -> bool | None:
    word = _read(row, "in_complex").lower()
    if word not in YES | NO:
        raise NotValid(_("Write 是 or 否, not “%(value)s”.") % {"value": word[:20]})
    return word in YES if word else None


def _point(row: Row) -> Point | None:
    lon, lat = _read(row, "lon"), _read(row, "lat")
    if not lon and not lat:
        return None
    try:
        return make_point(float(lon), float(lat))
    except ValueError as error:
        raise NotValid(_("Longitude and latitude are two numbers: 113.64 and 34.72.")) from error


# --- writing ----------------------------------------------------------------------------------------------------------


def _write(task: Task, lines: Mapping[Key, Line]) -> None:
    rows = InspectedPlace.objects.filter(grid__in={line.grid.pk for line in lines.values()})
    known = {(row.grid_id, row.name, row.address): row for row in rows.select_related("kind")}
    fresh, changed = [], []
    for key, line in lines.items():
        place = known.get(key)
        if place is None:
            place = _new(task, line)
            fresh.append(place)
        elif _brought_up(place, line):
            changed.append(place)
        _warn(task, line, place)
    InspectedPlace.objects.bulk_create(fresh, batch_size=500)
    InspectedPlace.objects.bulk_update(changed, CHANGING, batch_size=500)
    task.created, task.changed = len(fresh), len(changed)


def _new(task: Task, line: Line) -> InspectedPlace:
    due = task.today if line.facts["kind"].every_days else None
    return seal(InspectedPlace(grid=line.grid, due_on=due, **line.facts))


def _brought_up(place: InspectedPlace, line: Line) -> bool:
    """Whether the line says anything new of the place; then it is set."""
    place.grid = line.grid
    different = {name: value for name, value in line.facts.items() if getattr(place, name) != value}
    for name, value in different.items():
        setattr(place, name, value)
    if different:
        place.version += 1
        seal(place)
    return bool(different)


def _warn(task: Task, line: Line, place: InspectedPlace) -> None:
    for hint in hints(place):
        task.findings.append(Finding(Severity.WARNING, "kind", hint, line.row, line.grid.code))
