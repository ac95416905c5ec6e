"""Meetings that govern by reports: the daily dispatch meeting, the weekly one, joint meetings; what they decided."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Grid, Organization
from incidents.models import Incident
from reports.models.report import Report
from reports.querysets import DecisionQuerySet, InGridQuerySet


class Meeting(models.Model):
    """One meeting of one office (日调度会, 周例会, 联席会议), on the report it looked at."""

    class Kind(models.TextChoices):
        DISPATCH = "dispatch", _("Daily dispatch meeting")
        WEEKLY = "weekly", _("Weekly meeting")
        JOINT = "joint", _("Joint meeting")
        REVIEW = "review", _("Review meeting")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DISPATCH)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code"), max_length=24)
    held_on = models.DateField(_("held on"))
    chair = models.CharField(_("chair"), max_length=60, blank=True, default="")
    present = models.TextField(_("present"), max_length=2000, blank=True, default="")
    minutes = models.TextField(_("minutes"), max_length=10_000, blank=True, default="")
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("report")
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("written by")
    )

    objects = InGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering: ClassVar[list[str]] = ["-held_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "grid", "held_on"], name="meeting_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.held_on}"


class Decision(models.Model):
    """What a meeting decided: a task with an owner and a day (工作交办清单), and how it ended."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions", verbose_name=_("meeting"))
    grid_code = models.CharField(_("grid code"), max_length=24)
    text = models.CharField(_("decision"), max_length=500)
    owner = models.CharField(_("owner"), max_length=100)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    incidents = models.ManyToManyField(Incident, blank=True, related_name="+", verbose_name=_("incidents"))
    due_on = models.DateField(_("until"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=500, blank=True, default="")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(done_at__isnull=True) | ~models.Q(result=""), name="decision_done_has_result"
            )
        ]

    def __str__(self) -> str:
        return self.text
