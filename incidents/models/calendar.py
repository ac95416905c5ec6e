"""Which days are worked: statutory holidays and make-up days (调休); and when due times were reckoned by them anew."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """One day. Days without a row follow the week, and their year counts as estimated."""

    day = models.DateField(_("day"), primary_key=True)
    is_workday = models.BooleanField(_("working day"))
    is_estimated = models.BooleanField(_("not decreed yet"), default=False)
    name = models.CharField(_("holiday"), max_length=30, blank=True, default="")

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering: ClassVar[list[str]] = ["day"]

    def __str__(self) -> str:
        return self.day.isoformat()


class Reckoning(models.Model):
    """One time that the due times of open cases were reckoned anew, because the calendar had changed.

    Which cases moved, and from when to when, stands in their own histories (events of kind `reckoned`).
    """

    calendar = models.CharField(_("mark of the calendar"), max_length=80)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    looked_at = models.PositiveIntegerField(_("open cases looked at"), default=0)
    moved = models.PositiveIntegerField(_("due times moved"), default=0)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reckoning of due times")
        verbose_name_plural = _("reckonings of due times")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"#{self.pk}"
