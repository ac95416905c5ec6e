"""The app of volunteers and wishes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VolunteersConfig(AppConfig):
    """Micro-wishes, volunteers, services, hours, points, micro-projects, service points."""

    name = "volunteers"
    verbose_name = _("Volunteers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What apps below must know of: files (for the sweep of the store), our importer."""
        from grid.importing.run import register
        from grid.models import ImportRun
        from incidents.photostore import HOLDERS
        from volunteers.importing.people import import_volunteers
        from volunteers.models import VolunteerFile

        HOLDERS.append(VolunteerFile)
        register(ImportRun.Kind.VOLUNTEERS, import_volunteers)
