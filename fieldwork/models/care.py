"""Care (重点人群, 九色动态图): colours, tags, people and households in care, promises (民生实事清单)."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.protect import EncryptedTextField
from fieldwork.models.household import Household, Resident
from fieldwork.querysets import CareQuerySet, PromiseQuerySet
from grid.models.record import InGrid
from grid.models.staged import Staged


class CareColour(models.Model):
    """One of the nine slots of the legend; names and meanings are the office's (domain.md 3.5: NOT FOUND)."""

    slot = models.PositiveSmallIntegerField(_("slot"), unique=True)
    name = models.CharField(_("colour"), max_length=20, unique=True)
    value = models.CharField(
        _("value"), max_length=7, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("Write it as #d63939."))]
    )
    meaning = models.CharField(_("meaning"), max_length=100)
    source = models.CharField(_("source"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("care colour")
        verbose_name_plural = _("care colours")
        ordering: ClassVar[list[str]] = ["slot"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=9), name="care_colour_nine_slots")
        ]

    def __str__(self) -> str:
        return self.name


class PopulationTag(models.Model):
    """A reason for care (独居老人, 低保 …), its colour and whether only few may see it."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    colour = models.ForeignKey(CareColour, models.PROTECT, related_name="tags", verbose_name=_("care colour"))
    meaning = models.CharField(_("meaning"), max_length=200, blank=True, default="")
    is_sensitive = models.BooleanField(_("sensitive"), default=False)
    source = models.CharField(_("source"), max_length=100, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("care tag")
        verbose_name_plural = _("care tags")
        ordering: ClassVar[list[str]] = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class CareSubject(InGrid, Staged):
    """A person, or a whole household, in care under one tag. Reason and health are sealed; seeing them is recorded."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("In care")
        ENDED = "ended", _("Ended")

    class Basis(models.TextChoices):
        CONSENT = "consent", _("The person agreed")
        DUTY = "duty", _("A duty laid down by law")

    household = models.ForeignKey(Household, models.PROTECT, related_name="care", verbose_name=_("household"))
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="care", verbose_name=_("resident")
    )
    tag = models.ForeignKey(PopulationTag, models.PROTECT, related_name="subjects", verbose_name=_("care tag"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE)
    reason = EncryptedTextField(_("reason"))
    health = EncryptedTextField(_("health"), blank=True, default="")
    basis = models.CharField(_("legal basis"), max_length=8, choices=Basis.choices)
    consent_on = models.DateField(_("agreed on"), null=True, blank=True)
    consent_until = models.DateField(_("agreed until"), null=True, blank=True)
    carer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("carer")
    )
    since = models.DateField(_("since"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by")
    )

    objects = CareQuerySet.as_manager()

    class Meta:
        verbose_name = _("care subject")
        verbose_name_plural = _("care subjects")
        ordering: ClassVar[list[str]] = ["grid_code", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["household", "resident", "tag"],
                condition=Q(status="active"),
                nulls_distinct=False,
                name="care_subject_once",
            ),
            models.CheckConstraint(
                condition=~Q(basis="consent") | Q(consent_on__isnull=False), name="care_consent_has_day"
            ),
            models.CheckConstraint(
                condition=Q(consent_until__isnull=True) | Q(consent_until__gte=F("consent_on")),
                name="care_consent_ends_after",
            ),
            models.CheckConstraint(
                condition=Q(status="active", ended_on__isnull=True) | Q(status="ended", ended_on__isnull=False),
                name="care_ended_has_day",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "id"],
                name="care_grid_idx",
                opclasses=["varchar_pattern_ops", "int8_ops"],
                condition=Q(status="active"),
            ),
            models.Index(
                fields=["consent_until"],
                name="care_consent_idx",
                condition=Q(status="active", consent_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class CarePromise(InGrid, Staged):
    """One line of 民生实事清单: what was promised to whom, by whom, until when, and what came of it."""

    class Status(models.TextChoices):
        OPEN = "open", _("Not kept yet")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Could not be kept")

    title = models.CharField(_("what was promised"), max_length=200)
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="promises", verbose_name=_("household")
    )
    subject = models.ForeignKey(
        CareSubject, models.PROTECT, null=True, blank=True, related_name="promises", verbose_name=_("care subject")
    )
    promised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("promised by")
    )
    promised_on = models.DateField(_("promised on"))
    due_on = models.DateField(_("due on"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=500, blank=True, default="")

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering: ClassVar[list[str]] = ["due_on", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(due_on__gte=F("promised_on")), name="promise_due_after"),
            models.CheckConstraint(
                condition=Q(status="open", done_on__isnull=True) | (~Q(status="open") & ~Q(result="")),
                name="promise_ended_has_result",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["grid_code", "due_on"],
                name="promise_open_idx",
                opclasses=["varchar_pattern_ops", "date_ops"],
                condition=Q(status="open"),
            )
        ]

    def __str__(self) -> str:
        return self.title
