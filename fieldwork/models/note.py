"""Quick notes (随手记): the cheapest record of all, and photos of any field record."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from fieldwork.models.dictionary import DutyKind
from fieldwork.models.inspection import Hazard
from fieldwork.models.patrol import PatrolFinding
from fieldwork.models.visit import Visit
from fieldwork.note_queries import NoteQuerySet, Pairs
from grid.models.record import FieldRecord, newest_in_grid
from incidents.models import Incident


class QuickNote(FieldRecord):
    """One text and perhaps photos; one tap makes an incident, a visit or a wish of it."""

    class Became(models.TextChoices):
        NOTHING = "", _("Only a note")
        INCIDENT = "incident", _("Became an incident")
        VISIT = "visit", _("Became a visit")
        WISH = "wish", _("Handed on as a wish")

    text = models.TextField(_("text"), max_length=2000)
    duty = models.ForeignKey(DutyKind, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("duty"))
    became = models.CharField(_("became"), max_length=10, choices=Became.choices, blank=True, default="")
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="notes", verbose_name=_("incident")
    )
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="notes", verbose_name=_("visit")
    )

    objects = NoteQuerySet.as_manager()

    class Meta(FieldRecord.Meta):
        verbose_name = _("quick note")
        verbose_name_plural = _("quick notes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(text=""), name="note_has_text"),
            models.CheckConstraint(
                condition=Q(became="incident", incident__isnull=False, visit__isnull=True)
                | Q(became="visit", visit__isnull=False, incident__isnull=True)
                | Q(became__in=["", "wish"], incident__isnull=True, visit__isnull=True),
                name="note_became_one_thing",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *newest_in_grid("note"),
            # words of two characters and more: pairs, where incidents have trigrams (three and more)
            GinIndex(Pairs(Upper("text")), name="note_text_idx"),
            models.Index(fields=["became", "-at"], name="note_became_idx", condition=~Q(became="")),
        ]

    def __str__(self) -> str:
        return self.text[:30]


class FieldPhoto(models.Model):
    """One photo of exactly one record; stored under its SHA-256 like those of incidents, served by a scoped view."""

    note = models.ForeignKey(QuickNote, models.CASCADE, null=True, blank=True, related_name="photos")
    finding = models.ForeignKey(PatrolFinding, models.CASCADE, null=True, blank=True, related_name="photos")
    visit = models.ForeignKey(Visit, models.CASCADE, null=True, blank=True, related_name="photos")
    hazard = models.ForeignKey(Hazard, models.CASCADE, null=True, blank=True, related_name="photos")
    is_after = models.BooleanField(_("after the fix"), default=False)
    public_id = models.UUIDField(_("id in addresses"), unique=True)
    file = models.CharField(_("file"), max_length=200)
    thumbnail = models.CharField(_("thumbnail"), max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    size = models.PositiveIntegerField(_("size in bytes"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    uploaded_at = models.DateTimeField(_("uploaded at"))

    class Meta:
        verbose_name = _("photo of field work")
        verbose_name_plural = _("photos of field work")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=(
                    Q(note__isnull=False, finding__isnull=True, visit__isnull=True, hazard__isnull=True)
                    | Q(note__isnull=True, finding__isnull=False, visit__isnull=True, hazard__isnull=True)
                    | Q(note__isnull=True, finding__isnull=True, visit__isnull=False, hazard__isnull=True)
                    | Q(note__isnull=True, finding__isnull=True, visit__isnull=True, hazard__isnull=False)
                ),
                name="field_photo_of_one_record",
            ),
            models.UniqueConstraint(
                fields=["note", "finding", "visit", "hazard", "is_after", "sha256"],
                nulls_distinct=False,
                name="field_photo_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
