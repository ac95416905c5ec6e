"""五星认领: units claim stars with concrete pledges, deliver, are reviewed every year (摘星伙伴, S0)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.models.record import InGrid, SentOnce
from grid.models.staged import Staged
from partybuilding.models.dictionary import Star
from partybuilding.models.unit import PartnerUnit
from partybuilding.querysets import SharedOfUnitQuerySet


class StarClaim(InGrid, SentOnce, Staged):
    """One pledge of one unit for one star in one year."""

    class Status(models.TextChoices):
        PLEDGED = "pledged", _("Pledged")
        DELIVERING = "delivering", _("Being delivered")
        DELIVERED = "delivered", _("Pledge delivered")
        REVIEWED = "reviewed", _("Reviewed")
        DROPPED = "dropped", _("Given up")

    class Grade(models.TextChoices):
        KEPT = "kept", _("Pledge kept")
        PARTLY = "partly", _("Partly kept")
        NOT = "not", _("Not kept")

    unit = models.ForeignKey(PartnerUnit, models.PROTECT, related_name="star_claims", verbose_name=_("partner unit"))
    star = models.ForeignKey(Star, models.PROTECT, related_name="claims", verbose_name=_("star"))
    year = models.PositiveSmallIntegerField(_("year"))
    pledge = models.CharField(_("pledge"), max_length=300)
    amount = models.PositiveIntegerField(_("pledged number"), null=True, blank=True)
    measure = models.CharField(_("counted in"), max_length=20, blank=True, default="")
    due_on = models.DateField(_("until"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PLEDGED)
    grade = models.CharField(_("result of the review"), max_length=8, choices=Grade.choices, blank=True, default="")
    review = models.CharField(_("reason of the review"), max_length=500, blank=True, default="")
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    at = models.DateTimeField(_("at"))

    objects = SharedOfUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("claimed star")
        verbose_name_plural = _("claimed stars")
        ordering: ClassVar[list[str]] = ["-year", "star", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["unit", "star", "grid", "year", "pledge"],
                condition=~Q(status="dropped"),
                name="star_claim_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="reviewed") | (~Q(grade="") & Q(reviewed_at__isnull=False)),
                name="star_claim_reviewed_has_grade",
            ),
        ]

    def __str__(self) -> str:
        return self.pledge[:30]

    @property
    def organization_id(self) -> int:
        """The unit's organization: whoever acts for it may take its steps."""
        return self.unit.organization_id


class StarDelivery(models.Model):
    """One thing done for a pledge; only grows."""

    claim = models.ForeignKey(StarClaim, models.PROTECT, related_name="deliveries", verbose_name=_("claimed star"))
    on = models.DateField(_("on"))
    text = models.CharField(_("what was done"), max_length=500)
    amount = models.PositiveIntegerField(_("number"), default=1)
    beneficiaries = models.PositiveIntegerField(_("people who gained"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("delivery of a pledge")
        verbose_name_plural = _("deliveries of pledges")
        ordering: ClassVar[list[str]] = ["-on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="star_delivery_amount")
        ]

    def __str__(self) -> str:
        return self.text[:30]
