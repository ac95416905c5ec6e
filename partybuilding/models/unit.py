"""Partner units (共建单位): what they signed, who sits for them in the 大党委, in which alliance they are (4.3)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField
from grid.models import Compound, Organization
from grid.models.record import InGrid
from partybuilding.models.dictionary import PartnerKind
from partybuilding.models.organization import PartyOrganization
from partybuilding.querysets import SharedOfUnitQuerySet, SharedQuerySet, TenureQuerySet, UnitQuerySet


class PartnerUnit(models.Model):
    """More about an `Organization` that builds with the communities; its people answer for it by their posts in it."""

    organization = models.OneToOneField(
        Organization, models.PROTECT, related_name="partner", verbose_name=_("organization")
    )
    kinds = models.ManyToManyField(PartnerKind, blank=True, related_name="units", verbose_name=_("kinds of partner"))
    party = models.ForeignKey(
        PartyOrganization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="units",
        verbose_name=_("its party organization"),
    )
    contact_name = EncryptedTextField(_("contact"), blank=True, default="")
    contact_phone = EncryptedTextField(_("contact’s phone"), blank=True, default="")
    strengths = models.CharField(_("what it is good at"), max_length=300, blank=True, default="")
    joined_on = models.DateField(_("partner since"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner unit")
        verbose_name_plural = _("partner units")
        ordering: ClassVar[list[str]] = ["organization__grid_id", "id"]

    def __str__(self) -> str:
        return str(self.organization)

    @property
    def grid_code(self) -> str:
        """The grid where the unit serves."""
        return str(self.organization.grid.code)


class Agreement(InGrid):
    """What was signed with a unit: 共建协议, 红色物业服务框架协议; with its term, the compounds it covers."""

    class Kind(models.TextChoices):
        CO_BUILDING = "co_building", _("Co-building agreement")
        RED_PROPERTY = "property", _("Framework agreement of red property service")
        PLAN = "plan", _("Prepared plan")
        OTHER = "other", _("Other agreement")

    unit = models.ForeignKey(PartnerUnit, models.PROTECT, related_name="agreements", verbose_name=_("partner unit"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("content"), max_length=5000, blank=True, default="")
    signed_on = models.DateField(_("signed on"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    ended_on = models.DateField(_("ended early on"), null=True, blank=True)
    compounds = models.ManyToManyField(
        Compound, blank=True, related_name="agreements", verbose_name=_("compounds covered")
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = SharedOfUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering: ClassVar[list[str]] = ["-signed_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="agreement_term"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CommitteeSeat(models.Model):
    """A seat of a unit in a grand committee (大党委兼职委员), with the list of what the holder answers for."""

    party = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="seats", verbose_name=_("grand committee")
    )
    unit = models.ForeignKey(PartnerUnit, models.PROTECT, related_name="seats", verbose_name=_("partner unit"))
    holder = models.CharField(_("part-time member"), max_length=50)
    post = models.CharField(_("post in the unit"), max_length=60, blank=True, default="")
    duties = models.TextField(_("list of duties, one per line"), max_length=2000, blank=True, default="")
    since = models.DateField(_("since"))
    until = models.DateField(_("until (excluded)"), null=True, blank=True)

    objects = TenureQuerySet.of("party__grid_code", "party.view").as_manager()

    class Meta:
        verbose_name = _("seat in a grand committee")
        verbose_name_plural = _("seats in grand committees")
        ordering: ClassVar[list[str]] = ["party", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["party", "unit", "holder"], condition=Q(until__isnull=True), name="committee_seat_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="committee_seat_tenure"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.unit_id}"


class Alliance(InGrid):
    """红色党建联盟: several units of one trade (property, education, business district) under one roof (S4)."""

    class Kind(models.TextChoices):
        PROPERTY = "property", _("Red property")
        EDUCATION = "education", _("Red education")
        BUSINESS = "business", _("Red business district")
        OTHER = "other", _("Other alliance")

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    text = models.TextField(_("what it is for"), max_length=2000, blank=True, default="")
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    solved_before = models.PositiveIntegerField(_("issues solved before this platform"), default=0)
    activities_before = models.PositiveIntegerField(_("activities held before this platform"), default=0)
    is_active = models.BooleanField(_("exists"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("alliance")
        verbose_name_plural = _("alliances")
        ordering: ClassVar[list[str]] = ["grid_code", "kind", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "name"], name="alliance_once_per_grid")
        ]

    def __str__(self) -> str:
        return self.name


class AllianceMember(models.Model):
    """A unit in an alliance."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Leads it")
        DEPUTY = "deputy", _("Second")
        MEMBER = "member", _("Member")

    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="memberships", verbose_name=_("alliance"))
    unit = models.ForeignKey(PartnerUnit, models.PROTECT, related_name="memberships", verbose_name=_("partner unit"))
    role = models.CharField(_("role"), max_length=8, choices=Role.choices, default=Role.MEMBER)
    since = models.DateField(_("since"))
    until = models.DateField(_("until (excluded)"), null=True, blank=True)

    objects = TenureQuerySet.of("alliance__grid_code", "party.view").as_manager()

    class Meta:
        verbose_name = _("member of an alliance")
        verbose_name_plural = _("members of alliances")
        ordering: ClassVar[list[str]] = ["alliance", "role", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["alliance", "unit"], condition=Q(until__isnull=True), name="alliance_member_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="alliance_member_tenure"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alliance_id} {self.unit_id}"
