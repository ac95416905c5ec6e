"""Dictionaries that the office writes itself: role badges, duties, what must be known and visited, purposes."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fieldwork.querysets import InGridQuerySet
from grid.models import Grid
from grid.models.dictionary import DictionaryRow


class RoleSet(DictionaryRow):
    """A set of roles of grid workers (四员, 五员); several sets live side by side (domain.md 3.2)."""

    class Meta(DictionaryRow.Meta):
        verbose_name = _("set of roles")
        verbose_name_plural = _("sets of roles")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name"], name="role_set_name_once")
        ]


class RoleBadge(DictionaryRow):
    """One role of a set (宣传员, 调解员 …)."""

    role_set = models.ForeignKey(RoleSet, models.PROTECT, related_name="badges", verbose_name=_("set of roles"))

    class Meta(DictionaryRow.Meta):
        verbose_name = _("role badge")
        verbose_name_plural = _("role badges")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["role_set", "name"], name="role_badge_once_per_set")
        ]


class BadgeHolding(models.Model):
    """A person wears a badge in a grid from one day until another."""

    badge = models.ForeignKey(RoleBadge, models.PROTECT, related_name="holdings", verbose_name=_("role badge"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="badges", verbose_name=_("person"))
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code of the day"), max_length=24)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("given by")
    )

    objects = InGridQuerySet.of("grid_code", "grid.view").as_manager()

    class Meta:
        verbose_name = _("badge of a person")
        verbose_name_plural = _("badges of persons")
        ordering: ClassVar[list[str]] = ["grid_code", "badge", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["badge", "user", "grid"], condition=Q(until__isnull=True), name="badge_held_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=models.F("since")), name="badge_ends_after_since"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.badge_id} {self.user_id}"


class DutyKind(DictionaryRow):
    """A duty that records of field work name: daily duties, those of branches and of riders, the publicity places."""

    class Family(models.TextChoices):
        DAILY = "daily", _("Daily duties")
        BRANCH = "branch", _("Duties of branch and grid")
        RIDER = "rider", _("Tasks for riders and couriers")
        PUBLICITY = "publicity", _("Fire-safety publicity")

    family = models.CharField(_("family"), max_length=10, choices=Family.choices)

    class Meta(DictionaryRow.Meta):
        verbose_name = _("kind of duty")
        verbose_name_plural = _("kinds of duties")
        ordering: ClassVar[list[str]] = ["family", "position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["family", "name"], name="duty_kind_once")
        ]


class MustDo(DictionaryRow):
    """五必知 / 五必访 / 三必到: the office writes the items (domain.md 3.4: the lists are not published)."""

    class Group(models.TextChoices):
        KNOW = "know", _("Five to know")
        VISIT = "visit", _("Five to visit")
        ARRIVE = "arrive", _("Three to be there")

    group = models.CharField(_("group"), max_length=8, choices=Group.choices)

    class Meta(DictionaryRow.Meta):
        verbose_name = _("must of a grid worker")
        verbose_name_plural = _("musts of grid workers")
        ordering: ClassVar[list[str]] = ["group", "position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["group", "position"], name="must_do_position_once")
        ]


class VisitPurpose(DictionaryRow):
    """Why a household is visited."""

    class Meta(DictionaryRow.Meta):
        verbose_name = _("purpose of a visit")
        verbose_name_plural = _("purposes of visits")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name"], name="visit_purpose_once")
        ]


class PolicySwitch(models.Model):
    """Something that the rules of 2026 forbid as a habit, switched on for a while with a reason (architecture.md 14).

    Without a valid row the switch is off.
    """

    class Name(models.TextChoices):
        TRACK = "track", _("Record the track of patrols")
        CHECK_IN = "check_in", _("Confirm checkpoints on the spot")

    name = models.CharField(_("switch"), max_length=10, choices=Name.choices)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code of the day"), max_length=24)
    reason = models.CharField(_("reason"), max_length=300)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))

    objects = InGridQuerySet.of("grid_code", "field.view").as_manager()

    class Meta:
        verbose_name = _("policy switch")
        verbose_name_plural = _("policy switches")
        ordering: ClassVar[list[str]] = ["-ends_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(reason=""), name="policy_has_reason"),
            models.CheckConstraint(condition=Q(ends_on__gt=models.F("starts_on")), name="policy_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.grid_code}"
