"""`load_catalogue`: categories, time limits and the working calendar; safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from incidents.catalogue import load_catalogue


class Command(BaseCommand):
    help = "Load categories, time limits and the working calendar; adds what is missing, changes nothing that is there."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say what was added."""
        added = load_catalogue()
        self.stdout.write(", ".join(f"{count} {kind}" for kind, count in added.items()))
