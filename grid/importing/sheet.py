"""What the importers share: reading columns by their English or Chinese names, and collecting findings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.errors import DomainError, NotValid
from accounts.models import User
from accounts.numbers import strict_int
from grid.sheets import Row
from grid.topology import Finding, Severity

Columns = Mapping[str, tuple[str, ...]]
COLUMNS: Final[Columns] = {
    "code": ("code", "grid_code", "编码", "网格编码", "区划代码"),
    "name": ("name", "名称", "网格名称"),
    "kind": ("kind", "类型", "网格类型"),
    "households": ("households", "户数"),
    "population": ("population", "人口", "人口数"),
    "username": ("username", "账号", "用户名"),
    "real_name": ("real_name", "姓名"),
    "phone": ("phone", "手机", "手机号", "联系电话"),
    "post": ("post", "岗位"),
    "grid_code": ("grid_code", "网格编码", "编码"),
    "organization": ("organization", "单位代码", "单位"),
    "from": ("from", "starts_on", "起始日期", "任职日期"),
    "until": ("until", "ends_on", "截止日期"),
}


@dataclass
class Task:
    """One import at work: who, when, with which options, and what was found and done so far."""

    raw: bytes
    file_name: str
    options: Mapping[str, str]
    actor: User | None
    now: datetime
    rows: int = 0
    created: int = 0
    changed: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day in China."""
        return timezone.localdate(self.now)

    @property
    def valid_from(self) -> date:
        """The day from which what is imported holds; NotValid (field "valid_from") for what is no day."""
        return read_day(self.options.get("valid_from", ""), "valid_from") or self.today

    def error(self, kind: str, message: str, *, row: int | None = None, code: str = "") -> None:
        """Note what stops the import."""
        self.findings.append(Finding(Severity.ERROR, kind, message, row, code))

    def refuse(self, kind: str, error: DomainError, *, row: int, code: str = "") -> None:
        """Note a domain error of one row, with the messages of its fields."""
        messages = [message for found in error.fields.values() for message in found] or [str(error)]
        self.error(kind, " ".join(dict.fromkeys(messages)), row=row, code=code)

    def count(self, severity: Severity) -> int:
        """How many findings of that severity there are."""
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def failed(self) -> bool:
        """Whether anything stops the import."""
        return any(finding.severity == Severity.ERROR for finding in self.findings)


def cell(row: Row, column: str, known: Columns = COLUMNS) -> str:
    """The text under `column`, whichever of its `known` names the file uses; "" when it has none of them."""
    return next((row[name].strip() for name in known[column] if name in row), "")


def need_columns(rows: Iterable[Row], columns: Iterable[str], known: Columns = COLUMNS) -> None:
    """NotValid (field "file") when the header lacks one of `columns`; `known` holds the names of each."""
    header: Mapping[str, Any] = next(iter(rows), Row())
    missing = [known[column] for column in columns if not any(name in header for name in known[column])]
    if missing:
        names = "、".join(_title(found) for found in missing)
        message = _("These columns are missing: %(names)s.") % {"names": names}
        raise NotValid(message, {"file": [message]})


def _title(names: Iterable[str]) -> str:
    """The column as the empty table of the page calls it: its first Chinese name."""
    found = list(names)
    return next((name for name in found if not name.isascii()), found[0])


def read_day(text: str, name: str) -> date | None:
    """A day as 2026-11-21, 2026/11/21 or 2026.11.21; None for an empty cell; NotValid for anything else."""
    if not text:
        return None
    try:
        day = parse_date(text.replace("/", "-").replace(".", "-")[:10])
    except ValueError:
        day = None
    if day is None:
        message = _("“%(text)s” is not a day; write it as 2026-11-21.") % {"text": text[:30]}
        raise NotValid(message, {name: [message]})
    return day


def read_count(text: str, name: str) -> int | None:
    """A whole number up to ten million; None for an empty cell; NotValid for anything else."""
    return strict_int(text, name=name, most=10_000_000) if text else None
