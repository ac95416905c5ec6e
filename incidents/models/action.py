"""Joint action (专项行动): some days, many people, a list of compounds, what came of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grid.models import Compound, Grid, Organization
from incidents.action_queries import JointActionQuerySet


class JointAction(models.Model):
    """One joint action of the street, led by one unit (often one of the task groups)."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Running")
        ENDED = "ended", _("Ended")
        CANCELLED = "cancelled", _("Called off")

    name = models.CharField(_("name"), max_length=100)
    purpose = models.TextField(_("purpose"), max_length=2000)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="joint_actions", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code of the day"), max_length=24)
    lead = models.ForeignKey(Organization, models.PROTECT, related_name="led_actions", verbose_name=_("led by"))
    units = models.ManyToManyField(
        Organization, related_name="joint_actions", blank=True, verbose_name=_("taking part")
    )
    compounds = models.ManyToManyField(Compound, related_name="joint_actions", blank=True, verbose_name=_("compounds"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    planned_people = models.PositiveIntegerField(_("people planned"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    version = models.PositiveIntegerField(_("version"), default=1)
    result = models.TextField(_("result"), max_length=5000, blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("planned by")
    )
    created_at = models.DateTimeField(_("planned at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    objects = JointActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("joint action")
        verbose_name_plural = _("joint actions")
        ordering: ClassVar[list[str]] = ["-starts_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="action_days"),
            models.CheckConstraint(condition=~Q(state="ended") | ~Q(result=""), name="action_ended_has_result"),
        ]

    def __str__(self) -> str:
        return self.name


class ActionDay(models.Model):
    """What was done on one day of a joint action."""

    action = models.ForeignKey(JointAction, models.CASCADE, related_name="days", verbose_name=_("joint action"))
    day = models.DateField(_("day"))
    people = models.PositiveIntegerField(_("people on duty"))
    compounds_done = models.ManyToManyField(
        Compound, related_name="action_days", blank=True, verbose_name=_("compounds worked on")
    )
    found = models.PositiveIntegerField(_("problems found"), default=0)
    settled = models.PositiveIntegerField(_("problems settled"), default=0)
    text = models.TextField(_("progress"), max_length=2000)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written at"))
    # a correction keeps what stood there before: who, when, why and the old figures
    changes = models.JSONField(_("corrections"), default=list, blank=True, editable=False)

    class Meta:
        verbose_name = _("day of a joint action")
        verbose_name_plural = _("days of joint actions")
        ordering: ClassVar[list[str]] = ["action", "day"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["action", "day"], name="action_day_once"),
            models.CheckConstraint(condition=Q(settled__lte=F("found")), name="action_settled_of_found"),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} {self.day}"
