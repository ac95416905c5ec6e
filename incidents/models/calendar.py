"""Which days are worked: statutory holidays and make-up days (调休)."""

from typing import ClassVar

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
