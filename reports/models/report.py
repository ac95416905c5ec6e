"""A frozen report of one grid and one period."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Grid
from reports.querysets import ReportQuerySet


class Report(models.Model):
    """Written once per (kind, grid, period); its snapshot never changes, a correction is a new issue."""

    class Kind(models.TextChoices):
        DAILY = "daily", _("Daily dispatch report")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DAILY)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="reports", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code of the day"), max_length=24)
    grid_name = models.CharField(_("name of the grid on that day"), max_length=100)
    period_start = models.DateField(_("first day"))
    period_end = models.DateField(_("last day"))
    as_of = models.DateTimeField(_("as of"))
    snapshot = models.JSONField(_("numbers and text"))
    input_hash = models.CharField(_("hash of the input"), max_length=64)
    definition_version = models.PositiveSmallIntegerField(_("version of the definitions"), default=1)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering: ClassVar[list[str]] = ["-period_start", "grid_code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "grid", "period_start"], name="report_once"),
            models.CheckConstraint(condition=models.Q(period_end__gte=models.F("period_start")), name="report_period"),
        ]

    def __str__(self) -> str:
        return f"{self.grid_name} {self.period_start} {self.get_kind_display()}"
