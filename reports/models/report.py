"""A frozen report of one grid and one period, and what people do with it before it goes out."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Grid
from grid.models.staged import Staged
from reports.querysets import InGridQuerySet, ReportQuerySet


class Report(models.Model):
    """Written once per (kind, grid, period, issue); its snapshot never changes, a correction is a new issue."""

    class Kind(models.TextChoices):
        DAILY = "daily", _("Daily dispatch report")
        WEEKLY = "weekly", _("Weekly report")
        MONTHLY = "monthly", _("Monthly summary")
        QUARTERLY = "quarterly", _("Quarterly review")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.DAILY)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="reports", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code of the day"), max_length=24)
    grid_name = models.CharField(_("name of the grid on that day"), max_length=100)
    period_start = models.DateField(_("first day"))
    period_end = models.DateField(_("last day"))
    issue = models.PositiveSmallIntegerField(_("issue"), default=1)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by", verbose_name=_("corrects")
    )
    reason = models.CharField(_("reason of the correction"), max_length=500, blank=True, default="")
    as_of = models.DateTimeField(_("as of"))
    snapshot = models.JSONField(_("numbers and text"))
    input_hash = models.CharField(_("hash of the input"), max_length=64)
    definition_version = models.PositiveSmallIntegerField(_("version of the definitions"), default=1)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering: ClassVar[list[str]] = ["-period_start", "grid_code", "-issue"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "grid", "period_start", "issue"], name="report_issue_once"),
            models.CheckConstraint(condition=models.Q(period_end__gte=models.F("period_start")), name="report_period"),
            models.CheckConstraint(
                condition=models.Q(issue=1, corrects__isnull=True)
                | (models.Q(issue__gt=1, corrects__isnull=False) & ~models.Q(reason="")),
                name="report_correction_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grid_name} {self.period_start} {self.get_kind_display()}"


class ReportPaper(Staged):
    """The paper made of a report: its text as edited, checked, signed and sent. The numbers stay the report's."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CHECKED = "checked", _("Checked")
        SIGNED = "signed", _("Signed")
        SENT = "sent", _("Sent")

    report = models.OneToOneField(Report, models.PROTECT, related_name="paper", verbose_name=_("report"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    text = models.JSONField(_("edited text (empty: as generated)"), null=True, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("edited by")
    )
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed by")
    )
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    sent_to = models.TextField(_("sent to"), blank=True, default="")
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = InGridQuerySet.of("report__grid_code").as_manager()

    class Meta:
        verbose_name = _("paper of a report")
        verbose_name_plural = _("papers of reports")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "checked"]) | models.Q(signed_by__isnull=False),
                name="paper_signed_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(signed_by__isnull=True)
                | models.Q(checked_by__isnull=True)
                | ~models.Q(signed_by=models.F("checked_by")),
                name="paper_checker_is_not_signer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.get_status_display()}"


class ReportCopy(models.Model):
    """One reader to whom a signed report was sent, and when it was first opened: the record of who has received it."""

    paper = models.ForeignKey(ReportPaper, models.PROTECT, related_name="copies", verbose_name=_("paper of a report"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="report_copies", verbose_name=_("receiver")
    )
    sent_at = models.DateTimeField(_("sent at"))
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)

    class Meta:
        verbose_name = _("copy of a report")
        verbose_name_plural = _("copies of reports")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["paper", "user"], name="report_copy_once")
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} → {self.user_id}"
