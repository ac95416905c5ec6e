"""App configuration of `incidents`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    """Intake, dispatch, life cycle and clocks of incidents."""

    name = "incidents"
    verbose_name = _("Incidents")
