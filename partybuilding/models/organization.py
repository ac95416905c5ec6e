"""Party organizations: the tree of 党工委 — 社区党委 — 网格党支部 — 楼栋党小组, their posts, their profile."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grid.models import Building, Organization
from grid.models.record import InGrid
from partybuilding.models.dictionary import Label, Star
from partybuilding.querysets import PartyQuerySet, SharedQuerySet, TenureQuerySet


class PartyOrganization(InGrid):
    """More about an `Organization` of the kind "party": its place in the tree of the party and in that of the grids.

    `path` is the path of the tree: that of the parent, then the own key with eight digits; a subtree is a prefix.
    """

    class Kind(models.TextChoices):
        WORK_COMMITTEE = "work", _("Street working committee")
        COMMUNITY = "community", _("Community committee or general branch")
        GRID_BRANCH = "branch", _("Grid branch")
        GROUP = "group", _("Building party group")
        DEDICATED = "dedicated", _("Branch of a dedicated grid")
        NON_PUBLIC = "non_public", _("Branch of a non-public unit")
        UNIT = "unit", _("Organization of a unit")
        JOINT = "joint", _("Joint branch")

    organization = models.OneToOneField(
        Organization, models.PROTECT, related_name="party", verbose_name=_("organization")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("upper organization")
    )
    path = models.CharField(_("path in the tree"), max_length=120, blank=True, default="", editable=False)
    buildings = models.ManyToManyField(
        Building, blank=True, related_name="party_groups", verbose_name=_("buildings in its charge")
    )
    is_grand = models.BooleanField(_("grand committee with units"), default=False)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("party organization")
        verbose_name_plural = _("party organizations")
        ordering: ClassVar[list[str]] = ["path"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(founded_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("founded_on")),
                name="party_organization_ends_after",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="party_organization_not_above_itself"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["path"], name="party_path_idx", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["grid_code", "kind"], name="party_grid_idx", opclasses=["varchar_pattern_ops", ""]),
        ]

    def __str__(self) -> str:
        return str(self.organization)


class PartyPost(models.Model):
    """A post of an organization: who holds it, from when to when."""

    class Title(models.TextChoices):
        SECRETARY = "secretary", _("Secretary")
        DEPUTY = "deputy", _("Deputy secretary")
        ORGANIZER = "organizer", _("Member for organization")
        PUBLICITY = "publicity", _("Member for publicity")
        DISCIPLINE = "discipline", _("Member for discipline")
        MEMBER = "member", _("Committee member")
        GROUP_LEADER = "leader", _("Leader of the group")
        CENTRE_HOUSEHOLD = "centre", _("Member with an open house")

    party = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="posts", verbose_name=_("party organization")
    )
    title = models.CharField(_("post"), max_length=10, choices=Title.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    name = models.CharField(_("name"), max_length=50)
    since = models.DateField(_("since"))
    until = models.DateField(_("until (excluded)"), null=True, blank=True)

    objects = TenureQuerySet.of("party__grid_code", "party.view").as_manager()

    class Meta:
        verbose_name = _("party post")
        verbose_name_plural = _("party posts")
        ordering: ClassVar[list[str]] = ["party", "title", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(title__in=["secretary", "leader"], until__isnull=True),
                name="party_one_secretary",
            ),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="party_post_tenure"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_title_display()}"


class PostPlan(models.Model):
    """How many holders of a post an organization of a kind should have; what is missing is an unfilled post."""

    kind = models.CharField(_("kind"), max_length=10, choices=PartyOrganization.Kind.choices)
    title = models.CharField(_("post"), max_length=10, choices=PartyPost.Title.choices)
    count = models.PositiveSmallIntegerField(_("planned holders"), default=1)

    class Meta:
        verbose_name = _("plan of posts")
        verbose_name_plural = _("plans of posts")
        ordering: ClassVar[list[str]] = ["kind", "title"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "title"], name="party_post_plan_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title} {self.count}"


class StarAward(models.Model):
    """A star of the yearly creation of 五星支部 that an organization won, or was recommended for."""

    class Result(models.TextChoices):
        RECOMMENDED = "recommended", _("Recommended")
        WON = "won", _("Won")
        LOST = "lost", _("Taken back")

    party = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="awards", verbose_name=_("party organization")
    )
    star = models.ForeignKey(Star, models.PROTECT, related_name="+", verbose_name=_("star"))
    year = models.PositiveSmallIntegerField(_("year"))
    result = models.CharField(_("result"), max_length=12, choices=Result.choices)
    text = models.CharField(_("reason"), max_length=500, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = PartyQuerySet.of("party__grid_code", "party.view").as_manager()

    class Meta:
        verbose_name = _("star of an organization")
        verbose_name_plural = _("stars of organizations")
        ordering: ClassVar[list[str]] = ["-year", "star", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["party", "star", "year"], name="star_award_once")
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.star_id} {self.year}"


class CommunityProfile(InGrid):
    """How a community or compound is governed and by what it is known: labels of the office (五多三高, 信托治理 …)."""

    labels = models.ManyToManyField(Label, blank=True, related_name="profiles", verbose_name=_("labels"))
    brand = models.CharField(_("brand"), max_length=100, blank=True, default="")
    text = models.TextField(_("in words"), max_length=3000, blank=True, default="")
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile of a community")
        verbose_name_plural = _("profiles of communities")
        ordering: ClassVar[list[str]] = ["grid_code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid"], name="profile_once_per_grid")
        ]

    def __str__(self) -> str:
        return self.brand or self.grid_code
