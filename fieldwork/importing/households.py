"""Households and residents (Excel or CSV): one line per resident, or per household where nobody is named.

A line finds its building by compound and name (and grid code, where two compounds share a name), its household by
staircase and room, its resident by ID number, else by name. What is known and said again changes nothing; an empty
cell says nothing; nobody is taken away. No finding holds what stands in a cell of a person.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotValid
from fieldwork.board import buildings_of_register
from fieldwork.households import MOST_PEOPLE, check_person
from fieldwork.importing.writing import write
from fieldwork.models import Household, Resident
from fieldwork.people import id_index
from grid.doors import door_room, door_unit
from grid.importing.sheet import Task, cell, need_columns, read_count
from grid.models import Building
from grid.scope import scope_of
from grid.sheets import Row, read_table
from grid.topology import Finding, Severity

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "grid_code": ("grid_code", "网格编码"),
    "compound": ("compound", "小区", "小区名称"),
    "building": ("building", "楼栋", "楼号"),
    "unit": ("unit", "单元"),
    "room": ("room", "房号", "门牌号"),
    "tenure": ("tenure", "居住类型", "房屋用途"),
    "people": ("people", "居住人数", "人数"),
    "name": ("name", "姓名"),
    "phone": ("phone", "手机号", "手机", "联系电话"),
    "id_number": ("id_number", "身份证号", "公民身份号码"),
    "sex": ("sex", "性别"),
    "birth_year": ("birth_year", "出生年份"),
    "relation": ("relation", "与户主关系"),
    "is_head": ("is_head", "是否户主", "户主"),
}
NEEDED: Final = ("compound", "building", "room")
EXAMPLE: Final = (
    "", "福民花园", "1号楼", "1单元", "101", "自住", "3", "张示例", "19900000000", "", "女", "1958", "户主", "是",
)  # fmt: skip
HEADS: Final = frozenset({"是", "yes", "true", "1", "y", "√"})
HEAD: Final = "户主"
SEXES: Final = {"": "", "女": "f", "男": "m", "f": "f", "m": "m", "female": "f", "male": "m"}
SHORT_TENURES: Final = {
    "": "", "自住": "owned", "出租": "rented", "合租": "shared", "群租": "shared", "空置": "empty", "经营": "business",
}  # fmt: skip

Key = tuple[int, str, str]


@dataclass(slots=True)
class Flat:
    """One door of the file, with the people whom its lines name: (row, person)."""

    building: Building
    unit: str
    room: str
    row: int
    tenure: str = ""
    people: int | None = None
    persons: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


def import_households(task: Task) -> None:
    """Register the doors of the file that are new, and the people behind them; bring the known ones up to date."""
    rows = read_table(task.raw, task.file_name)
    task.rows = len(rows)
    need_columns(rows, NEEDED, COLUMNS)
    buildings, tenures = _buildings(task, rows), _tenures()
    flats: dict[Key, Flat] = {}
    for row in rows:
        try:
            _take(task, row, flats, _building(row, buildings), tenures)
        except DomainError as error:
            task.refuse("bad_row", error, row=row.number)
    _check_families(task, flats.values())
    if not task.failed:
        _warn_of_moves(task, flats.values())
        write(task, list(flats.values()))


# --- reading ----------------------------------------------------------------------------------------------------------


def _read(row: Row, column: str) -> str:
    return cell(row, column, COLUMNS)


def _buildings(task: Task, rows: Iterable[Row]) -> dict[tuple[str, str], list[Building]]:
    """The buildings that the file names and whose households the actor may edit; others do not exist for her."""
    rows = list(rows)
    named = {
        "compound__name__in": {_read(r, "compound") for r in rows},
        "name__in": {_read(r, "building") for r in rows},
    }
    found: dict[tuple[str, str], list[Building]] = {}
    known = (
        Building.objects.select_related("compound", "grid").defer("grid__boundary")
        if task.actor is None
        else buildings_of_register(task.actor, "household.edit")
    )
    for building in known.filter(**named):
        found.setdefault((building.compound.name, building.name), []).append(building)
    return found


def _building(row: Row, buildings: Mapping[tuple[str, str], list[Building]]) -> Building:
    code = _read(row, "grid_code")
    found = buildings.get((_read(row, "compound"), _read(row, "building")), [])
    found = [building for building in found if building.grid.code.startswith(code)]
    if not found:
        raise NotValid(_("This building is unknown: look at compound, building and grid code."))
    if len(found) > 1:
        raise NotValid(_("%(count)s buildings have this name: give the grid code.") % {"count": len(found)})
    return found[0]


def _tenures() -> dict[str, str]:
    """Uses by what people write: the short Chinese word, the stored word, the labels."""
    known = dict(SHORT_TENURES)
    for language in ("en", "zh-hans"):
        with translation.override(language):
            known |= {str(label): value for value, label in Household.Tenure.choices}
    return known | {value: value for value in Household.Tenure.values}


def _take(task: Task, row: Row, flats: dict[Key, Flat], building: Building, tenures: Mapping[str, str]) -> None:
    """Put one line to its door."""
    unit, room = door_unit(_read(row, "unit")), door_room(_read(row, "room"))
    tenure = tenures.get(_read(row, "tenure"))
    if tenure is None:
        raise NotValid(_("The use is unknown; write 自住, 出租, 合租, 空置 or 经营."))
    people = read_count(_read(row, "people"), "people")
    if people is not None and people > MOST_PEOPLE:
        raise NotValid(_("Between 0 and %(n)s people.") % {"n": MOST_PEOPLE})
    person = _person(task, row)
    flat = flats.setdefault((building.pk, unit, room), Flat(building, unit, room, row.number))
    if (tenure and flat.tenure not in ("", tenure)) or (people is not None and flat.people not in (None, people)):
        raise NotValid(_("Row %(row)s says something else about this household.") % {"row": flat.row})
    flat.tenure, flat.people = flat.tenure or tenure, people if flat.people is None else flat.people
    if person:
        flat.persons.append((row.number, person))


def _person(task: Task, row: Row) -> dict[str, Any]:
    """Whom the line names; empty cells say nothing. {} for a line without a person."""
    given: dict[str, Any] = {name: _read(row, name) for name in ("name", "phone", "id_number", "relation")}
    if not any(given.values()):
        return {}
    sex = SEXES.get(_read(row, "sex").lower())
    if sex is None:
        raise NotValid(_("The sex is unknown; write 女 or 男."))
    given |= {"sex": sex, "birth_year": read_count(_read(row, "birth_year"), "birth_year")}
    person = check_person(given, today=task.today)
    person = {name: value for name, value in person.items() if value not in ("", None)}
    if _read(row, "is_head").lower() in HEADS or person.get("relation") == HEAD:
        person["is_head"] = True
    return person


# --- checking ---------------------------------------------------------------------------------------------------------


def _check_families(task: Task, flats: Iterable[Flat]) -> None:
    """One head per household, nobody twice in the file."""
    seen: dict[str, int] = {}
    for flat in flats:
        heads = [row for row, person in flat.persons if person.get("is_head")]
        for row in heads[1:]:
            task.error(
                "two_heads", _("Row %(row)s names a head of this household already.") % {"row": heads[0]}, row=row
            )
        for row, person in flat.persons:
            number = person.get("id_number")
            if number and seen.setdefault(number, row) != row:
                task.error("twice", _("This person stands in row %(row)s already.") % {"row": seen[number]}, row=row)


def _warn_of_moves(task: Task, flats: Iterable[Flat]) -> None:
    """Who is registered behind another door as well; which one is not said.

    Only where the actor may open ID numbers: one dry run would else try thousands of numbers against masked residents.
    """
    rows = {id_index(number): (row, flat) for row, number, flat in _numbers(flats)}
    known = Resident.objects.all()
    if task.actor is not None:
        known = known.filter(scope_of(task.actor).q("care.reveal", "household__grid_code"))
    people = known.filter(id_index__in=rows, moved_out_on=None)
    doors = people.values_list("id_index", "household__building", "household__unit", "household__room")
    for index, *door in doors:
        row, flat = rows[index]
        if door != [flat.building.pk, flat.unit, flat.room]:
            message = _("This person is registered in another household too: note there that she has moved out.")
            task.findings.append(Finding(Severity.WARNING, "elsewhere", message, row))


def _numbers(flats: Iterable[Flat]) -> Iterator[tuple[int, str, Flat]]:
    for flat in flats:
        for row, person in flat.persons:
            if "id_number" in person:
                yield row, person["id_number"], flat
