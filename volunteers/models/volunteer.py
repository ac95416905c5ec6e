"""Volunteers and their teams (志愿者, 志愿服务队): number, skills, times, guardian, consent (domain.md 5.2)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField
from grid.models.dictionary import DictionaryRow
from grid.models.record import InGrid, SentOnce
from grid.models.staged import Staged
from volunteers.querysets import SharedQuerySet, VolunteerQuerySet


class VolunteerSkill(DictionaryRow):
    """What a volunteer can do: repair, hair, medicine, law, teaching, driving …"""

    class Meta(DictionaryRow.Meta):
        verbose_name = _("skill of volunteers")
        verbose_name_plural = _("skills of volunteers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name"], name="volunteer_skill_once")
        ]


class Volunteer(InGrid, SentOnce, Staged):
    """A volunteer; `grid` is the home grid. Everything but the number is personal and sealed."""

    class Status(models.TextChoices):
        APPLIED = "applied", _("Applied")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Pausing")
        LEFT = "left", _("Has left")
        REFUSED = "refused", _("Refused")

    number = models.CharField(_("volunteer number"), max_length=20, unique=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="volunteer",
        verbose_name=_("account"),
    )
    name = EncryptedTextField(_("name"))
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    is_minor = models.BooleanField(_("under age"), default=False)
    guardian_name = EncryptedTextField(_("guardian"), blank=True, default="")
    guardian_phone = EncryptedTextField(_("guardian’s phone"), blank=True, default="")
    guardian_agreed_on = models.DateField(_("guardian agreed on"), null=True, blank=True)
    consent_at = models.DateTimeField(_("consent given at"))
    skills = models.ManyToManyField(VolunteerSkill, blank=True, related_name="volunteers", verbose_name=_("skills"))
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        verbose_name=_("free on"),
        size=7,
        blank=True,
        default=list,
    )
    evenings = models.BooleanField(_("also in the evening"), default=False)
    wants_points = models.BooleanField(_("takes part in points"), default=False)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.APPLIED)
    at = models.DateTimeField(_("applied at"))

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(is_minor=False) | ~Q(status="active") | Q(guardian_agreed_on__isnull=False),
                name="volunteer_minor_has_guardian",
            ),
            models.UniqueConstraint(
                fields=["phone_index"],
                condition=~Q(phone_index="") & Q(status__in=["applied", "active", "paused"], is_minor=False),
                name="volunteer_phone_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["grid_code", "id"], name="volunteer_grid_idx", opclasses=["varchar_pattern_ops", ""]),
        ]

    def __str__(self) -> str:
        return self.number


class Team(InGrid, Staged):
    """A team of volunteers with its leader and grid; 900 people in 12 teams in the demo."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        ENDED = "ended", _("Ended")

    name = models.CharField(_("name"), max_length=60)
    purpose = models.CharField(_("what it does"), max_length=200, blank=True, default="")
    leader = models.ForeignKey(
        Volunteer, models.PROTECT, null=True, blank=True, related_name="led_teams", verbose_name=_("leader")
    )
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    on_boards = models.BooleanField(_("shown on boards of teams"), default=False)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.ACTIVE)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("team of volunteers")
        verbose_name_plural = _("teams of volunteers")
        ordering: ClassVar[list[str]] = ["grid_code", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "name"], name="volunteer_team_once")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Staged):
    """A volunteer in a team: asked, approved, left."""

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked to join")
        ACTIVE = "active", _("Member")
        REFUSED = "refused", _("Refused")
        LEFT = "left", _("Has left")

    team = models.ForeignKey(Team, models.PROTECT, related_name="memberships", verbose_name=_("team of volunteers"))
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="memberships", verbose_name=_("volunteer"))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.ASKED)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until (excluded)"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership of a team")
        verbose_name_plural = _("memberships of teams")
        ordering: ClassVar[list[str]] = ["team", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["team", "volunteer"], condition=Q(status__in=["asked", "active"]), name="membership_once"
            ),
            models.CheckConstraint(condition=~Q(status="active") | Q(since__isnull=False), name="membership_since"),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="membership_term"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.volunteer_id}"

    @property
    def grid_code(self) -> str:
        """Where the team is at home."""
        return str(self.team.grid_code)
