"""Points (积分): a double-entry ledger, rules as data, a shop with stock; voluntary, own view only (5.2, law 14)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grid.models.record import InGrid, SentOnce
from grid.models.staged import Staged
from volunteers.models.service import HourRecord
from volunteers.models.volunteer import Volunteer
from volunteers.querysets import ExchangeQuerySet, OwnLedgerQuerySet, SharedQuerySet


class PointRule(InGrid):
    """How points are earned: points an hour, at most so many hours an activity (1 and 2 in W77), valid how long."""

    name = models.CharField(_("name"), max_length=60)
    per_hour = models.DecimalField(_("points an hour"), max_digits=5, decimal_places=2)
    cap_hours = models.DecimalField(
        _("at most hours an activity"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    valid_days = models.PositiveIntegerField(_("points are valid for (days)"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True, default="")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (excluded)"), null=True, blank=True)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of points")
        verbose_name_plural = _("rules of points")
        ordering: ClassVar[list[str]] = ["-starts_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid"], condition=Q(ends_on__isnull=True), name="point_rule_one_in_force"),
            models.CheckConstraint(condition=Q(per_hour__gt=0), name="point_rule_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class PointAccount(models.Model):
    """One account of the ledger: of a volunteer (never below zero), or one of the platform's (issue, shop, expiry)."""

    class Kind(models.TextChoices):
        VOLUNTEER = "volunteer", _("Volunteer")
        ISSUE = "issue", _("Issued points")
        SHOP = "shop", _("Exchanged points")
        EXPIRY = "expiry", _("Expired points")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    volunteer = models.OneToOneField(
        Volunteer, models.PROTECT, null=True, blank=True, related_name="account", verbose_name=_("volunteer")
    )
    balance = models.BigIntegerField(_("balance (hundredths)"), default=0)

    class Meta:
        verbose_name = _("account of points")
        verbose_name_plural = _("accounts of points")
        ordering: ClassVar[list[str]] = ["kind", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(kind="volunteer") | Q(balance__gte=0), name="points_never_negative"),
            models.CheckConstraint(
                condition=Q(kind="volunteer", volunteer__isnull=False)
                | (~Q(kind="volunteer") & Q(volunteer__isnull=True)),
                name="point_account_owner",
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=~Q(kind="volunteer"), name="point_account_platform_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.volunteer_id}"


class PointEntry(models.Model):
    """One booking: from one account to another; only grows, a mistake is booked back (`reverses`).

    Double entry in one row: what one account loses the other gains, so that the sum of all balances is always zero.
    """

    class Kind(models.TextChoices):
        EARN = "earn", _("Earned by service")
        BONUS = "bonus", _("Bonus")
        REDEEM = "redeem", _("Exchanged")
        EXPIRE = "expire", _("Expired")
        REVERSE = "reverse", _("Booked back")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    key = models.CharField(_("key"), max_length=80, unique=True)
    """Of what it comes: `earn-<hour record>`, `redeem-<exchange>`; booked once."""
    giver = models.ForeignKey(PointAccount, models.PROTECT, related_name="given", verbose_name=_("from the account"))
    taker = models.ForeignKey(PointAccount, models.PROTECT, related_name="taken", verbose_name=_("to the account"))
    amount = models.PositiveBigIntegerField(_("points (hundredths)"))
    hours = models.ForeignKey(
        HourRecord, models.PROTECT, null=True, blank=True, related_name="points", verbose_name=_("record of hours")
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("books back")
    )
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    text = models.CharField(_("words"), max_length=200, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = OwnLedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking of points")
        verbose_name_plural = _("bookings of points")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(giver=F("taker")), name="point_entry_moves"),
            models.CheckConstraint(
                condition=~Q(kind="reverse") | Q(reverses__isnull=False), name="point_entry_reverses"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["taker", "-id"], name="point_taker_idx"),
            models.Index(fields=["giver", "-id"], name="point_giver_idx"),
        ]

    def __str__(self) -> str:
        return self.key


class ShopItem(InGrid):
    """Something to exchange points for (积分超市), with its stock."""

    name = models.CharField(_("name"), max_length=60)
    text = models.CharField(_("in words"), max_length=200, blank=True, default="")
    price = models.PositiveIntegerField(_("points"))
    stock = models.IntegerField(_("stock"), default=0)
    place = models.CharField(_("picked up at"), max_length=100, blank=True, default="")
    is_active = models.BooleanField(_("on offer"), default=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = SharedQuerySet.as_manager()

    class Meta:
        verbose_name = _("item of the shop")
        verbose_name_plural = _("items of the shop")
        ordering: ClassVar[list[str]] = ["price", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(stock__gte=0), name="shop_stock_never_negative"),
            models.CheckConstraint(condition=Q(price__gt=0), name="shop_price_positive"),
            models.UniqueConstraint(fields=["grid", "name"], name="shop_item_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Exchange(SentOnce, Staged):
    """Points for an item: reserved with a pick-up code, handed out, or expired and booked back."""

    class Status(models.TextChoices):
        RESERVED = "reserved", _("To be picked up")
        HANDED_OUT = "handed_out", _("Handed out")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")

    item = models.ForeignKey(ShopItem, models.PROTECT, related_name="exchanges", verbose_name=_("item of the shop"))
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="exchanges", verbose_name=_("volunteer"))
    points = models.PositiveIntegerField(_("points"))
    code = models.CharField(_("pick-up code"), max_length=12, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.RESERVED)
    pick_up_by = models.DateTimeField(_("pick up until"))
    handed_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handed out by"),
    )
    at = models.DateTimeField(_("at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange of points")
        verbose_name_plural = _("exchanges of points")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["pick_up_by"], name="exchange_due_idx", condition=Q(status="reserved"))
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.volunteer_id}"

    @property
    def grid_code(self) -> str:
        """Where the item is handed out."""
        return str(self.item.grid_code)
