"""Kept versions of a grid's boundary (网格调整)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from grid.models.grid import Grid


class BoundaryVersion(models.Model):
    """The boundary that a grid had from a day on; the newest is copied to `Grid.boundary`."""

    grid = models.ForeignKey(Grid, models.CASCADE, related_name="boundaries", verbose_name=_("grid"))
    boundary = models.MultiPolygonField(_("boundary"), srid=4326)
    origin = models.CharField(_("origin"), max_length=10, choices=Grid.Origin.choices)
    source_datum = models.CharField(_("datum of the source"), max_length=10, default="wgs84")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until (excluded)"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("boundary version")
        verbose_name_plural = _("boundary versions")
        ordering: ClassVar[list[str]] = ["grid", "-valid_from"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["grid"], condition=models.Q(valid_to__isnull=True), name="boundary_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grid} {self.valid_from}"
