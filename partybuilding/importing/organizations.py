"""Party organizations of a file (Excel or CSV), one per line; found again by the grid and the name.

Upper organizations are named; they stand in the file (in any order) or are known already. What is known and said again
changes nothing; nobody is moved, replaced or ended by a file: that is a warning with its row. No finding holds the name
of a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.importing.sheet import Task, cell, need_columns, read_day
from grid.models import Grid, Organization
from grid.scope import scope_of
from grid.sheets import Row, read_table
from grid.topology import Finding, Severity
from partybuilding.models import PartyOrganization, PartyPost
from partybuilding.organizations import EDITS, RANK, check_parent, check_place, lock_tree, path_of
from partybuilding.posts import HEADS

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "grid_code": ("grid_code", "网格编码", "编码"),
    "name": ("name", "组织名称", "名称"),
    "kind": ("kind", "组织类型", "类型"),
    "parent": ("parent", "上级组织", "上级党组织"),
    "founded_on": ("founded_on", "成立日期", "成立时间"),
    "head": ("head", "书记（组长）姓名", "书记", "组长", "书记姓名"),
    "head_account": ("head_account", "书记（组长）账号", "书记账号", "组长账号"),
    "head_since": ("head_since", "任职日期", "起始日期"),
}
NEEDED: Final = ("grid_code", "name", "kind")
EXAMPLE: Final = (
    "410103008001001", "示例网格党支部", "网格党支部", "示例社区党委", "2021-07-01", "张示例", "", "2024-01-01",
)  # fmt: skip
KINDS: Final = {
    "街道党工委": "work",
    "党工委": "work",
    "社区党委": "community",
    "社区党总支": "community",
    "网格党支部": "branch",
    "小区党支部": "branch",
    "楼院党支部": "branch",
    "楼栋党小组": "group",
    "党小组": "group",
    "专属网格党支部": "dedicated",
    "非公党支部": "non_public",
    "单位党组织": "unit",
    "联合党支部": "joint",
}
"""How people write the kinds; the words of the platform itself are known too."""
BATCH: Final = 500

Key = tuple[str, str]


@dataclass(slots=True)
class Line:
    """One organization of the file."""

    row: int
    grid: Grid
    name: str
    kind: str
    parent: str
    founded_on: date | None
    head: str
    user: User | None
    since: date
    above: PartyOrganization | None = None

    @property
    def key(self) -> Key:
        """By what it is found again."""
        return self.grid.code, self.name


@dataclass(slots=True)
class Tree:
    """The organizations that are known, and those that the file has made so far."""

    by_key: dict[Key, PartyOrganization] = field(default_factory=dict)
    by_name: dict[str, list[PartyOrganization]] = field(default_factory=lambda: defaultdict(list))

    def add(self, party: PartyOrganization) -> None:
        """One more."""
        name = party.organization.name
        self.by_key[party.grid_code, name] = party
        self.by_name[name].append(party)

    def above(self, name: str, grid: Grid) -> PartyOrganization | None:
        """The organization `name` nearest above the grid."""
        fits = [party for party in self.by_name.get(name, []) if grid.code.startswith(party.grid_code)]
        return max(fits, key=lambda party: len(party.grid_code), default=None)


def import_organizations(task: Task) -> None:
    """Found the organizations of the file that are new, fill empty posts of those that are known."""
    rows = read_table(task.raw, task.file_name)
    task.rows = len(rows)
    need_columns(rows, NEEDED, COLUMNS)
    grids, people = _grids(task, rows), _people(rows)
    lines: dict[Key, Line] = {}
    for row in rows:
        try:
            line = _line(task, row, grids, people)
        except DomainError as error:
            task.refuse("bad_row", error, row=row.number, code=_read(row, "grid_code")[:24])
            continue
        first = lines.setdefault(line.key, line)
        if first is not line:
            said = _("This organization stands in row %(row)s already.") % {"row": first.row}
            task.error("twice", said, row=row.number)
    if not task.failed:
        lock_tree()
        _write(task, lines, _known(lines.values()))


# --- reading ----------------------------------------------------------------------------------------------------------


def _read(row: Row, column: str) -> str:
    return cell(row, column, COLUMNS)


def _grids(task: Task, rows: Iterable[Row]) -> dict[str, Grid]:
    """The grids that the file names and where the actor edits party work; others do not exist for her."""
    found = Grid.objects.current(task.today).filter(code__in={_read(row, "grid_code")[:24] for row in rows})
    if task.actor is not None:
        found = found.filter(scope_of(task.actor).q(EDITS, "code"))
    return {grid.code: grid for grid in found.defer("boundary")}


def _people(rows: Iterable[Row]) -> dict[str, User]:
    accounts = {_read(row, "head_account")[:150] for row in rows} - {""}
    people = User.objects.filter(username__in=accounts, is_active=True, kind=User.Kind.PERSON)
    return {user.username: user for user in people}


def _line(task: Task, row: Row, grids: Mapping[str, Grid], people: Mapping[str, User]) -> Line:
    grid, kind, account = grids.get(_read(row, "grid_code")), _kind(row), _read(row, "head_account")
    if grid is None:
        raise NotValid(_("The grid is unknown, or you do not edit party work there."))
    if account and account not in people:
        raise NotValid(_("Nobody has the account of the head."))
    check_place(kind, grid)
    name = clean_text(_read(row, "name"), max_length=100)
    if not name:
        raise NotValid(_("The name is missing."))
    return Line(
        row.number,
        grid,
        name,
        kind,
        clean_text(_read(row, "parent"), max_length=100),
        read_day(_read(row, "founded_on"), "founded_on"),
        clean_text(_read(row, "head"), max_length=50),
        people.get(account),
        read_day(_read(row, "head_since"), "head_since") or task.today,
    )


def _kind(row: Row) -> str:
    words = {str(label): value for value, label in PartyOrganization.Kind.choices} | KINDS
    words |= {value: value for value in PartyOrganization.Kind.values}
    given = _read(row, "kind")
    if given not in words:
        names = "、".join(dict.fromkeys(KINDS))
        raise NotValid(_("The kind is unknown; write one of: %(names)s.") % {"names": names})
    return words[given]


def _known(lines: Iterable[Line]) -> Tree:
    """The organizations in the grids of the file and above them."""
    codes = {line.grid.code[:n] for line in lines for n in range(9, len(line.grid.code) + 1)}
    rows = PartyOrganization.objects.filter(grid_code__in=codes, ended_on=None)
    rows = rows.select_related("organization", "parent__organization")
    tree = Tree()
    for party in rows:
        tree.add(party)
    return tree


# --- writing ----------------------------------------------------------------------------------------------------------


def _write(task: Task, lines: Mapping[Key, Line], tree: Tree) -> None:
    known = {key: party for key in lines if (party := tree.by_key.get(key)) is not None}
    fresh = sorted((line for key, line in lines.items() if key not in known), key=lambda line: RANK[line.kind])
    codes = _codes_of(fresh)
    for rank in sorted({RANK[line.kind] for line in fresh}):
        _found(task, [line for line in fresh if RANK[line.kind] == rank], tree, codes)
        if task.failed:
            return
    changed = [party for key, party in known.items() if _brought_up(task, party, lines[key])]
    PartyOrganization.objects.bulk_update(changed, ["founded_on", "version"], batch_size=BATCH)
    parties = [tree.by_key[key] for key in lines]
    filled = _fill_heads(task, [(party, lines[party.grid_code, party.organization.name]) for party in parties])
    task.created = len(fresh)
    task.changed = len({party.pk for party in changed} | filled & {party.pk for party in known.values()})


def _found(task: Task, lines: list[Line], tree: Tree, codes: dict[tuple[str, str], set[str]]) -> None:
    """The lines of one rank; those above stand in the tree already."""
    for line in lines:
        try:
            line.above = _above(line, tree)
            check_parent(line.kind, line.grid, line.above)
        except DomainError as error:
            task.refuse("bad_parent", error, row=line.row, code=line.grid.code)
    if task.failed:
        return
    bodies = Organization.objects.bulk_create([_body(line, codes) for line in lines], batch_size=BATCH)
    parties = PartyOrganization.objects.bulk_create(
        [_party(line, body) for line, body in zip(lines, bodies, strict=True)], batch_size=BATCH
    )
    for party in parties:
        party.path = path_of(party, party.parent)
        tree.add(party)
    PartyOrganization.objects.bulk_update(parties, ["path"], batch_size=BATCH)


def _above(line: Line, tree: Tree) -> PartyOrganization | None:
    if not line.parent:
        return None
    found = tree.above(line.parent, line.grid)
    if found is None:
        raise NotValid(_("The upper organization is neither known nor in the file, or lies elsewhere."))
    return found


def _codes_of(lines: Iterable[Line]) -> dict[tuple[str, str], set[str]]:
    """The short codes that the grids have given out already."""
    rows = Organization.objects.filter(grid__in={line.grid.pk for line in lines}, code__startswith="party-")
    taken: dict[tuple[str, str], set[str]] = defaultdict(set)
    for grid, code in rows.values_list("grid__code", "code"):
        taken[grid, code.rsplit("-", 1)[0]].add(code)
    return taken


def _body(line: Line, codes: dict[tuple[str, str], set[str]]) -> Organization:
    start = f"party-{line.kind}"
    taken = codes[line.grid.code, start]
    code = next(code for n in range(1, len(taken) + 2) if (code := f"{start}-{n}") not in taken)
    taken.add(code)
    return Organization(grid=line.grid, kind=Organization.Kind.PARTY, code=code, name=line.name)


def _party(line: Line, body: Organization) -> PartyOrganization:
    place: dict[str, Any] = {"grid": line.grid, "grid_code": line.grid.code}
    return PartyOrganization(organization=body, kind=line.kind, parent=line.above, founded_on=line.founded_on, **place)


def _brought_up(task: Task, party: PartyOrganization, line: Line) -> bool:
    """Whether the line says a day that was not known; what differs otherwise stays and is a warning."""
    if party.kind != line.kind:
        _warn(task, line, _("It is of another kind; that stays."))
    if line.parent and (party.parent is None or party.parent.organization.name != line.parent):
        _warn(task, line, _("It stands below another organization; move it on its page."))
    if line.founded_on is None or line.founded_on == party.founded_on:
        return False
    party.founded_on = line.founded_on
    party.version += 1
    return True


def _fill_heads(task: Task, pairs: list[tuple[PartyOrganization, Line]]) -> set[int]:
    """Appoint heads where nobody is one; a head who is somebody else stays. The organizations that got one."""
    told = [(party, line) for party, line in pairs if line.head or line.user]
    rows = PartyPost.objects.filter(party__in=[party.pk for party, _line in told], title__in=HEADS, until=None)
    held = {post.party_id: post for post in rows}
    posts = []
    for party, line in told:
        now = held.get(party.pk)
        if now is None:
            posts.append(_post(party, line))
        elif (line.user and now.user_id != line.user.pk) or (line.head and now.name != line.head):
            _warn(task, line, _("Somebody else is at its head; end that post on its page."))
    PartyPost.objects.bulk_create(posts, batch_size=BATCH)
    return {post.party_id for post in posts}


def _post(party: PartyOrganization, line: Line) -> PartyPost:
    group = party.kind == PartyOrganization.Kind.GROUP
    title = PartyPost.Title.GROUP_LEADER if group else PartyPost.Title.SECRETARY
    name = line.head or (line.user.real_name if line.user else "")
    return PartyPost(party=party, title=title, name=name, user=line.user, since=line.since)


def _warn(task: Task, line: Line, message: str) -> None:
    task.findings.append(Finding(Severity.WARNING, "kept", message, line.row, line.grid.code))
