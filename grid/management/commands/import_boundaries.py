"""import_boundaries FILE --datum gcj02 [--dry-run]: boundaries from GeoJSON, matched by code or name."""

from argparse import ArgumentParser

from grid.datum import Datum
from grid.management.commands._importing import ImportCommand
from grid.models import Grid, ImportRun


class Command(ImportCommand):
    """See the module."""

    help = "Import boundaries (GeoJSON). All or nothing."
    kind = ImportRun.Kind.BOUNDARIES
    options_taken = ("datum", "origin", "reason", "under")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds --datum (required), --origin, --reason, --under."""
        super().add_arguments(parser)
        parser.add_argument("--datum", required=True, choices=Datum.values)
        parser.add_argument("--origin", default=Grid.Origin.SURVEYED.value, choices=Grid.Origin.values)
        parser.add_argument("--reason", default="", help="why the boundary changes; kept with the version")
        parser.add_argument("--under", default="", help="look for names below this code only")
