"""The three lists: needs (需求清单), resources (资源清单), projects (项目清单), called for half-yearly (4.3)."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grid.models import Compound, Grid
from grid.models.record import InGrid, SentOnce
from grid.models.staged import Staged
from incidents.models import Incident
from partybuilding.models.dictionary import Label, ProjectType, SupportKind
from partybuilding.models.member import PartyMember, ReportIn
from partybuilding.models.unit import Alliance, PartnerUnit
from partybuilding.querysets import CallQuerySet, NeedQuerySet, OfUnitQuerySet, ResourceQuerySet


class ListCall(InGrid):
    """A half-yearly call for needs and resources (W98)."""

    class Half(models.IntegerChoices):
        FIRST = 1, _("first half")
        SECOND = 2, _("second half")

    year = models.PositiveSmallIntegerField(_("year"))
    half = models.PositiveSmallIntegerField(_("half-year"), choices=Half.choices)
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"))
    text = models.TextField(_("call"), max_length=2000, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call for lists")
        verbose_name_plural = _("calls for lists")
        ordering: ClassVar[list[str]] = ["-year", "-half", "grid_code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["grid", "year", "half"], name="list_call_once"),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="list_call_term"),
        ]

    def __str__(self) -> str:
        return f"{self.year}/{self.half}"


class NeedWait(models.Model):
    """How many days an open need waits at a level before it goes up one; without a row for a level it stays there.

    No number of days was found (domain.md 11), so there is none until the office writes it.
    """

    LEVELS: ClassVar[list[tuple[int, Any]]] = [
        (level.value, level.label) for level in (Grid.Level.COMMUNITY, Grid.Level.GRID, Grid.Level.MICRO)
    ]

    level = models.PositiveSmallIntegerField(_("level"), choices=LEVELS, unique=True)
    days = models.PositiveSmallIntegerField(_("days"), validators=[MinValueValidator(1), MaxValueValidator(366)])
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("waiting time of needs")
        verbose_name_plural = _("waiting times of needs")
        ordering: ClassVar[list[str]] = ["-level"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(days__gte=1), name="need_wait_days")
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}: {self.days}"


class Need(InGrid, SentOnce, Staged):
    """What a community, its residents or a unit need; unmet it ages and goes up a level (`level_code`)."""

    class Source(models.TextChoices):
        COMMUNITY = "community", _("Community")
        INCIDENT = "incident", _("Incident")
        RESIDENT = "resident", _("Residents")
        UNIT = "unit", _("Unit")
        COUNCIL = "council", _("Deliberation")
        VISIT = "visit", _("Visit")

    class Status(models.TextChoices):
        OPEN = "open", _("Waits for help")
        PROMISED = "promised", _("Promised by a unit")
        RUNNING = "running", _("Being met")
        DELIVERED = "delivered", _("Delivered, to be confirmed")
        MET = "met", _("Need met")
        UNMET = "unmet", _("Could not be met")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    number = models.CharField(_("number"), max_length=30, unique=True)
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("what is needed"), max_length=2000, blank=True, default="")
    kind = models.ForeignKey(SupportKind, models.PROTECT, related_name="needs", verbose_name=_("kind"))
    source = models.CharField(_("raised by"), max_length=10, choices=Source.choices, default=Source.COMMUNITY)
    call = models.ForeignKey(
        ListCall, models.PROTECT, null=True, blank=True, related_name="needs", verbose_name=_("call for lists")
    )
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="needs", verbose_name=_("incident")
    )
    report_in = models.ForeignKey(
        ReportIn, models.PROTECT, null=True, blank=True, related_name="needs", verbose_name=_("report to a community")
    )
    unit = models.ForeignKey(
        PartnerUnit, models.PROTECT, null=True, blank=True, related_name="needs", verbose_name=_("unit in need")
    )
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="needs", verbose_name=_("compound")
    )
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    place = models.CharField(_("where"), max_length=200, blank=True, default="")
    from_on = models.DateField(_("needed from"), null=True, blank=True)
    until_on = models.DateField(_("needed until"), null=True, blank=True)
    people = models.PositiveIntegerField(_("people who gain"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    level_code = models.CharField(_("waits at the grid"), max_length=24)
    level_since = models.DateTimeField(_("waits there since"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("raised by"))
    at = models.DateTimeField(_("raised at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="need_term",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["met", "unmet", "withdrawn"], ended_at__isnull=False)
                | Q(status__in=["open", "promised", "running", "delivered"], ended_at__isnull=True),
                name="need_ended_has_time",
            ),
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(incident__isnull=False) & ~Q(status__in=["unmet", "withdrawn"]),
                name="need_once_per_incident",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["grid_code", "-at"], name="need_grid_idx", opclasses=["varchar_pattern_ops", ""]),
            models.Index(fields=["kind", "status"], name="need_kind_idx"),
            models.Index(fields=["level_since"], name="need_waiting_idx", condition=Q(status="open")),
        ]

    def __str__(self) -> str:
        return self.title


class Resource(SentOnce, Staged):
    """What a unit can give: of which kind, where, on which days, how often in half a year."""

    class Status(models.TextChoices):
        OFFERED = "offered", _("Offered")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    unit = models.ForeignKey(PartnerUnit, models.PROTECT, related_name="resources", verbose_name=_("partner unit"))
    kind = models.ForeignKey(SupportKind, models.PROTECT, related_name="resources", verbose_name=_("kind"))
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("what is offered"), max_length=2000, blank=True, default="")
    call = models.ForeignKey(
        ListCall, models.PROTECT, null=True, blank=True, related_name="resources", verbose_name=_("call for lists")
    )
    serves_code = models.CharField(_("serves the grid"), max_length=24)
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        verbose_name=_("weekdays"),
        size=7,
        blank=True,
        default=list,
    )
    from_on = models.DateField(_("available from"), null=True, blank=True)
    until_on = models.DateField(_("available until"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(_("times in half a year"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OFFERED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    at = models.DateTimeField(_("entered at"))
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(from_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="resource_term",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "serves_code"], name="resource_kind_idx", condition=Q(status="offered")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def grid_code(self) -> str:
        """Where it serves."""
        return self.serves_code

    @property
    def organization_id(self) -> int:
        """The unit's organization: whoever acts for it may take its steps."""
        return self.unit.organization_id


class Project(InGrid, SentOnce, Staged):
    """What a unit does for a need (or of its own accord): promised, done, confirmed by the one in need, evaluated."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Waits for the unit’s promise")
        AGREED = "agreed", _("Agreed")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done, to be confirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        EVALUATED = "evaluated", _("Evaluated")
        DROPPED = "dropped", _("Dropped")

    number = models.CharField(_("number"), max_length=30, unique=True)
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("what is done"), max_length=5000, blank=True, default="")
    type = models.ForeignKey(ProjectType, models.PROTECT, related_name="projects", verbose_name=_("type"))
    need = models.ForeignKey(
        Need, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("need")
    )
    resource = models.ForeignKey(
        Resource, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("resource")
    )
    unit = models.ForeignKey(
        PartnerUnit, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("partner unit")
    )
    alliance = models.ForeignKey(
        Alliance, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("alliance")
    )
    labels = models.ManyToManyField(Label, blank=True, related_name="projects", verbose_name=_("labels"))
    promised_on = models.DateField(_("promised for"), null=True, blank=True)
    starts_on = models.DateField(_("begun on"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    result = models.TextField(_("result"), max_length=3000, blank=True, default="")
    members_count = models.PositiveIntegerField(_("members who took part"), null=True, blank=True)
    hours = models.DecimalField(_("hours of work"), max_digits=6, decimal_places=1, null=True, blank=True)
    beneficiaries = models.PositiveIntegerField(_("people who gained"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PROPOSED)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    grade = models.PositiveSmallIntegerField(
        _("grade (1 to 5)"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    is_best = models.BooleanField(_("best project of its year"), default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    at = models.DateTimeField(_("proposed at"))

    objects = OfUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("joint project")
        verbose_name_plural = _("joint projects")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~Q(status__in=["done", "confirmed", "evaluated"])
                | (Q(done_at__isnull=False) & ~Q(result="")),
                name="project_done_has_result",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["confirmed", "evaluated"]) | Q(confirmed_at__isnull=False),
                name="project_confirmed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["agreed", "running"]) | Q(promised_on__isnull=False),
                name="project_agreed_has_day",
            ),
            models.UniqueConstraint(
                fields=["need"],
                condition=Q(need__isnull=False) & ~Q(status="dropped"),
                name="project_one_per_need",
            ),
            models.CheckConstraint(condition=Q(grade__isnull=True) | Q(grade__range=(1, 5)), name="project_grade"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["grid_code", "-at"], name="project_grid_idx", opclasses=["varchar_pattern_ops", ""]),
            models.Index(fields=["unit", "status"], name="project_unit_idx"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def organization_id(self) -> int | None:
        """The unit's organization: whoever acts for it may take its steps."""
        return self.unit.organization_id if self.unit is not None else None


class ProjectPerson(models.Model):
    """A member of the party who took part, with the hours."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="people", verbose_name=_("joint project"))
    member = models.ForeignKey(PartyMember, models.PROTECT, related_name="projects", verbose_name=_("party member"))
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=1, default=0)

    class Meta:
        verbose_name = _("member in a project")
        verbose_name_plural = _("members in projects")
        ordering: ClassVar[list[str]] = ["project", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "member"], name="project_person_once"),
            models.CheckConstraint(condition=Q(hours__gte=0), name="project_person_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.member_id}"


class ProjectStep(models.Model):
    """One planned step of a project (拆墙并院四步走), with its day."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="steps", verbose_name=_("joint project"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    part = models.CharField(_("part"), max_length=40, blank=True, default="")
    text = models.CharField(_("step"), max_length=200)
    due_on = models.DateField(_("until"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        verbose_name = _("step of a project")
        verbose_name_plural = _("steps of projects")
        ordering: ClassVar[list[str]] = ["project", "position", "id"]

    def __str__(self) -> str:
        return self.text
