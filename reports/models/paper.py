"""Papers that the office writes beside its reports: bulletins, notices, decisions; and the templates for them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Grid, Organization
from grid.models.staged import Staged
from incidents.models import Incident
from reports.models.report import Report
from reports.querysets import PaperQuerySet


class Paper(Staged):
    """A bulletin (信息简报), a rectification or supervision notice, a decision of commendation: one machinery."""

    class Kind(models.TextChoices):
        BULLETIN = "bulletin", _("Bulletin")
        RECTIFICATION = "rectification", _("Rectification notice")
        SUPERVISION = "supervision", _("Supervision notice")
        COMMENDATION = "commendation", _("Decision of commendation")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Given out")
        ANSWERED = "answered", _("Answered")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("whose office"))
    grid_code = models.CharField(_("grid code"), max_length=24)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("issue number"), null=True, blank=True)
    masthead = models.CharField(_("masthead"), max_length=60, blank=True, default="")
    office = models.CharField(_("issuing office"), max_length=100)
    title = models.CharField(_("title"), max_length=200)
    main_to = models.CharField(_("addressed to"), max_length=200, blank=True, default="")
    body = models.TextField(_("text"), max_length=20_000)
    sent_to = models.CharField(_("copies up"), max_length=500, blank=True, default="")
    passed_to = models.CharField(_("copies out"), max_length=500, blank=True, default="")
    editor = models.CharField(_("responsible editor"), max_length=60, blank=True, default="")
    signer = models.CharField(_("signed by"), max_length=60, blank=True, default="")
    issued_on = models.DateField(_("date"), null=True, blank=True)
    due_on = models.DateField(_("to be answered until"), null=True, blank=True)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to which unit")
    )
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="papers", verbose_name=_("incident")
    )
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="papers", verbose_name=_("report")
    )
    reply = models.TextField(_("answer"), max_length=5000, blank=True, default="")
    replied_on = models.DateField(_("answered on"), null=True, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    created_at = models.DateTimeField(_("written at"))

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "kind", "year", "number"], name="paper_number_once"),
            models.CheckConstraint(
                condition=models.Q(status="draft")
                | models.Q(status="withdrawn")
                | models.Q(number__isnull=False, issued_on__isnull=False),
                name="paper_issued_has_number",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DocumentTemplate(models.Model):
    """The office's own Word file for one kind of document, with marks where the content goes; replaces the built-in."""

    kind = models.CharField(_("for which document"), max_length=14)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("whose office"))
    name = models.CharField(_("file name"), max_length=120)
    content = models.BinaryField(_("file"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    is_active = models.BooleanField(_("in use"), default=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))

    class Meta:
        verbose_name = _("document template")
        verbose_name_plural = _("document templates")
        ordering: ClassVar[list[str]] = ["kind", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "grid"], condition=models.Q(is_active=True), name="template_one_in_use"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"
