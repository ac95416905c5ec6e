"""App configuration of `reports`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Indicators, frozen reports, documents."""

    name = "reports"
    verbose_name = _("Reports")
