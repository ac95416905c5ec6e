"""`manage.py evaluate_classifier`: how well texts are classified, measured on outside data with the platform's code."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from incidents.learning.outside import BadTable, Evaluation, evaluate, read_rows
from incidents.learning.scoring import WANTED_PRECISION, Scores
from incidents.learning.training import TooLittle


class Command(BaseCommand):
    """Learns from some CSV files, reads another one, prints what was reached. Needs no database and changes nothing."""

    help = "Learn from labelled texts (CSV, columns text and label), read others and print how well it went."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own type

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The files."""
        parser.add_argument("--train", nargs="+", type=Path, required=True, metavar="CSV", help="texts to learn from")
        parser.add_argument("--test", type=Path, required=True, metavar="CSV", help="texts to read")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the tables, measure, print."""
        try:
            found = evaluate(read_rows(options["train"]), read_rows([options["test"]]))
        except (BadTable, TooLittle) as error:
            raise CommandError(str(error)) from error
        for line in [*summary(found), "", *class_table(found.scores), "", *confusion_table(found.scores)]:
            self.stdout.write(line)
        if options["json"]:
            options["json"].write_text(json.dumps(found.as_data(), ensure_ascii=False, indent=1) + "\n")


def summary(found: Evaluation) -> list[str]:
    """The figures in lines."""
    scores, unseen, wanted = found.scores, found.unseen, f"{WANTED_PRECISION:.0%}"
    return [
        f"learned from {found.train_size} texts in {found.train_seconds:.1f} s, file {found.file_bytes / 1e6:.1f} MB",
        f"read {scores.size} texts: p50 {found.p50_ms:.2f} ms, p95 {found.p95_ms:.2f} ms per message",
        f"macro-F1 {scores.macro_f1:.4f}, accuracy {scores.accuracy:.4f}",
        f"  cross-validated on the training part: {unseen.macro_f1:.4f}, {unseen.accuracy:.4f}",
        f"coverage at {wanted} precision on the test texts: {scores.coverage_at_wanted:.1%} could go unattended",
        f"  from {scores.threshold:.3f}, as learned: {scores.coverage:.1%} could, {scores.precision:.1%} of them right",
        f"confidence and truth lie {scores.calibration_error:.3f} apart on average",
    ]


def class_table(scores: Scores) -> list[str]:
    """Precision, recall and F1 of every label."""
    head = f"{'precision':>10}{'recall':>8}{'F1':>8}{'texts':>7}  label"
    rows = scores.per_class.items()
    return [head] + [f"{c.precision:>10.3f}{c.recall:>8.3f}{c.f1:>8.3f}{c.support:>7}  {label}" for label, c in rows]


def confusion_table(scores: Scores) -> list[str]:
    """What the texts of each label were taken for, most first."""
    lines = ["taken for:"]
    for label, taken in scores.confusion.items():
        order = sorted(taken.items(), key=lambda pair: -pair[1])
        lines.append(f"  {label}: " + ", ".join(f"{answer or '-'} {count}" for answer, count in order))
    return lines
