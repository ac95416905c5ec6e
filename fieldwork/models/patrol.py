"""Patrols (巡查): plans, checkpoints, rounds that were walked, what was found."""

from typing import ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fieldwork.models.dictionary import DutyKind
from fieldwork.querysets import InGridQuerySet
from grid.models.record import FieldRecord, InGrid, newest_in_grid
from grid.models.staged import Staged
from incidents.models import Incident


class PatrolKind(models.TextChoices):
    """What kind of patrol."""

    DAILY = "daily", _("Daily patrol")
    NIGHT = "night", _("Night patrol of a business district")
    SPECIAL = "special", _("Patrol for an occasion")


class PatrolPlan(InGrid):
    """How often a grid is walked, on which days and hours (domain.md 3.3: daily; more at night in 夜经济)."""

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=PatrolKind.choices, default=PatrolKind.DAILY)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        verbose_name=_("weekdays, 1 is Monday"),
        default=list,
    )
    times = models.PositiveSmallIntegerField(_("times a day"), default=1, validators=[MinValueValidator(1)])
    opens_at = models.TimeField(_("not before"), null=True, blank=True)
    closes_at = models.TimeField(_("not after"), null=True, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = InGridQuerySet.of("grid_code", "field.view").as_manager()

    class Meta:
        verbose_name = _("patrol plan")
        verbose_name_plural = _("patrol plans")
        ordering: ClassVar[list[str]] = ["grid_code", "kind", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "name"], name="patrol_plan_name_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="patrol_plan_ends"
            ),
            models.CheckConstraint(condition=Q(times__gte=1, times__lte=24), name="patrol_plan_times"),
        ]

    def __str__(self) -> str:
        return self.name


class Checkpoint(models.Model):
    """A point worth a look; passing it is never demanded."""

    plan = models.ForeignKey(PatrolPlan, models.CASCADE, related_name="checkpoints", verbose_name=_("patrol plan"))
    name = models.CharField(_("name"), max_length=60)
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering: ClassVar[list[str]] = ["plan", "position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plan", "name"], name="checkpoint_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Patrol(FieldRecord, Staged):
    """One round: `at` is its start. No track, no compulsory check-in (architecture.md law 14)."""

    class Status(models.TextChoices):
        RUNNING = "running", _("Under way")
        FINISHED = "finished", _("Finished")
        DROPPED = "dropped", _("Broken off")

    plan = models.ForeignKey(
        PatrolPlan, models.PROTECT, null=True, blank=True, related_name="patrols", verbose_name=_("patrol plan")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=PatrolKind.choices, default=PatrolKind.DAILY)
    duty = models.ForeignKey(DutyKind, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("duty"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.RUNNING)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    passed = models.ManyToManyField(Checkpoint, blank=True, related_name="+", verbose_name=_("checkpoints passed"))
    text = models.CharField(_("remark"), max_length=500, blank=True, default="")

    objects = InGridQuerySet.of("grid_code", "field.view").as_manager()

    class Meta(FieldRecord.Meta):
        verbose_name = _("patrol")
        verbose_name_plural = _("patrols")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status="running", finished_at__isnull=True)
                | (Q(finished_at__isnull=False, finished_at__gte=F("at")) & ~Q(status="running")),
                name="patrol_ended_has_time",
            ),
            models.UniqueConstraint(fields=["by"], condition=Q(status="running"), name="patrol_one_under_way"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *newest_in_grid("patrol"),
            models.Index(fields=["plan", "-at"], name="patrol_plan_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.grid_code} {self.at:%Y-%m-%d}"


class PatrolFinding(models.Model):
    """What was seen on a round; put right on the spot, or made an incident."""

    patrol = models.ForeignKey(Patrol, models.PROTECT, related_name="findings", verbose_name=_("patrol"))
    client_id = models.UUIDField(_("id given by the device"), unique=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    at = models.DateTimeField(_("at"))
    checkpoint = models.ForeignKey(
        Checkpoint, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("checkpoint")
    )
    text = models.CharField(_("what was found"), max_length=1000)
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    fixed_on_spot = models.BooleanField(_("put right on the spot"), default=False)
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="patrol_findings", verbose_name=_("incident")
    )

    objects = InGridQuerySet.of("patrol__grid_code", "field.view").as_manager()

    class Meta:
        verbose_name = _("finding of a patrol")
        verbose_name_plural = _("findings of patrols")
        ordering: ClassVar[list[str]] = ["patrol", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(fixed_on_spot=False) | Q(incident__isnull=True), name="finding_fixed_or_incident"
            )
        ]

    def __str__(self) -> str:
        return self.text[:30]
