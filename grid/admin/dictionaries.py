"""Admin of the office's own words. What is used is put out of use, not deleted."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin

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
