"""The stages of papers, assessments, honours and cases as data; `grid.stages` is the machine that takes them."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy

from grid.stages import TEXT_LENGTH, Stage, StageTable, check_version
from reports.models import Assessment, HonourRound, Nomination, Objection, Paper, ReportPaper, Step, TypicalCase

STAGES: Final[Mapping[type[Any], tuple[Stage, ...]]] = {
    ReportPaper: (
        Stage("check", ("draft",), "checked", gettext_lazy("Mark as checked"), "report.write"),
        Stage("reopen", ("checked",), "draft", gettext_lazy("Back to draft"), "report.write", needs_text=True),
        Stage("sign", ("checked",), "signed", gettext_lazy("Sign"), "report.sign", apart=("checked_by",)),
        Stage("send", ("signed",), "sent", gettext_lazy("Send"), "report.sign"),
    ),
    Paper: (
        Stage("issue", ("draft",), "issued", gettext_lazy("Issue"), "report.sign"),
        Stage(
            "answer",
            ("issued",),
            "answered",
            gettext_lazy("Enter the answer"),
            "report.write",
            needs_text=True,
            addressed=True,
        ),
        Stage(
            "withdraw",
            ("draft", "issued"),
            "withdrawn",
            gettext_lazy("Withdraw"),
            "report.sign",
            needs_text=True,
            danger=True,
        ),
    ),
    Assessment: (
        Stage("publish", ("draft",), "published", gettext_lazy("Publish"), "assessment.decide"),
        Stage("finish", ("published",), "final", gettext_lazy("Make final"), "assessment.decide"),
        Stage(
            "withdraw",
            ("draft", "published", "final"),
            "withdrawn",
            gettext_lazy("Withdraw"),
            "assessment.decide",
            needs_text=True,
            danger=True,
        ),
    ),
    Objection: (
        Stage(
            "uphold", ("open",), "upheld", gettext_lazy("Uphold"), "assessment.decide", needs_text=True, apart=("by",)
        ),
        Stage(
            "refuse", ("open",), "refused", gettext_lazy("Refuse"), "assessment.decide", needs_text=True, apart=("by",)
        ),
    ),
    HonourRound: (
        Stage("review", ("open",), "review", gettext_lazy("Close nominations"), "honour.decide"),
        Stage("show", ("review",), "public", gettext_lazy("Show to the public"), "honour.decide"),
        Stage("decide", ("public",), "decided", gettext_lazy("Decide the round"), "honour.decide"),
        Stage(
            "cancel",
            ("open", "review", "public"),
            "cancelled",
            gettext_lazy("Call the round off"),
            "honour.decide",
            needs_text=True,
            danger=True,
        ),
    ),
    Nomination: (
        Stage(
            "support",
            ("nominated", "declined"),
            "supported",
            gettext_lazy("Pass"),
            "honour.decide",
            apart=("person", "nominated_by"),
        ),
        Stage(
            "decline",
            ("nominated", "supported"),
            "declined",
            gettext_lazy("Do not pass"),
            "honour.decide",
            needs_text=True,
            apart=("person",),
        ),
        # an objection from the public: looked at anew before the round can be decided
        Stage(
            "object", ("supported",), "nominated", gettext_lazy("Enter an objection"), "report.write", needs_text=True
        ),
        Stage("award", ("supported",), "awarded", gettext_lazy("Award"), "honour.decide", apart=("person",)),
        Stage(
            "withdraw",
            ("nominated", "supported"),
            "withdrawn",
            gettext_lazy("Withdraw"),
            "honour.nominate",
            danger=True,
            own_grid=True,
        ),
    ),
    TypicalCase: (
        Stage("submit", ("draft", "declined"), "submitted", gettext_lazy("Submit upward"), "report.sign"),
        Stage("adopt", ("submitted",), "adopted", gettext_lazy("Adopted"), "report.write", needs_text=True),
        Stage("decline", ("submitted",), "declined", gettext_lazy("Not adopted"), "report.write", needs_text=True),
        Stage("take_back", ("submitted",), "draft", gettext_lazy("Take back"), "report.sign", needs_text=True),
    ),
}


def code_of(row: Any, stage: Stage | None = None) -> str:
    """The grid code under which rights on `row` are asked."""
    if stage is not None and stage.own_grid and row.grid is not None:
        return str(row.grid.code)
    match row:
        case ReportPaper():
            return str(row.report.grid_code)
        case Objection():
            return str(row.assessment.grid_code)
        case Nomination():
            return str(row.place.round.grid_code)
    return str(row.grid_code)


TABLE: Final = StageTable(STAGES, code_of, Step)
advance, keep_step, open_to = TABLE.advance, TABLE.keep_step, TABLE.open_to
demand_stage, holds, stage_of = TABLE.demand_stage, TABLE.holds, TABLE.stage_of
steps_of, story = TABLE.steps_of, TABLE.story

__all__ = [
    "STAGES",
    "TABLE",
    "TEXT_LENGTH",
    "Stage",
    "advance",
    "check_version",
    "code_of",
    "demand_stage",
    "holds",
    "keep_step",
    "open_to",
    "stage_of",
    "steps_of",
    "story",
]
