"""Honours (表彰) and typical cases (优秀案例)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Grid, Organization
from grid.models.staged import Staged
from incidents.models import Incident
from reports.models.paper import Paper
from reports.querysets import InGridQuerySet


class HonourTitle(models.Model):
    """A title or prize that can be given (汝河网格先锋, 最美网格员 …)."""

    class Holder(models.TextChoices):
        PERSON = "person", _("A person")
        GRID = "grid", _("A grid")
        UNIT = "unit", _("A unit")
        CASE = "case", _("A case")

    name = models.CharField(_("title"), max_length=60, unique=True)
    prize = models.CharField(_("prize"), max_length=60, blank=True, default="")
    holder = models.CharField(_("who may hold it"), max_length=6, choices=Holder.choices, default=Holder.PERSON)
    meaning = models.CharField(_("meaning"), max_length=300, blank=True, default="")
    source = models.CharField(_("source"), max_length=100, blank=True, default="")
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("title of honour")
        verbose_name_plural = _("titles of honour")
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.name


class HonourRound(Staged):
    """One round of commendation of one office for one period."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open to nominations")
        REVIEW = "review", _("Under review")
        PUBLIC = "public", _("Shown to the public for objections")
        DECIDED = "decided", _("Decided")
        CANCELLED = "cancelled", _("Cancelled")

    name = models.CharField(_("name"), max_length=100)
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("whose office"))
    grid_code = models.CharField(_("grid code"), max_length=24)
    period_start = models.DateField(_("first day"))
    period_end = models.DateField(_("last day"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    public_until = models.DateField(_("shown to the public until"), null=True, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("document of the decision")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("opened by")
    )

    objects = InGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("round of honours")
        verbose_name_plural = _("rounds of honours")
        ordering: ClassVar[list[str]] = ["-period_end", "-id"]

    def __str__(self) -> str:
        return self.name


class HonourPlace(models.Model):
    """How many holders of a title a round has, under which heading (优秀三级网格长: 12)."""

    round = models.ForeignKey(HonourRound, models.CASCADE, related_name="places", verbose_name=_("round of honours"))
    title = models.ForeignKey(HonourTitle, models.PROTECT, related_name="+", verbose_name=_("title"))
    heading = models.CharField(_("heading"), max_length=60)
    places = models.PositiveSmallIntegerField(_("places"))

    class Meta:
        verbose_name = _("places of a round")
        verbose_name_plural = _("places of a round")
        ordering: ClassVar[list[str]] = ["round", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["round", "heading"], name="honour_heading_once")
        ]

    def __str__(self) -> str:
        return f"{self.heading} {self.places}"


class Nomination(Staged):
    """Somebody or something put forward for a place."""

    class Status(models.TextChoices):
        NOMINATED = "nominated", _("Nominated")
        SUPPORTED = "supported", _("Passed the review")
        DECLINED = "declined", _("Not passed")
        AWARDED = "awarded", _("Awarded")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    place = models.ForeignKey(HonourPlace, models.PROTECT, related_name="nominations", verbose_name=_("place"))
    name = models.CharField(_("name"), max_length=60)
    unit = models.CharField(_("unit and post"), max_length=120, blank=True, default="")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="honours",
        verbose_name=_("person"),
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit")
    )
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("grid"))
    reason = models.TextField(_("deeds"), max_length=2000)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.NOMINATED)
    review = models.CharField(_("opinion of the review"), max_length=500, blank=True, default="")
    nominated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("nominated by")
    )
    nominated_at = models.DateTimeField(_("nominated at"))
    certificate = models.CharField(_("number of the certificate"), max_length=40, blank=True, default="")

    objects = InGridQuerySet.of("place__round__grid_code").as_manager()

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        ordering: ClassVar[list[str]] = ["place", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["place", "person"], condition=models.Q(person__isnull=False), name="nomination_person_once"
            ),
            models.UniqueConstraint(
                fields=["certificate"], condition=~models.Q(certificate=""), name="certificate_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="awarded") | ~models.Q(certificate=""), name="award_has_certificate"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TypicalCase(Staged):
    """A closed incident written up as an example, submitted upward, adopted or not."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Being written")
        SUBMITTED = "submitted", _("Submitted upward")
        ADOPTED = "adopted", _("Adopted")
        DECLINED = "declined", _("Not adopted")

    incident = models.OneToOneField(
        Incident, models.PROTECT, related_name="typical_case", null=True, blank=True, verbose_name=_("incident")
    )
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="+", verbose_name=_("grid"))
    grid_code = models.CharField(_("grid code"), max_length=24)
    title = models.CharField(_("title"), max_length=120)
    background = models.TextField(_("background"), max_length=5000, blank=True, default="")
    practice = models.TextField(_("what was done"), max_length=10_000, blank=True, default="")
    result = models.TextField(_("result"), max_length=5000, blank=True, default="")
    lesson = models.TextField(_("lesson"), max_length=5000, blank=True, default="")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    submitted_to = models.CharField(_("submitted to"), max_length=100, blank=True, default="")
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=500, blank=True, default="")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("written by")
    )
    created_at = models.DateTimeField(_("written at"))

    objects = InGridQuerySet.as_manager()

    class Meta:
        verbose_name = _("typical case")
        verbose_name_plural = _("typical cases")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(status="draft")
                | (models.Q(submitted_at__isnull=False) & ~models.Q(submitted_to="")),
                name="case_submitted_somewhere",
            )
        ]

    def __str__(self) -> str:
        return self.title
