"""Supervision (督办) and urging (催办): numbered notices about a case, answered, lifted with a reason."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.models import Organization
from incidents.models.incident import Incident
from incidents.supervision_querysets import SupervisionQuerySet
from incidents.worktime import TimeUnit


class Trigger(models.TextChoices):
    """Why a notice is written."""

    HAND = "hand", _("By hand")
    OVERDUE = "overdue", _("Overdue")
    REWORKED = "reworked", _("Reworked again")
    RETURNED = "returned", _("Returned again")
    UNHAPPY = "unhappy", _("Unhappy call-back")


class SupervisionRule(models.Model):
    """When the system writes a notice by itself; rows are data, one per trigger."""

    trigger = models.CharField(_("trigger"), max_length=10, choices=Trigger.choices, unique=True)
    threshold = models.PositiveSmallIntegerField(
        _("from how many times on"), default=1, validators=[MinValueValidator(1)]
    )
    reply_amount = models.DecimalField(_("time to reply"), max_digits=7, decimal_places=2, default=1)
    reply_unit = models.CharField(
        _("unit of the time to reply"), max_length=12, choices=TimeUnit.choices, default=TimeUnit.WORK_DAY
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("rule of supervision")
        verbose_name_plural = _("rules of supervision")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(threshold__gte=1, reply_amount__gt=0), name="supervision_rule_positive"),
        ]

    def __str__(self) -> str:
        return self.get_trigger_display()


class Supervision(models.Model):
    """One notice. An urging (催办) carries no number and asks no reply; a supervision (督办) does both."""

    class Kind(models.TextChoices):
        URGE = "urge", _("Urging")
        SUPERVISE = "supervise", _("Supervision")

    class State(models.TextChoices):
        ISSUED = "issued", _("Waits for a reply")
        REPLIED = "replied", _("Replied")
        LIFTED = "lifted", _("Lifted")
        SENT = "sent", _("Sent")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="supervisions", verbose_name=_("incident"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    number = models.CharField(_("number of the notice"), max_length=40, blank=True, default="")
    trigger = models.CharField(_("trigger"), max_length=10, choices=Trigger.choices, default=Trigger.HAND)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="supervisions", verbose_name=_("to the unit")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supervisions",
        verbose_name=_("to"),
    )
    text = models.TextField(_("what is demanded"), max_length=2000)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("issued by")
    )
    issuer_name = models.CharField(_("name and post of the issuer"), max_length=120, blank=True, default="")
    issued_at = models.DateTimeField(_("issued at"))
    reply_due_at = models.DateTimeField(_("reply by"), null=True, blank=True)
    reply = models.TextField(_("reply"), max_length=2000, blank=True, default="")
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("replied by")
    )
    replied_at = models.DateTimeField(_("replied at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lift_reason = models.CharField(_("why it was lifted"), max_length=500, blank=True, default="")

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("supervision notice")
        verbose_name_plural = _("supervision notices")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="supervision_number_once"),
            models.CheckConstraint(condition=Q(kind="urge") | ~Q(number=""), name="supervision_has_number"),
            models.CheckConstraint(
                condition=~Q(state="lifted") | (Q(lifted_at__isnull=False) & ~Q(lift_reason="")),
                name="supervision_lifted_has_reason",
            ),
            # a rule writes once until its notice is lifted
            models.UniqueConstraint(
                fields=["incident", "trigger"],
                condition=Q(kind="supervise", state__in=["issued", "replied"]) & ~Q(trigger="hand"),
                name="supervision_one_per_rule",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "-id"], name="supervision_state_idx"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.get_kind_display()} {self.pk}"


class NumberBook(models.Model):
    """The last number given in a year for a kind of paper; the row is locked while a number is taken."""

    name = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("number book")
        verbose_name_plural = _("number books")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name", "year"], name="number_book_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}: {self.last}"
