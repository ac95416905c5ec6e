"""Photos of an incident, re-encoded, without metadata."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models.event import IncidentEvent
from incidents.models.incident import Incident


class Attachment(models.Model):
    """One photo. The file is stored under its SHA-256; a scoped view serves it."""

    class Stage(models.TextChoices):
        REPORT = "report", _("At the report")
        HANDLED = "handled", _("After handling")
        CHECK = "check", _("At the check")
        EVIDENCE = "evidence", _("Evidence")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="attachments", verbose_name=_("incident"))
    event = models.ForeignKey(
        IncidentEvent, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name=_("event")
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices)
    public_id = models.UUIDField(_("id in addresses"), unique=True)
    file = models.FileField(_("file"), max_length=200)
    thumbnail = models.FileField(_("thumbnail"), max_length=200)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    size = models.PositiveIntegerField(_("size in bytes"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # the same photo sent twice in one step is one photo
            models.UniqueConstraint(
                fields=["incident", "stage", "event", "sha256"], nulls_distinct=False, name="photo_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
