"""Duty posts of members in a grid (网格党员值日岗), their shifts, swaps and attendance; calls of members (党员报到)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grid.models.record import InGrid, SentOnce
from grid.models.staged import Staged
from incidents.models import Incident
from partybuilding.models.dictionary import JointTaskKind, Skill
from partybuilding.models.member import PartyMember
from partybuilding.querysets import PartyQuerySet


class DutyPost(InGrid):
    """A place where members stand for the residents on some days of the week."""

    name = models.CharField(_("name"), max_length=60)
    skill = models.ForeignKey(
        Skill, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("class of the post")
    )
    place = models.CharField(_("where"), max_length=100)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        verbose_name=_("weekdays"),
        size=7,
    )
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    people = models.PositiveSmallIntegerField(_("members per shift"), default=1)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty post")
        verbose_name_plural = _("duty posts")
        ordering: ClassVar[list[str]] = ["grid_code", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "name"], name="duty_post_once"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="duty_post_ends_after"),
            models.CheckConstraint(condition=Q(people__gte=1), name="duty_post_people"),
        ]

    def __str__(self) -> str:
        return self.name


class DutyShift(Staged):
    """One member at one post on one day."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ATTENDED = "attended", _("Stood there")
        ABSENT = "absent", _("Was not there")
        EXCUSED = "excused", _("Excused")
        CALLED_OFF = "called_off", _("Called off")

    post = models.ForeignKey(DutyPost, models.PROTECT, related_name="shifts", verbose_name=_("duty post"))
    on = models.DateField(_("on"))
    member = models.ForeignKey(PartyMember, models.PROTECT, related_name="shifts", verbose_name=_("party member"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PLANNED)
    remark = models.CharField(_("remark"), max_length=300, blank=True, default="")
    asked = models.ForeignKey(
        PartyMember,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="asked_shifts",
        verbose_name=_("asked to take it over"),
    )
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    objects = PartyQuerySet.of("post__grid_code", "party.view").as_manager()

    class Meta:
        verbose_name = _("shift of duty")
        verbose_name_plural = _("shifts of duty")
        ordering: ClassVar[list[str]] = ["on", "post", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["member", "post", "on"], condition=~Q(status="called_off"), name="shift_member_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(asked__isnull=True) | (~Q(asked=F("member")) & Q(status="planned")),
                name="shift_swap_asked_another",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["on", "post"], name="duty_shift_day_idx")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.on}"

    @property
    def grid_code(self) -> str:
        """Where the post stands."""
        return self.post.grid_code


class MemberCall(InGrid, SentOnce, Staged):
    """社区吹哨、党员报到: a community calls its members to a joint task (五联), each answers and is noted (S1)."""

    class Status(models.TextChoices):
        BLOWN = "blown", _("Blown")
        DONE = "done", _("Done")
        CALLED_OFF = "called_off", _("Called off")

    kind = models.ForeignKey(JointTaskKind, models.PROTECT, related_name="calls", verbose_name=_("kind of joint task"))
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("what is to be done"), max_length=2000, blank=True, default="")
    place = models.CharField(_("where"), max_length=100)
    starts_at = models.DateTimeField(_("begins at"))
    people = models.PositiveSmallIntegerField(_("members needed"), default=1)
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="member_calls", verbose_name=_("incident")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.BLOWN)
    result = models.CharField(_("result"), max_length=1000, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("called by"))
    at = models.DateTimeField(_("at"))

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("call of members")
        verbose_name_plural = _("calls of members")
        ordering: ClassVar[list[str]] = ["-starts_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(status="done") | ~Q(result=""), name="member_call_done_has_result"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "-starts_at"], name="member_call_idx", opclasses=["varchar_pattern_ops", ""]
            )
        ]

    def __str__(self) -> str:
        return self.title


class CallAnswer(models.Model):
    """What one member answered to a call, and whether she came."""

    class Answer(models.TextChoices):
        COMING = "coming", _("Is coming")
        CANNOT = "cannot", _("Cannot come")
        CAME = "came", _("Came")
        MISSED = "missed", _("Did not come")

    call = models.ForeignKey(MemberCall, models.CASCADE, related_name="answers", verbose_name=_("call of members"))
    member = models.ForeignKey(PartyMember, models.PROTECT, related_name="answers", verbose_name=_("party member"))
    answer = models.CharField(_("answer"), max_length=8, choices=Answer.choices)
    hours = models.DecimalField(_("hours"), max_digits=4, decimal_places=1, default=0)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("answer to a call")
        verbose_name_plural = _("answers to calls")
        ordering: ClassVar[list[str]] = ["call", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "member"], name="call_answer_once"),
            models.CheckConstraint(condition=Q(hours__gte=0, hours__lte=24), name="call_answer_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.member_id} {self.answer}"
