"""Labels on cases (急难愁盼, 民生实事 …) and the six kinds of problems: both are the office's own words."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Label(models.Model):
    """A word that staff put on cases."""

    name = models.CharField(_("name"), max_length=20, unique=True)
    description = models.CharField(_("when it is used"), max_length=200, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering: ClassVar[list[str]] = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class ProblemKind(models.Model):
    """“六类”问题: six editable rows; the founding documents name them without listing them (domain.md 2.6)."""

    position = models.PositiveSmallIntegerField(_("number"), unique=True)
    name = models.CharField(_("name"), max_length=40)
    description = models.CharField(_("what belongs to it"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("kind of problem")
        verbose_name_plural = _("kinds of problems")
        ordering: ClassVar[list[str]] = ["position"]

    def __str__(self) -> str:
        return self.name
