"""The record of every step of patrols, actions, care, notices, hazards, promises and training."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models.staged import StepRecord


class FieldStep(StepRecord):
    """One change of status of one thing of field work."""

    class Meta(StepRecord.Meta):
        verbose_name = _("step of field work")
        verbose_name_plural = _("steps of field work")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "subject_id", "id"], name="field_step_subject_idx")
        ]
