"""Dispatch meetings and what they decide: who does what until when (工作交办清单), and how it ended.

A meeting of the daily report is held on the morning after its day; its decisions are a living appendix of the
report, whose snapshot stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid, Organization, Post
from grid.posts import PostKind
from grid.scope import scope_of
from incidents.models import Incident
from notices.writing import notify
from reports.models import Decision, Meeting, Report
from reports.periods import day_period, local_day, period_of, previous_period
from reports.writing import newest_issue

Json = dict[str, Any]

TEXT_LENGTH: Final = 500
OWNER_LENGTH: Final = 100
STREET_CODE: Final = 9
"""Digits of a street's code."""
DAYS_FOR_A_PROPOSAL: Final = 3
"""Until when a proposal is to be done that was taken over with one click."""
MEETING_OF: Final = {"daily": Meeting.Kind.DISPATCH, "weekly": Meeting.Kind.WEEKLY}
"""The meeting that looks at a kind of report; longer ones are looked at by the review meeting."""


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """A meeting as it is written down."""

    kind: str
    held_on: date
    chair: str = ""
    present: str = ""
    minutes: str = ""


@dataclass(frozen=True, slots=True)
class NewDecision:
    """One decision: what, whose (a unit, a person, or words), until when, about which cases."""

    text: str
    owner: str = ""
    organization: Organization | None = None
    person: User | None = None
    due_on: date | None = None
    incidents: Sequence[Incident] = field(default_factory=tuple)

    @property
    def owner_name(self) -> str:
        """The owner in words, from the unit or person when nothing else is said."""
        named = self.organization.name if self.organization else str(self.person) if self.person else ""
        return self.owner.strip() or named


def hold(grid: Grid, new: NewMeeting, *, actor: User, now: datetime, report: Report | None = None) -> Meeting:
    """Write a meeting down. NotNow when the same kind of meeting of that day is written down already."""
    demand(actor, "report.write", grid.code)
    _check_meeting(new, local_day(now))
    try:
        with transaction.atomic():
            return Meeting.objects.create(
                kind=new.kind,
                grid=grid,
                grid_code=grid.code,
                report=report or report_for(grid, new.kind, new.held_on),
                written_by=actor,
                **_words(new),
            )
    except IntegrityError as error:
        raise NotNow(_("This meeting of that day is written down already.")) from error


def rewrite(meeting: Meeting, new: NewMeeting, *, actor: User, now: datetime) -> Meeting:
    """Change what is written down about a meeting; its kind and grid stay."""
    demand(actor, "report.write", meeting.grid_code)
    _check_meeting(new, local_day(now))
    for name, value in _words(new).items():
        setattr(meeting, name, value)
    try:
        with transaction.atomic():
            meeting.save(update_fields=[*_words(new)])
    except IntegrityError as error:
        raise NotNow(_("This meeting of that day is written down already.")) from error
    return meeting


def meeting_on(report: Report, *, actor: User, now: datetime) -> Meeting:
    """The meeting that looks at `report`, begun when there is none yet: on the day after the period."""
    found = meetings_on(report).first()
    if found is not None:
        return found
    demand(actor, "report.write", report.grid_code)
    meeting, _created = Meeting.objects.get_or_create(
        kind=MEETING_OF.get(report.kind, Meeting.Kind.REVIEW),
        grid=report.grid,
        held_on=report.period_end + timedelta(days=1),
        defaults={"grid_code": report.grid_code, "report": report, "written_by": actor},
    )
    if meeting.report_id is None:  # written down before the report was there
        meeting.report = report
        meeting.save(update_fields=["report"])
    return meeting


def report_for(grid: Grid, kind: str, held_on: date) -> Report | None:
    """The report that a meeting of this kind on that day looks at, if it is written: of the day or week before."""
    for of, meeting in MEETING_OF.items():
        if meeting == kind:
            return newest_issue(of, grid, previous_period(of, period_of(of, held_on)))
    return None


def meetings_on(report: Report) -> Any:
    """Meetings that looked at any issue of `report`."""
    return Meeting.objects.filter(
        report__kind=report.kind, report__grid=report.grid_id, report__period_start=report.period_start
    ).order_by("id")


def decisions_on(report: Report) -> Any:
    """What those meetings decided, with unit and person."""
    rows = Decision.objects.filter(meeting__in=meetings_on(report))
    return rows.select_related("organization", "person", "meeting").order_by("id")


def decide(meeting: Meeting, new: NewDecision, *, actor: User, now: datetime) -> Decision:
    """Add a decision and tell its owner. NotValid with the wrong fields."""
    demand(actor, "report.write", meeting.grid_code)
    _check_decision(meeting, new)
    with transaction.atomic():
        decision = Decision.objects.create(
            meeting=meeting,
            grid_code=meeting.grid_code,
            text=new.text.strip(),
            owner=new.owner_name,
            organization=new.organization,
            person=new.person,
            due_on=new.due_on,
            decided_at=now,
        )
        decision.incidents.set(new.incidents)
        _tell(decision, now)
    return decision


def proposals(report: Report, decisions: Sequence[Decision]) -> list[Json]:
    """The matters that the report proposes, numbered, each with whether the meeting has taken it over."""
    taken = {decision.text for decision in decisions}
    found = enumerate(report.snapshot.get("matters", []))
    return [{**matter, "index": n, "taken": _matter_text(matter) in taken} for n, matter in found]


def take_over(report: Report, index: int, *, actor: User, now: datetime) -> Decision:
    """Make a decision of a proposal of the report as it stands: owner, words, cases; due in three days.

    Taking it over twice gives the decision that exists. NotValid for a number that is no proposal.
    """
    matters = report.snapshot.get("matters", [])
    if not 0 <= index < len(matters):
        raise NotValid(_("There is no such proposal."), {"index": [_("Choose one of the proposals.")]})
    matter = matters[index]
    with transaction.atomic():
        meeting = meeting_on(report, actor=actor, now=now)
        Meeting.objects.select_for_update().get(pk=meeting.pk)  # two clicks at once are one decision
        kept: Decision | None = meeting.decisions.filter(text=_matter_text(matter)).first()
        return kept or decide(meeting, _from_matter(report, matter, local_day(now)), actor=actor, now=now)


def units_of(code: str) -> Any:
    """The units that can be given work in a grid: those of its street, for a wider grid those below it."""
    rows = Organization.objects.filter(is_active=True, grid__code__startswith=code[:STREET_CODE])
    return rows.order_by("name", "pk")


def may_finish(decision: Decision, user: Any) -> bool:
    """Whether `user` may say that it is done: the owner, whoever acts for the unit, and the office."""
    scope = scope_of(user)
    is_owner = decision.person_id == user.pk or decision.organization_id in scope.organizations
    return is_owner or scope.can("report.write", decision.grid_code)


def must_finish(decision: Decision, user: Any) -> None:
    """NotAllowed for who may not say that it is done."""
    if not may_finish(decision, user):
        raise NotAllowed(_("You may not do this here."))


def finish(decision: Decision, result: str, *, actor: User, now: datetime) -> Decision:
    """Done, with its result. NotAllowed for others, NotNow when it is done already, NotValid without words."""
    must_finish(decision, actor)
    result = result.strip()
    demand_valid(
        [
            ("result", bool(result), _("Say what came of it.")),
            ("result", len(result) <= TEXT_LENGTH, _("At most 500 characters.")),
        ]
    )
    changed = Decision.objects.filter(pk=decision.pk, done_at__isnull=True).update(done_at=now, result=result)
    if not changed:
        raise NotNow(_("This is done already."))
    decision.done_at, decision.result = now, result
    return decision


def _words(new: NewMeeting) -> Json:
    return {
        "held_on": new.held_on,
        "chair": new.chair.strip(),
        "present": new.present.strip(),
        "minutes": new.minutes.strip(),
    }


def _check_meeting(new: NewMeeting, today: date) -> None:
    demand_valid(
        [
            ("kind", new.kind in Meeting.Kind.values, _("Choose one of the kinds.")),
            ("held_on", new.held_on <= today + timedelta(days=1), _("Write a meeting down when it is held.")),
            ("chair", len(new.chair) <= 60, _("At most 60 characters.")),
            ("present", len(new.present) <= 2000, _("At most 2000 characters.")),
            ("minutes", len(new.minutes) <= 10_000, _("At most 10000 characters.")),
        ]
    )
    day_period(new.held_on)


def _check_decision(meeting: Meeting, new: NewDecision) -> None:
    is_late = new.due_on is None or new.due_on >= meeting.held_on
    demand_valid(
        [
            ("text", 0 < len(new.text.strip()) <= TEXT_LENGTH, _("Say what is to be done, in at most 500 characters.")),
            ("owner", 0 < len(new.owner_name) <= OWNER_LENGTH, _("Say who does it.")),
            ("due_on", is_late, _("The day cannot lie before the meeting.")),
        ]
    )


def _matter_text(matter: Json) -> str:
    return str(matter["text"])[:TEXT_LENGTH].strip()


def _from_matter(report: Report, matter: Json, today: date) -> NewDecision:
    """The owner is the unit of the street that bears the name; otherwise only the words."""
    unit = units_of(report.grid_code).filter(name=matter["who"]).first()
    cases = Incident.objects.filter(number__in=matter["numbers"], grid_code__startswith=report.grid_code)
    return NewDecision(
        text=_matter_text(matter),
        owner=matter["who"] or report.grid_name,
        organization=unit,
        due_on=max(today, report.period_end + timedelta(days=1)) + timedelta(days=DAYS_FOR_A_PROPOSAL),
        incidents=list(cases.only("pk")),
    )


def _tell(decision: Decision, now: datetime) -> None:
    day = local_day(now)
    notify(
        recipients=_owners(decision, day),
        kind="report.decision",
        level="task",
        title=decision.text[:200],
        body=_due_text(decision),
        url=reverse("reports:decision", args=[decision.pk]),
        dedupe_key=f"decision:{decision.pk}",
        grid_code=decision.grid_code,
        payload={"decision": decision.pk, "meeting": decision.meeting_id},
        now=now,
    )


def _due_text(decision: Decision) -> str:
    meeting = decision.meeting
    until = f"，请于{decision.due_on.month}月{decision.due_on.day}日前完成" if decision.due_on else ""
    day = f"{meeting.held_on.month}月{meeting.held_on.day}日"
    return f"{day}{meeting.grid.name}会议议定，责任方：{decision.owner}{until}。"


def _owners(decision: Decision, day: date) -> list[User]:
    """The person; else the heads of the unit, or its handlers when it has no head."""
    if decision.person is not None:
        return [decision.person]
    posts = Post.objects.on(day).filter(organization=decision.organization_id) if decision.organization_id else None
    if posts is None:
        return []
    heads = posts.filter(kind=PostKind.ORG_HEAD)
    chosen = heads if heads.exists() else posts.filter(kind=PostKind.HANDLER)
    return list(User.objects.filter(is_active=True, pk__in=chosen.values("user")).order_by("pk"))
