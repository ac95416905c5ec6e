"""`load_party_catalogue`: the dictionaries of party work; safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from partybuilding.dictionaries import load_dictionaries


class Command(BaseCommand):
    """Fill the dictionaries that are still empty."""

    help = "Load the dictionaries of party work where they are empty."

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill, and say so."""
        load_dictionaries()
        self.stdout.write("dictionaries of party work: loaded where they were empty")
