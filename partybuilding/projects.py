"""项目清单: what a unit does for a need, from the promise to the confirmation by the one in need (4.3)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.protect import mask_numbers
from accounts.text_guard import clean_field, clean_fields
from grid.models import Grid
from grid.once import write_once
from grid.scope import scope_of
from incidents.numbers import street_number
from partybuilding import list_news, needs
from partybuilding.models import (
    Alliance,
    Label,
    Need,
    PartnerUnit,
    Project,
    ProjectStep,
    ProjectType,
    Resource,
)
from partybuilding.stages import advance, keep_step
from partybuilding.units import demand_hers

LENGTHS: Final = {"title": 100, "text": 5000}
LIVING: Final = ("proposed", "agreed", "running", "done", "confirmed", "evaluated")


@dataclass(frozen=True, slots=True)
class NewProject:
    """What is to be done by whom; `need` and `resource` are what it joins. The grid is that of the need by default."""

    title: str
    type: ProjectType
    grid: Grid | None = None
    text: str = ""
    need: Need | None = None
    resource: Resource | None = None
    unit: PartnerUnit | None = None
    alliance: Alliance | None = None
    promised_on: date | None = None
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: told by the unit when the work is done."""

    result: str
    members_count: int | None = None
    hours: Decimal | None = None
    beneficiaries: int | None = None


def propose(new: NewProject, *, actor: User, now: datetime, client_id: UUID | None = None) -> Project:
    """Join a need with what a unit offers; the steps of the type come along. Sent again it is the same project.

    NotAllowed without `lists.edit` where it lies (people of the unit may propose for theirs); NotNow when the need is
    not open or has a project already; NotValid by field.
    """
    unit = new.unit or (new.resource.unit if new.resource else None)
    grid = new.grid or (new.need.grid if new.need else None) or (unit.organization.grid if unit else None)
    if grid is None:
        raise NotValid(_("Please correct the marked fields."), {"grid": [_("Say where it is to be done.")]})
    demand_hers(actor, unit, grid.code)
    words = {name: mask_numbers(text) for name, text in clean_fields(new, LENGTHS).items()}
    _check(new, words, unit, now)
    given = {
        **words,
        "type": new.type.pk,
        "grid": grid.code,
        "need": new.need and new.need.pk,
        "unit": unit and unit.pk,
    }
    given_id = client_id or uuid4()

    def write(digest: str) -> Project:
        return _write(new, words, grid, unit, actor=actor, now=now, client_id=given_id, digest=digest)

    try:
        row, _made = write_once(Project, given_id, given, actor=actor, write=write)
    except IntegrityError as error:
        if "project_one_per_need" in str(error):
            raise NotNow(_("Another unit was faster: this need has a project.")) from error
        raise
    return row


def _check(new: NewProject, words: dict[str, str], unit: PartnerUnit | None, now: datetime) -> None:
    own = new.need is not None and unit is not None and new.need.unit_id == unit.pk
    kind = new.need is None or new.resource is None or new.need.kind_id == new.resource.kind_id
    of_unit = new.resource is None or unit is None or new.resource.unit_id == unit.pk
    offered = new.resource is None or new.resource.status == Resource.Status.OFFERED
    demand_valid(
        [
            ("title", bool(words["title"]), _("Say what is to be done.")),
            ("type", new.type.is_active, _("This type is not used any more.")),
            ("unit", not own, _("A unit does not meet its own need.")),
            ("unit", unit is None or unit.left_on is None, _("This unit is no partner any more.")),
            ("resource", kind, _("This resource is of another kind than the need.")),
            ("resource", of_unit, _("This resource belongs to another unit.")),
            ("resource", offered, _("This resource is not offered now.")),
            ("promised_on", _not_past(new.promised_on, now), _("This day has passed.")),
        ]
    )


def _not_past(day: date | None, now: datetime) -> bool:
    return day is None or day >= timezone.localdate(now)


def _write(
    new: NewProject,
    words: dict[str, str],
    grid: Grid,
    unit: PartnerUnit | None,
    *,
    actor: User,
    now: datetime,
    client_id: UUID,
    digest: str,
) -> Project:
    if new.need is not None:
        _lock_open(new.need)
    project = Project.objects.create(
        **words,
        number=street_number("project", "项目", grid.code, now=now),
        type=new.type,
        need=new.need,
        resource=new.resource,
        unit=unit,
        alliance=new.alliance,
        promised_on=new.promised_on,
        grid=grid,
        grid_code=grid.code,
        by=actor,
        at=now,
        client_id=client_id,
        digest=digest,
    )
    ProjectStep.objects.bulk_create(steps_of_type(project, new.type))
    project.labels.set(new.labels)
    keep_step(project, before="", actor=actor, now=now)
    list_news.project_step(project, "proposed", actor=actor, now=now)
    return project


def _lock_open(need: Need) -> None:
    locked = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if locked.projects.exclude(status="dropped").exists():
        raise NotNow(_("Another unit was faster: this need has a project."))
    if locked.status != Need.Status.OPEN:
        raise NotNow(_("This need does not wait any more: %(status)s.") % {"status": locked.get_status_display()})


def steps_of_type(project: Project, kind: ProjectType) -> list[ProjectStep]:
    """The usual steps of the type, one per line; "part：text" where the line names a part (四大空间, row 3.32)."""
    found = []
    for position, line in enumerate((one for one in kind.steps.splitlines() if one.strip()), 1):
        part, colon, text = line.strip().partition("：")
        found.append(
            ProjectStep(
                project=project,
                position=position,
                part=part[:40] if colon else "",
                text=(text if colon else part)[:200],
            )
        )
    return found


def agree(
    project: Project, *, promised_on: date, actor: User, now: datetime, text: str = "", version: int | None = None
) -> Project:
    """The unit promises a day; the need is promised. NotValid for a day that has passed."""
    demand_valid([("promised_on", _not_past(promised_on, now), _("This day has passed."))])
    with transaction.atomic():
        done: Project = advance(
            project, "agree", actor=actor, now=now, text=text, version=version, promised_on=promised_on
        )
        needs.follow(done.need_id, "promise", now=now, text=done.number)
        list_news.project_step(done, "agree", actor=actor, now=now)
    return done


def start(project: Project, *, actor: User, now: datetime, text: str = "", version: int | None = None) -> Project:
    """The work has begun today."""
    with transaction.atomic():
        done: Project = advance(
            project, "start", actor=actor, now=now, text=text, version=version, starts_on=timezone.localdate(now)
        )
        needs.follow(done.need_id, "run", now=now, text=done.number)
    return done


def finish(project: Project, told: Result, *, actor: User, now: datetime, version: int | None = None) -> Project:
    """The work is done: the result is told, the one in need is asked to confirm. NotValid without a result."""
    words = mask_numbers(clean_field("result", told.result, max_length=3000, multiline=True))
    demand_valid(
        [
            ("result", bool(words), _("Tell what came of it.")),
            ("hours", told.hours is None or told.hours >= 0, _("Hours are not negative.")),
        ]
    )
    with transaction.atomic():
        done: Project = advance(
            project,
            "finish",
            actor=actor,
            now=now,
            text=words[:200],
            version=version,
            result=words,
            members_count=told.members_count,
            hours=told.hours,
            beneficiaries=told.beneficiaries,
            done_at=now,
            starts_on=project.starts_on or timezone.localdate(now),
        )
        needs.follow(done.need_id, "deliver", now=now, text=done.number)
        list_news.project_step(done, "finish", actor=actor, now=now)
    return done


def confirm(project: Project, *, actor: User, now: datetime, text: str = "", version: int | None = None) -> Project:
    """It was what was needed: the one in need, or whoever keeps the lists there, says so; the need is met.

    NotAllowed for people of the unit that did it: nobody confirms her own work.
    """
    _demand_other(project, actor)
    with transaction.atomic():
        done: Project = advance(
            project, "confirm", actor=actor, now=now, text=text, version=version, confirmed_by=actor, confirmed_at=now
        )
        needs.follow(done.need_id, "meet", now=now, text=done.number, ended_at=now)
        list_news.project_step(done, "confirm", actor=actor, now=now)
    return done


def refuse(project: Project, *, actor: User, now: datetime, text: str, version: int | None = None) -> Project:
    """It was not what was needed: back to work, with the reason."""
    _demand_other(project, actor)
    with transaction.atomic():
        done: Project = advance(project, "refuse", actor=actor, now=now, text=text, version=version)
        needs.follow(done.need_id, "run", now=now, text=text)
        list_news.project_step(done, "refuse", actor=actor, now=now)
    return done


def _demand_other(project: Project, actor: User) -> None:
    if project.organization_id is not None and project.organization_id in scope_of(actor).organizations:
        raise NotAllowed(_("Whoever did it neither confirms nor evaluates it."))


def evaluate(
    project: Project, *, grade: int, actor: User, now: datetime, text: str = "", version: int | None = None
) -> Project:
    """Grade a confirmed project (1 to 5); later matches of the unit show it. NotAllowed for people of that unit."""
    demand_valid([("grade", 1 <= grade <= 5, _("Choose a grade from 1 to 5."))])
    _demand_other(project, actor)
    done: Project = advance(project, "evaluate", actor=actor, now=now, text=text, version=version, grade=grade)
    return done


def drop(project: Project, *, actor: User, now: datetime, text: str, version: int | None = None) -> Project:
    """It comes to nothing: the need waits again."""
    with transaction.atomic():
        done: Project = advance(project, "drop", actor=actor, now=now, text=text, version=version)
        # what the need says, not the project as it was read: the unit may have agreed a moment ago
        if done.need is not None and done.need.status != Need.Status.OPEN:
            needs.follow(done.need_id, "reopen", now=now, text=text, level_since=now)
        list_news.project_step(done, "drop", actor=actor, now=now)
    return done
