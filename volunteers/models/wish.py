"""Micro-wishes (微心愿): collected, verified, published, claimed, delivered, confirmed by the one who wished (5.1)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField
from fieldwork.models import Household, QuickNote
from grid.models import Building
from grid.models.dictionary import DictionaryRow
from grid.models.record import InGrid, SentOnce
from grid.models.staged import Staged
from partybuilding.models import PartnerUnit, PartyMember
from volunteers.models.volunteer import Team, Volunteer
from volunteers.querysets import SharedQuerySet, WishClaimQuerySet, WishQuerySet


class WishKind(DictionaryRow):
    """What is wished for: things of daily life, things to learn with, company, a repair …"""

    is_service = models.BooleanField(_("a service, not a thing"), default=False)

    class Meta(DictionaryRow.Meta):
        verbose_name = _("kind of wish")
        verbose_name_plural = _("kinds of wishes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name"], name="wish_kind_once")
        ]


class WishRound(InGrid):
    """A batch of wishes round a festival; its ceiling is the office's own (domain.md 5.1: not found)."""

    name = models.CharField(_("name"), max_length=60)
    festival = models.CharField(_("festival"), max_length=30, blank=True, default="")
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"))
    ceiling = models.DecimalField(_("ceiling of a wish (yuan)"), max_digits=8, decimal_places=2, null=True, blank=True)
    text = models.CharField(_("in words"), max_length=500, blank=True, default="")

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("round of wishes")
        verbose_name_plural = _("rounds of wishes")
        ordering: ClassVar[list[str]] = ["-opens_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "name"], name="wish_round_once"),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="wish_round_term"),
        ]

    def __str__(self) -> str:
        return self.name


class Wish(InGrid, SentOnce, Staged):
    """One wish. Public are the display name (占阿姨), the title and the text; everything else is closed (W71)."""

    class Source(models.TextChoices):
        VISIT = "visit", _("Visit")
        NOTE = "note", _("Quick note")
        WALL = "wall", _("Wish wall")
        FORM = "form", _("Form")
        API = "api", _("Another system")

    class Status(models.TextChoices):
        COLLECTED = "collected", _("To be verified")
        VERIFIED = "verified", _("Verified")
        PUBLISHED = "published", _("On the board")
        CLAIMED = "claimed", _("Claimed")
        DELIVERED = "delivered", _("Delivered, to be confirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        ARCHIVED = "archived", _("Archived")
        REFUSED = "refused", _("Not accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    number = models.CharField(_("number"), max_length=30, unique=True)
    kind = models.ForeignKey(WishKind, models.PROTECT, related_name="wishes", verbose_name=_("kind"))
    round = models.ForeignKey(
        WishRound, models.PROTECT, null=True, blank=True, related_name="wishes", verbose_name=_("round")
    )
    display_name = models.CharField(_("shown as"), max_length=20)
    title = models.CharField(_("wish"), max_length=60)
    text = models.CharField(_("public words"), max_length=500, blank=True, default="")
    name = EncryptedTextField(_("name"))
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("building")
    )
    door = EncryptedTextField(_("door"), blank=True, default="")
    remark = EncryptedTextField(_("closed remark"), blank=True, default="")
    household = models.ForeignKey(
        Household, models.SET_NULL, null=True, blank=True, related_name="wishes", verbose_name=_("household")
    )
    note = models.OneToOneField(
        QuickNote, models.PROTECT, null=True, blank=True, related_name="wish", verbose_name=_("quick note")
    )
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    amount = models.DecimalField(_("about (yuan)"), max_digits=8, decimal_places=2, null=True, blank=True)
    slots = models.PositiveSmallIntegerField(_("helpers wanted"), default=1)
    source = models.CharField(_("came"), max_length=8, choices=Source.choices, default=Source.FORM)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.COLLECTED)
    returns = models.PositiveSmallIntegerField(_("times that it came back"), default=0)
    wanted_on = models.DateField(_("wanted on"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("verified by")
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_how = models.CharField(_("confirmed how"), max_length=60, blank=True, default="")
    rating = models.PositiveSmallIntegerField(
        _("rating (1 to 5)"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    thanks = models.CharField(_("thanks"), max_length=500, blank=True, default="")
    called_back_at = models.DateTimeField(_("called back at"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("collected by"))
    at = models.DateTimeField(_("collected at"))

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = _("micro-wish")
        verbose_name_plural = _("micro-wishes")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(slots__range=(1, 50)), name="wish_slots"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gt=0), name="wish_amount"),
            models.CheckConstraint(
                condition=~Q(status__in=["published", "claimed", "delivered", "confirmed", "archived"])
                | Q(published_at__isnull=False, verified_by__isnull=False),
                name="wish_published_was_verified",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["confirmed", "archived"])
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_how="")),
                name="wish_confirmed_by_the_one_who_wished",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["grid_code", "-at"], name="wish_grid_idx", opclasses=["varchar_pattern_ops", ""]),
            # the board: what came back first, then the oldest
            models.Index(
                fields=["-returns", "published_at", "id"], name="wish_board_idx", condition=Q(status="published")
            ),
        ]

    def __str__(self) -> str:
        return self.number


class WishClaim(SentOnce, Staged):
    """One helper of one wish. The database decides races: one active claim per slot."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Claimed")
        CONTACTED = "contacted", _("Contact made")
        DELIVERED = "delivered", _("Delivered")
        DONE = "done", _("Done")
        LAPSED = "lapsed", _("Lapsed")
        GIVEN_UP = "given_up", _("Given up")

    wish = models.ForeignKey(Wish, models.PROTECT, related_name="claims", verbose_name=_("micro-wish"))
    slot = models.PositiveSmallIntegerField(_("slot"), default=1)
    volunteer = models.ForeignKey(
        Volunteer, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("volunteer")
    )
    member = models.ForeignKey(
        PartyMember, models.PROTECT, null=True, blank=True, related_name="wish_claims", verbose_name=_("party member")
    )
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("team"))
    unit = models.ForeignKey(
        PartnerUnit, models.PROTECT, null=True, blank=True, related_name="wish_claims", verbose_name=_("partner unit")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("claimed by"))
    pledge = models.CharField(_("pledge"), max_length=200, blank=True, default="")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    claimed_at = models.DateTimeField(_("claimed at"))
    contact_by = models.DateTimeField(_("contact until"))
    contacted_at = models.DateTimeField(_("contacted at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True, editable=False)
    text = models.CharField(_("what was done"), max_length=500, blank=True, default="")
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    objects = WishClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim of a wish")
        verbose_name_plural = _("claims of wishes")
        ordering: ClassVar[list[str]] = ["-claimed_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["wish", "slot"], condition=~Q(status__in=["lapsed", "given_up"]), name="wish_slot_once"
            ),
            models.UniqueConstraint(
                fields=["wish", "user"], condition=~Q(status__in=["lapsed", "given_up"]), name="wish_claimer_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["contact_by"], name="wish_claim_due_idx", condition=Q(status="active")),
            models.Index(fields=["user", "-id"], name="wish_claim_user_idx"),
            models.Index(fields=["id"], name="wish_claim_untold_idx", condition=Q(told_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.wish_id} {self.slot}"

    @property
    def grid_code(self) -> str:
        """Where the one who wished lives."""
        return str(self.wish.grid_code)


class WishReceipt(models.Model):
    """What was bought for a wish: the money goes to the merchant, the receipt is kept; only grows."""

    claim = models.ForeignKey(WishClaim, models.PROTECT, related_name="receipts", verbose_name=_("claim of a wish"))
    merchant = models.CharField(_("merchant"), max_length=100)
    goods = models.CharField(_("what was bought"), max_length=200)
    amount = models.DecimalField(_("yuan"), max_digits=8, decimal_places=2)
    paid_on = models.DateField(_("paid on"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("receipt of a wish")
        verbose_name_plural = _("receipts of wishes")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="wish_receipt_amount")
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.amount}"
