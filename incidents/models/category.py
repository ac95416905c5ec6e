"""What an incident is about, and how long each stage may take."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models.label import ProblemKind
from incidents.states import Clock
from incidents.worktime import TimeUnit


class Severity(models.IntegerChoices):
    """微事不出网格、小事不出小区、一般事不出社区、大事不出街道 (domain.md 2.7)."""

    MICRO = 1, _("Micro matter: stays in the micro-grid")
    SMALL = 2, _("Small matter: stays in the compound")
    ORDINARY = 3, _("Ordinary matter: stays in the community")
    MAJOR = 4, _("Major matter: stays in the street")


class Urgency(models.TextChoices):
    """Which of a category's limits counts (domain.md 2.4: classes are editable)."""

    URGENT = "urgent", _("Urgent")
    ORDINARY = "ordinary", _("Ordinary")
    COMPLEX = "complex", _("Engineering or complex")


class Category(models.Model):
    """A class of component or matter. A major class has no parent; incidents take minor classes."""

    class Kind(models.TextChoices):
        MATTER = "matter", _("Matter")
        COMPONENT = "component", _("Component")
        SOCIAL = "social", _("Social governance")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.MATTER)
    standard = models.CharField(_("standard"), max_length=40, blank=True, default="")
    code = models.CharField(_("code"), max_length=12)
    name = models.CharField(_("name"), max_length=60)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("major class")
    )
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices, default=Severity.SMALL)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices, default=Urgency.ORDINARY)
    keywords = ArrayField(
        models.CharField(max_length=20), verbose_name=_("words that point to it"), default=list, blank=True
    )
    problem_kind = models.ForeignKey(
        ProblemKind,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="categories",
        verbose_name=_("kind of problem"),
    )
    responsible = models.CharField(_("responsible units by the standard"), max_length=200, blank=True, default="")
    needs_site_check = models.BooleanField(_("must be checked on site"), default=False)
    is_automatic = models.BooleanField(_("may be dispatched without a person"), default=True)
    note = models.CharField(_("remark"), max_length=200, blank=True, default="")
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    filing_condition = models.TextField(_("condition of filing"), blank=True, default="")
    closing_condition = models.TextField(_("condition of closing"), blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering: ClassVar[list[str]] = ["kind", "code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # components and matters may share a code (domain.md 2.6)
            models.UniqueConstraint(fields=["standard", "kind", "code"], name="category_code_once"),
        ]

    def __str__(self) -> str:
        return self.name


class CategoryVersion(models.Model):
    """What a category said at one time, with its limits: written with every change, never changed itself."""

    category = models.ForeignKey(Category, models.PROTECT, related_name="versions", verbose_name=_("category"))
    version = models.PositiveIntegerField(_("version"))
    values = models.JSONField(_("values"))
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("version of a category")
        verbose_name_plural = _("versions of categories")
        ordering: ClassVar[list[str]] = ["category", "-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["category", "version"], name="category_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} v{self.version}"


class TimeLimit(models.Model):
    """How long one stage may take: for a category, or for all that name no own limit.

    A category may chain several steps of handling, each with its own limit (停工 → 处罚 → 拆除, domain.md 2.4).
    """

    category = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, related_name="limits", verbose_name=_("category")
    )
    clock = models.CharField(_("stage"), max_length=10, choices=Clock.choices)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices, blank=True, default="")
    amount = models.DecimalField(
        _("amount"), max_digits=7, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    unit = models.CharField(_("unit"), max_length=12, choices=TimeUnit.choices)
    step = models.PositiveSmallIntegerField(_("step"), default=1, validators=[MinValueValidator(1)])
    step_name = models.CharField(_("name of the step"), max_length=40, blank=True, default="")
    source = models.CharField(_("source"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("time limit")
        verbose_name_plural = _("time limits")
        ordering: ClassVar[list[str]] = ["category", "clock", "urgency", "step"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["category", "clock", "urgency", "step"], nulls_distinct=False, name="limit_once"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="limit_positive"),
            models.CheckConstraint(condition=models.Q(step__gte=1), name="limit_step_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.get_clock_display()} {self.amount.normalize():f} {self.get_unit_display()}"
