"""Mediation of disputes (矛盾纠纷调解): parties, sessions, agreement, follow-up visits (domain.md 2.6)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField
from grid.models import Grid
from incidents.dispute_queries import DisputeQuerySet
from incidents.models.incident import Incident


class Dispute(models.Model):
    """A dispute, mediated at the grid, then the community, then the street."""

    class Kind(models.TextChoices):
        NEIGHBOURS = "neighbours", _("Between neighbours")
        FAMILY = "family", _("In the family")
        LABOUR = "labour", _("About work and wages")
        PROPERTY = "property", _("With the property company")
        OTHER = "other", _("Other dispute")

    class State(models.TextChoices):
        WAITING = "waiting", _("To be settled")
        WATCHED = "watched", _("To be watched")
        MEDIATING = "mediating", _("Being mediated")
        SETTLED = "settled", _("Settled by mediation")
        FAILED = "failed", _("Not settled, shown the legal way")

    class Risk(models.TextChoices):
        HIGH = "high", _("High risk")
        MEDIUM = "medium", _("Medium risk")
        LOW = "low", _("Low risk")

    class Source(models.TextChoices):
        FOUND = "found", _("Found by ourselves")
        INCIDENT = "incident", _("From a case")
        VISIT = "visit", _("Brought in person")
        CODE = "code", _("By the QR code")

    number = models.CharField(_("number"), max_length=20, unique=True)
    incident = models.OneToOneField(
        Incident, models.PROTECT, null=True, blank=True, related_name="dispute", verbose_name=_("incident")
    )
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="disputes", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code of the day"), max_length=24)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    risk = models.CharField(_("risk"), max_length=8, choices=Risk.choices)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("what the dispute is about"), max_length=5000)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    level = models.PositiveSmallIntegerField(_("level that mediates"), choices=Grid.Level.choices)
    version = models.PositiveIntegerField(_("version"), default=1)
    mediator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="disputes",
        verbose_name=_("mediator"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    created_at = models.DateTimeField(_("entered at"))
    agreement = models.TextField(_("agreement"), max_length=5000, blank=True, default="")
    agreed_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    next_visit_on = models.DateField(_("next follow-up visit"), null=True, blank=True)
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(state="settled") | (~Q(agreement="") & Q(agreed_at__isnull=False)),
                name="dispute_settled_has_agreement",
            ),
            models.CheckConstraint(condition=Q(level__gte=3, level__lte=6), name="dispute_level_in_street"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "-id"], name="dispute_grid_idx", opclasses=["varchar_pattern_ops", "int8_ops"]
            ),
            models.Index(fields=["mediator", "-id"], name="dispute_mediator_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class DisputeParty(models.Model):
    """One party; the name, phone and address are sealed, each reveal is recorded."""

    class Kind(models.TextChoices):
        RESIDENT = "resident", _("Resident")
        ORGANIZATION = "organization", _("Organization")

    class Side(models.TextChoices):
        FIRST = "first", _("First party")
        SECOND = "second", _("Second party")
        OTHER = "other", _("Concerned")

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="parties", verbose_name=_("dispute"))
    side = models.CharField(_("side"), max_length=8, choices=Side.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.RESIDENT)
    name = EncryptedTextField(_("name"))
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    address = EncryptedTextField(_("address"), blank=True, default="")

    class Meta:
        verbose_name = _("party of a dispute")
        verbose_name_plural = _("parties of disputes")
        ordering: ClassVar[list[str]] = ["dispute", "side", "id"]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.side}"


class DisputeEvent(models.Model):
    """The append-only history: sessions, moves between the levels, agreement, follow-up visits."""

    class Kind(models.TextChoices):
        ENTERED = "entered", _("Entered")
        ACCEPTED = "accepted", _("Mediator named")
        SESSION = "session", _("Session")
        REPORTED_UP = "reported_up", _("Reported up")
        HANDED_DOWN = "handed_down", _("Handed down")
        WATCHED = "watched", _("To be watched")
        SETTLED = "settled", _("Settled by mediation")
        FAILED = "failed", _("Not settled")
        VISITED = "visited", _("Follow-up visit")
        REOPENED = "reopened", _("Broke out again")
        REVEALED = "revealed", _("Party revealed")

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="events", verbose_name=_("dispute"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    from_state = models.CharField(_("from"), max_length=10, blank=True, default="")
    to_state = models.CharField(_("to"), max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("actor"))
    actor_name = models.CharField(_("name and post of the actor"), max_length=120, blank=True, default="")
    happened_at = models.DateTimeField(_("happened at"))
    place = models.CharField(_("place"), max_length=100, blank=True, default="")
    present = models.CharField(_("who was present"), max_length=200, blank=True, default="")
    text = models.TextField(_("text"), max_length=5000, blank=True, default="")
    is_kept = models.BooleanField(_("the agreement is kept"), null=True, blank=True)
    at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("event of a dispute")
        verbose_name_plural = _("events of disputes")
        ordering: ClassVar[list[str]] = ["dispute", "id"]

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.kind}"
