"""Imports that people start on pages: who may import what, her own runs, the empty table to fill in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow
from accounts.models import User
from grid.importing.run import apply_kept, dry_run_and_keep
from grid.models import ImportRun
from grid.scope import scope_of
from grid.sheets import write_xlsx

MOST_RUNS: Final = 30
WITHIN: Final = timedelta(hours=1)
"""Dry runs that one person may make in this time."""


@dataclass(frozen=True, slots=True)
class ImportKind:
    """One kind of file: the right that it needs, and the table that people fill in."""

    kind: str
    title: Any
    capability: str
    columns: Sequence[str]
    example: Sequence[str]
    needed: Sequence[str]


def check(kind: ImportKind, *, file_name: str, raw: bytes, actor: User, now: datetime) -> ImportRun:
    """A dry run; its file is kept sealed for a day so that it can be applied. NotAllowed without the right anywhere."""
    _demand(kind, actor)
    # what a dry run counts as new or changed says whether a guess at a sealed value was right
    if ImportRun.objects.filter(started_by=actor, dry_run=True, started_at__gt=now - WITHIN).count() >= MOST_RUNS:
        raise NotNow(_("You have tried %(n)s files within an hour. Wait a little.") % {"n": MOST_RUNS})
    return dry_run_and_keep(kind=kind.kind, file_name=file_name, raw=raw, options={}, actor=actor, now=now)


def apply(kind: ImportKind, run: ImportRun, *, actor: User, now: datetime) -> ImportRun:
    """Do what the dry run promised. NotNow when it was no clean dry run or its file is gone."""
    _demand(kind, actor)
    return apply_kept(run, actor=actor, now=now)


def own_runs(user: Any, kind: ImportKind) -> QuerySet[ImportRun]:
    """The runs of this kind that `user` started; none without the right to it."""
    rows = ImportRun.objects.filter(started_by=user, kind=kind.kind)
    return rows if scope_of(user).can(kind.capability) else rows.none()


def template(kind: ImportKind, *, now: datetime) -> bytes:
    """An XLSX with the columns and one made-up line."""
    return write_xlsx(kind.columns, [kind.example], as_of=now, title=str(kind.title))


def _demand(kind: ImportKind, actor: User) -> None:
    if not scope_of(actor).can(kind.capability):
        raise NotAllowed(_("You may not do this here."))
