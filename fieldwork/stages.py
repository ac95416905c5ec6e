"""The stages of field work as data; `grid.stages` is the machine that takes them, and the only writer of a status."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from fieldwork.models import (
    CarePromise,
    CareSubject,
    FieldStep,
    Hazard,
    KnockAction,
    Patrol,
    RectificationNotice,
    TrainingSession,
)
from grid.stages import Stage, StageTable

STAGES: Final[Mapping[type[Any], tuple[Stage, ...]]] = {
    Patrol: (
        Stage("finish", ("running",), "finished", _("Finish the patrol"), "field.write"),
        Stage("drop", ("running",), "dropped", _("Break off"), "field.write", needs_text=True),
    ),
    KnockAction: (
        Stage("start", ("planned",), "running", _("Start the action"), "field.plan"),
        Stage("end", ("running",), "ended", _("End with a result"), "field.plan"),
        Stage(
            "call_off", ("planned", "running"), "called_off", _("Call off"), "field.plan", needs_text=True, danger=True
        ),
    ),
    CareSubject: (Stage("end", ("active",), "ended", _("End the care"), "care.edit", needs_text=True, danger=True),),
    CarePromise: (
        Stage("keep", ("open",), "done", _("Promise kept"), "care.edit", needs_text=True),
        Stage("drop", ("open",), "dropped", _("Could not be kept"), "care.edit", needs_text=True),
    ),
    RectificationNotice: (
        Stage("fix", ("issued",), "fixing", _("Being put right"), "field.write"),
        Stage("close", ("issued", "fixing"), "closed", _("Close after re-inspection"), "field.write"),
        Stage(
            "transfer", ("issued", "fixing"), "transferred", _("Hand to enforcement"), "inspection.order", danger=True
        ),
        Stage(
            "withdraw",
            ("issued", "fixing"),
            "withdrawn",
            _("Withdraw"),
            "inspection.order",
            needs_text=True,
            danger=True,
        ),
    ),
    Hazard: (
        Stage("fix_once", ("open",), "fixed_once", _("Put right at once"), "field.write"),
        Stage("order", ("open",), "ordered", _("Order to put right"), "inspection.order"),
        Stage("fix", ("ordered", "open"), "fixed", _("Put right"), "field.write"),
        Stage("transfer", ("open", "ordered"), "transferred", _("Hand to enforcement"), "inspection.order"),
        # the notice was withdrawn: the hazard waits again
        Stage("reopen", ("ordered",), "open", _("Wait again"), "inspection.order"),
    ),
    TrainingSession: (
        Stage("hold", ("planned",), "held", _("The training was held"), "training.edit"),
        Stage("call_off", ("planned",), "called_off", _("Call off"), "training.edit", needs_text=True, danger=True),
    ),
}


def code_of(row: Any, stage: Stage | None = None) -> str:
    """The grid code under which rights on `row` are asked."""
    return str(row.grid_code)


TABLE: Final = StageTable(STAGES, code_of, FieldStep)
advance, keep_step, open_to = TABLE.advance, TABLE.keep_step, TABLE.open_to
steps_of, story = TABLE.steps_of, TABLE.story

__all__ = ["STAGES", "TABLE", "advance", "code_of", "keep_step", "open_to", "steps_of", "story"]
