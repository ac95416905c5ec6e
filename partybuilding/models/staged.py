"""The record of every step of projects, orders, shifts, meetings and all else that goes through stages."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models.staged import StepRecord


class PartyStep(StepRecord):
    """One change of status of one thing of party work."""

    class Meta(StepRecord.Meta):
        verbose_name = _("step of party work")
        verbose_name_plural = _("steps of party work")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "subject_id", "id"], name="party_step_subject_idx")
        ]
