"""Activities: 主题党日, 邻居节, 宣讲 …: planned, signed up for, held, counted by level (domain.md 10)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField
from grid.models.record import InGrid, SentOnce
from grid.models.staged import Staged
from incidents.models import Incident
from partybuilding.models.dictionary import ActivityKind, Label
from partybuilding.models.member import PartyMember
from partybuilding.models.organization import PartyOrganization
from partybuilding.models.unit import Alliance, PartnerUnit
from partybuilding.querysets import OpenQuerySet, OpenToUnitsQuerySet


class ActivitySeries(InGrid):
    """A series of activities under one theme (二七区社区“邻居节”: 美好二七 出彩有我)."""

    name = models.CharField(_("name"), max_length=60)
    theme = models.CharField(_("theme"), max_length=100, blank=True, default="")
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    text = models.TextField(_("in words"), max_length=2000, blank=True, default="")
    is_active = models.BooleanField(_("in use"), default=True)

    objects = OpenQuerySet.as_manager()

    class Meta:
        verbose_name = _("series of activities")
        verbose_name_plural = _("series of activities")
        ordering: ClassVar[list[str]] = ["-starts_on", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "name"], name="activity_series_once")
        ]

    def __str__(self) -> str:
        return self.name


class Activity(InGrid, SentOnce, Staged):
    """One activity; `level` says who holds it, for the count of street and community activities."""

    class Level(models.TextChoices):
        DISTRICT = "district", _("District")
        STREET = "street", _("Street")
        COMMUNITY = "community", _("Community")
        GRID = "grid", _("Grid")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")
        CALLED_OFF = "called_off", _("Called off")

    kind = models.ForeignKey(ActivityKind, models.PROTECT, related_name="activities", verbose_name=_("kind"))
    series = models.ForeignKey(
        ActivitySeries, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("series")
    )
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("what is planned"), max_length=3000, blank=True, default="")
    party = models.ForeignKey(
        PartyOrganization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
        verbose_name=_("held by the organization"),
    )
    alliance = models.ForeignKey(
        Alliance, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("alliance")
    )
    units = models.ManyToManyField(PartnerUnit, blank=True, related_name="activities", verbose_name=_("units"))
    labels = models.ManyToManyField(Label, blank=True, related_name="activities", verbose_name=_("labels"))
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("incident")
    )
    place = models.CharField(_("where"), max_length=100)
    starts_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"))
    places = models.PositiveIntegerField(_("places"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PLANNED)
    attended = models.PositiveIntegerField(_("people who came"), null=True, blank=True)
    members_count = models.PositiveIntegerField(_("members who took part"), null=True, blank=True)
    beneficiaries = models.PositiveIntegerField(_("people who gained"), null=True, blank=True)
    merchants = models.PositiveIntegerField(_("merchants"), null=True, blank=True)
    compounds = models.PositiveIntegerField(_("compounds reached"), null=True, blank=True)
    jobs = models.PositiveIntegerField(_("jobs offered"), null=True, blank=True)
    result = models.TextField(_("what came of it"), max_length=3000, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    at = models.DateTimeField(_("at"))

    objects = OpenToUnitsQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering: ClassVar[list[str]] = ["-starts_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="activity_ends_after"),
            models.CheckConstraint(
                condition=~Q(status="held") | Q(attended__isnull=False), name="activity_held_has_count"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "-starts_at"], name="activity_grid_idx", opclasses=["varchar_pattern_ops", ""]
            ),
            models.Index(fields=["-starts_at", "-id"], name="activity_time_idx"),
        ]

    def __str__(self) -> str:
        return self.title


class ActivityPerson(models.Model):
    """Somebody who signed up: a person with an account, a member, or a resident whose name is sealed."""

    class Presence(models.TextChoices):
        SIGNED_UP = "signed_up", _("Signed up")
        WAITING = "waiting", _("On the waiting list")
        PRESENT = "present", _("Was there")
        ABSENT = "absent", _("Was not there")

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="people", verbose_name=_("activity"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    member = models.ForeignKey(
        PartyMember, models.PROTECT, null=True, blank=True, related_name="activities", verbose_name=_("party member")
    )
    name = EncryptedTextField(_("name"), blank=True, default="")
    presence = models.CharField(_("attendance"), max_length=10, choices=Presence.choices, default=Presence.SIGNED_UP)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering: ClassVar[list[str]] = ["activity", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["activity", "user"], name="activity_user_once"),
            models.UniqueConstraint(fields=["activity", "member"], name="activity_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.pk}"


class Story(InGrid):
    """A story of neighbours told at an activity (邻里故事汇), and its votes (睦邻友好典型评选)."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="stories", verbose_name=_("activity"))
    title = models.CharField(_("title"), max_length=100)
    about = models.CharField(_("about whom, as she wants to be called"), max_length=50)
    text = models.TextField(_("story"), max_length=5000)
    is_chosen = models.BooleanField(_("chosen as an example"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    at = models.DateTimeField(_("at"))

    objects = OpenQuerySet.as_manager()

    class Meta:
        verbose_name = _("story of neighbours")
        verbose_name_plural = _("stories of neighbours")
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return self.title


class StoryVote(models.Model):
    """One vote of one person for one story of an activity."""

    story = models.ForeignKey(Story, models.CASCADE, related_name="votes", verbose_name=_("story"))
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="+", verbose_name=_("activity"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("vote for a story")
        verbose_name_plural = _("votes for stories")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["activity", "user"], name="story_one_vote_each")
        ]

    def __str__(self) -> str:
        return f"{self.story_id} {self.user_id}"
