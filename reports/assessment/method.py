"""一晒三评五优 (domain.md 10 row 4.19): a work method of an office whose steps lead to what the product keeps of them.

晒 are the work ledgers, 评 the published assessments, 优 the decided rounds of honours. What the three 评 and five 优
are in detail was NOT FOUND (domain.md 6.2): the words of each step are the office's to write.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from grid.models import Grid
from reports.assessment.schemes import examples
from reports.models import Assessment, HonourRound, WorkMethod, WorkMethodStep

NAME: Final = examples()["method"]["name"]
PAGES: Final = {"ledger": "reports:ledger", "assessments": "reports:assessments", "honours": "reports:honours"}
"""From the figure of a step to the page that shows it."""


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step, the page that shows it lived, and how many things stand there; None where nothing is counted."""

    step: WorkMethodStep
    page: str
    count: int | None


def of(grid: Grid, *, actor: User) -> WorkMethod:
    """The method of an office, made from the published words when it is not there yet."""
    demand(actor, "assessment.edit", grid.code)
    words = examples()["method"]
    with transaction.atomic():
        Grid.objects.select_for_update(no_key=True).only("pk").get(pk=grid.pk)
        method, made = WorkMethod.objects.get_or_create(
            grid=grid,
            name=NAME,
            defaults={"grid_code": grid.code, "meaning": words["meaning"], "source": words["source"]},
        )
        if made:
            WorkMethodStep.objects.bulk_create(
                WorkMethodStep(method=method, order=n, **step) for n, step in enumerate(words["steps"], start=1)
            )
    return method


def shown(method: WorkMethod, user: Any) -> list[ShownStep]:
    """The steps with their pages and with how much the reader sees there; three queries."""
    counts = {
        "assessments": Assessment.objects.visible_to(user)
        .filter(status__in=("published", "final"), grid_code__startswith=method.grid_code)
        .count(),
        "honours": HonourRound.objects.visible_to(user)
        .filter(status="decided", grid_code__startswith=method.grid_code)
        .count(),
    }
    return [ShownStep(step, PAGES.get(step.figure, ""), counts.get(step.figure)) for step in method.steps.all()]


def write_step(step: WorkMethodStep, *, meaning: str, note: str, actor: User) -> WorkMethodStep:
    """Write what a step means here, and how far it is lived. NotAllowed without assessment.edit."""
    demand(actor, "assessment.edit", step.method.grid_code)
    step.meaning = clean_text(meaning, max_length=300)
    step.note = clean_text(note, max_length=2000, multiline=True)
    step.save(update_fields=["meaning", "note"])
    return step
