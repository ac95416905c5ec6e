"""Things that go through stages by people's decisions, and the append-only record of every step."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Staged(models.Model):
    """Has a `status` that only the `StageTable` of its app writes, and a version for forms that went stale."""

    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        abstract = True


class StepRecord(models.Model):
    """One change of status of one thing: who, when, from what to what, with which words. Only grows."""

    subject = models.CharField(_("kind of thing"), max_length=20)
    subject_id = models.BigIntegerField(_("id of the thing"))
    before = models.CharField(_("from"), max_length=12, blank=True, default="")
    after = models.CharField(_("to"), max_length=12)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    text = models.CharField(_("what was said"), max_length=500, blank=True, default="")

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}: {self.before} → {self.after}"
