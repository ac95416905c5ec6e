"""Who holds which post (岗位), where and from when to when; and absences."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from grid.models.grid import Grid
from grid.models.organization import Organization
from grid.models.place import Building
from grid.posts import LEADER_KINDS, ORGANIZATION_KINDS, PostKind
from grid.querysets import PostQuerySet


class DateRange(Func):
    """`daterange(starts_on, ends_on)`: the tenure, end excluded."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Post(models.Model):
    """One tenure of one person in a grid or an organization."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name=_("person"))
    kind = models.CharField(_("post"), max_length=20, choices=PostKind.choices)
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("grid"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("organization")
    )
    building = models.ForeignKey(
        Building, models.SET_NULL, null=True, blank=True, related_name="posts", verbose_name=_("building")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (excluded)"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True, default="")

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering: ClassVar[list[str]] = ["grid_id", "kind", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind__in=list(ORGANIZATION_KINDS), organization__isnull=False, grid__isnull=True)
                | (~Q(kind__in=list(ORGANIZATION_KINDS)) & Q(grid__isnull=False, organization__isnull=True)),
                name="post_in_grid_or_organization",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="post_tenure"
            ),
            ExclusionConstraint(
                name="post_one_leader_per_grid",
                expressions=[
                    ("grid", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind__in=list(LEADER_KINDS)),
                violation_error_message=_("This grid has another leader in that time: end that post first."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["grid", "kind"], name="post_grid_kind_idx"),  # leader chain of dispatch
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()}"


class Absence(models.Model):
    """A person is away (leave, training): dispatch passes to the upper level meanwhile."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences", verbose_name=_("person")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="substitutions",
        verbose_name=_("substitute"),
    )
    reason = models.CharField(_("reason"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering: ClassVar[list[str]] = ["-starts_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_period"),
            models.CheckConstraint(
                condition=Q(substitute__isnull=True) | ~Q(substitute=F("user")), name="absence_other_substitute"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.starts_at:%Y-%m-%d}"
