"""The last run of every periodic job, so that a silent stop is seen."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One row per job name, updated by every run."""

    name = models.CharField(_("name"), max_length=100, primary_key=True)
    last_started_at = models.DateTimeField(_("last started at"), null=True, blank=True)
    last_finished_at = models.DateTimeField(_("last finished at"), null=True, blank=True)
    last_worked_at = models.DateTimeField(_("last did something at"), null=True, blank=True)
    last_count = models.PositiveIntegerField(_("things done by the last run"), default=0)
    last_error = models.TextField(_("last error"), blank=True, default="")
    runs = models.PositiveBigIntegerField(_("runs"), default=0)
    failures = models.PositiveBigIntegerField(_("failed runs"), default=0)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
