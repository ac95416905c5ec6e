"""`manage.py train_classifier`: learn from the office's own ended cases; the weekly job starts this too."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import DomainError
from incidents.learning.retraining import retrain

GENTLE = 10
"""Nice value: dispatching goes first."""


class Command(BaseCommand):
    """Trains one version, tests it against what reads now, and lets the better one read."""

    help = "Learn the categories of texts from ended cases; the new version goes live only when it is better."

    def handle(self, *args: Any, **options: Any) -> None:
        """Retrain and say what came of it."""
        os.nice(GENTLE)
        try:
            outcome = retrain(now=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        if outcome.version is not None:
            version = outcome.version
            new, old = version.scores["macro_f1"], version.rival_scores["macro_f1"]
            self.stdout.write(f"version {version.pk}: macro-F1 {new:.4f} against {old:.4f}, {version.train_size} cases")
        self.stdout.write(outcome.words)
