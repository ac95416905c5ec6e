"""Decisions of meetings (决事): an owner and a day; followed up until they are done, dropped, or known to all (4.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Organization
from grid.once import write_once
from grid.scope import scope_of
from incidents.models import GridTask
from incidents.models.incident import Closing
from incidents.states import OPEN_STATES, State
from partybuilding import council_news
from partybuilding.models import FollowUp, ForumMeeting, Project, Resolution, Topic
from partybuilding.stages import advance, keep_step

Status, Child = Resolution.Status, Resolution.Child
TEXT_LENGTH: Final = 500
DONE_CASES: Final = (State.CLOSED, State.ANSWERED)
VOID_CASES: Final = (State.NOT_ACCEPTED, State.NOT_FILED, State.CANCELLED)
DONE_PROJECTS: Final = (Project.Status.CONFIRMED, Project.Status.EVALUATED)


@dataclass(frozen=True, slots=True)
class NewResolution:
    """A decision as typed. `owner` in words; empty, it is the name of the unit or the person."""

    client_id: UUID
    text: str
    due_on: date
    owner: str = ""
    organization: Organization | None = None
    person: User | None = None


# --- deciding ---------------------------------------------------------------------------------------------------------


def decide(topic: Topic, new: NewResolution, *, actor: User, now: datetime) -> tuple[Resolution, bool]:
    """Write down what the meeting decided on a topic, and tell the owner; the same send again gives the first one.

    NotAllowed without council.edit where the meeting is; NotNow before it begins; NotValid without owner or day.
    """
    meeting = _meeting_of(topic)
    demand(actor, "council.edit", meeting.grid_code)
    if meeting.status == ForumMeeting.Status.CALLED_OFF or meeting.starts_at > now:
        raise NotNow(_("A meeting decides when it has begun."))
    columns = _columns(new)
    _check(new, columns, meeting)
    given = {**columns, "topic": topic.pk, "due_on": new.due_on, "person": new.person and new.person.pk}

    def write(digest: str) -> Resolution:
        place: dict[str, Any] = {"grid_id": topic.grid_id, "grid_code": topic.grid_code, "topic": topic}
        who: dict[str, Any] = {"organization": new.organization, "person": new.person, "by": actor}
        row = Resolution.objects.create(
            client_id=new.client_id,
            digest=digest,
            due_on=new.due_on,
            decided_at=meeting.starts_at,
            **place,
            **who,
            **columns,
        )
        keep_step(row, before="", actor=actor, now=now)
        council_news.tell_owners(row, actor=actor, now=now)
        return row

    return write_once(Resolution, new.client_id, given, actor=actor, write=write)


def _columns(new: NewResolution) -> dict[str, str]:
    owner = clean_field("owner", new.owner, max_length=60)
    if not owner and new.organization is not None:
        owner = new.organization.name[:60]
    elif not owner and new.person is not None:
        owner = new.person.real_name[:60]
    return {"text": clean_field("text", new.text, max_length=TEXT_LENGTH, multiline=True), "owner": owner}


def _check(new: NewResolution, columns: dict[str, str], meeting: ForumMeeting) -> None:
    begun = timezone.localdate(meeting.starts_at)
    demand_valid(
        (
            ("text", bool(columns["text"]), _("Say what was decided.")),
            ("owner", bool(columns["owner"]), _("Say who does it: in words, a unit, or a person.")),
            ("due_on", new.due_on >= begun, _("The day cannot lie before the meeting.")),
            ("due_on", new.due_on <= begun + timedelta(days=3660), _("This day is too far ahead.")),
        )
    )


def _meeting_of(topic: Topic) -> ForumMeeting:
    if topic.meeting is None:
        raise NotNow(_("This topic stands on no agenda yet."))
    return topic.meeting


def home_of(resolution: Resolution) -> str:
    """The code of the grid whose meeting decided: rights on what follows are asked there."""
    meeting = resolution.topic.meeting
    return meeting.grid_code if meeting is not None else resolution.grid_code


# --- following up -----------------------------------------------------------------------------------------------------


def may_tell(resolution: Resolution, user: Any) -> bool:
    """Who says how a decision stands: who holds the meetings, and its owner."""
    scope = scope_of(user)
    own = resolution.person_id == user.pk or resolution.organization_id in scope.organizations
    return own or scope.can("council.edit", home_of(resolution))


def follow_up(
    resolution: Resolution, text: str, *, actor: User, now: datetime, meeting: ForumMeeting | None = None
) -> FollowUp:
    """Keep how a decision stands, as a later meeting of its forum heard it or its owner says; sent twice it is one.

    NotAllowed for anybody else; NotValid for a meeting of another forum or an earlier one.
    """
    if not may_tell(resolution, actor):
        raise NotAllowed(_("You may not do this here."))
    text = clean_field("text", text, max_length=TEXT_LENGTH, multiline=True)
    demand_valid((("text", bool(text), _("Say how it stands.")),))
    if meeting is not None:
        _check_hearing(resolution, meeting, actor)
    with transaction.atomic():
        _locked(resolution)
        same = FollowUp.objects.filter(resolution=resolution, meeting=meeting, text=text, by=actor)
        last = same.filter(at__gt=now - timedelta(minutes=10)).first()
        return last or FollowUp.objects.create(resolution=resolution, meeting=meeting, text=text, by=actor, at=now)


def _check_hearing(resolution: Resolution, meeting: ForumMeeting, actor: User) -> None:
    demand(actor, "council.edit", meeting.grid_code)
    origin = _meeting_of(resolution.topic)
    if meeting.forum_id != origin.forum_id or meeting.starts_at <= origin.starts_at:
        said = _("This meeting does not hear of that decision.")
        raise NotValid(said, {"meeting": [said]})


# --- ending -----------------------------------------------------------------------------------------------------------


def finish(resolution: Resolution, *, result: str, version: int | None, actor: User, now: datetime) -> Resolution:
    """Done, with its result, said by who holds the meetings. NotNow while the case, project or task still runs."""
    result = clean_field("result", result, max_length=TEXT_LENGTH, multiline=True)
    demand_valid((("text", bool(result), _("Say what came of it.")),))
    demand(actor, "council.edit", home_of(resolution))
    with transaction.atomic():
        locked = _locked(resolution)
        if is_running(locked):
            raise NotNow(
                _("It is done by itself when what it led to is done: %(child)s.") % {"child": child_of(locked)}
            )
        ended = {"result": result, "ended_at": now}
        done: Resolution = advance(locked, "finish", actor=actor, now=now, version=version, text=result, **ended)
    return done


def drop(resolution: Resolution, *, text: str, version: int | None, actor: User, now: datetime) -> Resolution:
    """Dropped, with the reason; what it led to goes its own way."""
    demand(actor, "council.edit", home_of(resolution))
    text = clean_field("text", text, max_length=TEXT_LENGTH, multiline=True)
    ended = {"result": text, "ended_at": now}
    off: Resolution = advance(resolution, "drop", actor=actor, now=now, version=version, text=text, **ended)
    return off


def reopen(resolution: Resolution, *, text: str, version: int | None, actor: User, now: datetime) -> Resolution:
    """Open again, with the reason."""
    demand(actor, "council.edit", home_of(resolution))
    text = clean_field("text", text, max_length=TEXT_LENGTH, multiline=True)
    again = {"result": "", "ended_at": None}
    row: Resolution = advance(resolution, "reopen", actor=actor, now=now, version=version, text=text, **again)
    return row


def settle(*, now: datetime) -> int:
    """End the decisions whose case, project or task is done, open those whose case was opened again; how many."""
    with translation.override(settings.LANGUAGE_CODE):
        over = list(_related(Resolution.objects.filter(_OVER, status=Status.OPEN)))
        again = list(_related(Resolution.objects.filter(_AGAIN, status=Status.DONE)))
        return sum(_settled(row, now) for row in over) + sum(_again(row, now) for row in again)


_OVER: Final = (
    (Q(child=Child.INCIDENT, incident__state__in=DONE_CASES) & ~Q(incident__closing=Closing.ERROR))
    | Q(child=Child.PROJECT, project__status__in=DONE_PROJECTS)
    | Q(child=Child.TASK, task__state=GridTask.State.DONE)
)
_AGAIN: Final = Q(child=Child.INCIDENT, incident__state__in=OPEN_STATES)
_VOID: Final = (
    Q(incident__state__in=VOID_CASES)
    | Q(incident__closing=Closing.ERROR)
    | Q(project__status=Project.Status.DROPPED)
    | Q(task__state=GridTask.State.CALLED_OFF)
)


def _settled(row: Resolution, now: datetime) -> int:
    result = _result_of(row)
    return _by_platform(row, "finish", {"result": result, "ended_at": _ended_at(row) or now}, result, now)


def _again(row: Resolution, now: datetime) -> int:
    text = _("Case %(number)s was opened again.") % {"number": row.incident.number if row.incident else ""}
    return _by_platform(row, "reopen", {"result": "", "ended_at": None}, text, now)


def _by_platform(row: Resolution, stage: str, fields: dict[str, Any], text: str, now: datetime) -> int:
    """One step of the job; 0 when a person was quicker."""
    try:
        advance(row, stage, actor=None, now=now, text=text, **fields)
    except NotNow:
        return 0
    return 1


def _result_of(row: Resolution) -> str:
    if row.incident is not None:
        return _("Case %(number)s was closed.") % {"number": row.incident.number}
    if row.project is not None:
        return f"{row.project.number}：{row.project.result}"[:TEXT_LENGTH]
    return (row.task.result if row.task is not None and row.task.result else _("The task is done."))[:TEXT_LENGTH]


def _ended_at(row: Resolution) -> datetime | None:
    if row.incident is not None:
        return row.incident.closed_at
    if row.project is not None:
        return row.project.confirmed_at
    return row.task.ended_at if row.task is not None else None


def _locked(resolution: Resolution) -> Resolution:
    rows = _related(Resolution.objects.select_for_update(of=("self",)))
    found: Resolution = rows.select_related("topic__meeting__forum").get(pk=resolution.pk)
    return found


def _related(rows: QuerySet[Resolution]) -> QuerySet[Resolution]:
    return rows.select_related("incident", "project", "task")


# --- what it led to ---------------------------------------------------------------------------------------------------


def child_of(row: Resolution) -> str:
    """The number or title of what a decision led to."""
    if row.incident is not None:
        return row.incident.number
    if row.project is not None:
        return row.project.number
    return row.task.title if row.task is not None else ""


def is_void(row: Resolution) -> bool:
    """Whether what it led to came to nothing: not accepted, cancelled, dropped, called off, or the task is gone."""
    case, project, task = row.incident, row.project, row.task
    if case is not None:
        return case.state in VOID_CASES or case.closing == Closing.ERROR
    if project is not None:
        return project.status == Project.Status.DROPPED
    return row.child == Child.TASK and (task is None or task.state == GridTask.State.CALLED_OFF)


def is_running(row: Resolution) -> bool:
    """Whether something that it led to is under way."""
    case, project, task = row.incident, row.project, row.task
    if case is not None:
        return case.state in OPEN_STATES or case.state == State.SELF_HANDLED
    if project is not None:
        return project.status != Project.Status.DROPPED and project.status not in DONE_PROJECTS
    return task is not None and task.state in (GridTask.State.DRAFT, GridTask.State.ISSUED)


# --- reading ----------------------------------------------------------------------------------------------------------


def resolutions_for(user: Any) -> QuerySet[Resolution]:
    """The decisions that `user` sees or owes, with what their lists show."""
    return listed(Resolution.objects.visible_to(user))


def listed(rows: QuerySet[Resolution]) -> QuerySet[Resolution]:
    """`rows` with topic, meeting, forum, owner and child."""
    related: Sequence[str] = ("topic__meeting__forum", "grid", "organization", "person", "incident", "project", "task")
    return rows.select_related(*related).defer("grid__boundary", "topic__meeting__minutes", "incident__text")


def without_child(rows: QuerySet[Resolution], now: datetime) -> QuerySet[Resolution]:
    """Open decisions that lead to nothing although the days of their forum for it are over."""
    days = ExpressionWrapper(
        F("topic__meeting__forum__child_days") * Value(timedelta(days=1)), output_field=DurationField()
    )
    late = ExpressionWrapper(F("decided_at") + days, output_field=DateTimeField())
    nothing = Q(child=Child.NONE) | _VOID | Q(child=Child.TASK, task=None)
    return rows.filter(nothing, status=Status.OPEN).annotate(child_due=late).filter(child_due__lt=now)


def overdue(rows: QuerySet[Resolution], today: date) -> QuerySet[Resolution]:
    """Open decisions past their day."""
    return rows.filter(status=Status.OPEN, due_on__lt=today)
