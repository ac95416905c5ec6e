"""Bring the counts of the dashboards up to date, check them, or build them anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.rollups import keeping, reading, reconciling


class Command(BaseCommand):
    """`rollups [--check] [--rebuild]`; the workers do the first by themselves every few seconds."""

    help = "Count what is new in the event log into the rollups of the dashboards."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options."""
        parser.add_argument("--rebuild", action="store_true", help="forget all counts and begin anew")
        parser.add_argument("--check", action="store_true", help="hold samples against a recount from the events")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count; CommandError when a check found differences."""
        if options["rebuild"]:
            keeping.rebuild(now=timezone.now())
        changed = keeping.catch_up(now=timezone.now(), windows=1_000_000)
        self.stdout.write(f"{changed} incidents counted, complete up to {reading.as_of()}")
        if options["check"] and (differences := reconciling.reconcile(now=timezone.now())):
            raise CommandError(f"{differences} differences; everything is being counted anew")
