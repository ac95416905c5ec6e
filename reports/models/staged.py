"""The record of every step of papers, assessments, honours and cases."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models.staged import StepRecord


class Step(StepRecord):
    """One change of status of one thing of this app."""

    class Meta(StepRecord.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "subject_id", "id"], name="step_subject_idx")
        ]
