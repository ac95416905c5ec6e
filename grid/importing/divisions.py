"""Division codes (CSV or XLSX): the official lists of districts, streets, communities, and our own list of grids.

The official lists carry pairs of columns (`district_code`, `district_name`, `street_code` …), the wider units again in
every line. Our own list has `code` and `name`, and may have kind, households, population. Codes padded with zeros to
twelve digits, as the statistics office prints them, are read as what they mean. Grids that the file does not name stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.errors import NotValid
from accounts.text_guard import clean_text
from grid.importing.sheet import Task, cell, need_columns, read_count
from grid.models import Grid
from grid.models.grid import CODE_VALIDATOR, level_of, parent_code_of
from grid.scope import scope_of
from grid.sheets import Row, read_table
from grid.topology import Cell, find_code_defects, find_size_warnings

OFFICIAL: Final = ("city", "district", "street", "community", "village")
KINDS: Final = {"": "territorial", "专属网格": "dedicated", "专属": "dedicated", "dedicated": "dedicated"}
COUNTS: Final = ("households", "population")


@dataclass(frozen=True, slots=True)
class Entry:
    """One grid of the file; `own` when the line is about it and not only below it."""

    row: int
    code: str
    name: str
    own: bool
    kind: str = Grid.Kind.TERRITORIAL
    households: int | None = None
    population: int | None = None

    @property
    def cell(self) -> Cell:
        """As the topology report reads it."""
        dedicated = self.kind == Grid.Kind.DEDICATED
        return Cell(
            self.code, self.name, level_of(self.code), parent_code_of(self.code), self.row, dedicated, self.households
        )


def import_divisions(task: Task) -> None:
    """Create the grids of the file that are new and update names and counts of those that are known."""
    rows = read_table(task.raw, task.file_name)
    task.rows = len(rows)
    if rows and not any(f"{unit}_code" in rows[0] for unit in OFFICIAL):
        need_columns(rows, ("code", "name"))
    entries = [entry for row in rows for entry in _entries(task, row) if _wanted(task, entry.code)]
    wanted = _merged(task, entries)
    known = {grid.code: grid for grid in Grid.objects.filter(code__in=_codes_and_parents(wanted)).defer("boundary")}
    task.findings += find_code_defects((e.cell for e in entries if e.own), {*wanted, *known})
    task.findings += find_size_warnings(entry.cell for entry in entries)
    _check_present(task, wanted, known)
    if not task.failed:
        _write(task, wanted, known)


def _entries(task: Task, row: Row) -> Iterator[Entry]:
    """The grids that one line names, widest first; a line that cannot be read is a finding."""
    pairs = [(row[f"{unit}_code"], row.get(f"{unit}_name", "")) for unit in OFFICIAL if f"{unit}_code" in row]
    pairs = [pair for pair in pairs if pair[0]] or [(cell(row, "code"), cell(row, "name"))]
    for number, (code, name) in enumerate(pairs, start=1):
        try:
            yield _entry(row, _plain_code(code), name, own=number == len(pairs))
        except NotValid as error:
            task.refuse("bad_row", error, row=row.number, code=code[:24])


def _plain_code(code: str) -> str:
    """410103008000 is the street 410103008, 410103000000 the district 410103 (domain.md 1.4)."""
    if len(code) == 12 and code.endswith("000"):
        for width in (4, 6, 9):
            if set(code[width:]) == {"0"}:
                return code[:width]
    return code


def _entry(row: Row, code: str, name: str, *, own: bool) -> Entry:
    try:
        CODE_VALIDATOR(code)
    except ValidationError as error:
        raise NotValid(error.messages[0]) from error
    name = clean_text(name, max_length=100)
    if not name:
        raise NotValid(_("The name is missing."))
    more: dict[str, Any] = {}
    if own:
        kind = cell(row, "kind")
        more = {"kind": KINDS.get(kind, "territorial")} | {c: read_count(cell(row, c), c) for c in COUNTS}
    return Entry(row.number, code, name, own, **more)


def _wanted(task: Task, code: str) -> bool:
    """With the option "under": only that grid, what lies below it, and the way to it."""
    under = task.options.get("under", "")
    return code.startswith(under) or under.startswith(code)


def _merged(task: Task, entries: list[Entry]) -> dict[str, Entry]:
    """One entry per code; the same code with two names is an error."""
    merged: dict[str, Entry] = {}
    for entry in entries:
        first = merged.get(entry.code)
        if first is None or (entry.own and not first.own):
            merged[entry.code] = entry
        if first is not None and first.name != entry.name:
            message = _("The code %(code)s has two names: %(one)s and %(other)s.")
            values = {"code": entry.code, "one": first.name, "other": entry.name}
            task.error("two_names", message % values, row=entry.row, code=entry.code)
    return merged


def _codes_and_parents(wanted: dict[str, Entry]) -> set[str]:
    return {*wanted, *(parent_code_of(code) for code in wanted)}


def _check_present(task: Task, wanted: dict[str, Entry], known: dict[str, Grid]) -> None:
    """What the file may not touch: retired grids, and grids where the actor may not edit."""
    for code, entry in wanted.items():
        grid = known.get(code)
        if grid is not None and grid.valid_to is not None and grid.valid_to <= task.today:
            message = _("The grid %(code)s was retired on %(day)s.") % {"code": code, "day": grid.valid_to}
            task.error("retired", message, row=entry.row, code=code)
        if _differs(entry, grid) and not _may_edit(task, code):
            message = _("You may not edit the grid %(code)s.") % {"code": code}
            task.error("not_allowed", message, row=entry.row, code=code)


def _may_edit(task: Task, code: str) -> bool:
    return task.actor is None or scope_of(task.actor).can("grid.edit", code)


def _differs(entry: Entry, grid: Grid | None) -> bool:
    return grid is None or bool(_changes(entry, grid))


def _changes(entry: Entry, grid: Grid) -> dict[str, Any]:
    """What the file says differently; an empty cell says nothing."""
    given = {"name": entry.name, "households": entry.households, "population": entry.population}
    return {name: value for name, value in given.items() if value is not None and getattr(grid, name) != value}


def _write(task: Task, wanted: dict[str, Entry], known: dict[str, Grid]) -> None:
    for level in sorted({level_of(code) for code in wanted}):
        fresh = [e for code, e in wanted.items() if level_of(code) == level and code not in known]
        for grid in Grid.objects.bulk_create([_grid(task, entry, known) for entry in fresh], batch_size=500):
            known[grid.code] = grid
        task.created += len(fresh)
    _update(task, wanted, known)


def _grid(task: Task, entry: Entry, known: dict[str, Grid]) -> Grid:
    return Grid(
        code=entry.code,
        name=entry.name,
        level=level_of(entry.code),
        parent=known.get(parent_code_of(entry.code)),
        kind=entry.kind,
        households=entry.households,
        population=entry.population,
        valid_from=task.valid_from,
    )


def _update(task: Task, wanted: dict[str, Entry], known: dict[str, Grid]) -> None:
    touched = []
    for code, entry in wanted.items():
        if changes := _changes(entry, known[code]):
            for name, value in changes.items():
                setattr(known[code], name, value)
            touched.append(known[code])
    Grid.objects.bulk_update(touched, ["name", *COUNTS], batch_size=500)
    task.changed += len(touched)
