"""Party members of a file (Excel or CSV), one per line; found again by phone, else by name, in the same grid.

What is known and said again changes nothing; an empty cell says nothing; nobody is moved, taken out of an organization
or noted as left by a file. No finding holds what stands in a cell of a person.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotValid
from accounts.protect import mask_phone
from accounts.searches import SAME_MASK
from grid.importing.sheet import Task, cell, need_columns, read_count, read_day
from grid.models import Grid
from grid.scope import scope_of
from grid.sheets import Row, read_table
from partybuilding.members import check_member, note, sealed
from partybuilding.models import MemberTag, PartnerUnit, PartyMember, PartyOrganization, Skill

EDITS: Final = "party.edit"
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "grid_code": ("grid_code", "网格编码", "编码"),
    "name": ("name", "姓名"),
    "phone": ("phone", "手机号", "手机", "联系电话"),
    "management": ("management", "管理方式", "管理模式"),
    "party": ("party", "所在党组织", "党组织"),
    "unit": ("unit", "工作单位", "单位"),
    "joined_year": ("joined_year", "入党年份"),
    "skills": ("skills", "特长", "特长类别"),
    "tags": ("tags", "标签", "身份标签"),
    "found": ("found", "发现情形"),
    "found_on": ("found_on", "发现日期"),
}
NEEDED: Final = ("grid_code", "name", "management")
EXAMPLE: Final = (
    "410103008001001", "张示例", "19900000000", "直管", "示例网格党支部", "", "1998", "社区治理、文化体育", "退休干部",
    "", "",
)  # fmt: skip
SHORT: Final = {"直管": "direct", "兼管": "concurrent", "接管": "taken_over", "参管": "participating"}
SHORT_FOUND: Final = {"": "", "隐形党员": "hidden", "口袋党员": "pocket", "隐形": "hidden", "口袋": "pocket"}
SEPARATORS: Final = "、，,;；/"


@dataclass(slots=True)
class Words:
    """What the words of the file mean here: grids, organizations, units, skills, tags, ways of management."""

    grids: Mapping[str, Grid]
    parties: Mapping[str, Sequence[PartyOrganization]]
    units: Mapping[str, PartnerUnit]
    skills: Mapping[str, Skill]
    tags: Mapping[str, MemberTag]
    ways: Mapping[str, str]
    found: Mapping[str, str]


@dataclass(slots=True)
class Line:
    """One member of the file."""

    row: int
    grid: Grid
    given: dict[str, Any]
    many: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """By what she is found again in her grid."""
        return self.grid.code, self.given.get("phone") or self.given["name"]


def import_members(task: Task) -> None:
    """Enter the members of the file that are new, and bring those that are known up to date."""
    rows = read_table(task.raw, task.file_name)
    task.rows = len(rows)
    need_columns(rows, NEEDED, COLUMNS)
    words = _words(task, rows)
    lines: dict[tuple[str, str], Line] = {}
    for row in rows:
        try:
            line = _line(task, row, words)
        except DomainError as error:
            task.refuse("bad_row", error, row=row.number, code=_read(row, "grid_code")[:24])
            continue
        first = lines.setdefault(line.key, line)
        if first is not line:
            task.error("twice", _("This member stands in row %(row)s already.") % {"row": first.row}, row=row.number)
    _not_guessing(task, lines.values())
    if not task.failed:
        _write(task, list(lines.values()))


def _not_guessing(task: Task, lines: Iterable[Line]) -> None:
    """Errors where a file holds many phones of a grid that differ only in what the actor's pages hide.

    How many are known already would tell her, without a record, which of ten thousand numbers is a masked member's.
    """
    if task.actor is None:
        return
    scope, seen = scope_of(task.actor), Counter[tuple[str, str]]()
    for line in lines:
        phone = line.given.get("phone")
        if phone and not scope.can("party.reveal", line.grid.code):
            mask = line.grid.code, mask_phone(phone)
            seen[mask] += 1
            if seen[mask] == SAME_MASK + 1:
                said = _("Too many numbers of this file differ only in what is hidden from you.")
                task.error("guessing", said, row=line.row, code=line.grid.code)


# --- reading ----------------------------------------------------------------------------------------------------------


def _read(row: Row, column: str) -> str:
    return cell(row, column, COLUMNS)


def _words(task: Task, rows: Sequence[Row]) -> Words:
    """Only grids and organizations where the actor edits party work; others do not exist for her."""
    grids = Grid.objects.current(task.today).filter(code__in={_read(row, "grid_code")[:24] for row in rows})
    parties = PartyOrganization.objects.filter(ended_on=None, organization__name__in=_column(rows, "party"))
    units = PartnerUnit.objects.filter(left_on=None, organization__name__in=_column(rows, "unit"))
    if task.actor is not None:
        scope = scope_of(task.actor)
        grids, parties = grids.filter(scope.q(EDITS, "code")), parties.filter(scope.q(EDITS, "grid_code"))
        units = PartnerUnit.objects.visible_to(task.actor).filter(pk__in=units.values("pk"))
    by_name: dict[str, list[PartyOrganization]] = defaultdict(list)
    for party in parties.select_related("organization"):
        by_name[party.organization.name].append(party)
    return Words(
        grids={grid.code: grid for grid in grids.defer("boundary")},
        parties=by_name,
        units={unit.organization.name: unit for unit in units.select_related("organization")},
        skills={skill.name: skill for skill in Skill.objects.filter(is_active=True)},
        tags={tag.name: tag for tag in MemberTag.objects.filter(is_active=True)},
        ways=_labels(PartyMember.Management, SHORT),
        found=_labels(PartyMember.Found, SHORT_FOUND),
    )


def _column(rows: Iterable[Row], column: str) -> set[str]:
    return {_read(row, column)[:100] for row in rows} - {""}


def _labels(choices: Any, short: Mapping[str, str]) -> dict[str, str]:
    """Stored words by what people write: the short Chinese one, the stored one, the labels."""
    known = dict(short)
    for language in ("en", "zh-hans"):
        with translation.override(language):
            known |= {str(label): value for value, label in choices.choices}
    return known | {value: value for value in choices.values}


def _line(task: Task, row: Row, words: Words) -> Line:
    grid = words.grids.get(_read(row, "grid_code"))
    if grid is None:
        raise NotValid(_("The grid is unknown, or you do not edit party work there."))
    way, found = words.ways.get(_read(row, "management")), words.found.get(_read(row, "found"))
    if way is None:
        raise NotValid(_("The management is unknown; write 直管, 兼管, 接管 or 参管."))
    if found is None:
        raise NotValid(_("Write 隐形党员, 口袋党员 or nothing."))
    given: dict[str, Any] = {"name": _read(row, "name"), "phone": _read(row, "phone"), "management": way}
    given |= {"joined_year": read_count(_read(row, "joined_year"), "joined_year")}
    given |= {"party": _party(row, grid, words), "unit": _unit(row, words)}
    if found:
        given |= {"found": found, "found_on": read_day(_read(row, "found_on"), "found_on")}
    checked = check_member(given, today=task.today)
    plain = {name: value for name, value in checked.items() if value not in ("", None)}
    many = {"skills": _listed(row, "skills", words.skills), "tags": _listed(row, "tags", words.tags)}
    return Line(row.number, grid, plain, {name: rows for name, rows in many.items() if rows})


def _party(row: Row, grid: Grid, words: Words) -> PartyOrganization | None:
    """The organization of that name nearest to the member's grid."""
    name = _read(row, "party")
    if not name:
        return None
    around = [one for one in words.parties.get(name, []) if grid.code.startswith(one.grid_code[:12])]
    if not around:
        raise NotValid(_("The party organization is unknown there."))
    return max(around, key=lambda one: (grid.code.startswith(one.grid_code), len(one.grid_code)))


def _unit(row: Row, words: Words) -> PartnerUnit | None:
    name = _read(row, "unit")
    if name and name not in words.units:
        raise NotValid(_("The employer is not among the partner units: enter it there first."))
    return words.units.get(name)


def _listed(row: Row, column: str, known: Mapping[str, Any]) -> list[Any]:
    text = _read(row, column)
    for sign in SEPARATORS[1:]:
        text = text.replace(sign, SEPARATORS[0])
    names = [name.strip() for name in text.split(SEPARATORS[0]) if name.strip()]
    missing = [name for name in names if name not in known]
    if missing:
        raise NotValid(_("Unknown here: %(names)s.") % {"names": "、".join(missing)[:60]})
    return [known[name] for name in names]


# --- writing ----------------------------------------------------------------------------------------------------------


def _write(task: Task, lines: Sequence[Line]) -> None:
    known = _known(lines)
    for line in lines:
        member = known.get(line.key) or known.get((line.grid.code, line.given["name"]))
        if member is None:
            member = sealed(PartyMember(grid=line.grid, grid_code=line.grid.code, **line.given))
            member.brought_in_on = task.today if member.found and member.party_id else None
            member.save()
            task.created += 1
        elif not _update(task, member, line):
            continue
        for name, rows in line.many.items():
            getattr(member, name).add(*rows)
        note(member, "imported", [], actor=task.actor, now=task.now)


def _known(lines: Sequence[Line]) -> dict[tuple[str, str], PartyMember]:
    """Present members of the grids of the file, by phone and, where no phone is known, by name."""
    grids = {line.grid.pk for line in lines}
    rows = PartyMember.objects.select_for_update(of=("self",)).filter(grid__in=grids, left_on=None)
    found: dict[tuple[str, str], PartyMember] = {}
    for row in rows.prefetch_related("skills", "tags").order_by("id"):
        found.setdefault((row.grid_code, row.phone or row.name), row)
    return found


def _update(task: Task, member: PartyMember, line: Line) -> bool:
    """Bring one known member up to date; whether anything was new. Who is in an organization stays in it."""
    given = {name: value for name, value in line.given.items() if name != "name"}
    if member.party_id is not None:
        given.pop("party", None)
    if member.found:
        given.pop("found", None)
        given.pop("found_on", None)
    changed = [name for name, value in given.items() if getattr(member, name) != value]
    fresh = any(set(rows) - set(getattr(member, name).all()) for name, rows in line.many.items())
    if not changed and not fresh:
        return False
    for name in changed:
        setattr(member, name, given[name])
    if member.found and member.party_id is not None and member.brought_in_on is None:
        member.brought_in_on = task.today
    member.version += 1
    sealed(member).save()
    task.changed += 1
    return True
