"""check_grids [CODE]: the topology report of the tree as it stands."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grid.importing.tree import present_cells
from grid.management.commands._importing import line_of
from grid.topology import Severity, report


class Command(BaseCommand):
    """See the module."""

    help = "Report self-intersections, overlaps, gaps, areas outside their parent, odd sizes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The code below which to look."""
        parser.add_argument("code", nargs="?", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the findings; CommandError when one is an error."""
        findings = report(present_cells(options["code"], today=timezone.localdate()))
        for finding in findings:
            self.stdout.write(line_of(finding))
        errors = sum(finding.severity == Severity.ERROR for finding in findings)
        self.stdout.write(f"{len(findings)} findings")
        if errors:
            raise CommandError(f"{errors} errors")
