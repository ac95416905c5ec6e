"""Running an import: all or nothing, and a row that says what happened."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from grid.importing import kept
from grid.importing.boundaries import import_boundaries
from grid.importing.divisions import import_divisions
from grid.importing.roster import import_roster
from grid.importing.sheet import Task
from grid.models import ImportRun
from grid.topology import Finding, Severity

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_FINDINGS: Final = 1_000
"""Findings kept with a run; the counts are those of all."""

Importer = Callable[[Task], None]
IMPORTERS: Final[dict[str, Importer]] = {
    ImportRun.Kind.DIVISIONS: import_divisions,
    ImportRun.Kind.BOUNDARIES: import_boundaries,
    ImportRun.Kind.ROSTER: import_roster,
}
_ORDER: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_ONE_AT_A_TIME: Final = 0x67726964  # the advisory lock of imports ("grid")


def register(kind: str, importer: Importer) -> None:
    """Let `importer` read the files of `kind` (ImportRun.Kind); apps above do this once, when they are ready.

    It gets a Task, notes what it finds there, and writes only when nothing failed. Whether the actor may write a row is
    its question (`task.actor` is None for commands), and no finding may hold a name, a phone or an ID number.
    """
    IMPORTERS[kind] = importer


def kinds() -> list[tuple[str, Any]]:
    """What can be imported here, for choices: value and label."""
    return [choice for choice in ImportRun.Kind.choices if choice[0] in IMPORTERS]


def import_file(
    *,
    kind: str,
    file_name: str,
    raw: bytes,
    options: Mapping[str, str],
    dry_run: bool,
    actor: User | None,
    now: datetime,
) -> ImportRun:
    """Import `raw` as `kind`; the ImportRun says what was found and whether it was written (`applied_at`).

    A dry run does all that the real run does and rolls it back. Any error stops the whole import. A file that cannot be
    read at all is an error finding too. NotValid (field "file") only for one above 10 MB.
    """
    if len(raw) > MAX_BYTES:
        message = _("The file is too large: at most %(size)s MB are allowed.") % {"size": MAX_BYTES // 1024**2}
        raise NotValid(message, {"file": [message]})
    task = Task(raw, file_name, options, actor, now)
    written = _attempt(task, IMPORTERS[kind], dry_run=dry_run)
    return _note(task, kind, dry_run=dry_run, written=written)


def _attempt(task: Task, importer: Callable[[Task], None], *, dry_run: bool) -> bool:
    try:
        with transaction.atomic():
            _wait_for_turn()
            importer(task)
            written = not dry_run and not task.failed
            transaction.set_rollback(not written)
    except NotValid as error:
        task.refuse("unreadable", error, row=0)
        return False
    except IntegrityError as error:
        task.error("refused", _("The database refused it: %(reason)s") % {"reason": _reason(error)})
        return False
    return written


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])


def _reason(error: IntegrityError) -> str:
    """The rule that was broken; never the row, which may hold personal data."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return name or type(error).__name__


def _note(task: Task, kind: str, *, dry_run: bool, written: bool) -> ImportRun:
    ordered = sorted(task.findings, key=lambda f: (_ORDER[f.severity], f.row or 0, f.code))
    return ImportRun.objects.create(
        kind=kind,
        file_name=task.file_name[-200:],
        sha256=hashlib.sha256(task.raw).hexdigest(),
        dry_run=dry_run,
        rows=task.rows,
        created=task.created,
        changed=task.changed,
        errors=task.count(Severity.ERROR),
        warnings=task.count(Severity.WARNING),
        options=dict(task.options),
        findings=[finding.as_json() for finding in ordered[:MAX_FINDINGS]],
        started_by=task.actor,
        applied_at=task.now if written else None,
    )


def dry_run_and_keep(
    *, kind: str, file_name: str, raw: bytes, options: Mapping[str, str], actor: User, now: datetime
) -> ImportRun:
    """A dry run whose file is kept (sealed) for `apply_kept`, so that nobody uploads it twice."""
    run = import_file(kind=kind, file_name=file_name, raw=raw, options=options, dry_run=True, actor=actor, now=now)
    if run.errors == 0:
        kept.keep(run, raw, now=now)
    return run


def apply_kept(run: ImportRun, *, actor: User, now: datetime) -> ImportRun:
    """Do what the dry run `run` promised, with the same file and options; gives the new run.

    NotNow when it was no clean dry run or its file is gone (kept for a day).
    """
    if not run.dry_run or run.errors:
        raise NotNow(_("Only a dry run without errors can be applied."))
    raw = kept.take(run)
    done = import_file(
        kind=run.kind,
        file_name=run.file_name,
        raw=raw,
        options=run.options,
        dry_run=False,
        actor=actor,
        now=now,
    )
    if done.applied_at is not None:
        kept.forget(run)
    return done


def stopping(run: ImportRun) -> list[Finding]:
    """The kept findings that are errors, for commands."""
    return [as_finding(found) for found in run.findings if found["severity"] == Severity.ERROR]


def as_finding(found: dict[str, object]) -> Finding:
    """A kept finding as it was."""
    return Finding(**{**found, "place": tuple(found["place"]) if found["place"] else None})  # type: ignore[arg-type]
