"""Assessment (考核): schemes as data, one run per period, additions and deductions with evidence, objections."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Grid
from grid.models.staged import Staged
from incidents.models import Incident
from reports.querysets import AssessmentQuerySet, InGridQuerySet, ObjectionQuerySet


class Scheme(models.Model):
    """What is assessed by what, in what weight (domain.md 2.5 and 6.1). A scheme in use is changed as a new version."""

    class Subject(models.TextChoices):
        AREA = "area", _("Areas: communities or grids")
        UNIT = "unit", _("Handling units")
        POST = "post", _("Kinds of post")

    name = models.CharField(_("name"), max_length=100)
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("whose office"))
    grid_code = models.CharField(_("grid code"), max_length=24)
    subject = models.CharField(_("what is assessed"), max_length=5, choices=Subject.choices, default=Subject.AREA)
    base_points = models.DecimalField(_("base points"), max_digits=6, decimal_places=2, default=0)
    least_cases = models.PositiveSmallIntegerField(_("no rank under so many cases"), default=20)
    shrink_cases = models.PositiveSmallIntegerField(_("weight of the common mean, in cases"), default=20)
    objection_days = models.PositiveSmallIntegerField(_("days for objections"), default=5)
    source = models.CharField(_("source"), max_length=200, blank=True, default="")
    is_active = models.BooleanField(_("in use"), default=True)

    objects = InGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment scheme")
        verbose_name_plural = _("assessment schemes")
        ordering: ClassVar[list[str]] = ["name", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "name", "number"], name="scheme_version_once")
        ]

    def __str__(self) -> str:
        return self.name


class SchemeItem(models.Model):
    """One indicator of a scheme and how its rate becomes points."""

    class Mode(models.TextChoices):
        SHARE = "share", _("Points × rate")
        INVERSE = "inverse", _("Points × (1 − rate)")
        BAR = "bar", _("All points from a bar on, less per percent below")
        HAND = "hand", _("Given by hand, with a reason")

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="items", verbose_name=_("scheme"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    label = models.CharField(_("label"), max_length=60)
    indicator = models.CharField(_("indicator"), max_length=40, blank=True, default="")
    mode = models.CharField(_("how it counts"), max_length=8, choices=Mode.choices, default=Mode.SHARE)
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2)
    bar = models.DecimalField(_("bar (percent)"), max_digits=5, decimal_places=2, null=True, blank=True)
    per_percent = models.DecimalField(_("less per percent below"), max_digits=5, decimal_places=2, default=1)

    class Meta:
        verbose_name = _("item of a scheme")
        verbose_name_plural = _("items of a scheme")
        ordering: ClassVar[list[str]] = ["scheme", "order", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(points__gte=0), name="item_points"),
            models.CheckConstraint(
                condition=~models.Q(mode="bar") | models.Q(bar__isnull=False), name="item_bar_is_given"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class SchemeRule(models.Model):
    """A named addition or deduction (加分、扣分项)."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="rules", verbose_name=_("scheme"))
    label = models.CharField(_("label"), max_length=100)
    amount = models.DecimalField(_("points (minus: deduction)"), max_digits=6, decimal_places=2)
    most = models.DecimalField(_("at most"), max_digits=6, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("addition or deduction")
        verbose_name_plural = _("additions and deductions")
        ordering: ClassVar[list[str]] = ["scheme", "id"]

    def __str__(self) -> str:
        return self.label


class SchemeGrade(models.Model):
    """From which score on a grade is given (优秀、良好、合格、不合格)."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="grades", verbose_name=_("scheme"))
    name = models.CharField(_("grade"), max_length=20)
    least = models.DecimalField(_("from score"), max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        ordering: ClassVar[list[str]] = ["scheme", "-least"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["scheme", "least"], name="grade_least_once")
        ]

    def __str__(self) -> str:
        return self.name


class Assessment(Staged):
    """One run of a scheme over a period. The results are a snapshot; draft ones are counted anew on demand."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published, open to objections")
        FINAL = "final", _("Final")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="assessments", verbose_name=_("scheme"))
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code"), max_length=24)
    period_start = models.DateField(_("first day"))
    period_end = models.DateField(_("last day"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    results = models.JSONField(_("results"), default=dict)
    input_hash = models.CharField(_("hash of the input"), max_length=64, blank=True, default="")
    definition_version = models.PositiveSmallIntegerField(_("version of the definitions"), default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    objections_until = models.DateField(_("objections until"), null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering: ClassVar[list[str]] = ["-period_start", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["scheme", "grid", "period_start", "period_end"],
                condition=~models.Q(status="withdrawn"),
                name="assessment_once",
            ),
            models.CheckConstraint(
                condition=models.Q(period_end__gte=models.F("period_start")), name="assessment_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.period_start}"


class AssessmentEntry(models.Model):
    """Points added, taken or given by hand to one subject, with the evidence."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="entries", verbose_name=_("assessment"))
    rule = models.ForeignKey(
        SchemeRule, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("addition or deduction")
    )
    item = models.ForeignKey(
        SchemeItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("item given by hand")
    )
    subject = models.CharField(_("whom"), max_length=30)
    amount = models.DecimalField(_("points"), max_digits=6, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=500)
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("evidence: incident")
    )
    evidence = models.CharField(_("evidence"), max_length=500, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )
    withdrawn_reason = models.CharField(_("why withdrawn"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("entry of an assessment")
        verbose_name_plural = _("entries of an assessment")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(rule__isnull=False, item__isnull=True)
                | models.Q(rule__isnull=True, item__isnull=False),
                name="entry_rule_or_item",
            ),
            models.CheckConstraint(
                condition=models.Q(incident__isnull=False) | ~models.Q(evidence=""), name="entry_has_evidence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.amount}"


class Objection(Staged):
    """An assessed subject says that something is wrong; it is upheld or refused with an answer."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Upheld")
        REFUSED = "refused", _("Refused")

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="objections", verbose_name=_("assessment"))
    subject = models.CharField(_("for whom"), max_length=30)
    text = models.CharField(_("objection"), max_length=1000)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.OPEN)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    answer = models.CharField(_("answer"), max_length=1000, blank=True, default="")
    change = models.JSONField(_("what it changed"), default=dict, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(status="open") | ~models.Q(answer=""), name="objection_answered_in_words"
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]


class AssessmentExclusion(models.Model):
    """A case that is left out (剔除) of one assessment, above and below the line, with the reason."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="exclusions", verbose_name=_("assessment"))
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+", verbose_name=_("incident"))
    objection = models.ForeignKey(
        Objection, models.PROTECT, null=True, blank=True, related_name="exclusions", verbose_name=_("objection")
    )
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("excluded case")
        verbose_name_plural = _("excluded cases")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["assessment", "incident"], name="assessment_case_excluded_once")
        ]

    def __str__(self) -> str:
        return self.reason[:40]
