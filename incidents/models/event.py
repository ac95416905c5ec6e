"""The append-only history of an incident, and the database's own table of allowed moves."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident
from incidents.states import State


class AllowedMove(models.Model):
    """The arrows of `incidents.states.MOVES` inside the database, which refuses any other.

    Filled by migrations; a test holds it against the code.
    """

    source = models.CharField(max_length=14, blank=True)
    move = models.CharField(max_length=20)
    target = models.CharField(max_length=14)

    class Meta:
        verbose_name = _("allowed move")
        verbose_name_plural = _("allowed moves")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "move"], name="allowed_move_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} -{self.move}-> {self.target}"


class IncidentEvent(models.Model):
    """One step. `move` is a move of the table, or "" for a remark that changes no state."""

    class Kind(models.TextChoices):
        MOVE = "move", _("Move")
        WARNED = "warned", _("Warned")
        OVERDUE = "overdue", _("Overdue")
        LEFT_TO_PERSON = "left", _("Left to a person")
        CLASSIFIED = "classified", _("Classified")
        REMARK = "remark", _("Remark")
        REVEALED = "revealed", _("Contact revealed")
        APPLIED = "applied", _("Applied for")
        REVIEWED = "reviewed", _("Application reviewed")
        WITHDRAWN = "withdrawn", _("Application withdrawn")
        EXTENDED = "extended", _("Time extended")
        EXCUSED = "excused", _("Appeal granted")
        UNIT_OVERDUE = "unit_overdue", _("Overdue inside the unit")
        RECKONED = "reckoned", _("Due time reckoned anew")
        HANDED_OVER = "handed_over", _("Handed over")
        JOINED = "joined", _("Joined to a lead case")
        PARTED = "parted", _("Parted from the lead case")
        SUPERVISED = "supervised", _("Supervised")
        REPLIED = "replied", _("Supervision answered")
        LIFTED = "lifted", _("Supervision lifted")
        WHISTLED = "whistled", _("Whistle")
        CALLED_BACK = "called_back", _("Called back")
        SOLVED = "solved", _("Found solved")
        UNSOLVED = "unsolved", _("No longer counted as solved")
        LEVEL = "level", _("Level or severity changed")
        LABELLED = "labelled", _("Labels changed")
        GATHERED = "gathered", _("Joint action")
        RELOCATED = "relocated", _("Place corrected")

    # no index of its own: the unique (incident, sequence) serves, and two would mislead the planner of the laws
    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="events", db_index=False, verbose_name=_("incident")
    )
    sequence = models.PositiveIntegerField(_("sequence"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.MOVE)
    move = models.CharField(_("move"), max_length=20, blank=True, default="")
    from_state = models.CharField(_("from"), max_length=14, choices=State.choices, blank=True, default="")
    to_state = models.CharField(_("to"), max_length=14, choices=State.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("actor")
    )
    actor_name = models.CharField(_("name and post of the actor"), max_length=120, blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")
    data = models.JSONField(_("data"), default=dict, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("incident event")
        verbose_name_plural = _("incident events")
        ordering: ClassVar[list[str]] = ["incident", "sequence"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["incident", "sequence"], name="event_sequence_once"),
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="event_sequence_from_one"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["at", "move"], name="event_at_idx"),  # the daily report counts by time
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}#{self.sequence} {self.move or self.kind}"
