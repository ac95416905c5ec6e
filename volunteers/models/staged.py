"""The record of every step of wishes, claims, volunteers, sign-ups, certificates, exchanges, micro-projects."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models.staged import StepRecord


class VolunteerStep(StepRecord):
    """One change of status of one thing of volunteers."""

    class Meta(StepRecord.Meta):
        verbose_name = _("step of volunteers’ work")
        verbose_name_plural = _("steps of volunteers’ work")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "subject_id", "id"], name="volunteer_step_subject_idx")
        ]
