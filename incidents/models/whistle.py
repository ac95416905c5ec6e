"""Whistle (吹哨报到): the grass roots call departments, units and party branches to a place (domain.md 2.7)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grid.models import Grid, Organization
from incidents.models.incident import Incident
from incidents.whistle_querysets import WhistleQuerySet
from incidents.worktime import TimeUnit


class WhistleLevel(models.Model):
    """日常/重大/紧急 = 蓝/黄/红: who must attend, and in which time (data; domain.md 2.7 and 2.4)."""

    class Colour(models.TextChoices):
        BLUE = "blue", _("Blue: everyday")
        YELLOW = "yellow", _("Yellow: major")
        RED = "red", _("Red: urgent")

    class Rank(models.IntegerChoices):
        SECTION_HEAD = 1, _("Section head")
        DEPUTY_LEADER = 2, _("Deputy leader")
        MAIN_LEADER = 3, _("Main leader")

    colour = models.CharField(_("level"), max_length=8, choices=Colour.choices, primary_key=True)
    rank = models.PositiveSmallIntegerField(_("who must attend"), choices=Rank.choices)
    respond_amount = models.DecimalField(_("time to respond"), max_digits=7, decimal_places=2)
    respond_unit = models.CharField(_("unit of the time to respond"), max_length=12, choices=TimeUnit.choices)
    handle_amount = models.DecimalField(_("time to handle"), max_digits=7, decimal_places=2)
    handle_unit = models.CharField(_("unit of the time to handle"), max_length=12, choices=TimeUnit.choices)
    source = models.CharField(_("source"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("whistle level")
        verbose_name_plural = _("whistle levels")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(respond_amount__gt=0, handle_amount__gt=0), name="whistle_level_times_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.get_colour_display()


class Whistle(models.Model):
    """One whistle: who calls whom to what, approved by the responsible person."""

    class State(models.TextChoices):
        RAISED = "raised", _("To be approved")
        REFUSED = "refused", _("Refused")
        BLOWN = "blown", _("Blown")
        HANDLED = "handled", _("All tasks done")
        CLOSED = "closed", _("Evaluated and closed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Ground(models.TextChoices):
        COMPLAINTS = "complaints", _("Strong complaints that we cannot settle")
        ENFORCEMENT = "enforcement", _("Joint law enforcement")
        EMERGENCY = "emergency", _("Emergency")

    number = models.CharField(_("number"), max_length=20, unique=True)
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="whistles", verbose_name=_("incident")
    )
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="whistles", verbose_name=_("blown by the grid"))
    grid_code = models.CharField(_("grid code of the day"), max_length=24)
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("what is the matter"), max_length=2000)
    ground = models.CharField(_("ground"), max_length=12, choices=Ground.choices)
    level = models.CharField(_("level"), max_length=8, choices=WhistleLevel.Colour.choices)
    rank = models.PositiveSmallIntegerField(
        _("who must attend, as the level said when it was blown"),
        choices=WhistleLevel.Rank.choices,
        null=True,
        blank=True,
    )
    address = models.CharField(_("meeting place"), max_length=200, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RAISED)
    version = models.PositiveIntegerField(_("version"), default=1)
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="whistles", verbose_name=_("who whistles")
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approval_reason = models.CharField(_("reason of the decision"), max_length=500, blank=True, default="")
    raised_at = models.DateTimeField(_("raised at"))
    blown_at = models.DateTimeField(_("blown at"), null=True, blank=True)
    handled_at = models.DateTimeField(_("all tasks done at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    objects = WhistleQuerySet.as_manager()

    class Meta:
        verbose_name = _("whistle")
        verbose_name_plural = _("whistles")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("caller")), name="whistle_not_approved_by_caller"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["blown", "handled", "closed"])
                | Q(blown_at__isnull=False, approver__isnull=False),
                name="whistle_blown_is_approved",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "-id"], name="whistle_grid_idx", opclasses=["varchar_pattern_ops", "int8_ops"]
            ),
            models.Index(fields=["state", "-id"], name="whistle_state_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class WhistleTask(models.Model):
    """What one called unit has to do: its own task and its own two clocks. One task leads (牵头负全责)."""

    whistle = models.ForeignKey(Whistle, models.CASCADE, related_name="tasks", verbose_name=_("whistle"))
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="whistle_tasks", verbose_name=_("called unit")
    )
    is_lead = models.BooleanField(_("leads"), default=False)
    task = models.CharField(_("task"), max_length=500)
    respond_due_at = models.DateTimeField(_("respond by"), null=True, blank=True)
    due_at = models.DateTimeField(_("done by"), null=True, blank=True)
    responded_at = models.DateTimeField(_("responded at"), null=True, blank=True)
    responded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responded by"),
    )
    attended_at = models.DateTimeField(_("attended at"), null=True, blank=True)
    attendee = models.CharField(_("who attended"), max_length=60, blank=True, default="")
    attendee_rank = models.PositiveSmallIntegerField(
        _("rank of who attended"), choices=WhistleLevel.Rank.choices, null=True, blank=True
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("done by")
    )
    result = models.TextField(_("result"), max_length=2000, blank=True, default="")
    rating = models.PositiveSmallIntegerField(_("rating by the caller, 1 to 5"), null=True, blank=True)
    rating_text = models.CharField(_("words of the rating"), max_length=500, blank=True, default="")
    rated_at = models.DateTimeField(_("rated at"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)

    class Meta:
        verbose_name = _("whistle task")
        verbose_name_plural = _("whistle tasks")
        ordering: ClassVar[list[str]] = ["whistle", "-is_lead", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["whistle", "organization"], name="whistle_unit_once"),
            models.UniqueConstraint(fields=["whistle"], condition=Q(is_lead=True), name="whistle_one_lead"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5), name="whistle_rating_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(responded_at__isnull=False), name="whistle_done_after_response"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "-id"], name="whistle_task_unit_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.whistle_id} → {self.organization_id}"


class WhistleEvent(models.Model):
    """The append-only history of a whistle."""

    whistle = models.ForeignKey(Whistle, models.PROTECT, related_name="events", verbose_name=_("whistle"))
    move = models.CharField(_("move"), max_length=20)
    from_state = models.CharField(_("from"), max_length=10, blank=True, default="")
    to_state = models.CharField(_("to"), max_length=10)
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("actor")
    )
    actor_name = models.CharField(_("name and post of the actor"), max_length=120, blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("whistle event")
        verbose_name_plural = _("whistle events")
        ordering: ClassVar[list[str]] = ["whistle", "id"]

    def __str__(self) -> str:
        return f"{self.whistle_id} {self.move}"
