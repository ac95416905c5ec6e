"""The office's own rules of procedure (办件规程): numbers and switches that the field leaves to each office."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Source


class Procedure(models.Model):
    """One row. Without it the defaults here count; `load_catalogue` writes what domain.md 2.2 to 2.4 says."""

    verify_sources = ArrayField(
        models.CharField(max_length=10, choices=Source.choices),
        verbose_name=_("sources whose reports are verified on site before filing"),
        default=list,
        blank=True,
    )
    verify_urgent = models.BooleanField(_("verify urgent reports too"), default=False)
    most_extensions = models.PositiveSmallIntegerField(_("approved extensions per case at most"), default=2)
    longest_suspension_days = models.PositiveSmallIntegerField(_("longest suspension in days"), default=365)
    longest_deferral_days = models.PositiveSmallIntegerField(
        _("longest deferral in days (empty: as the suspension)"), null=True, blank=True
    )
    returns_to_arbitration = models.PositiveSmallIntegerField(_("returns that lead to arbitration"), default=3)
    automatic_confidence = models.FloatField(
        _("confidence from which a case is dispatched without a person"), default=0.55
    )
    call_back_share = models.PositiveSmallIntegerField(_("closed cases called back, percent"), default=100)
    # the published weights of the three rates (domain.md 2.5, W41): contact 30, solved 35, satisfied 35
    response_weight = models.PositiveSmallIntegerField(_("weight of the response rate"), default=30)
    resolution_weight = models.PositiveSmallIntegerField(_("weight of the resolution rate"), default=35)
    satisfaction_weight = models.PositiveSmallIntegerField(_("weight of the satisfaction rate"), default=35)
    substantive_days = models.PositiveSmallIntegerField(
        _("days in which the same trouble withdraws “solved”"), default=30
    )
    duplicate_days = models.PositiveSmallIntegerField(_("days in which reports may be duplicates"), default=30)
    duplicate_metres = models.PositiveSmallIntegerField(_("metres within which reports may be duplicates"), default=150)
    supervision_prefix = models.CharField(_("mark of supervision notices"), max_length=20, default="督办")

    class Meta:
        verbose_name = _("rules of procedure")
        verbose_name_plural = _("rules of procedure")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(pk=1), name="procedure_one_row"),
            models.CheckConstraint(
                condition=models.Q(automatic_confidence__gte=0, automatic_confidence__lte=1),
                name="procedure_confidence_is_share",
            ),
            models.CheckConstraint(condition=models.Q(call_back_share__lte=100), name="procedure_share_is_percent"),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
