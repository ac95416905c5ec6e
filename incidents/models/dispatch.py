"""Who should handle what: rules, the work to do, decisions with reasons, assignments."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.models import Organization
from incidents.models.category import Category
from incidents.models.incident import Incident
from incidents.rule_querysets import ReleaseQuerySet, RuleQuerySet
from notices.models import LeasedWork


class DispatchRule(models.Model):
    """Category in a subtree → unit, or the leader of a level. Rules are versioned, never edited in place."""

    class Target(models.TextChoices):
        LEADER = "leader", _("Leader of the grid")
        ORGANIZATION = "organization", _("Unit")

    category = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, related_name="rules", verbose_name=_("category (empty: any)")
    )
    grid_code = models.CharField(_("code of the subtree"), max_length=24)
    target = models.CharField(_("goes to"), max_length=12, choices=Target.choices)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="rules", verbose_name=_("unit")
    )
    leader_level = models.PositiveSmallIntegerField(_("level of the leader"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority (smaller first)"), default=100)
    version = models.PositiveIntegerField(_("version"), default=1)
    is_active = models.BooleanField(_("active"), default=True)
    is_draft = models.BooleanField(_("draft: not live yet"), default=False)
    replaces = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("takes the place of")
    )
    retires = models.BooleanField(_("draft: ends the rule whose place it takes"), default=False)
    note = models.CharField(_("reason"), max_length=200, blank=True, default="")

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispatch rule")
        verbose_name_plural = _("dispatch rules")
        ordering: ClassVar[list[str]] = ["priority", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(target="organization", organization__isnull=False)
                | Q(target="leader", organization__isnull=True),
                name="rule_names_its_target",
            ),
            models.CheckConstraint(condition=~Q(is_draft=True, is_active=True), name="rule_draft_is_not_live"),
        ]

    def __str__(self) -> str:
        return f"{self.category or '*'} @ {self.grid_code}"


class RuleRelease(models.Model):
    """A set of rules that was tested and went live: the lint and the replay that stood behind it.

    It holds the rules of one subtree; those of other streets are none of its business.
    """

    version = models.PositiveIntegerField(_("version"), unique=True)
    grid_code = models.CharField(_("code of the subtree"), max_length=24, blank=True, default="")
    back_to = models.PositiveIntegerField(_("goes back to the version"), null=True, blank=True)
    rules = models.JSONField(_("rules as they went live"))
    lint = models.JSONField(_("findings"), default=list)
    replay = models.JSONField(_("replay on past cases"), default=dict)
    note = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release of rules")
        verbose_name_plural = _("releases of rules")
        ordering: ClassVar[list[str]] = ["-version"]

    def __str__(self) -> str:
        return f"v{self.version}"


class DispatchWork(LeasedWork):
    """One round of classification and dispatch to be done by a worker (the row is the queue)."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="dispatch_work", verbose_name=_("incident"))
    round = models.PositiveSmallIntegerField(_("round"), default=1)

    class Meta(LeasedWork.Meta):
        abstract = False
        verbose_name = _("dispatch work")
        verbose_name_plural = _("dispatch work")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["incident", "round"], name="dispatch_work_once_per_round"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}/{self.round}"


class DispatchDecision(models.Model):
    """Why an incident went where it went: candidates, parts of the score, rule, confidence."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="decisions", verbose_name=_("incident"))
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    category_confidence = models.FloatField(_("confidence of the category"), default=0)
    category_candidates = models.JSONField(_("candidate categories"), default=list)
    rule = models.ForeignKey(
        DispatchRule, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rule")
    )
    rule_version = models.PositiveIntegerField(_("version of the rule"), default=0)
    chosen_organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    chosen_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    candidates = models.JSONField(_("candidate handlers with the parts of their scores"), default=list)
    confidence = models.FloatField(_("confidence of the handler"), default=0)
    classifier_version = models.PositiveIntegerField(_("version of the classifier"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("decided by (empty: the system)"),
    )
    # what was done in the end, by whom and why, when it was not what is written above
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("overridden by"),
    )
    overridden_at = models.DateTimeField(_("overridden at"), null=True, blank=True)
    override_reason = models.CharField(_("reason of the override"), max_length=500, blank=True, default="")
    override_to = models.CharField(_("went to instead"), max_length=120, blank=True, default="")
    reasons = models.JSONField(_("reasons, step by step"), default=list)
    left_to_person = models.BooleanField(_("left to a person"), default=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("dispatch decision")
        verbose_name_plural = _("dispatch decisions")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["incident", "round"], name="decision_once_per_round"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}/{self.round}"


class Assignment(models.Model):
    """Whose task it was, from when to when; one is open at a time."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="assignments", verbose_name=_("incident"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name=_("unit")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("person"),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("dispatched by"),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, blank=True, default="")

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["incident"], condition=Q(ends_at__isnull=True), name="assignment_one_open"),
            models.CheckConstraint(
                condition=Q(organization__isnull=False) | Q(user__isnull=False), name="assignment_to_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} → {self.organization or self.user}"
