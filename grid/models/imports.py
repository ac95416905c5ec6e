"""A run of an import (codes, boundaries, rosters, households, places): what was read, found and written."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """One import, dry or real. Nothing is half imported: `applied_at` is set or nothing was written."""

    class Kind(models.TextChoices):
        DIVISIONS = "divisions", _("Division codes (CSV)")
        BOUNDARIES = "boundaries", _("Boundaries (GeoJSON)")
        ROSTER = "roster", _("Roster of posts (Excel or CSV)")
        HOUSEHOLDS = "households", _("Households and residents (Excel or CSV)")
        PLACES = "places", _("Places to inspect (Excel or CSV)")
        PARTY = "party", _("Party organizations (Excel or CSV)")
        MEMBERS = "members", _("Party members (Excel or CSV)")
        PARTNERS = "partners", _("Partner units and resources (Excel or CSV)")
        VOLUNTEERS = "volunteers", _("Volunteers (Excel or CSV)")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64, editable=False)
    dry_run = models.BooleanField(_("dry run"), default=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    created = models.PositiveIntegerField(_("created"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    errors = models.PositiveIntegerField(_("errors"), default=0)
    warnings = models.PositiveIntegerField(_("warnings"), default=0)
    options = models.JSONField(_("options"), default=dict, blank=True)
    findings = models.JSONField(_("findings"), default=list, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.file_name}"
