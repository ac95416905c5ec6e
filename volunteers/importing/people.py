"""Volunteers of a file (Excel or CSV), one per line; found again by phone, of minors by name, in the same grid.

Who is known and said again is brought up to date; an empty cell says nothing; nobody is moved, paused or taken out of
a team by a file. No finding holds what stands in a cell of a person.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotValid
from accounts.protect import mask_phone
from accounts.searches import SAME_MASK
from grid.importing.sheet import Task, cell, need_columns, read_count, read_day
from grid.models import Grid
from grid.scope import scope_of
from grid.sheets import Row, read_table
from volunteers import people, people_secrets, teams
from volunteers.models import Team, Volunteer, VolunteerSkill
from volunteers.standing import PRESENT

EDITS: Final = "volunteer.edit"
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "grid_code": ("grid_code", "网格编码", "编码"),
    "name": ("name", "姓名"),
    "phone": ("phone", "手机号", "手机", "联系电话"),
    "birth_year": ("birth_year", "出生年份"),
    "guardian_name": ("guardian_name", "监护人"),
    "guardian_phone": ("guardian_phone", "监护人手机号"),
    "guardian_agreed_on": ("guardian_agreed_on", "监护人同意日期"),
    "skills": ("skills", "特长"),
    "weekdays": ("weekdays", "可服务日"),
    "team": ("team", "所属队伍", "志愿服务队"),
    "consent": ("consent", "本人同意"),
}
NEEDED: Final = ("grid_code", "name", "birth_year", "consent")
EXAMPLE: Final = (
    "410103008001001", "张示例", "19900000000", "1960", "", "", "", "理发、家电维修", "周六、周日", "示例志愿服务队",
    "是",
)  # fmt: skip
DAYS: Final = "一二三四五六日"
YES: Final = ("是", "同意", "yes", "true", "1")
SEPARATORS: Final = "、，,;；/ "


@dataclass(slots=True)
class Words:
    """What the words of the file mean here: grids, skills, teams."""

    grids: Mapping[str, Grid]
    skills: Mapping[str, VolunteerSkill]
    teams: Mapping[str, Sequence[Team]]


@dataclass(slots=True)
class Line:
    """One volunteer of the file."""

    row: int
    grid: Grid
    given: dict[str, Any]
    skills: list[VolunteerSkill] = field(default_factory=list)
    team: Team | None = None

    @property
    def key(self) -> tuple[str, str]:
        """By what she is found again: her phone everywhere, else her name in her grid."""
        phone = "" if self.given.get("is_minor") else self.given.get("phone", "")
        return ("", phone) if phone else (self.grid.code, self.given["name"])


def import_volunteers(task: Task) -> None:
    """Enter the volunteers of the file that are new, and bring those that are known up to date."""
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
            task.error("twice", _("This volunteer stands in row %(row)s already.") % {"row": first.row}, row=row.number)
    _not_guessing(task, lines.values())
    known = _known(lines.values())
    _only_own_area(task, lines.values(), known)
    if not task.failed:
        _write(task, list(lines.values()), known)


def _not_guessing(task: Task, lines: Iterable[Line]) -> None:
    """Errors where a file holds many phones that differ only in what pages hide: lists of numbers are not tried."""
    if task.actor is None:
        return
    seen = Counter[str]()
    for line in lines:
        if phone := line.given.get("phone"):
            seen[mask_phone(phone)] += 1
            if seen[mask_phone(phone)] == SAME_MASK + 1:
                said = _("Too many numbers of this file differ only in what is hidden from you.")
                task.error("guessing", said, row=line.row, code=line.grid.code)


def _only_own_area(task: Task, lines: Iterable[Line], known: Mapping[tuple[str, str], Volunteer]) -> None:
    """Who is on the register elsewhere stays there: her community changes her row."""
    scope = scope_of(task.actor) if task.actor is not None else None
    for line in lines:
        there = known.get(line.key)
        if there is not None and scope is not None and not scope.can(EDITS, there.grid_code):
            task.error("elsewhere", _("This volunteer is on the register of another community."), row=line.row)


# --- reading ----------------------------------------------------------------------------------------------------------


def _read(row: Row, column: str) -> str:
    return cell(row, column, COLUMNS)


def _words(task: Task, rows: Sequence[Row]) -> Words:
    """Only grids and teams where the actor approves volunteers; others do not exist for her."""
    grids = Grid.objects.current(task.today).filter(code__in={_read(row, "grid_code")[:24] for row in rows})
    named = Team.objects.filter(status="active", name__in={_read(row, "team")[:60] for row in rows} - {""})
    if task.actor is not None:
        scope = scope_of(task.actor)
        grids, named = grids.filter(scope.q(EDITS, "code")), named.filter(scope.q(EDITS, "grid_code"))
    by_name: dict[str, list[Team]] = {}
    for team in named:
        by_name.setdefault(team.name, []).append(team)
    return Words(
        grids={grid.code: grid for grid in grids.defer("boundary")},
        skills={skill.name: skill for skill in VolunteerSkill.objects.filter(is_active=True)},
        teams=by_name,
    )


def _line(task: Task, row: Row, words: Words) -> Line:
    grid = words.grids.get(_read(row, "grid_code"))
    if grid is None:
        raise NotValid(_("The grid is unknown, or you do not approve volunteers there."))
    if _read(row, "consent").lower() not in YES:
        raise NotValid(_("Without agreement nothing is written down."))
    given: dict[str, Any] = {name: _read(row, name) for name in ("name", "phone", "guardian_name", "guardian_phone")}
    given["birth_year"] = read_count(_read(row, "birth_year"), "birth_year")
    if agreed := _read(row, "guardian_agreed_on"):
        given["guardian_agreed_on"] = read_day(agreed, "guardian_agreed_on")
    if days := _read(row, "weekdays"):
        given["weekdays"] = _weekdays(days)
    plain = people.check_given(given, today=task.today)
    people.check_person(Volunteer(**plain))
    kept = {name: value for name, value in plain.items() if value not in ("", None)}
    return Line(row.number, grid, kept, _skills(row, words), _team(row, grid, words))


def _weekdays(text: str) -> list[int]:
    parts = [part.removeprefix("周").removeprefix("星期") for part in _parts(text)]
    days = [DAYS.find("日" if part == "天" else part) + 1 for part in parts]
    if not all(len(part) == 1 and day for part, day in zip(parts, days, strict=True)):
        raise NotValid(_("Write days like 周六、周日."))
    return days


def _parts(text: str) -> list[str]:
    for sign in SEPARATORS[1:]:
        text = text.replace(sign, SEPARATORS[0])
    return [part.strip() for part in text.split(SEPARATORS[0]) if part.strip()]


def _skills(row: Row, words: Words) -> list[VolunteerSkill]:
    names = _parts(_read(row, "skills"))
    missing = [name for name in names if name not in words.skills]
    if missing:
        raise NotValid(_("Unknown here: %(names)s.") % {"names": "、".join(missing)[:60]})
    return [words.skills[name] for name in names]


def _team(row: Row, grid: Grid, words: Words) -> Team | None:
    """The team of that name nearest to the volunteer's grid."""
    name = _read(row, "team")
    if not name:
        return None
    around = [one for one in words.teams.get(name, []) if grid.code.startswith(one.grid_code[:9])]
    if not around:
        raise NotValid(_("The team is unknown there."))
    return max(around, key=lambda one: (grid.code.startswith(one.grid_code), len(one.grid_code)))


# --- writing ----------------------------------------------------------------------------------------------------------


def _known(lines: Iterable[Line]) -> dict[tuple[str, str], Volunteer]:
    """Who is on the register already, by phone, else by name in the grids of the file."""
    found: dict[tuple[str, str], Volunteer] = {}
    indexes = {people_secrets.phone_index(line.given["phone"]): line.key for line in lines if line.key[0] == ""}
    rows = Volunteer.objects.filter(status__in=PRESENT)
    for row in rows.filter(phone_index__in=indexes, is_minor=False):
        found[indexes[row.phone_index]] = row
    grids = {line.grid.pk for line in lines if line.key[0]}
    for row in rows.filter(grid__in=grids).order_by("pk"):
        found.setdefault((row.grid_code, row.name), row)
    return found


def _write(task: Task, lines: Sequence[Line], known: Mapping[tuple[str, str], Volunteer]) -> None:
    for line in lines:
        row = known.get(line.key)
        if row is None:
            row = people.bring(line.grid, {**line.given, "skills": line.skills}, actor=task.actor, now=task.now)
            task.created += 1
        else:
            given = {name: value for name, value in line.given.items() if name not in ("name", "is_minor")}
            more = {"skills": {*row.skills.all(), *line.skills}} if line.skills else {}
            changed = people.bring_up_to_date(row, {**given, **more}, actor=task.actor, now=task.now)
            task.changed += changed
        if line.team is not None:
            teams.bring(line.team, row, actor=task.actor, now=task.now)
