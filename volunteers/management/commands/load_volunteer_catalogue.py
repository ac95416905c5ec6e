"""`load_volunteer_catalogue`: the dictionaries of volunteers and wishes; safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from volunteers.dictionaries import load_dictionaries


class Command(BaseCommand):
    """Fill the dictionaries that are still empty."""

    help = "Load the dictionaries of volunteers and wishes where they are empty."

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill, and say so."""
        load_dictionaries()
        self.stdout.write("dictionaries of volunteers and wishes: loaded where they were empty")
