"""The office's own words: roles, duties, musts, purposes. What is used is put out of use, not deleted."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from fieldwork.models import DutyKind, MustDo, RoleBadge, RoleSet, VisitPurpose
from grid.scope import scope_of


class ByPost:
    """Rights from posts: whoever edits grids edits these words, whoever sees grids reads them."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever sees grids."""
        return scope_of(request.user).can("grid.view")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees grids."""
        return scope_of(request.user).can("grid.view")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever edits grids."""
        return scope_of(request.user).can("grid.edit")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever edits grids."""
        return scope_of(request.user).can("grid.edit")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever edits grids; what others refer to, the database keeps."""
        return scope_of(request.user).can("grid.edit")


class DictionaryAdmin(ByPost, ModelAdmin):
    """Rows in their order."""

    list_display: Any = ("name", "meaning", "source", "position", "is_active")
    list_editable: Any = ("position", "is_active")
    search_fields = ("name", "meaning")
    list_per_page = 100
    show_full_result_count = False


class RoleBadgeInline(ByPost, TabularInline):
    """The roles of a set."""

    model = RoleBadge
    fields = ("position", "name", "meaning", "source", "is_active")
    extra = 0


@admin.register(RoleSet)
class RoleSetAdmin(DictionaryAdmin):
    """四员, 五员 and their roles."""

    inlines: ClassVar[list[Any]] = [RoleBadgeInline]


@admin.register(DutyKind)
class DutyKindAdmin(DictionaryAdmin):
    """Duties by family."""

    list_display = ("name", "family", "meaning", "source", "position", "is_active")
    list_filter = ("family",)


@admin.register(MustDo)
class MustDoAdmin(DictionaryAdmin):
    """五必知, 五必访, 三必到."""

    list_display = ("name", "group", "meaning", "position", "is_active")
    list_filter = ("group",)


@admin.register(VisitPurpose)
class VisitPurposeAdmin(DictionaryAdmin):
    """Why a household is visited."""
