"""import_households FILE [--dry-run]: households and residents (CSV, XLSX)."""

from grid.management.commands._importing import ImportCommand
from grid.models import ImportRun


class Command(ImportCommand):
    """See the module."""

    help = "Import households and residents (CSV or XLSX). All or nothing."
    kind = ImportRun.Kind.HOUSEHOLDS
