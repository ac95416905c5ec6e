"""Party members: how they are managed, whom they look after (党员联户), where they reported (双报到)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField
from grid.models import Building
from grid.models.record import InGrid, SentOnce
from grid.models.staged import Staged
from partybuilding.models.dictionary import MemberTag, Skill
from partybuilding.models.organization import PartyOrganization
from partybuilding.models.unit import PartnerUnit
from partybuilding.querysets import PartyQuerySet, ReportInQuerySet, TenureQuerySet


class PartyMember(InGrid):
    """A member; `grid` is where she lives. Name and phone are sealed, lists mask them.

    `management` is 直管/兼管/接管/参管 (S2); `found` says that she was found outside any organization (隐形/口袋党员).
    """

    class Management(models.TextChoices):
        DIRECT = "direct", _("Resident member, managed directly")
        CONCURRENT = "concurrent", _("In-service member, managed beside her unit")
        TAKEN_OVER = "taken_over", _("Retired member, taken over")
        PARTICIPATING = "participating", _("Floating member, managed in part")

    class Found(models.TextChoices):
        NOT = "", _("Known from the beginning")
        HIDDEN = "hidden", _("Hidden member")
        POCKET = "pocket", _("Pocket member")

    party = models.ForeignKey(
        PartyOrganization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("organized in"),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="party_member",
        verbose_name=_("account"),
    )
    name = EncryptedTextField(_("name"))
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    management = models.CharField(_("management"), max_length=14, choices=Management.choices)
    unit = models.ForeignKey(
        PartnerUnit, models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("employer")
    )
    joined_year = models.PositiveSmallIntegerField(_("member since (year)"), null=True, blank=True)
    skills = models.ManyToManyField(Skill, blank=True, related_name="members", verbose_name=_("skills"))
    tags = models.ManyToManyField(MemberTag, blank=True, related_name="members", verbose_name=_("tags"))
    found = models.CharField(_("found as"), max_length=8, choices=Found.choices, blank=True, default="")
    found_on = models.DateField(_("found on"), null=True, blank=True)
    brought_in_on = models.DateField(_("brought into an organization on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    left_why = models.CharField(_("why"), max_length=200, blank=True, default="")
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("party member")
        verbose_name_plural = _("party members")
        ordering: ClassVar[list[str]] = ["grid_code", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(found="", found_on__isnull=True) | (~Q(found="") & Q(found_on__isnull=False)),
                name="member_found_has_day",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "id"], name="party_member_grid_idx", opclasses=["varchar_pattern_ops", "int8_ops"]
            ),
            models.Index(fields=["phone_index"], name="party_member_phone_idx", condition=~Q(phone_index="")),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class HouseholdLink(InGrid):
    """One household that a member looks after (党员联户 1+10+N); the door is the address, no name is kept."""

    member = models.ForeignKey(PartyMember, models.PROTECT, related_name="links", verbose_name=_("party member"))
    building = models.ForeignKey(Building, models.PROTECT, related_name="+", verbose_name=_("building"))
    unit = models.CharField(_("staircase"), max_length=10, blank=True, default="")
    room = models.CharField(_("room"), max_length=20)
    since = models.DateField(_("since"))
    until = models.DateField(_("until (excluded)"), null=True, blank=True)

    objects = TenureQuerySet.as_manager()

    class Meta:
        verbose_name = _("linked household")
        verbose_name_plural = _("linked households")
        ordering: ClassVar[list[str]] = ["building", "unit", "room"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["building", "unit", "room"], condition=Q(until__isnull=True), name="household_linked_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="household_link_tenure"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["grid_code", "id"], name="link_grid_idx", opclasses=["varchar_pattern_ops", ""]),
        ]

    def __str__(self) -> str:
        return f"{self.unit}{self.room}"


class LinkContact(SentOnce):
    """One contact of a member with a linked household; only grows."""

    class Way(models.TextChoices):
        VISIT = "visit", _("Visit")
        PHONE = "phone", _("Phone call")
        MESSAGE = "message", _("Message")

    link = models.ForeignKey(HouseholdLink, models.PROTECT, related_name="contacts", verbose_name=_("linked household"))
    way = models.CharField(_("how"), max_length=8, choices=Way.choices)
    text = models.CharField(_("what was said"), max_length=500, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    objects = PartyQuerySet.of("link__grid_code", "party.view").as_manager()

    class Meta:
        verbose_name = _("contact with a household")
        verbose_name_plural = _("contacts with households")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["link", "-at"], name="link_contact_idx")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.at:%Y-%m-%d}"


class LinkReview(models.Model):
    """How the households of a member found her work: everyday, half-yearly, at the end of the year (W64)."""

    class Period(models.TextChoices):
        EVERYDAY = "everyday", _("Everyday rating")
        HALF = "half", _("Half-year review")
        YEAR = "year", _("Year-end check")

    class Result(models.TextChoices):
        SATISFIED = "satisfied", _("Satisfied")
        BASICALLY = "basically", _("Basically satisfied")
        NOT = "not", _("Not satisfied")

    member = models.ForeignKey(PartyMember, models.PROTECT, related_name="link_reviews", verbose_name=_("party member"))
    period = models.CharField(_("occasion"), max_length=8, choices=Period.choices)
    result = models.CharField(_("result"), max_length=10, choices=Result.choices)
    text = models.CharField(_("remark"), max_length=500, blank=True, default="")
    on = models.DateField(_("on"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    objects = PartyQuerySet.of("member__grid_code", "party.view").as_manager()

    class Meta:
        verbose_name = _("review of a linked member")
        verbose_name_plural = _("reviews of linked members")
        ordering: ClassVar[list[str]] = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.member_id} {self.on}"


class ReportIn(InGrid, Staged):
    """双报到: a unit reports to the community where it sits, a member to that where she lives (W62).

    The paper is the 报到单 (number); its 需求表 becomes `Need`s, its 登记卡 the `CardEntry`s.
    """

    class Status(models.TextChoices):
        REPORTED = "reported", _("Reported in")
        ACTIVE = "active", _("Received and placed")
        ENDED = "ended", _("Ended")

    number = models.CharField(_("number"), max_length=30, unique=True)
    unit = models.ForeignKey(
        PartnerUnit, models.PROTECT, null=True, blank=True, related_name="reports_in", verbose_name=_("unit")
    )
    member = models.ForeignKey(
        PartyMember, models.PROTECT, null=True, blank=True, related_name="reports_in", verbose_name=_("party member")
    )
    skill = models.ForeignKey(
        Skill, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("post that she claims")
    )
    party = models.ForeignKey(
        PartyOrganization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports_in",
        verbose_name=_("placed in"),
    )
    text = models.CharField(_("what they bring"), max_length=500, blank=True, default="")
    reported_on = models.DateField(_("reported on"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.REPORTED)

    objects = ReportInQuerySet.as_manager()

    class Meta:
        verbose_name = _("report to a community")
        verbose_name_plural = _("reports to communities")
        ordering: ClassVar[list[str]] = ["-reported_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, member__isnull=True) | Q(unit__isnull=True, member__isnull=False),
                name="report_in_of_unit_or_member",
            ),
            models.UniqueConstraint(
                fields=["unit", "grid"],
                condition=Q(unit__isnull=False) & ~Q(status="ended"),
                name="report_in_unit_once",
            ),
            models.UniqueConstraint(
                fields=["member"], condition=Q(member__isnull=False) & ~Q(status="ended"), name="report_in_member_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "-id"], name="report_in_grid_idx", opclasses=["varchar_pattern_ops", "int8_ops"]
            )
        ]

    def __str__(self) -> str:
        return self.number


class CardEntry(models.Model):
    """One line of the 登记卡: what was done for the community; the card goes back to the employer every quarter."""

    report = models.ForeignKey(
        ReportIn, models.PROTECT, related_name="entries", verbose_name=_("report to a community")
    )
    on = models.DateField(_("on"))
    text = models.CharField(_("what was done"), max_length=300)
    hours = models.DecimalField(_("hours"), max_digits=4, decimal_places=1, default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    returned_at = models.DateTimeField(_("told to the employer at"), null=True, blank=True)

    objects = PartyQuerySet.of("report__grid_code", "party.view").as_manager()

    class Meta:
        verbose_name = _("entry of a card")
        verbose_name_plural = _("entries of cards")
        ordering: ClassVar[list[str]] = ["-on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(hours__gte=0, hours__lte=24), name="card_entry_hours")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.on}"


class YearlyEvaluation(models.Model):
    """What the community writes to the employer about a year of a unit or member; at least one a year (W62)."""

    class Grade(models.TextChoices):
        EXCELLENT = "excellent", _("Excellent")
        GOOD = "good", _("Good")
        FAIR = "fair", _("Fair")
        POOR = "poor", _("Poor")

    report = models.ForeignKey(
        ReportIn, models.PROTECT, related_name="evaluations", verbose_name=_("report to a community")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    grade = models.CharField(_("grade"), max_length=10, choices=Grade.choices)
    text = models.CharField(_("reason"), max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    sent_at = models.DateTimeField(_("sent to the employer at"), null=True, blank=True)

    objects = PartyQuerySet.of("report__grid_code", "party.view").as_manager()

    class Meta:
        verbose_name = _("yearly evaluation")
        verbose_name_plural = _("yearly evaluations")
        ordering: ClassVar[list[str]] = ["-year", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["report", "year"], name="evaluation_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.year}"
