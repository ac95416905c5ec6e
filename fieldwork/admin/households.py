"""The register in the administration, to look at: residents masked. It is written on its own pages and by imports."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fieldwork.models import Household, Resident
from fieldwork.people import ShownPerson, masked
from grid.admin.scoped import ReadOnlyScopedAdmin
from incidents.admin.reading import ReadOnlyInline


def _shown(resident: Resident) -> ShownPerson:
    return masked(resident)


class ResidentInline(ReadOnlyInline):
    """Who lives there, masked."""

    model = Resident
    fields = ("masked_name", "masked_phone", "masked_id", "sex", "birth_year", "relation", "is_head", "moved_out_on")
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the household."""
        return True

    @admin.display(description=_("real name"))
    def masked_name(self, resident: Resident) -> str:
        """The surname."""
        return _shown(resident).name

    @admin.display(description=_("phone"))
    def masked_phone(self, resident: Resident) -> str:
        """Without its middle."""
        return _shown(resident).phone

    @admin.display(description=_("ID number"))
    def masked_id(self, resident: Resident) -> str:
        """Without its middle."""
        return _shown(resident).id_number


@admin.register(Household)
class HouseholdAdmin(ReadOnlyScopedAdmin):
    """One household with its residents."""

    code_path = "grid_code"
    list_display = ("building", "unit", "room", "tenure", "people", "is_active", "grid")
    list_filter = ("tenure", "is_active")
    list_select_related = ("building__compound", "grid")
    search_fields = ("building__compound__name", "building__name", "grid_code__startswith")
    ordering = ("-id",)
    inlines: ClassVar[list[Any]] = [ResidentInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Where the administrator sees households."""
        rows: QuerySet[Any] = (
            super().get_queryset(request).filter(pk__in=Household.objects.visible_to(request.user).values("pk"))
        )
        return rows

    def _may(self, request: HttpRequest, capability: str, obj: Any) -> bool:
        return super()._may(request, "household.view", obj)
