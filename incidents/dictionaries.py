"""Small tables of the office's own words, filled once and never overwritten: kinds of tasks, labels, six kinds."""

from typing import Final

from incidents.models import Label, ProblemKind, TaskKind
from incidents.seeds import seed_lines

PROBLEM_KINDS: Final = 6
"""“六类”问题 (domain.md 2.6): the number is known, the list is not; the office writes the names."""


def load_dictionaries() -> None:
    """Add what is missing to tables that are still empty; an office that deletes a row does not get it back."""
    if not TaskKind.objects.exists():
        TaskKind.objects.bulk_create(
            TaskKind(position=n, **line) for n, line in enumerate(seed_lines("task_kinds.csv"), 1)
        )
    if not Label.objects.exists():
        Label.objects.bulk_create(Label(position=n, **line) for n, line in enumerate(seed_lines("labels.csv"), 1))
    if not ProblemKind.objects.exists():
        numbers = range(1, PROBLEM_KINDS + 1)
        ProblemKind.objects.bulk_create(ProblemKind(position=n, name=f"第{n}类（名称待街道填写）") for n in numbers)
