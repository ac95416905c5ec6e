"""The app of party work."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartybuildingConfig(AppConfig):
    """Organizations, members, partner units, three lists, service orders, councils, activities."""

    name = "partybuilding"
    verbose_name = _("Party building")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What apps below must know of: files (for the sweep of the store), our importers."""
        from grid.importing.run import register
        from grid.models import ImportRun
        from incidents.photostore import HOLDERS
        from partybuilding.importing.members import import_members
        from partybuilding.importing.organizations import import_organizations
        from partybuilding.importing.partners import import_partners
        from partybuilding.models import PartyFile

        HOLDERS.append(PartyFile)
        register(ImportRun.Kind.PARTY, import_organizations)
        register(ImportRun.Kind.MEMBERS, import_members)
        register(ImportRun.Kind.PARTNERS, import_partners)
