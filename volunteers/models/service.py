"""Service activities of volunteers: shifts with slots, sign-up, attendance by two sides, hours, certificates (5.2)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grid.models.dictionary import DictionaryRow
from grid.models.record import InGrid, SentOnce
from grid.models.staged import Staged
from volunteers.models.volunteer import Team, Volunteer, VolunteerSkill
from volunteers.querysets import CertificateQuerySet, ServiceQuerySet, VolunteersQuerySet


class ServiceKind(DictionaryRow):
    """What is done for others: 一老一小, 义诊, 理发, 缝补, 文体, 就业, 学习, 清洁 …"""

    class Meta(DictionaryRow.Meta):
        verbose_name = _("kind of service")
        verbose_name_plural = _("kinds of services")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["name"], name="service_kind_once")
        ]


class ServiceActivity(InGrid, SentOnce, Staged):
    """One thing that volunteers do, in one or more shifts."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Open for sign-up")
        ENDED = "ended", _("Ended")
        CALLED_OFF = "called_off", _("Called off")

    kind = models.ForeignKey(ServiceKind, models.PROTECT, related_name="activities", verbose_name=_("kind"))
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="services", verbose_name=_("team of volunteers")
    )
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("what is done"), max_length=2000, blank=True, default="")
    place = models.CharField(_("where"), max_length=100)
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    skills = models.ManyToManyField(VolunteerSkill, blank=True, related_name="services", verbose_name=_("skills"))
    for_minors = models.BooleanField(_("fit for minors"), default=False)
    cancel_hours = models.PositiveSmallIntegerField(_("withdraw until (hours before)"), default=2)
    beneficiaries = models.PositiveIntegerField(_("people who gained"), null=True, blank=True)
    result = models.TextField(_("what came of it"), max_length=2000, blank=True, default="")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PLANNED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("planned by"))
    at = models.DateTimeField(_("at"))

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service of volunteers")
        verbose_name_plural = _("services of volunteers")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["grid_code", "-at"], name="service_grid_idx", opclasses=["varchar_pattern_ops", ""])
        ]

    def __str__(self) -> str:
        return self.title


class Shift(models.Model):
    """One time of a service with its slots; hours are counted at most to its end (a forgotten check-out is capped)."""

    service = models.ForeignKey(
        ServiceActivity, models.CASCADE, related_name="shifts", verbose_name=_("service of volunteers")
    )
    starts_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"))
    slots = models.PositiveSmallIntegerField(_("slots"))

    class Meta:
        verbose_name = _("shift of volunteers")
        verbose_name_plural = _("shifts of volunteers")
        ordering: ClassVar[list[str]] = ["starts_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after"),
            models.CheckConstraint(condition=Q(slots__gte=1), name="shift_slots"),
            models.UniqueConstraint(fields=["service", "starts_at"], name="shift_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["starts_at"], name="shift_start_idx")]

    def __str__(self) -> str:
        return f"{self.service_id} {self.starts_at:%Y-%m-%d %H:%M}"


class SignUp(Staged):
    """A volunteer at a shift: `place` is the slot she holds, none while she waits; attendance is said by both sides."""

    class Status(models.TextChoices):
        SIGNED_UP = "signed_up", _("Signed up")
        WAITING = "waiting", _("On the waiting list")
        WITHDRAWN = "withdrawn", _("Withdrew")
        HERE = "here", _("Checked in")
        DONE = "done", _("Checked out, to be confirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        NO_SHOW = "no_show", _("Did not come")

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="sign_ups", verbose_name=_("shift of volunteers"))
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="sign_ups", verbose_name=_("volunteer"))
    place = models.PositiveSmallIntegerField(_("slot"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.SIGNED_UP)
    signed_at = models.DateTimeField(_("signed up at"))
    in_at = models.DateTimeField(_("checked in at"), null=True, blank=True)
    out_at = models.DateTimeField(_("checked out at"), null=True, blank=True)
    is_capped = models.BooleanField(_("check-out forgotten, capped"), default=False)
    by_volunteer_at = models.DateTimeField(_("said by the volunteer at"), null=True, blank=True)
    by_leader_at = models.DateTimeField(_("said by the organizer at"), null=True, blank=True)
    by_leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("organizer")
    )
    is_demo = models.BooleanField(_("made up"), default=False, editable=False)

    class Meta:
        verbose_name = _("sign-up for a shift")
        verbose_name_plural = _("sign-ups for shifts")
        ordering: ClassVar[list[str]] = ["shift", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["shift", "volunteer"], condition=~Q(status="withdrawn"), name="sign_up_once"
            ),
            models.UniqueConstraint(
                fields=["shift", "place"],
                condition=Q(place__isnull=False) & ~Q(status="withdrawn"),
                name="shift_slot_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "withdrawn"]) | Q(place__isnull=False), name="sign_up_has_slot"
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed")
                | Q(by_leader_at__isnull=False, in_at__isnull=False, out_at__isnull=False),
                name="sign_up_confirmed_by_both",
            ),
            models.CheckConstraint(
                condition=Q(out_at__isnull=True) | Q(out_at__gte=F("in_at")), name="sign_up_out_after"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["volunteer", "-id"], name="sign_up_person_idx")]

    def __str__(self) -> str:
        return f"{self.shift_id} {self.volunteer_id}"

    @property
    def grid_code(self) -> str:
        """Where the service is done."""
        return str(self.shift.service.grid_code)


class HourRecord(models.Model):
    """Hours of service of one volunteer (order no. 67); only grows: a correction takes the old row back."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("Service")
        CORRECTION = "correction", _("Correction")
        TAKEN_OVER = "taken_over", _("Taken over from another system")

    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="hours", verbose_name=_("volunteer"))
    sign_up = models.ForeignKey(
        SignUp, models.PROTECT, null=True, blank=True, related_name="hours", verbose_name=_("sign-up")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    minutes = models.IntegerField(_("minutes"))
    on = models.DateField(_("on"))
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("corrects")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = VolunteersQuerySet.as_manager()

    class Meta:
        verbose_name = _("record of hours")
        verbose_name_plural = _("records of hours")
        ordering: ClassVar[list[str]] = ["-on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sign_up"], condition=Q(kind="service"), name="hours_once_per_sign_up"),
            models.CheckConstraint(
                condition=(Q(kind="correction", corrects__isnull=False) & ~Q(reason=""))
                | (~Q(kind="correction") & Q(corrects__isnull=True, minutes__gte=0)),
                name="hours_correction_has_reason",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["volunteer", "-on"], name="hours_person_idx")]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.minutes}"


class VolunteerRecord(models.Model):
    """The other parts of the record of order no. 67: training, honours, evaluation; only grows."""

    class Kind(models.TextChoices):
        TRAINING = "training", _("Training")
        HONOUR = "honour", _("Honour")
        EVALUATION = "evaluation", _("Evaluation of service")

    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="records", verbose_name=_("volunteer"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    text = models.CharField(_("in words"), max_length=300)
    on = models.DateField(_("on"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("record of a volunteer")
        verbose_name_plural = _("records of volunteers")
        ordering: ClassVar[list[str]] = ["-on", "-id"]

    def __str__(self) -> str:
        return self.text


class StarLevel(models.Model):
    """Stars by hours (100/300/600/1000/1500 h: the Fujian rule, W76); data."""

    stars = models.PositiveSmallIntegerField(_("stars"), unique=True)
    hours = models.PositiveIntegerField(_("from hours"), unique=True)
    source = models.CharField(_("source"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("star level")
        verbose_name_plural = _("star levels")
        ordering: ClassVar[list[str]] = ["stars"]

    def __str__(self) -> str:
        return str(self.stars)


class Certificate(InGrid, Staged):
    """志愿服务记录证明: what the body that recorded it certifies; publicised for seven days (W75)."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLICITY = "publicity", _("Being publicised")
        VALID = "valid", _("Valid")
        OBJECTED = "objected", _("Objected to")
        REVOKED = "revoked", _("Revoked")

    number = models.CharField(_("certificate number"), max_length=30, unique=True)
    code = models.CharField(_("code of verification"), max_length=32, unique=True)
    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="certificates", verbose_name=_("volunteer"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    minutes = models.PositiveIntegerField(_("minutes"))
    issuer = models.CharField(_("issuing body"), max_length=100)
    head = models.CharField(_("head"), max_length=50)
    handler = models.CharField(_("handler"), max_length=50)
    contact = models.CharField(_("contact"), max_length=100)
    remark = models.CharField(_("remark"), max_length=300, blank=True, default="")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    public_from = models.DateField(_("publicised from"), null=True, blank=True)
    public_until = models.DateField(_("publicised until"), null=True, blank=True)
    issued_at = models.DateTimeField(_("valid since"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    at = models.DateTimeField(_("made at"))

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate of service")
        verbose_name_plural = _("certificates of service")
        ordering: ClassVar[list[str]] = ["-at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="certificate_term"),
            models.CheckConstraint(
                condition=~Q(status="valid") | Q(issued_at__isnull=False, public_until__isnull=False),
                name="certificate_valid_was_public",
            ),
        ]

    def __str__(self) -> str:
        return self.number
