"""The app of field work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FieldworkConfig(AppConfig):
    """Quick notes, patrols, visits, care, inspections, training."""

    name = "fieldwork"
    verbose_name = _("Field work")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Photos of field work lie in the store of incidents: the sweep there must know these rows."""
        from fieldwork.models import FieldPhoto
        from incidents.photostore import HOLDERS

        HOLDERS.append(FieldPhoto)
