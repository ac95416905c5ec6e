"""Service points (清凉驿站, 服务站, 日间照料中心): where, when, what for; the ten-minute circle (domain.md 10)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.models import Organization
from grid.models.dictionary import DictionaryRow
from grid.models.record import InGrid
from volunteers.querysets import SharedQuerySet


class PointKind(DictionaryRow):
    """清凉驿站, 微网实格工作站, 社区楼宇企业服务站, 人才服务驿站, 日间照料中心, 政务服务点 …"""

    class Meta(DictionaryRow.Meta):
        verbose_name = _("kind of service point")
        verbose_name_plural = _("kinds of service points")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name"], name="point_kind_once")
        ]


class ServicePoint(InGrid):
    """One place with its hours, season and services; `reach` is its walk in metres (800 m for ten minutes)."""

    kind = models.ForeignKey(PointKind, models.PROTECT, related_name="points", verbose_name=_("kind"))
    name = models.CharField(_("name"), max_length=60)
    address = models.CharField(_("address"), max_length=200, blank=True, default="")
    place = models.PointField(_("place"), srid=4326)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("run by")
    )
    hours = models.CharField(_("opening hours"), max_length=100, blank=True, default="")
    season_from = models.CharField(_("season from (MM-DD)"), max_length=5, blank=True, default="")
    season_until = models.CharField(_("season until (MM-DD)"), max_length=5, blank=True, default="")
    services = models.TextField(_("services, one per line"), max_length=2000, blank=True, default="")
    reach = models.PositiveIntegerField(_("walk (m)"), default=800)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("service point")
        verbose_name_plural = _("service points")
        ordering: ClassVar[list[str]] = ["grid_code", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "name"], name="service_point_once"),
            models.CheckConstraint(condition=Q(reach__gt=0), name="service_point_reach"),
        ]

    def __str__(self) -> str:
        return self.name


class Opening(models.Model):
    """One line of the opening board: who opened or closed it when, or said so for a day to come; only grows.

    The last line of a day counts; a day without a line goes by season and hours.
    """

    point = models.ForeignKey(ServicePoint, models.CASCADE, related_name="openings", verbose_name=_("service point"))
    on = models.DateField(_("on"))
    is_open = models.BooleanField(_("open"))
    text = models.CharField(_("notice"), max_length=200, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("opening of a service point")
        verbose_name_plural = _("openings of service points")
        ordering: ClassVar[list[str]] = ["-on", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["point", "-on", "-id"], name="opening_last_of_day_idx")
        ]

    def __str__(self) -> str:
        return f"{self.point_id} {self.on}"
