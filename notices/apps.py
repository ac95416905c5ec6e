"""App configuration of `notices`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """Messages to persons and systems, delivered by workers."""

    name = "notices"
    verbose_name = _("Notices")
