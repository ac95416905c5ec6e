"""Micro-projects (微创投): call, coaching, scored review, funding, milestones, receipts, checks (domain.md 5.3)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grid.models import Organization
from grid.models.dictionary import DictionaryRow
from grid.models.record import InGrid, SentOnce
from grid.models.staged import Staged
from volunteers.models.volunteer import Team
from volunteers.models.wish import Wish
from volunteers.querysets import SharedQuerySet


class MicroKind(DictionaryRow):
    """心愿墙项目, 网格微创投, and the six of the city's programme: 空间微营造, 小区微治理, 民生微实事 … (W78)."""

    class Meta(DictionaryRow.Meta):
        verbose_name = _("kind of micro-project")
        verbose_name_plural = _("kinds of micro-projects")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name"], name="micro_kind_once")
        ]


class MicroCall(InGrid):
    """A call for micro-projects with its money and its criteria."""

    name = models.CharField(_("name"), max_length=60)
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"))
    budget = models.DecimalField(_("money (yuan)"), max_digits=12, decimal_places=2)
    ceiling = models.DecimalField(_("at most a project (yuan)"), max_digits=10, decimal_places=2, null=True, blank=True)
    own_share = models.DecimalField(_("own share at least (%)"), max_digits=5, decimal_places=2, default=10)
    least_bids = models.PositiveSmallIntegerField(_("bids at least"), default=3)
    text = models.TextField(_("call"), max_length=3000, blank=True, default="")

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("call for micro-projects")
        verbose_name_plural = _("calls for micro-projects")
        ordering: ClassVar[list[str]] = ["-opens_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "name"], name="micro_call_once"),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="micro_call_term"),
            models.CheckConstraint(condition=Q(own_share__range=(0, 100)), name="micro_call_share"),
        ]

    def __str__(self) -> str:
        return self.name


class Criterion(models.Model):
    """One criterion of a call: need, locality, participation, feasibility, innovation, sustainability, budget (W78)."""

    call = models.ForeignKey(MicroCall, models.CASCADE, related_name="criteria", verbose_name=_("call"))
    name = models.CharField(_("criterion"), max_length=40)
    most = models.PositiveSmallIntegerField(_("points at most"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering: ClassVar[list[str]] = ["call", "position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "name"], name="criterion_once"),
            models.CheckConstraint(condition=Q(most__gt=0), name="criterion_most"),
        ]

    def __str__(self) -> str:
        return self.name


class MicroProject(InGrid, SentOnce, Staged):
    """A project that a team or organization bids for."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", _("Handed in")
        COACHING = "coaching", _("In coaching")
        REVIEW = "review", _("In review")
        FUNDED = "funded", _("Funded")
        RUNNING = "running", _("Running")
        MID_CHECKED = "mid_checked", _("Mid-term checked")
        FINAL = "final", _("Final review")
        CLOSED = "closed", _("Closed")
        REFUSED = "refused", _("Not chosen")
        STOPPED = "stopped", _("Stopped")

    number = models.CharField(_("number"), max_length=30, unique=True)
    call = models.ForeignKey(MicroCall, models.PROTECT, related_name="projects", verbose_name=_("call"))
    kind = models.ForeignKey(
        MicroKind, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("kind")
    )
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("what is done"), max_length=5000)
    wishes = models.ManyToManyField(
        Wish, blank=True, related_name="micro_projects", verbose_name=_("wishes that it grants")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="micro_projects", verbose_name=_("team of volunteers")
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("organization")
    )
    asked = models.DecimalField(_("asked for (yuan)"), max_digits=10, decimal_places=2)
    own_money = models.DecimalField(_("own money (yuan)"), max_digits=10, decimal_places=2, default=0)
    granted = models.DecimalField(_("granted (yuan)"), max_digits=10, decimal_places=2, null=True, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.SUBMITTED)
    beneficiaries = models.PositiveIntegerField(_("people who gained"), null=True, blank=True)
    result = models.TextField(_("result"), max_length=3000, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("submitted by"))
    at = models.DateTimeField(_("submitted at"))

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("micro-project")
        verbose_name_plural = _("micro-projects")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(asked__gt=0, own_money__gte=0), name="micro_project_money"),
            models.CheckConstraint(
                condition=Q(granted__isnull=True) | Q(granted__gt=0, granted__lte=F("asked")),
                name="micro_project_granted",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["funded", "running", "mid_checked", "final", "closed"])
                | Q(granted__isnull=False),
                name="micro_project_funded_has_money",
            ),
            models.CheckConstraint(
                condition=Q(team__isnull=False) | Q(organization__isnull=False), name="micro_project_of_somebody"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Reviewer(models.Model):
    """Who reviews a project; a conflict of interest is declared and keeps the scores out."""

    project = models.ForeignKey(MicroProject, models.CASCADE, related_name="reviewers", verbose_name=_("micro-project"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reviewer"))
    conflict = models.CharField(_("conflict of interest"), max_length=200, blank=True, default="")
    text = models.CharField(_("opinion"), max_length=1000, blank=True, default="")
    at = models.DateTimeField(_("at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reviewer")
        verbose_name_plural = _("reviewers")
        ordering: ClassVar[list[str]] = ["project", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "user"], name="reviewer_once")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.user_id}"


class Score(models.Model):
    """One reviewer's points for one criterion."""

    reviewer = models.ForeignKey(Reviewer, models.CASCADE, related_name="scores", verbose_name=_("reviewer"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name=_("criterion"))
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=1)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering: ClassVar[list[str]] = ["reviewer", "criterion"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["reviewer", "criterion"], name="score_once"),
            models.CheckConstraint(condition=Q(points__gte=0), name="score_points"),
        ]

    def __str__(self) -> str:
        return str(self.points)


class BudgetLine(models.Model):
    """One line of a project's budget; `spent` never exceeds `amount` (the database refuses it)."""

    project = models.ForeignKey(MicroProject, models.CASCADE, related_name="budget", verbose_name=_("micro-project"))
    name = models.CharField(_("for"), max_length=60)
    amount = models.DecimalField(_("yuan"), max_digits=10, decimal_places=2)
    spent = models.DecimalField(_("spent (yuan)"), max_digits=10, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("line of a budget")
        verbose_name_plural = _("lines of budgets")
        ordering: ClassVar[list[str]] = ["project", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "name"], name="budget_line_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, spent__gte=0, spent__lte=F("amount")), name="budget_never_overspent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Expense(models.Model):
    """Money paid to a merchant, with its receipt; only grows (a mistake is a row with the amount below zero)."""

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="expenses", verbose_name=_("line of a budget"))
    merchant = models.CharField(_("merchant"), max_length=100)
    text = models.CharField(_("for what"), max_length=200)
    amount = models.DecimalField(_("yuan"), max_digits=10, decimal_places=2)
    paid_on = models.DateField(_("paid on"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("expense")
        verbose_name_plural = _("expenses")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(amount=0), name="expense_amount")
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.amount}"


class Milestone(models.Model):
    """A milestone of a project."""

    project = models.ForeignKey(
        MicroProject, models.CASCADE, related_name="milestones", verbose_name=_("micro-project")
    )
    text = models.CharField(_("milestone"), max_length=200)
    due_on = models.DateField(_("until"))
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering: ClassVar[list[str]] = ["project", "due_on", "id"]

    def __str__(self) -> str:
        return self.text
