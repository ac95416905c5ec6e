"""Administration of organizations, compounds and buildings."""

from django.contrib import admin
from django.http import HttpRequest
from import_export.admin import ImportExportModelAdmin
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from grid.admin.geo import GuardedGeoMixin
from grid.admin.scoped import ScopedAdmin
from grid.admin.tables import SAFE_FORMATS, CompoundResource, OrganizationResource
from grid.models import Building, Compound, Organization


class TableAdmin(ImportExportModelAdmin, ScopedAdmin):
    """Import and export as Excel or CSV, with a dry run that shows each row."""

    import_form_class = ImportForm
    export_form_class = ExportForm
    formats = SAFE_FORMATS

    def has_import_permission(self, request: HttpRequest) -> bool:
        """With grid.edit; each row is asked again."""
        return self.has_add_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """What one sees, one may take along: these lists hold no personal data."""
        return self.has_view_permission(request)


@admin.register(Organization)
class OrganizationAdmin(TableAdmin):
    """Departments, committees, companies."""

    resource_classes = (OrganizationResource,)
    list_display = ("name", "kind", "grid", "code", "duty_phone", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("grid",)
    search_fields = ("name", "code", "grid__code")
    autocomplete_fields = ("grid", "parent")


@admin.register(Compound)
class CompoundAdmin(GuardedGeoMixin, TableAdmin):
    """Residential compounds (小区/楼院)."""

    resource_classes = (CompoundResource,)
    list_display = ("name", "grid", "address", "is_unmanaged", "property_company", "households")
    list_filter = ("is_unmanaged",)
    list_select_related = ("grid", "property_company")
    search_fields = ("name", "address", "grid__code")
    autocomplete_fields = ("grid", "property_company")


@admin.register(Building)
class BuildingAdmin(GuardedGeoMixin, ScopedAdmin):
    """Buildings (楼栋)."""

    list_display = ("name", "compound", "grid", "units", "floors", "households")
    list_select_related = ("grid", "compound")
    search_fields = ("name", "compound__name", "grid__code")
    autocomplete_fields = ("compound", "grid")
