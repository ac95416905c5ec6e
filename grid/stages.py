"""The machine of things that go through stages by people's decisions (papers, notices, actions), made from a table.

Each `Stage` is one arrow: from which statuses, to which, whose right, what must be given. Buttons, pages and API are
made from `open_to`; `advance` is the only writer of a status, and every step is kept in the app's own record.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.access import demand
from grid.models.staged import StepRecord
from grid.scope import scope_of

TEXT_LENGTH: Final = 500
AT_ONCE: Final = 500
"""Rows of one statement, where many take a stage together."""


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
    personal: str = ""
    """The way to a person (`member.user_id`) who may take it too, because the thing is hers."""
    asked_before: bool = False
    """The business of the stage asks who may take it; here only whoever holds the right sees it offered."""


@dataclass(frozen=True, slots=True)
class StageTable:
    """The stages of an app's models, where rights on a thing are asked (`code_of`), and the model of its record."""

    stages: Mapping[type[Any], tuple[Stage, ...]]
    code_of: Callable[[Any, Stage | None], str]
    record: type[StepRecord]

    def stage_of(self, row: Any, name: str) -> Stage:
        """The stage `name` of the kind of `row`. NotValid for one that the table does not know."""
        for stage in self.stages[type(row)]:
            if stage.name == name:
                return stage
        raise NotValid(_("There is no such step."), {"stage": [_("Choose one of the steps shown.")]})

    def open_to(self, row: Any, user: Any) -> list[Stage]:
        """The stages that `user` may take with `row` now, in the order of the table."""
        return [
            stage
            for stage in self.stages[type(row)]
            if row.status in stage.sources and self.holds(row, stage, user) and not _same_person(row, stage, user)
        ]

    def holds(self, row: Any, stage: Stage, user: Any) -> bool:
        """Whether `user` has the right to the stage: by her posts, or because the thing went to her unit."""
        scope = scope_of(user)
        to_her_unit = stage.addressed and row.organization_id in scope.organizations
        hers = bool(stage.personal) and _person_of(row, stage.personal) == user.pk
        return to_her_unit or hers or scope.can(stage.capability, self.code_of(row, stage))

    def demand_stage(self, row: Any, stage: Stage, actor: User) -> None:
        """NotAllowed without the right to the stage, unless its business has asked for it."""
        if not stage.asked_before and not self.holds(row, stage, actor):
            demand(actor, stage.capability, self.code_of(row, stage))

    def advance(
        self,
        row: Any,
        name: str,
        *,
        actor: User | None,
        now: datetime,
        version: int | None = None,
        text: str = "",
        **fields: Any,
    ) -> Any:
        """Take one stage: lock the row, set status and the given other fields, keep the step. Returns the locked row.

        `actor` None is the platform itself (a job whose day has come), which needs no right.
        NotAllowed without the right or with the wrong pair of eyes; NotNow from another status or version; NotValid
        without the words that the stage needs. In the caller's transaction, so that its own rows come along.
        """
        with transaction.atomic():
            locked = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
            step = self.move(locked, name, actor=actor, now=now, version=version, text=text, **fields)
            step.save(force_insert=True)
        return locked

    def move(
        self,
        locked: Any,
        name: str,
        *,
        actor: User | None,
        now: datetime,
        version: int | None = None,
        text: str = "",
        **fields: Any,
    ) -> StepRecord:
        """`advance` with a row that the caller has locked; its step is given back for the caller's own `keep`."""
        stage = self.stage_of(locked, name)
        if actor is not None:
            self.demand_stage(locked, stage, actor)
        _check(locked, stage, actor, version, text)
        before, locked.status = locked.status, stage.target
        for field, value in fields.items():
            setattr(locked, field, value)
        locked.version += 1
        locked.save(update_fields=["status", "version", *fields])
        return self.step(locked, before=before, actor=actor, now=now, text=text)

    def keep(self, steps: Sequence[StepRecord]) -> None:
        """Write the steps of one occasion in one statement."""
        self.record._default_manager.bulk_create(steps, batch_size=AT_ONCE)

    def advance_all(
        self,
        rows: QuerySet[Any],
        name: str,
        *,
        actor: User | None,
        now: datetime,
        text: str = "",
        fields: Callable[[Any], Mapping[str, Any]] = lambda row: {},
    ) -> list[Any]:
        """Take one stage with all of `rows` that it starts from, as `advance` does, in three statements for any number.

        `fields(row)` are the other values of a row, the same names for each; what `holds` reads of a row must be
        selected along. Rows at other statuses are left. Returns the locked rows that went on.
        """
        with transaction.atomic():
            stage = self.stage_of(rows.model(), name)
            found = rows.filter(status__in=stage.sources).order_by("pk").select_for_update(of=("self",))
            taken, steps, names = list(found), [], {"status", "version"}
            for row in taken:
                if actor is not None:
                    self.demand_stage(row, stage, actor)
                _check(row, stage, actor, None, text)
                more, before = dict(fields(row)), row.status
                for field, value in ({"status": stage.target, "version": row.version + 1} | more).items():
                    setattr(row, field, value)
                names |= set(more)
                steps.append(self.step(row, before=before, actor=actor, now=now, text=text))
            if taken:
                rows.model._default_manager.bulk_update(taken, sorted(names), batch_size=AT_ONCE)
                self.keep(steps)
        return taken

    def keep_step(self, row: Any, *, before: str, actor: User | None, now: datetime, text: str = "") -> Any:
        """Add one row to the record of `row`; also for its beginning (`before=""`)."""
        step = self.step(row, before=before, actor=actor, now=now, text=text)
        step.save(force_insert=True)
        return step

    def step(self, row: Any, *, before: str, actor: User | None, now: datetime, text: str = "") -> StepRecord:
        """One row for the record of `row`, not yet written."""
        return self.record(
            subject=row._meta.model_name,
            subject_id=row.pk,
            before=before,
            after=row.status,
            by=actor,
            at=now,
            text=text[:TEXT_LENGTH],
        )

    def steps_of(self, row: Any) -> list[Any]:
        """The record of `row`, oldest first, with the persons, in one query."""
        rows = self.record._default_manager.filter(subject=row._meta.model_name, subject_id=row.pk)
        return list(rows.select_related("by"))

    def story(self, row: Any) -> list[tuple[Any, str]]:
        """What was done with `row`, oldest first, each step with the label of the status that it brought."""
        labels = dict(row.Status.choices)
        return [(step, str(labels.get(step.after, step.after))) for step in self.steps_of(row)]


def check_version(row: Any, version: int | None) -> None:
    """NotNow when a form was made for another version of `row` than the locked one."""
    if version is not None and version != row.version:
        raise NotNow(_("Somebody changed this meanwhile. Look at it anew; what you typed is kept."))


def _check(row: Any, stage: Stage, actor: User | None, version: int | None, text: str) -> None:
    check_version(row, version)
    if row.status not in stage.sources:
        raise NotNow(
            _("This step is not possible now: the status is “%(status)s”.") % {"status": row.get_status_display()}
        )
    if actor is not None and _same_person(row, stage, actor):
        raise NotAllowed(_("This needs a second person: you took part in it before."))
    if stage.needs_text and not text.strip():
        raise NotValid(_("Please correct the marked fields."), {"text": [_("Say why in a few words.")]})
    if len(text) > TEXT_LENGTH:
        raise NotValid(_("Please correct the marked fields."), {"text": [_("At most 500 characters.")]})


def _same_person(row: Any, stage: Stage, user: Any) -> bool:
    return any(getattr(row, f"{field}_id") == user.pk for field in stage.apart)


def _person_of(row: Any, way: str) -> Any:
    """The person at the end of the way; None where a link of it is missing."""
    for name in way.split("."):
        row = getattr(row, name, None)
    return row
