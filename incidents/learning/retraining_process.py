"""Retraining in a process of its own: a worker keeps neither 100 MB of libraries nor what learning leaves behind."""

import subprocess
import sys
from typing import Final

from django.conf import settings

from incidents.models import ClassifierVersion

LONGEST: Final = 600
"""Seconds; the broker gives a task out again after 900."""
COMMAND: Final = "train_classifier"


class TrainingFailed(Exception):
    """The process ended badly; the text is the end of what it said."""


def run() -> int:
    """Start it, wait, and give the number of new versions; TrainingFailed when it fails or takes too long."""
    newest = ClassifierVersion.objects.order_by("-id").values_list("pk", flat=True).first() or 0
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), COMMAND]
    try:
        done = subprocess.run(command, timeout=LONGEST, capture_output=True, text=True, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise TrainingFailed(f"took longer than {LONGEST} s") from error
    if done.returncode:
        raise TrainingFailed(done.stderr[-1500:])
    return ClassifierVersion.objects.filter(pk__gt=newest).count()
