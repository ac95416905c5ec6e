"""Who has which case open at the desk: a row per person, overwritten; nothing here is history."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident


class DeskPresence(models.Model):
    """The case that somebody had open when her desk last asked for news."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="+", verbose_name=_("incident"))
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("presence at the desk")
        verbose_name_plural = _("presences at the desk")

    def __str__(self) -> str:
        return f"{self.user_id} → {self.incident_id}"
