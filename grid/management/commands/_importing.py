"""What the import commands share."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import NotValid
from grid.importing.run import as_finding, import_file
from grid.models import ImportRun
from grid.topology import Finding


class ImportCommand(BaseCommand):
    """Reads one file and prints the findings; exits with an error when anything stops the import."""

    kind: str
    options_taken: tuple[str, ...] = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and --dry-run."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")
        parser.add_argument("--from", dest="valid_from", default="", help="the day from which it holds, 2026-11-21")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file; CommandError when it was not taken."""
        path: Path = options["file"]
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        given = {name: options[name] for name in ("valid_from", *self.options_taken) if options[name]}
        try:
            run = import_file(
                kind=self.kind,
                file_name=path.name,
                raw=raw,
                options=given,
                dry_run=options["dry_run"],
                actor=None,
                now=timezone.now(),
            )
        except NotValid as error:
            raise CommandError(str(error)) from error
        self._print(run)

    def _print(self, run: ImportRun) -> None:
        for found in run.findings:
            self.stdout.write(line_of(as_finding(found)))
        self.stdout.write(f"rows {run.rows}, created {run.created}, changed {run.changed}, warnings {run.warnings}")
        if run.errors:
            raise CommandError(f"{run.errors} errors: nothing was written")
        self.stdout.write("dry run: nothing was written" if run.dry_run else "done")


def line_of(finding: Finding) -> str:
    """A finding in one line for a terminal."""
    row = f" row {finding.row}" if finding.row else ""
    place = f" at {finding.place[0]},{finding.place[1]}" if finding.place else ""
    return f"{finding.severity}{row} {finding.kind} {finding.code}: {finding.message}{place}"
