"""Bases of admin pages that only show: nobody adds, changes or deletes there."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline


class Unwritable:
    """Refuses every way of writing."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class ReadOnlyAdmin(Unwritable, ModelAdmin):
    """A page of rows that other parts of the platform write."""

    actions: Any = None


class ReadOnlyInline(Unwritable, TabularInline):
    """Rows of a parent, shown below it."""

    extra = 0
    max_num = 0
    can_delete = False
    model: type[Model]


class VisibleAdmin(ReadOnlyAdmin):
    """Rows in the scope of the administrator."""

    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        rows: Any = super().get_queryset(request)
        visible: QuerySet[Any] = rows.visible_to(request.user)
        return visible
