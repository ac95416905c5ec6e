"""Hand-over (交接): all open work of somebody who leaves goes to another in one act."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class HandOver(models.Model):
    """One act, with the list of what was moved."""

    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="handed_over", verbose_name=_("from")
    )
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="taken_over", verbose_name=_("to"))
    reason = models.CharField(_("reason"), max_length=200)
    items = models.JSONField(_("what was moved"), default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="hand_over_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} → {self.taker_id}"
