"""import_roster FILE [--dry-run]: people and their posts (CSV, XLSX)."""

from grid.management.commands._importing import ImportCommand
from grid.models import ImportRun


class Command(ImportCommand):
    """See the module."""

    help = "Import a roster of posts (CSV or XLSX). All or nothing."
    kind = ImportRun.Kind.ROSTER
