"""Call-back (回访): who was asked after a case ended, what was answered, word for word (domain.md 2.5)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.callback_queries import CallBackQuerySet
from incidents.models.incident import Incident


class CallBackSample(models.Model):
    """One drawing of ended cases to be called back; the seed makes it repeatable."""

    starts_at = models.DateTimeField(_("ended from"))
    ends_at = models.DateTimeField(_("ended before"))
    grid_code = models.CharField(_("code of the subtree"), max_length=24)
    percent = models.PositiveSmallIntegerField(_("percent"))
    seed = models.BigIntegerField(_("seed"))
    population = models.PositiveIntegerField(_("cases in all"))
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("drawn by")
    )
    drawn_at = models.DateTimeField(_("drawn at"))

    class Meta:
        verbose_name = _("call-back sample")
        verbose_name_plural = _("call-back samples")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="sample_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d}–{self.ends_at:%Y-%m-%d} {self.percent} %"


class CallBack(models.Model):
    """One call-back of one ending of a case. The checker never handled the case."""

    class Contact(models.TextChoices):
        REACHED = "reached", _("Reporter reached")
        NO_ANSWER = "no_answer", _("No answer")
        WRONG_NUMBER = "wrong_number", _("Wrong number")
        REFUSED = "refused", _("Did not want to answer")

    class Satisfaction(models.TextChoices):
        VERY = "very", _("Very satisfied")
        SATISFIED = "satisfied", _("Satisfied")
        UNSATISFIED = "unsatisfied", _("Not satisfied")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="call_backs", verbose_name=_("incident"))
    round = models.PositiveSmallIntegerField(_("which ending of the case"), default=1)
    sample = models.ForeignKey(
        CallBackSample, models.PROTECT, null=True, blank=True, related_name="call_backs", verbose_name=_("sample")
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="call_backs",
        verbose_name=_("caller"),
    )
    due_at = models.DateTimeField(_("due at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    contact = models.CharField(_("contact"), max_length=12, choices=Contact.choices, blank=True, default="")
    responded = models.BooleanField(_("the unit had made contact"), null=True, blank=True)
    solved = models.BooleanField(_("solved"), null=True, blank=True)
    satisfaction = models.CharField(
        _("satisfaction"), max_length=12, choices=Satisfaction.choices, blank=True, default=""
    )
    answer = models.TextField(_("answer, word for word"), max_length=2000, blank=True, default="")
    is_excluded = models.BooleanField(_("left out of the rates"), default=False)
    exclusion_reason = models.CharField(_("why it is left out"), max_length=200, blank=True, default="")
    called_at = models.DateTimeField(_("called at"), null=True, blank=True)

    objects = CallBackQuerySet.as_manager()

    class Meta:
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["incident", "round"], name="call_back_once_per_ending"),
            models.CheckConstraint(
                condition=~Q(contact="reached")
                | Q(solved__isnull=False, called_at__isnull=False, checker__isnull=False),
                name="call_back_reached_has_answer",
            ),
            models.CheckConstraint(
                condition=Q(is_excluded=False) | ~Q(exclusion_reason=""), name="call_back_exclusion_has_reason"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="call_back_open_idx", condition=Q(called_at__isnull=True)),
            models.Index(fields=["called_at"], name="call_back_called_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}/{self.round}"
