"""Versions of the reader that finds the category of a text: what each learned from, how well it did, which is live."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ClassifierVersion(models.Model):
    """One trained reader. At most one is live; without one the seed lexicon reads alone."""

    class State(models.TextChoices):
        TRAINED = "trained", _("Trained")
        LIVE = "live", _("Live")
        RETIRED = "retired", _("Retired")

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.TRAINED)
    trained_at = models.DateTimeField(_("trained at"))
    live_at = models.DateTimeField(_("live since"), null=True, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("changed by")
    )
    train_size = models.PositiveIntegerField(_("cases learned from"))
    held_back_size = models.PositiveIntegerField(_("cases held back for the test"))
    labels = models.JSONField(_("categories it knows"), default=list)
    threshold = models.FloatField(_("confidence from which it decides alone"))
    scores = models.JSONField(_("scores on the held-back cases"), default=dict)
    rival_scores = models.JSONField(_("scores of the one before on the same cases"), default=dict, blank=True)
    verdict = models.CharField(_("why it went live or not"), max_length=300, blank=True, default="")
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))

    class Meta:
        verbose_name = _("classifier version")
        verbose_name_plural = _("classifier versions")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="live"), name="classifier_one_live"),
            models.CheckConstraint(
                condition=Q(threshold__gte=0) & Q(threshold__lte=1), name="classifier_threshold_is_share"
            ),
            models.CheckConstraint(
                condition=~Q(state="live") | Q(live_at__isnull=False), name="classifier_live_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_state_display()}"


class ClassifierFile(models.Model):
    """The numbers of a version: arrays without code, in a row of their own so that no list ever loads them.

    In the database and not in MEDIA_ROOT: it is switched and backed up with its version in one transaction, workers on
    other machines need no shared folder, and nobody who can place a file among the photos can place a reader.
    """

    version = models.OneToOneField(
        ClassifierVersion, models.CASCADE, primary_key=True, related_name="file", verbose_name=_("classifier version")
    )
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("file of a classifier version")
        verbose_name_plural = _("files of classifier versions")

    def __str__(self) -> str:
        return f"#{self.pk}"
