"""Partner units with their resources (Excel or CSV), one unit or one more resource of it per line.

A unit is found again by the grid and the name; what is known and said again changes nothing, an empty cell says
nothing, nobody leaves by a file. A resource is found again by the unit and its title. No finding holds a name or phone
of a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotValid
from accounts.protect import is_phone
from accounts.text_guard import clean_text
from grid.importing.sheet import Task, cell, need_columns, read_count, read_day
from grid.models import Grid, Organization
from grid.scope import scope_of
from grid.sheets import Row, read_table
from partybuilding import resources, units
from partybuilding.models import PartnerKind, PartnerUnit, Resource, SupportKind

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "grid_code": ("grid_code", "网格编码", "编码"),
    "name": ("name", "单位名称", "名称"),
    "kind": ("kind", "单位性质", "性质", "类型"),
    "kinds": ("kinds", "共建类型", "共建单位类型"),
    "address": ("address", "地址"),
    "strengths": ("strengths", "特长", "优势"),
    "contact_name": ("contact", "联系人"),
    "contact_phone": ("phone", "手机号", "联系电话"),
    "joined_on": ("joined_on", "结对日期", "共建日期"),
    "resource": ("resource", "资源名称", "资源"),
    "resource_kind": ("resource_kind", "资源类别"),
    "resource_text": ("resource_text", "资源说明"),
    "capacity": ("capacity", "半年可提供次数", "次数"),
}
NEEDED: Final = ("grid_code", "name", "kind")
EXAMPLE: Final = (
    "410103008", "示例市政中心", "事业单位", "驻区单位、职能部门", "棉纺路8号", "管道疏通", "张示例", "19900000000",
    "2026-01-01", "疏通车与抢修队", "管道疏通与市政维修", "雨季前清淤", "6",
)  # fmt: skip
KINDS: Final = {
    "事业单位": Organization.Kind.INSTITUTION,
    "公共机构": Organization.Kind.INSTITUTION,
    "企业": Organization.Kind.ENTERPRISE,
    "物业": Organization.Kind.PROPERTY,
    "物业公司": Organization.Kind.PROPERTY,
    "社会组织": Organization.Kind.SOCIAL,
    "职能部门": Organization.Kind.DEPARTMENT,
    "派驻部门": Organization.Kind.DEPARTMENT,
    "居委会": Organization.Kind.COMMITTEE,
}
"""How people write the kinds; the words of the platform itself are known too."""
LENGTHS: Final = {"address": 200, "strengths": 300, "contact_name": 50}

Key = tuple[int, str]


@dataclass(slots=True)
class Offer:
    """One resource of a line."""

    row: int
    title: str
    kind: SupportKind
    text: str
    capacity: int | None


@dataclass(slots=True)
class Line:
    """One unit of the file with what it offers."""

    row: int
    grid: Grid
    name: str
    kind: str
    kinds: list[PartnerKind]
    facts: dict[str, Any]
    offers: list[Offer] = field(default_factory=list)


def import_partners(task: Task) -> None:
    """Enter the units of the file that are new, bring the known ones up to date, put their resources on the list."""
    rows = read_table(task.raw, task.file_name)
    task.rows = len(rows)
    need_columns(rows, NEEDED, COLUMNS)
    words = _Words(_grids(task, rows))
    lines: dict[Key, Line] = {}
    for row in rows:
        try:
            line = words.line(row)
        except DomainError as error:
            task.refuse("bad_row", error, row=row.number, code=_read(row, "grid_code")[:24])
            continue
        first = lines.setdefault((line.grid.pk, line.name), line)
        if first is not line:
            first.offers += line.offers
            if not line.offers:
                said = _("This unit stands in row %(row)s already.") % {"row": first.row}
                task.error("twice", said, row=row.number)
    if not task.failed:
        _write(task, lines)


def _read(row: Row, column: str) -> str:
    return cell(row, column, COLUMNS)


def _grids(task: Task, rows: Iterable[Row]) -> dict[str, Grid]:
    """The grids that the file names and where the actor edits partners; others do not exist for her."""
    found = Grid.objects.current(task.today).filter(code__in={_read(row, "grid_code")[:24] for row in rows})
    if task.actor is not None:
        found = found.filter(scope_of(task.actor).q(units.EDITS, "code"))
    return {grid.code: grid for grid in found.defer("boundary")}


class _Words:
    """What the words of a file mean here."""

    def __init__(self, grids: Mapping[str, Grid]) -> None:
        self.grids = grids
        self.kinds = {kind.name: kind for kind in PartnerKind.objects.filter(is_active=True)}
        self.supports = {kind.name: kind for kind in SupportKind.objects.filter(is_active=True)}
        self.forms: dict[str, str] = {str(kind.label): kind.value for kind in units.OFFERED} | KINDS

    def line(self, row: Row) -> Line:
        """One line; NotValid with what is wrong."""
        grid, kind = self.grids.get(_read(row, "grid_code")), self.forms.get(_read(row, "kind"))
        name = clean_text(_read(row, "name"), max_length=100)
        if grid is None:
            raise NotValid(_("The grid is unknown, or you do not write there."))
        if kind is None:
            raise NotValid(
                _("The kind of unit is unknown: write 事业单位, 企业, 物业公司, 社会组织, 职能部门 or 居委会.")
            )
        if not name:
            raise NotValid(_("The name is missing."))
        found = Line(row.number, grid, name, kind, self._kinds(row), self._facts(row))
        if _read(row, "resource"):
            found.offers.append(self._offer(row))
        return found

    def _kinds(self, row: Row) -> list[PartnerKind]:
        words = [word.strip() for word in _read(row, "kinds").replace("、", ",").replace("，", ",").split(",")]
        unknown = [word for word in words if word and word not in self.kinds]
        if unknown:
            raise NotValid(_("The kind of partner “%(name)s” is unknown.") % {"name": unknown[0][:20]})
        return [self.kinds[word] for word in words if word]

    def _facts(self, row: Row) -> dict[str, Any]:
        facts: dict[str, Any] = {name: clean_text(_read(row, name), max_length=most) for name, most in LENGTHS.items()}
        phone, joined = _read(row, "contact_phone"), read_day(_read(row, "joined_on"), "joined_on")
        if phone and not is_phone(phone):
            raise NotValid(_("Enter a mobile number of 11 digits, for example 13812345678."))
        return {**facts, "contact_phone": phone, "joined_on": joined}

    def _offer(self, row: Row) -> Offer:
        kind = self.supports.get(_read(row, "resource_kind"))
        if kind is None:
            raise NotValid(_("The kind of resource is unknown: write it as in the dictionary."))
        title = clean_text(_read(row, "resource"), max_length=100)
        text = clean_text(_read(row, "resource_text"), max_length=2000, multiline=True)
        return Offer(row.number, title, kind, text, read_count(_read(row, "capacity"), "capacity"))


# --- writing ----------------------------------------------------------------------------------------------------------


def _write(task: Task, lines: Mapping[Key, Line]) -> None:
    bodies = Organization.objects.filter(grid__in={grid for grid, _name in lines}, is_active=True)
    known = {(body.grid_id, body.name): body for body in bodies.filter(name__in={name for _grid, name in lines})}
    partners = {unit.organization_id: unit for unit in _partners(known.values())}
    for key, line in lines.items():
        body = known.get(key)
        unit = partners.get(body.pk) if body is not None else None
        try:
            unit = _joined(task, line, body) if unit is None else _brought_up(task, line, unit)
            for offer in line.offers:
                _put_on_list(task, unit, offer)
        except DomainError as error:
            task.refuse("bad_row", error, row=line.row, code=line.grid.code)


def _partners(bodies: Iterable[Organization]) -> Iterable[PartnerUnit]:
    rows = PartnerUnit.objects.filter(organization__in=[body.pk for body in bodies])
    return rows.select_related("organization__grid").prefetch_related("kinds")


def _joined(task: Task, line: Line, body: Organization | None) -> PartnerUnit:
    given = {**line.facts, "kinds": line.kinds, "kind": line.kind, "name": line.name, "grid": line.grid}
    task.created += 1
    return units.join(units.UnitFacts(organization=body, **given), actor=task.actor, now=task.now)


def _brought_up(task: Task, line: Line, unit: PartnerUnit) -> PartnerUnit:
    """What the line says anew of a known unit is set; its address belongs to the organization and stays."""
    said = {name: value for name, value in line.facts.items() if value not in ("", None) and name != "address"}
    different = {name: value for name, value in said.items() if getattr(unit, name) != value}
    new_kinds = set(line.kinds) - set(unit.kinds.all())
    if not different and not new_kinds:
        return unit
    for name, value in different.items():
        setattr(unit, name, value)
    unit.version += 1
    unit.save(update_fields=["version", *different])
    unit.kinds.add(*new_kinds)
    units.note(unit, "imported", actor=task.actor, now=task.now)
    task.changed += 1
    return unit


def _put_on_list(task: Task, unit: PartnerUnit, offer: Offer) -> None:
    if Resource.objects.filter(unit=unit, title=offer.title).exclude(status="ended").exists():
        return
    if task.actor is None:
        raise NotValid(_("Resources are entered in the name of a person: import them on the page."))
    new = resources.NewResource(unit=unit, kind=offer.kind, title=offer.title, text=offer.text, capacity=offer.capacity)
    resources.offer(new, actor=task.actor, now=task.now)
    task.created += 1
