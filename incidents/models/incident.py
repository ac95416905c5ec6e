"""An incident (事件/案件): a problem at a place, and where its handling stands."""

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField
from grid.models import Compound, Grid, Organization
from incidents.models.category import Category, Severity, Urgency
from incidents.models.label import Label
from incidents.querysets import IncidentQuerySet
from incidents.states import OPEN_STATES, Clock, State


class Source(models.TextChoices):
    """Through which door it came in."""

    PATROL = "patrol", _("Grid patrol")
    DESK = "desk", _("Staff desk")
    API = "api", _("Other system")
    HOTLINE = "hotline", _("12345 hotline")
    PUBLIC = "public", _("Public page")
    DEPUTY = "deputy", _("Deputy or member of the consultative conference")
    IMPORT = "import", _("Import")


class Locating(models.TextChoices):
    """How the grid was found."""

    INSIDE = "inside", _("The point lies in the grid")
    NEAREST = "nearest", _("Guessed: nearest grid")
    COMPOUND = "compound", _("From the compound")
    ADDRESS = "address", _("From the address")
    CHOSEN = "chosen", _("Chosen by a person")
    DEFAULT = "default", _("Not located: street")


class Closing(models.TextChoices):
    """How a closed incident was closed (结案类型, domain.md 2.2 row 11)."""

    NORMAL = "normal", _("Closed in time")
    OVERDUE = "overdue", _("Closed overdue")
    ERROR = "error", _("Closed as an error")
    SPECIAL = "special", _("Closed by order")
    SELF = "self", _("Handled on the spot, confirmed")
    WITH_LEAD = "with_lead", _("Closed with the lead case")


class Incident(models.Model):
    """The incident as it stands now; its history is in `IncidentEvent`, which only grows."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("description"), max_length=5000)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="incidents", verbose_name=_("category")
    )
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices, default=Severity.SMALL)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices, default=Urgency.ORDINARY)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    external_id = models.CharField(_("number in the other system"), max_length=100, blank=True, default="")
    client_uuid = models.UUIDField(_("id made by the form"), null=True, blank=True)

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="incidents", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code of the day"), max_length=24)
    compound = models.ForeignKey(
        Compound, models.SET_NULL, null=True, blank=True, related_name="incidents", verbose_name=_("compound")
    )
    address = models.CharField(_("address"), max_length=200, blank=True, default="")
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    point_given = models.CharField(_("point as it came, with its datum"), max_length=80, blank=True, default="")
    located_by = models.CharField(_("located by"), max_length=10, choices=Locating.choices)

    state = models.CharField(_("state"), max_length=14, choices=State.choices)
    state_since = models.DateTimeField(_("in this state since"))
    version = models.PositiveIntegerField(_("version"), default=1)
    handler_organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="incidents", verbose_name=_("handling unit")
    )
    handler_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="handled_incidents",
        verbose_name=_("handler"),
    )

    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="inspected_incidents",
        verbose_name=_("asked to look on site"),
    )
    # 首接负责: the first receiver stays responsible until another accepts
    responsible_organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("responsible unit"),
    )
    responsible_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("responsible person"),
    )
    level = models.PositiveSmallIntegerField(
        _("level that keeps it"), choices=Grid.Level.choices, null=True, blank=True
    )
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    is_genuine = models.BooleanField(_("found to be so"), null=True, blank=True)
    step = models.PositiveSmallIntegerField(_("step of the work"), default=1)
    steps = models.PositiveSmallIntegerField(_("steps in all"), default=1)
    resume_at = models.DateTimeField(_("rests until"), null=True, blank=True)
    in_arbitration = models.BooleanField(_("waits for arbitration"), default=False)
    was_arbitrated = models.BooleanField(_("decided by arbitration"), default=False)

    clock = models.CharField(_("running clock"), max_length=10, choices=Clock.choices, blank=True, default="")
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    warn_at = models.DateTimeField(_("warning at"), null=True, blank=True)
    due_estimated = models.BooleanField(_("due time rests on an undecreed calendar"), default=False)
    warned_at = models.DateTimeField(_("warned at"), null=True, blank=True)
    overdue_at = models.DateTimeField(_("marked overdue at"), null=True, blank=True)
    was_overdue = models.BooleanField(_("was overdue in some stage"), default=False)
    was_excused = models.BooleanField(_("was overdue, appeal granted"), default=False)
    unit_due_at = models.DateTimeField(_("due inside the unit"), null=True, blank=True)
    unit_overdue_at = models.DateTimeField(_("marked overdue inside the unit"), null=True, blank=True)
    rework_count = models.PositiveSmallIntegerField(_("reworks"), default=0)
    return_count = models.PositiveSmallIntegerField(_("returns"), default=0)

    report_up_count = models.PositiveSmallIntegerField(_("times reported up"), default=0)
    reopen_count = models.PositiveSmallIntegerField(_("reopenings"), default=0)
    extension_count = models.PositiveSmallIntegerField(_("extensions"), default=0)
    is_supervised = models.BooleanField(_("under supervision"), default=False)
    is_typical = models.BooleanField(_("typical case"), default=False)
    closing = models.CharField(_("kind of closing"), max_length=10, choices=Closing.choices, blank=True, default="")
    # closed and solved are two facts (实质性解决): this one needs a check or the reporter, and can be withdrawn
    is_solved = models.BooleanField(_("really solved"), null=True, blank=True)
    solved_at = models.DateTimeField(_("found solved at"), null=True, blank=True)
    joint_action = models.ForeignKey(
        "incidents.JointAction",
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="incidents",
        verbose_name=_("joint action"),
    )

    labels = models.ManyToManyField(Label, related_name="incidents", blank=True, verbose_name=_("labels"))
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reported_incidents",
        verbose_name=_("reporter"),
    )
    contact_name = EncryptedTextField(_("contact"), blank=True, default="")
    contact_phone = EncryptedTextField(_("contact's phone"), blank=True, default="")
    contact_index = models.CharField(max_length=64, blank=True, default="", editable=False)
    duplicate_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="duplicates", verbose_name=_("repeat of")
    )

    happened_at = models.DateTimeField(_("happened at"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported at"))
    filed_at = models.DateTimeField(_("filed at"), null=True, blank=True)
    dispatched_at = models.DateTimeField(_("dispatched at"), null=True, blank=True)
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(external_id=""), name="incident_external_once"
            ),
            models.UniqueConstraint(
                fields=["client_uuid"], condition=Q(client_uuid__isnull=False), name="incident_client_uuid_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["dispatched", "handling", "reworking"])
                | Q(handler_organization__isnull=False)
                | Q(handler_user__isnull=False),
                name="incident_has_handler",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*OPEN_STATES]) | Q(closed_at__isnull=False), name="incident_end_has_time"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # list of a subtree, newest first (prefix on the code of the day)
            models.Index(OpClass("grid_code", "varchar_pattern_ops"), F("id").desc(), name="incident_grid_idx"),
            models.Index(fields=["state", "-id"], name="incident_state_idx"),
            models.Index(fields=["category", "-id"], name="incident_category_idx"),
            # my tasks
            models.Index(
                fields=["handler_user", "-id"], name="incident_user_idx", condition=Q(handler_user__isnull=False)
            ),
            models.Index(
                fields=["handler_organization", "-id"],
                name="incident_org_idx",
                condition=Q(handler_organization__isnull=False),
            ),
            models.Index(fields=["reporter", "-id"], name="incident_reporter_idx"),
            # the clock job: live rows only
            models.Index(fields=["due_at"], name="incident_due_idx", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["warn_at"],
                name="incident_warn_idx",
                condition=Q(warn_at__isnull=False, warned_at__isnull=True),
            ),
            models.Index(
                fields=["inspector", "-id"], name="incident_inspector_idx", condition=Q(inspector__isnull=False)
            ),
            models.Index(fields=["joint_action"], name="incident_action_idx", condition=Q(joint_action__isnull=False)),
            models.Index(fields=["resume_at"], name="incident_resume_idx", condition=Q(resume_at__isnull=False)),
            models.Index(fields=["unit_due_at"], name="incident_unit_due_idx", condition=Q(unit_due_at__isnull=False)),
            models.Index(fields=["reported_at"], name="incident_reported_idx"),
            models.Index(fields=["closed_at"], name="incident_closed_idx", condition=Q(closed_at__isnull=False)),
            models.Index(fields=["contact_index"], name="incident_contact_idx", condition=~Q(contact_index="")),
            # Chinese text search of three characters and more
            GinIndex(
                OpClass(Upper("title"), "gin_trgm_ops"),
                OpClass(Upper("text"), "gin_trgm_ops"),
                OpClass(Upper("address"), "gin_trgm_ops"),
                name="incident_text_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        """Not ended yet."""
        return self.state in OPEN_STATES
