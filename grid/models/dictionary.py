"""Dictionaries that the office writes itself."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class DictionaryRow(models.Model):
    """A row of the office's own words."""

    name = models.CharField(_("name"), max_length=60)
    meaning = models.CharField(_("meaning"), max_length=300, blank=True, default="")
    source = models.CharField(_("source"), max_length=100, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["position", "id"]

    def __str__(self) -> str:
        return self.name
