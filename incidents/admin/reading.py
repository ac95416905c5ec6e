"""Bases of admin pages that only show: nobody adds, changes or deletes there."""

from typing import Any

from django.db.models import Model
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
