"""The app of field work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FieldworkConfig(AppConfig):
    """Quick notes, patrols, visits, care, inspections, training."""

    name = "fieldwork"
    verbose_name = _("Field work")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What apps below must know of: photos (for the sweep of the store), the home page, our importers."""
        from fieldwork.importing.households import import_households
        from fieldwork.importing.places import import_places
        from fieldwork.models import FieldPhoto
        from grid.importing.run import register
        from grid.models import ImportRun
        from incidents.photostore import HOLDERS
        from incidents.views.finding import HOMES

        HOLDERS.append(FieldPhoto)
        HOMES.append(("field.write", "fieldwork:home"))
        register(ImportRun.Kind.HOUSEHOLDS, import_households)
        register(ImportRun.Kind.PLACES, import_places)
