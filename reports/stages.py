"""The stages of papers, assessments, honours and cases as data, and the one function that writes a status.

Each `Stage` is one arrow: from which statuses, to which, whose right, what must be given. Buttons, pages and API are
made from `open_to`; `advance` is the only writer, and every step is kept in `Step`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.access import demand
from grid.scope import scope_of
from reports.models import Assessment, HonourRound, Nomination, Objection, Paper, ReportPaper, Step, TypicalCase

TEXT_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class Stage:
    """One arrow of a table: `apart` names the fields whose person may not do it as well (four eyes)."""

    name: str
    sources: tuple[str, ...]
    target: str
    label: Any
    capability: str
    needs_text: bool = False
    apart: tuple[str, ...] = ()
    danger: bool = False
    own_grid: bool = False
    """The right is asked where the thing itself lies, not where its round or office does."""
    addressed: bool = False
    """Whoever acts for the unit (`organization`) that the thing went to may take it too."""


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


def stage_of(row: Any, name: str) -> Stage:
    """The stage `name` of the kind of `row`. NotValid for one that the table does not know."""
    for stage in STAGES[type(row)]:
        if stage.name == name:
            return stage
    raise NotValid(_("There is no such step."), {"stage": [_("Choose one of the steps shown.")]})


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


def open_to(row: Any, user: Any) -> list[Stage]:
    """The stages that `user` may take with `row` now, in the order of the table."""
    return [
        stage
        for stage in STAGES[type(row)]
        if row.status in stage.sources and holds(row, stage, user) and not _same_person(row, stage, user)
    ]


def holds(row: Any, stage: Stage, user: Any) -> bool:
    """Whether `user` has the right to the stage: by her posts, or because the thing went to her unit."""
    scope = scope_of(user)
    to_her_unit = stage.addressed and row.organization_id in scope.organizations
    return to_her_unit or scope.can(stage.capability, code_of(row, stage))


def demand_stage(row: Any, stage: Stage, actor: User) -> None:
    """NotAllowed without the right to the stage."""
    if not holds(row, stage, actor):
        demand(actor, stage.capability, code_of(row, stage))


def advance(
    row: Any,
    name: str,
    *,
    actor: User,
    now: datetime,
    version: int | None = None,
    text: str = "",
    **fields: Any,
) -> Any:
    """Take one stage: lock the row, set status and the given other fields, keep the step. Returns the locked row.

    NotAllowed without the right or with the wrong pair of eyes; NotNow from another status or version; NotValid
    without the words that the stage needs. In the caller's transaction, so that its own rows come along.
    """
    with transaction.atomic():
        locked = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
        stage = stage_of(locked, name)
        demand_stage(locked, stage, actor)
        _check(locked, stage, actor, version, text)
        before, locked.status = locked.status, stage.target
        for field, value in fields.items():
            setattr(locked, field, value)
        locked.version += 1
        locked.save(update_fields=["status", "version", *fields])
        keep_step(locked, before=before, actor=actor, now=now, text=text)
    return locked


def keep_step(row: Any, *, before: str, actor: User | None, now: datetime, text: str = "") -> Step:
    """Add one row to the record of `row`; also for its beginning (`before=""`)."""
    return Step.objects.create(
        subject=row._meta.model_name,
        subject_id=row.pk,
        before=before,
        after=row.status,
        by=actor,
        at=now,
        text=text[:TEXT_LENGTH],
    )


def steps_of(row: Any) -> list[Step]:
    """The record of `row`, oldest first, with the persons, in one query."""
    rows = Step.objects.filter(subject=row._meta.model_name, subject_id=row.pk)
    return list(rows.select_related("by"))


def check_version(row: Any, version: int | None) -> None:
    """NotNow when a form was made for another version of `row` than the locked one."""
    if version is not None and version != row.version:
        raise NotNow(_("Somebody changed this meanwhile. Look at it anew; what you typed is kept."))


def _check(row: Any, stage: Stage, actor: User, version: int | None, text: str) -> None:
    check_version(row, version)
    if row.status not in stage.sources:
        raise NotNow(
            _("This step is not possible now: the status is “%(status)s”.") % {"status": row.get_status_display()}
        )
    if _same_person(row, stage, actor):
        raise NotAllowed(_("This needs a second person: you took part in it before."))
    if stage.needs_text and not text.strip():
        raise NotValid(_("Please correct the marked fields."), {"text": [_("Say why in a few words.")]})
    if len(text) > TEXT_LENGTH:
        raise NotValid(_("Please correct the marked fields."), {"text": [_("At most 500 characters.")]})


def _same_person(row: Any, stage: Stage, user: Any) -> bool:
    return any(getattr(row, f"{field}_id") == user.pk for field in stage.apart)
