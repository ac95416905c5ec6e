"""Figures of other systems from a table (CSV in UTF-8, UTF-16, GB18030, or XLSX). A dry run is the run rolled back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotValid
from accounts.models import User
from grid.importing.sheet import read_day
from grid.models import Grid
from grid.scope import scope_of
from grid.sheets import Row, read_table
from reports.records.outside import CHANGED, CREATED, SAME, Given, keep

MAX_BYTES: Final = 512 * 1024
MAX_ROWS: Final = 2000
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "system": ("system", "来源系统", "系统", "来源"),
    "grid": ("grid", "网格编码", "编码", "grid_code", "code"),
    "measure": ("measure", "指标", "统计项"),
    "first": ("from", "起始日期", "起始日", "开始日期", "period_start"),
    "last": ("until", "截止日期", "截止日", "结束日期", "period_end"),
    "value": ("value", "数值", "数量"),
    "unit": ("unit", "单位"),
    "note": ("note", "备注"),
}
NEEDED: Final = ("system", "grid", "measure", "first", "last", "value")
_NUMBER: Final = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(\.[0-9]{1,6})?(万)?", re.ASCII)


@dataclass(slots=True)
class Outcome:
    """What a file did, or would do: numbers, and a message per faulty line."""

    rows: int = 0
    counts: dict[str, int] = field(default_factory=lambda: {CREATED: 0, CHANGED: 0, SAME: 0})
    faults: list[tuple[int, str]] = field(default_factory=list)
    dry_run: bool = True
    seen: dict[int, int] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """No line is faulty."""
        return not self.faults


def take_in(raw: bytes, name: str, *, dry_run: bool, actor: User, now: datetime) -> Outcome:
    """Read the table and keep its figures, all or none. NotValid (field "file") for what is no such table."""
    if len(raw) > MAX_BYTES:
        raise NotValid(_("The file is too large."), {"file": [_("The file is too large: at most 512 KB are allowed.")]})
    rows = read_table(raw, name, max_rows=MAX_ROWS)
    _need_columns(rows)
    outcome = Outcome(rows=len(rows), dry_run=dry_run)
    with transaction.atomic():
        grids = _grids(rows, actor)
        for row in rows:
            _keep(row, grids, outcome, actor, now)
        if dry_run or outcome.faults:
            transaction.set_rollback(True)
    return outcome


def _keep(row: Row, grids: dict[str, Grid], outcome: Outcome, actor: User, now: datetime) -> None:
    try:
        code = _cell(row, "grid")
        if code not in grids:
            raise NotValid(_("No grid of yours has the code %(code)s.") % {"code": code[:24] or "—"})
        with transaction.atomic():
            figure, what = keep(_given(row), grid=grids[code], actor=actor, now=now)
            _once(figure.pk, row.number, outcome)
    except DomainError as error:
        messages = [message for found in error.fields.values() for message in found] or [str(error)]
        outcome.faults.append((row.number, " ".join(dict.fromkeys(messages))))
    else:
        outcome.counts[what] += 1


def _once(pk: int, number: int, outcome: Outcome) -> None:
    """Two lines about one figure: which of them is right, only its writer knows."""
    if pk in outcome.seen:
        values = {"one": outcome.seen[pk], "other": number}
        raise NotValid(_("Lines %(one)s and %(other)s are about the same figure.") % values)
    outcome.seen[pk] = number


def _given(row: Row) -> Given:
    first, last = read_day(_cell(row, "first"), "first"), read_day(_cell(row, "last"), "last")
    if first is None or last is None:
        raise NotValid(_("The period is missing."))
    return Given(
        system=_cell(row, "system"),
        measure=_cell(row, "measure"),
        first=first,
        last=last,
        value=read_number(_cell(row, "value")),
        unit=_cell(row, "unit") or "件",
        note=_cell(row, "note"),
    )


def read_number(text: str) -> Decimal:
    """6851, 6,851, 20.5 or 2.8万, in ASCII digits; NotValid for anything else."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        message = _("“%(text)s” is not a number; write it as 6851 or 2.8万.") % {"text": text[:30]}
        raise NotValid(message, {"value": [message]})
    whole, part, many = found.groups()
    return Decimal(whole.replace(",", "") + (part or "")) * (10_000 if many else 1)


def _grids(rows: Iterable[Row], actor: User) -> dict[str, Grid]:
    codes = {_cell(row, "grid") for row in rows}
    mine = Grid.objects.filter(scope_of(actor).q("report.write", "code"), code__in=codes)
    return {grid.code: grid for grid in mine.defer("boundary")}


def _cell(row: Row, column: str) -> str:
    return next((row[name].strip() for name in COLUMNS[column] if name in row), "")


def _need_columns(rows: list[Row]) -> None:
    if not rows:
        raise NotValid(_("The table is empty."), {"file": [_("The table is empty.")]})
    missing = [COLUMNS[name] for name in NEEDED if not any(title in rows[0] for title in COLUMNS[name])]
    if missing:
        names = "、".join(found[1] for found in missing)
        message = _("These columns are missing: %(names)s.") % {"names": names}
        raise NotValid(message, {"file": [message]})
