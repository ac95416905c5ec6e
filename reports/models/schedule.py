"""At what time of day which report is written; kept as rows so that the office can change it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Grid
from reports.models.report import Report


class ReportSchedule(models.Model):
    """One kind of report for the grids of one level, so many days after the period, at one hour (Asia/Shanghai)."""

    kind = models.CharField(_("kind"), max_length=10, choices=Report.Kind.choices)
    level = models.PositiveSmallIntegerField(_("level of the grids"), choices=Grid.Level.choices)
    days_after = models.PositiveSmallIntegerField(_("days after the end of the period"), default=1)
    at = models.TimeField(_("time of day"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("report schedule")
        verbose_name_plural = _("report schedules")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "level"], name="schedule_once_per_level"),
            models.CheckConstraint(condition=models.Q(days_after__gte=1), name="schedule_after_the_period"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%H:%M}"
