"""The ledger of the clocks: due times are a pure function of it (architecture.md 5)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident
from incidents.states import Clock
from incidents.worktime import TimeUnit


class ClockEntry(models.Model):
    """One fact about one clock: started, paused, resumed, extended stopped, or reckoned anew by a changed calendar."""

    class Kind(models.TextChoices):
        STARTED = "started", _("Started")
        PAUSED = "paused", _("Paused")
        RESUMED = "resumed", _("Resumed")
        EXTENDED = "extended", _("Extended")
        STOPPED = "stopped", _("Stopped")
        RECKONED = "reckoned", _("Reckoned anew")

    # no index of its own: the unique (incident, sequence) serves
    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="clock_entries", db_index=False, verbose_name=_("incident")
    )
    sequence = models.PositiveIntegerField(_("sequence"))
    clock = models.CharField(_("stage"), max_length=10, choices=Clock.choices)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    at = models.DateTimeField(_("at"))
    amount = models.DecimalField(_("amount"), max_digits=7, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=12, choices=TimeUnit.choices, blank=True, default="")
    step = models.PositiveSmallIntegerField(_("step"), default=1)
    reason = models.CharField(_("reason"), max_length=120, blank=True, default="")
    due_at = models.DateTimeField(_("due at, as reckoned then"), null=True, blank=True)

    class Meta:
        verbose_name = _("clock entry")
        verbose_name_plural = _("clock entries")
        ordering: ClassVar[list[str]] = ["incident", "sequence"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["incident", "sequence"], name="clock_sequence_once"),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["started", "extended"]) | (models.Q(amount__gt=0) & ~models.Q(unit="")),
                name="clock_start_has_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.clock} {self.kind}"
