"""Visits (走访): plans by group and frequency, rounds that are due, visits, door-knock actions (敲门行动)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fieldwork.models.care import CareSubject, PopulationTag
from fieldwork.models.dictionary import MustDo, VisitPurpose
from fieldwork.models.household import Household, Resident
from fieldwork.models.inspection import InspectedPlace
from fieldwork.querysets import DutyQuerySet, InGridQuerySet, KnockQuerySet, VisitQuerySet
from grid.models import Building, Grid
from grid.models.record import FieldRecord, InGrid, newest_in_grid
from grid.models.staged import Staged
from incidents.models import Incident


class Period(models.TextChoices):
    """Within which stretch of the calendar a round is due."""

    WEEK = "week", _("a week")
    MONTH = "month", _("a month")
    QUARTER = "quarter", _("a quarter")
    HALF = "half", _("half a year")
    YEAR = "year", _("a year")


class VisitPlan(models.Model):
    """Who is visited how often (domain.md 3.3); for all grids below one, or for all."""

    class Target(models.TextChoices):
        HOUSEHOLD = "household", _("Every household")
        TENURE = "tenure", _("Households by use")
        CARE = "care", _("People and households with a care tag")

    name = models.CharField(_("name"), max_length=60, unique=True)
    target = models.CharField(_("who is visited"), max_length=10, choices=Target.choices)
    tenure = models.CharField(_("use"), max_length=10, choices=Household.Tenure.choices, blank=True, default="")
    tag = models.ForeignKey(
        PopulationTag, models.PROTECT, null=True, blank=True, related_name="plans", verbose_name=_("care tag")
    )
    times = models.PositiveSmallIntegerField(_("times"), default=1)
    period = models.CharField(_("within"), max_length=8, choices=Period.choices)
    grid = models.ForeignKey(
        Grid, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("only below the grid")
    )
    starts_on = models.DateField(_("from"))
    is_sensitive = models.BooleanField(_("sensitive"), default=False, editable=False)
    is_active = models.BooleanField(_("in use"), default=True)
    source = models.CharField(_("source"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("visit plan")
        verbose_name_plural = _("visit plans")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(target="household", tenure="", tag__isnull=True)
                | (Q(target="tenure", tag__isnull=True) & ~Q(tenure=""))
                | Q(target="care", tenure="", tag__isnull=False),
                name="visit_plan_names_its_target",
            ),
            models.CheckConstraint(condition=Q(times__gte=1, times__lte=31), name="visit_plan_times"),
        ]

    def __str__(self) -> str:
        return self.name


class VisitDuty(InGrid):
    """One round of one plan for one household or person: due on a day, done by a visit. The open round is unique."""

    plan = models.ForeignKey(VisitPlan, models.PROTECT, related_name="duties", verbose_name=_("visit plan"))
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="duties", verbose_name=_("household")
    )
    subject = models.ForeignKey(
        CareSubject, models.PROTECT, null=True, blank=True, related_name="duties", verbose_name=_("care subject")
    )
    due_on = models.DateField(_("due on"))
    done_on = models.DateField(_("done on"), null=True, blank=True)
    visit = models.ForeignKey(
        "fieldwork.Visit", models.PROTECT, null=True, blank=True, related_name="duties", verbose_name=_("visit")
    )
    dropped = models.BooleanField(_("fell away"), default=False)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit that is due")
        verbose_name_plural = _("visits that are due")
        ordering: ClassVar[list[str]] = ["due_on", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(household__isnull=False, subject__isnull=True)
                | Q(household__isnull=True, subject__isnull=False),
                name="visit_duty_of_one",
            ),
            models.UniqueConstraint(
                fields=["plan", "household", "subject"],
                condition=Q(done_on__isnull=True, dropped=False),
                nulls_distinct=False,
                name="visit_duty_open_once",
            ),
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, visit__isnull=True) | Q(done_on__isnull=False, dropped=False),
                name="visit_duty_done_or_dropped",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "due_on"],
                name="visit_duty_open_idx",
                opclasses=["varchar_pattern_ops", "date_ops"],
                condition=Q(done_on__isnull=True, dropped=False),
            ),
            models.Index(
                fields=["due_on", "id"], name="visit_duty_due_idx", condition=Q(done_on__isnull=True, dropped=False)
            ),
            models.Index(fields=["due_on"], name="visit_duty_rate_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.due_on}"


class Visit(FieldRecord):
    """One visit to a household, a person in care or a place; `at` is when."""

    class Outcome(models.TextChoices):
        MET = "met", _("Somebody was met")
        NOT_HOME = "not_home", _("Nobody answered")
        REFUSED = "refused", _("Did not want to talk")

    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("household")
    )
    resident = models.ForeignKey(
        Resident, models.SET_NULL, null=True, blank=True, related_name="visits", verbose_name=_("resident")
    )
    subject = models.ForeignKey(
        CareSubject, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("care subject")
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("building")
    )
    place = models.ForeignKey(
        InspectedPlace, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("place")
    )
    purpose = models.ForeignKey(
        VisitPurpose, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("purpose")
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.MET)
    text = models.TextField(_("what was found"), max_length=2000, blank=True, default="")
    musts = models.ManyToManyField(MustDo, blank=True, related_name="+", verbose_name=_("musts kept"))
    next_on = models.DateField(_("next visit"), null=True, blank=True)
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("incident")
    )

    objects = VisitQuerySet.as_manager()

    class Meta(FieldRecord.Meta):
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        indexes: ClassVar[list[models.Index]] = [
            *newest_in_grid("visit"),
            models.Index(fields=["household", "-at"], name="visit_household_idx"),
            models.Index(fields=["subject", "-at"], name="visit_subject_idx", condition=Q(subject__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.grid_code} {self.at:%Y-%m-%d}"


class KnockAction(InGrid, Staged):
    """敲门行动: one question, door by door, led by the community (domain.md 3.7)."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Under way")
        ENDED = "ended", _("Ended")
        CALLED_OFF = "called_off", _("Called off")

    title = models.CharField(_("title"), max_length=100)
    question = models.CharField(_("question at the door"), max_length=500)
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="knock_actions", verbose_name=_("because of")
    )
    led_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("led by"))
    companions = models.CharField(_("who comes along"), max_length=200, blank=True, default="")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PLANNED)
    result = models.TextField(_("result"), max_length=3000, blank=True, default="")
    lasting = models.TextField(_("what stays (lasting mechanism)"), max_length=2000, blank=True, default="")
    follow_up = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("incident that follows")
    )
    buildings = models.ManyToManyField(Building, related_name="+", verbose_name=_("buildings"))
    created_at = models.DateTimeField(_("made at"))

    objects = KnockQuerySet.as_manager()

    class Meta:
        verbose_name = _("door-knock action")
        verbose_name_plural = _("door-knock actions")
        ordering: ClassVar[list[str]] = ["-starts_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="knock_ends"),
            models.CheckConstraint(condition=~Q(status="ended") | ~Q(result=""), name="knock_ended_has_result"),
        ]

    def __str__(self) -> str:
        return self.title


class KnockedDoor(models.Model):
    """One door of an action: answered, nobody there, refused; the opinion of whoever answered. No photo is asked."""

    class Answer(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        NOT_HOME = "not_home", _("Nobody answered")
        REFUSED = "refused", _("Did not want to talk")

    class Stand(models.TextChoices):
        FOR = "for", _("For it")
        AGAINST = "against", _("Against it")
        OTHER = "other", _("Another opinion")

    action = models.ForeignKey(KnockAction, models.PROTECT, related_name="doors", verbose_name=_("action"))
    client_id = models.UUIDField(_("id given by the device"), unique=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    building = models.ForeignKey(Building, models.PROTECT, related_name="+", verbose_name=_("building"))
    unit = models.CharField(_("staircase"), max_length=10, blank=True, default="")
    room = models.CharField(_("room"), max_length=20)
    household = models.ForeignKey(
        Household, models.SET_NULL, null=True, blank=True, related_name="knocks", verbose_name=_("household")
    )
    answer = models.CharField(_("at the door"), max_length=10, choices=Answer.choices)
    stand = models.CharField(_("stand"), max_length=8, choices=Stand.choices, blank=True, default="")
    opinion = models.CharField(_("opinion"), max_length=500, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=1)

    objects = InGridQuerySet.of("building__grid__code", "field.view").as_manager()

    class Meta:
        verbose_name = _("door of an action")
        verbose_name_plural = _("doors of an action")
        ordering: ClassVar[list[str]] = ["action", "building", "unit", "room"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["action", "building", "unit", "room"], name="knocked_door_once"),
            models.CheckConstraint(
                condition=Q(answer="answered") | Q(opinion="", stand=""), name="knock_opinion_needs_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}{self.room}"
