"""`manage.py reckon_deadlines [--dry-run]`: the due times of open cases by the calendar of now, and which moved."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from incidents import reckoning
from incidents.states import Clock


class Command(BaseCommand):
    """Run by hand; the worker does the same by itself a minute after the calendar has changed."""

    help = "Reckon the due times of open cases anew after a change of the calendar."

    def add_arguments(self, parser: CommandParser) -> None:
        """--dry-run writes nothing."""
        parser.add_argument("--dry-run", action="store_true", help="only show which due times would move")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each due time that moved."""
        if options["dry_run"]:
            moved, word = reckoning.would_move(), "would move"
        else:
            moved, word = reckoning.moved_by(reckoning.reckon(actor=None, now=timezone.now())), "moved"
        for one in moved:
            old, new = (timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else "-" for at in (one.old, one.new))
            self.stdout.write(f"{one.number} {Clock(one.clock).value} {old} -> {new}")
        self.stdout.write(f"{len(moved)} {word}")
