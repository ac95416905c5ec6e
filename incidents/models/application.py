"""Applications about a case: more time, rest, an appeal. Approvals are rows; nobody approves his own."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grid.models import Organization
from incidents.models.incident import Incident
from incidents.worktime import TimeUnit


class Application(models.Model):
    """One application of a handler (domain.md 2.3)."""

    class Kind(models.TextChoices):
        EXTENSION = "extension", _("Extension")
        SUSPENSION = "suspension", _("Suspension")
        DEFERRAL = "deferral", _("Deferral")
        APPEAL = "appeal", _("Overtime appeal")

    class Status(models.TextChoices):
        PENDING = "pending", _("To be reviewed")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("Lapsed")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="applications", verbose_name=_("incident"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    ordinal = models.PositiveSmallIntegerField(_("which of its kind for this case"), default=1)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="applications", verbose_name=_("applicant")
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("for the unit")
    )
    reason = models.TextField(_("reason"), max_length=2000)
    until = models.DateTimeField(_("rest until"), null=True, blank=True)
    amount = models.DecimalField(_("time added"), max_digits=7, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("unit of time"), max_length=12, choices=TimeUnit.choices, blank=True, default="")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    steps = models.PositiveSmallIntegerField(_("reviews asked for"), default=1)
    step = models.PositiveSmallIntegerField(_("review that is next"), default=1)
    applied_at = models.DateTimeField(_("applied at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["incident", "kind"], condition=Q(status="pending"), name="application_one_pending"
            ),
            # suspension and appeal are granted once per case, an extension once per number (domain.md 2.3)
            models.UniqueConstraint(
                fields=["incident", "kind", "ordinal"], condition=Q(status="approved"), name="application_granted_once"
            ),
            models.UniqueConstraint(fields=["incident"], condition=Q(kind="appeal"), name="application_one_appeal"),
            models.CheckConstraint(
                condition=~Q(kind__in=["suspension", "appeal"]) | Q(ordinal=1), name="application_once_per_case"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["suspension", "deferral"]) | Q(until__gt=F("applied_at")),
                name="application_rest_has_end",
            ),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True)
                | (~Q(status="pending") & Q(decided_at__isnull=False)),
                name="application_decided_has_time",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "-id"], name="application_pending_idx", condition=Q(status="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind} {self.ordinal}"


class Review(models.Model):
    """One decision about an application. The applicant's key stands here too, so that the database can compare."""

    class Result(models.TextChoices):
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    application = models.ForeignKey(Application, models.PROTECT, related_name="reviews", verbose_name=_("application"))
    step = models.PositiveSmallIntegerField(_("which review"), default=1)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("applicant")
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews", verbose_name=_("approver")
    )
    approver_name = models.CharField(_("name and post of the approver"), max_length=120, blank=True, default="")
    result = models.CharField(_("result"), max_length=10, choices=Result.choices)
    reason = models.CharField(_("reason"), max_length=500)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering: ClassVar[list[str]] = ["application", "step"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["application", "step"], name="review_step_once"),
            # two reviews are two people (超时申诉: 派遣员初审, 受理员复审)
            models.UniqueConstraint(fields=["application", "approver"], name="review_person_once"),
            models.CheckConstraint(condition=~Q(approver=F("applicant")), name="review_not_by_applicant"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.step} {self.result}"
