"""Residential compounds (小区/楼院) and their buildings (楼栋)."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from grid.models.grid import Grid
from grid.models.organization import Organization
from grid.querysets import ScopedByGridQuerySet


class Compound(models.Model):
    """A residential compound or courtyard in one grid."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="compounds", verbose_name=_("grid"))
    name = models.CharField(_("name"), max_length=100)
    address = models.CharField(_("address"), max_length=200, blank=True, default="")
    is_unmanaged = models.BooleanField(_("without a managing unit"), default=False)
    property_company = models.ForeignKey(
        Organization,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="compounds",
        verbose_name=_("property company"),
    )
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    built_year = models.PositiveSmallIntegerField(_("year of building"), null=True, blank=True)
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    objects = ScopedByGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("compound")
        verbose_name_plural = _("compounds")
        ordering: ClassVar[list[str]] = ["grid__code", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "name"], name="compound_name_once_per_grid"),
            models.CheckConstraint(
                condition=models.Q(is_unmanaged=False) | models.Q(property_company__isnull=True),
                name="compound_unmanaged_has_no_company",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Building(models.Model):
    """A building of a compound, inside a micro-grid."""

    compound = models.ForeignKey(Compound, models.CASCADE, related_name="buildings", verbose_name=_("compound"))
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="buildings", verbose_name=_("grid"))
    name = models.CharField(_("name or number"), max_length=60)
    units = models.PositiveSmallIntegerField(_("staircases"), null=True, blank=True)
    floors = models.PositiveSmallIntegerField(_("floors"), null=True, blank=True)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)

    objects = ScopedByGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        ordering: ClassVar[list[str]] = ["compound", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["compound", "name"], name="building_name_once_per_compound"),
        ]

    def __str__(self) -> str:
        return f"{self.compound}{self.name}"
