"""What a decision leads to (办事): a case, a joint project, a task through the grids, or a notice; one at a time.

The decision's row is locked first: a second click gets told what the first one made. When a case is not accepted, a
project dropped or a task called off, the decision may lead to something else.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from grid.once import sealed_uuid
from grid.scope import scope_of
from incidents import gridtasks
from incidents.intake import NewIncident, report_incident
from incidents.models import GridTask, Incident, TaskKind
from incidents.models.incident import Source
from incidents.states import OPEN_STATES
from partybuilding import council_news, projects
from partybuilding.models import PartnerUnit, Project, ProjectType, Resolution
from partybuilding.resolutions import child_of, home_of, is_void
from partybuilding.stages import advance

Child = Resolution.Child
RIGHTS: Final = {
    Child.INCIDENT: "incident.report",
    Child.PROJECT: "lists.edit",
    Child.TASK: "task.edit",
    Child.NOTICE: "council.edit",
}
"""What is needed beside council.edit, and where: a case may be reported anywhere by whoever reports at all."""


@dataclass(frozen=True, slots=True)
class NewChildTask:
    """A task through the grids: of which kind, for the grids of which level, until when."""

    kind: TaskKind
    level: int
    due_on: date


@dataclass(frozen=True, slots=True)
class NewChildProject:
    """A joint project: of which type, by which unit if known, promised for when."""

    type: ProjectType
    unit: PartnerUnit | None = None
    promised_on: date | None = None


def open_ways(resolution: Resolution, user: Any) -> list[str]:
    """What `user` may make of the decision now; none while it leads to something that is alive."""
    scope, home = scope_of(user), home_of(resolution)
    if not (is_free(resolution) and scope.can("council.edit", home)):
        return []
    return [kind for kind, right in RIGHTS.items() if scope.can(right, None if kind == Child.INCIDENT else home)]


def is_free(resolution: Resolution) -> bool:
    """Open, and nothing alive follows from it."""
    return resolution.status == Resolution.Status.OPEN and (not resolution.child or is_void(resolution))


def lead_to_incident(resolution: Resolution, *, actor: User, now: datetime) -> Incident:
    """Report the decision as a case of its grid; from there it goes the way of every case. NotNow the second time."""
    with transaction.atomic():
        locked = _free(resolution, actor)
        incident = report_incident(_as_incident(locked), actor=actor, now=now)
        _link(locked, Child.INCIDENT, incident=incident)
    return incident


def lead_to_own_case(resolution: Resolution, *, actor: User) -> Incident:
    """Let the case that brought the topic carry the decision out. NotNow when there is none that is open."""
    with transaction.atomic():
        locked = _free(resolution, actor)
        incident = locked.topic.incident
        if incident is None or incident.state not in OPEN_STATES:
            raise NotNow(_("The topic has no open case."))
        _link(locked, Child.INCIDENT, incident=incident)
    return incident


def lead_to_task(resolution: Resolution, new: NewChildTask, *, actor: User, now: datetime) -> GridTask:
    """Give the decision out as a task through the grids, of the grid whose meeting decided."""
    with transaction.atomic():
        locked = _free(resolution, actor)
        assert locked.topic.meeting is not None
        given = gridtasks.NewTask(
            kind=new.kind,
            title=locked.text[:100],
            text=_words(locked),
            due_on=new.due_on,
            level=new.level,
            incident=locked.topic.incident,
        )
        task = gridtasks.draft(given, grid=_grid_of_meeting(locked), actor=actor, now=now)
        task = gridtasks.issue(task.pk, version=None, actor=actor, now=now)
        _link(locked, Child.TASK, task=task)
    return task


def lead_to_project(resolution: Resolution, new: NewChildProject, *, actor: User, now: datetime) -> Project:
    """Propose the decision as a joint project (项目清单) of its grid."""
    with transaction.atomic():
        locked = _free(resolution, actor)
        meeting = locked.topic.meeting
        given = projects.NewProject(
            title=locked.text[:100],
            type=new.type,
            grid=locked.grid,
            text=_words(locked),
            unit=new.unit,
            alliance=meeting.forum.alliance if meeting else None,
            promised_on=new.promised_on,
        )
        project = projects.propose(given, actor=actor, now=now, client_id=_key(locked, "project"))
        _link(locked, Child.PROJECT, project=project)
    return project


def lead_to_notice(resolution: Resolution, *, actor: User, now: datetime) -> Resolution:
    """Make it known to everybody with a post in the grid and below; with that it is done."""
    with transaction.atomic():
        locked = _free(resolution, actor)
        told = council_news.spread(locked, actor=actor, now=now)
        result = _("Made known to %(n)s people.") % {"n": told}
        fields: dict[str, Any] = {"child": Child.NOTICE, "incident": None, "project": None, "task": None}
        done: Resolution = advance(
            locked, "finish", actor=actor, now=now, text=result, result=result, ended_at=now, **fields
        )
    return done


def _free(resolution: Resolution, actor: User) -> Resolution:
    """The decision, locked; NotAllowed without council.edit at its meeting, NotNow when it is taken."""
    rows = Resolution.objects.select_for_update(of=("self",)).select_related("incident", "project", "task", "grid")
    locked: Resolution = rows.select_related("topic__meeting__forum__alliance", "topic__incident").get(pk=resolution.pk)
    demand(actor, "council.edit", home_of(locked))
    if locked.status != Resolution.Status.OPEN:
        raise NotNow(_("This decision is “%(status)s”.") % {"status": locked.get_status_display()})
    if not is_free(locked):
        said = _("This decision has led to something already: %(kind)s %(child)s.")
        raise NotNow(said % {"kind": locked.get_child_display(), "child": child_of(locked)})
    return locked


def _link(locked: Resolution, child: str, **to: Any) -> None:
    rows: dict[str, Any] = {"incident": None, "project": None, "task": None} | to
    for name, value in rows.items():
        setattr(locked, name, value)
    locked.child, locked.version = child, locked.version + 1
    locked.save(update_fields=["child", "version", *rows])


def _as_incident(locked: Resolution) -> NewIncident:
    return NewIncident(
        text=_words(locked),
        title=locked.text[:100],
        source=Source.DESK,
        grid=locked.grid,
        client_uuid=_key(locked, "incident"),
    )


def _key(locked: Resolution, word: str) -> Any:
    """The id of what follows; another one when the first came to nothing and something new is made."""
    return sealed_uuid(locked.client_id, f"{word} {locked.version}")


def _words(locked: Resolution) -> str:
    """The decision with what it came from, as the case, project or task says it; never who spoke."""
    meeting = locked.topic.meeting
    due = f"{locked.due_on.year}年{locked.due_on.month}月{locked.due_on.day}日"
    lines = [
        locked.text,
        _("Decided by: %(title)s") % {"title": meeting.title if meeting else ""},
        _("Topic: %(title)s") % {"title": locked.topic.title},
        locked.topic.text,
        _("Owner: %(owner)s, until %(day)s") % {"owner": locked.owner, "day": due},
    ]
    return "\n".join(line for line in lines if line)


def _grid_of_meeting(locked: Resolution) -> Grid:
    meeting = locked.topic.meeting
    assert meeting is not None
    found: Grid = Grid.objects.defer("boundary").get(pk=meeting.grid_id)
    return found
