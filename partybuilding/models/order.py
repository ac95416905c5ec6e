"""Three-order service (三单制): residents order, communities issue, members take, residents evaluate (S1, W68)."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField
from grid.models import Building
from grid.models.record import InGrid, SentOnce
from grid.models.staged import Staged
from partybuilding.models.dictionary import SupportKind
from partybuilding.models.member import PartyMember
from partybuilding.querysets import PartyQuerySet, TenureQuerySet


class ServiceOrder(InGrid, SentOnce, Staged):
    """One order of a resident. Who she is, is sealed; the member who takes it sees it, others see the mask."""

    class Source(models.TextChoices):
        PHONE = "phone", _("By phone")
        VISIT = "visit", _("At a visit")
        COUNTER = "counter", _("At the counter")
        API = "api", _("From another system")

    class Status(models.TextChoices):
        ORDERED = "ordered", _("To be looked at")
        POOL = "pool", _("Waits for a member")
        TAKEN = "taken", _("Being served")
        DONE = "done", _("Done, to be evaluated")
        RATED = "rated", _("Evaluated")
        REFUSED = "refused", _("Turned down")
        CANCELLED = "cancelled", _("Taken back by the resident")

    number = models.CharField(_("number"), max_length=30, unique=True)
    kind = models.ForeignKey(SupportKind, models.PROTECT, related_name="orders", verbose_name=_("kind"))
    text = models.CharField(_("what is ordered"), max_length=500)
    is_agency = models.BooleanField(_("done on her behalf at an office"), default=False)
    name = EncryptedTextField(_("name"))
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("building")
    )
    door = EncryptedTextField(_("door"), blank=True, default="")
    wanted_on = models.DateField(_("wanted on"), null=True, blank=True)
    source = models.CharField(_("came"), max_length=8, choices=Source.choices, default=Source.COUNTER)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ORDERED)
    member = models.ForeignKey(
        PartyMember, models.PROTECT, null=True, blank=True, related_name="orders", verbose_name=_("taken by")
    )
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    lapses_at = models.DateTimeField(_("goes back to the pool at"), null=True, blank=True)
    lapses = models.PositiveSmallIntegerField(_("times that it went back"), default=0)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    report = models.CharField(_("what was done"), max_length=1000, blank=True, default="")
    rating = models.PositiveSmallIntegerField(
        _("rating (1 to 5)"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    rated_at = models.DateTimeField(_("evaluated at"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    at = models.DateTimeField(_("ordered at"))

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("service order")
        verbose_name_plural = _("service orders")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(status__in=["taken", "done", "rated"]) | Q(member__isnull=False, taken_at__isnull=False),
                name="service_order_taken_by",
            ),
            models.CheckConstraint(
                condition=~Q(status="taken") | Q(lapses_at__isnull=False), name="service_order_taken_lapses"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["pool", "ordered"]) | Q(member__isnull=True), name="service_order_pool_is_free"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["done", "rated"]) | (Q(done_at__isnull=False) & ~Q(report="")),
                name="service_order_done_has_report",
            ),
            models.CheckConstraint(
                condition=~Q(status="rated") | Q(rating__range=(1, 5), rated_at__isnull=False),
                name="service_order_rated_has_rating",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "-at"], name="service_order_grid_idx", opclasses=["varchar_pattern_ops", ""]
            ),
            models.Index(fields=["lapses_at"], name="service_order_lapse_idx", condition=Q(status="taken")),
            models.Index(fields=["member", "status"], name="service_order_member_idx"),
        ]

    def __str__(self) -> str:
        return self.number


class ServiceClaim(InGrid):
    """A member claims a kind of service of the public list (党员认领公益服务清单, S2)."""

    member = models.ForeignKey(PartyMember, models.PROTECT, related_name="claims", verbose_name=_("party member"))
    kind = models.ForeignKey(SupportKind, models.PROTECT, related_name="claims", verbose_name=_("kind"))
    text = models.CharField(_("pledge"), max_length=200, blank=True, default="")
    since = models.DateField(_("since"))
    until = models.DateField(_("until (excluded)"), null=True, blank=True)

    objects = TenureQuerySet.as_manager()

    class Meta:
        verbose_name = _("claimed service")
        verbose_name_plural = _("claimed services")
        ordering: ClassVar[list[str]] = ["grid_code", "kind", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["member", "kind"], condition=Q(until__isnull=True), name="service_claimed_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="service_claim_tenure"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind_id}"
