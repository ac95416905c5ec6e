"""import_divisions FILE [--dry-run] [--under CODE]: official division codes or our own list of grids (CSV, XLSX)."""

from argparse import ArgumentParser

from grid.management.commands._importing import ImportCommand
from grid.models import ImportRun


class Command(ImportCommand):
    """See the module."""

    help = "Import division codes (CSV or XLSX). All or nothing."
    kind = ImportRun.Kind.DIVISIONS
    options_taken = ("under",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds --under."""
        super().add_arguments(parser)
        parser.add_argument("--under", default="", help="only this grid, what lies below it, and the way to it")
