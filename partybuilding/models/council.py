"""Deliberation (议事协商): forums, topics, meetings, attendance, decisions and their follow-up (domain.md 4.4)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.models import Organization
from grid.models.record import InGrid, SentOnce
from grid.models.staged import Staged
from incidents.models import GridTask, Incident
from partybuilding.models.lists import Project
from partybuilding.models.member import PartyMember
from partybuilding.models.unit import Alliance, PartnerUnit
from partybuilding.querysets import (
    MeetingQuerySet,
    OpinionQuerySet,
    OwnedQuerySet,
    PartyQuerySet,
    SharedQuerySet,
)


class Forum(InGrid):
    """A place and habit of talking: 小板凳议事会, 清风睦邻亭, 坝坝会, 红色物业议事会, 党建联席会议, 大碗茶座谈会."""

    class Kind(models.TextChoices):
        COUNCIL = "council", _("Council of residents")
        JOINT = "joint", _("Joint meeting of party work")
        TALK = "talk", _("Talk with residents")
        ALLIANCE = "alliance", _("Council of an alliance")
        GRAND = "grand", _("Meeting of a grand committee")
        WORK = "work", _("Work meeting")

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    venue = models.CharField(_("usual place"), max_length=100, blank=True, default="")
    rhythm = models.CharField(_("how often, in words"), max_length=60, blank=True, default="")
    every_days = models.PositiveSmallIntegerField(_("held every (days)"), null=True, blank=True)
    child_days = models.PositiveSmallIntegerField(_("a decision must lead to something within (days)"), default=7)
    alliance = models.ForeignKey(
        Alliance, models.PROTECT, null=True, blank=True, related_name="forums", verbose_name=_("alliance")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("forum")
        verbose_name_plural = _("forums")
        ordering: ClassVar[list[str]] = ["grid_code", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "name"], name="forum_once_per_grid")
        ]

    def __str__(self) -> str:
        return self.name


class ForumMeeting(InGrid, SentOnce, Staged):
    """One meeting of a forum: who came, what was said, when the next one is."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")
        CALLED_OFF = "called_off", _("Called off")

    forum = models.ForeignKey(Forum, models.PROTECT, related_name="meetings", verbose_name=_("forum"))
    title = models.CharField(_("title"), max_length=100)
    starts_at = models.DateTimeField(_("begins at"))
    place = models.CharField(_("where"), max_length=100, blank=True, default="")
    chair = models.CharField(_("chair"), max_length=50, blank=True, default="")
    residents = models.PositiveIntegerField(_("residents who came"), null=True, blank=True)
    minutes = models.TextField(_("minutes"), max_length=20_000, blank=True, default="")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PLANNED)
    held_at = models.DateTimeField(_("minutes written at"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("called by"))
    at = models.DateTimeField(_("at"))

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting of a forum")
        verbose_name_plural = _("meetings of forums")
        ordering: ClassVar[list[str]] = ["-starts_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(status="held") | (~Q(minutes="") & Q(held_at__isnull=False)),
                name="forum_meeting_held_has_minutes",
            ),
            models.UniqueConstraint(
                fields=["forum", "starts_at"], condition=~Q(status="called_off"), name="forum_meeting_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "-starts_at"], name="forum_meeting_grid_idx", opclasses=["varchar_pattern_ops", ""]
            )
        ]

    def __str__(self) -> str:
        return self.title


class Topic(InGrid, SentOnce):
    """A topic: collected at any time (揽事), put on the agenda of a meeting, talked over there."""

    class Principle(models.TextChoices):
        BIG = "big", _("Great matters: discussed by all")
        REAL = "real", _("Real matters: done by all")
        KEY = "key", _("Key matters: decided by all")
        URGENT = "urgent", _("Urgent matters: settled by all")
        HARD = "hard", _("Hard matters: solved by all")

    title = models.CharField(_("topic of deliberation"), max_length=100)
    text = models.TextField(_("what is the matter"), max_length=2000, blank=True, default="")
    principle = models.CharField(_("principle"), max_length=8, choices=Principle.choices)
    raised_by = models.CharField(_("raised by"), max_length=60, blank=True, default="")
    meeting = models.ForeignKey(
        ForumMeeting, models.PROTECT, null=True, blank=True, related_name="topics", verbose_name=_("meeting")
    )
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="topics", verbose_name=_("incident")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    opinion = models.TextField(_("what was said of it"), max_length=3000, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    at = models.DateTimeField(_("at"))

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic of deliberation")
        verbose_name_plural = _("topics")
        ordering: ClassVar[list[str]] = ["meeting", "position", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["grid_code", "-at"], name="topic_grid_idx", opclasses=["varchar_pattern_ops", ""])
        ]

    def __str__(self) -> str:
        return self.title


class MeetingGuest(models.Model):
    """Who was asked to a meeting and whether she came: an account, a member, a unit, or a role in words."""

    class Presence(models.TextChoices):
        INVITED = "invited", _("Invited")
        PRESENT = "present", _("Came to the meeting")
        ABSENT = "absent", _("Was not there")

    meeting = models.ForeignKey(ForumMeeting, models.CASCADE, related_name="guests", verbose_name=_("meeting"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    member = models.ForeignKey(
        PartyMember, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("party member")
    )
    unit = models.ForeignKey(
        PartnerUnit, models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("unit")
    )
    role = models.CharField(_("as"), max_length=60, blank=True, default="")
    presence = models.CharField(_("attendance"), max_length=8, choices=Presence.choices, default=Presence.INVITED)

    class Meta:
        verbose_name = _("participant of a meeting")
        verbose_name_plural = _("participants of meetings")
        ordering: ClassVar[list[str]] = ["meeting", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["meeting", "user"], name="meeting_user_once"),
            models.UniqueConstraint(fields=["meeting", "member"], name="meeting_member_once"),
            models.UniqueConstraint(fields=["meeting", "unit"], name="meeting_unit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.pk}"


class Resolution(InGrid, SentOnce, Staged):
    """What a meeting decided on a topic: an owner and a day; it leads to an incident, a project or a task."""

    class Status(models.TextChoices):
        OPEN = "open", _("Being carried out")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    class Child(models.TextChoices):
        NONE = "", _("Nothing yet")
        INCIDENT = "incident", _("Incident")
        PROJECT = "project", _("Joint project")
        TASK = "task", _("Task")
        NOTICE = "notice", _("Notice to all")

    topic = models.ForeignKey(
        Topic, models.PROTECT, related_name="resolutions", verbose_name=_("topic of deliberation")
    )
    text = models.CharField(_("decision"), max_length=500)
    owner = models.CharField(_("owner"), max_length=60)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    due_on = models.DateField(_("until"))
    child = models.CharField(_("led to"), max_length=8, choices=Child.choices, blank=True, default="")
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="resolutions", verbose_name=_("incident")
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="resolutions", verbose_name=_("joint project")
    )
    task = models.ForeignKey(
        GridTask, models.PROTECT, null=True, blank=True, related_name="resolutions", verbose_name=_("task")
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.OPEN)
    decided_at = models.DateTimeField(_("decided at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=500, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by"))

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision of a meeting")
        verbose_name_plural = _("decisions of meetings")
        ordering: ClassVar[list[str]] = ["topic", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status="open", ended_at__isnull=True) | (~Q(status="open") & Q(ended_at__isnull=False)),
                name="resolution_ended_has_time",
            ),
            models.CheckConstraint(condition=~Q(status="done") | ~Q(result=""), name="resolution_done_has_result"),
            models.CheckConstraint(
                condition=Q(child="incident", incident__isnull=False, project__isnull=True, task__isnull=True)
                | Q(child="project", incident__isnull=True, project__isnull=False, task__isnull=True)
                | Q(child="task", incident__isnull=True, project__isnull=True)
                | Q(child__in=["", "notice"], incident__isnull=True, project__isnull=True, task__isnull=True),
                name="resolution_one_child",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "-decided_at"], name="resolution_grid_idx", opclasses=["varchar_pattern_ops", ""]
            ),
            models.Index(fields=["decided_at"], name="resolution_open_idx", condition=Q(status="open")),
        ]

    def __str__(self) -> str:
        return self.text[:30]


class FollowUp(models.Model):
    """What the next meeting heard about a decision; only grows."""

    resolution = models.ForeignKey(
        Resolution, models.PROTECT, related_name="follow_ups", verbose_name=_("decision of a meeting")
    )
    meeting = models.ForeignKey(
        ForumMeeting, models.PROTECT, null=True, blank=True, related_name="follow_ups", verbose_name=_("meeting")
    )
    text = models.CharField(_("how it stands"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("follow-up of a decision")
        verbose_name_plural = _("follow-ups of decisions")
        ordering: ClassVar[list[str]] = ["resolution", "id"]

    def __str__(self) -> str:
        return self.text[:30]


class DeputyOpinion(InGrid, SentOnce, Staged):
    """代表委员进网格: what a deputy or a member of the consultative conference collected in a grid, and its answer."""

    class Body(models.TextChoices):
        CONGRESS = "congress", _("Deputy of the people’s congress")
        CONFERENCE = "conference", _("Member of the consultative conference")

    class Status(models.TextChoices):
        RECEIVED = "received", _("Opinion received")
        WORKING = "working", _("Being worked on")
        ANSWERED = "answered", _("Answered")
        RATED = "rated", _("Evaluated by the deputy")

    class Satisfaction(models.TextChoices):
        SATISFIED = "satisfied", _("Satisfied")
        BASICALLY = "basically", _("Basically satisfied")
        NOT = "not", _("Not satisfied")

    body = models.CharField(_("deputy of"), max_length=10, choices=Body.choices)
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    deputy_name = models.CharField(_("deputy"), max_length=50)
    text = models.TextField(_("opinion"), max_length=2000)
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="opinions", verbose_name=_("incident")
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by the unit")
    )
    due_on = models.DateField(_("answer until"), null=True, blank=True)
    answer = models.TextField(_("answer"), max_length=2000, blank=True, default="")
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    satisfaction = models.CharField(
        _("satisfaction"), max_length=10, choices=Satisfaction.choices, blank=True, default=""
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.RECEIVED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    at = models.DateTimeField(_("at"))

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("opinion of a deputy")
        verbose_name_plural = _("opinions of deputies")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(status__in=["answered", "rated"]) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="opinion_answered_has_answer",
            ),
            models.CheckConstraint(condition=~Q(status="rated") | ~Q(satisfaction=""), name="opinion_rated"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["grid_code", "-at"], name="opinion_grid_idx", opclasses=["varchar_pattern_ops", ""])
        ]

    def __str__(self) -> str:
        return self.text[:30]
