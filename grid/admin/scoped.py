"""An admin that asks the scope instead of Django's permissions: rights come from posts (architecture.md 5)."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from grid.access import demand
from grid.scope import scope_of


class ScopedAdmin(ModelAdmin):
    """Shows what lies in the subtree of the administrator; changes need grid.edit there.

    `code_path` leads from the model to the code of its grid, as in a filter ("grid__code").
    """

    code_path: ClassVar[str] = "grid__code"
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what the scope holds."""
        return super().get_queryset(request).filter(scope_of(request.user).q("grid.view", self.code_path))

    def code_of(self, obj: Any) -> str:
        """The code of the grid that `obj` belongs to."""
        for name in self.code_path.split("__"):
            obj = getattr(obj, name)
        return str(obj)

    def _may(self, request: HttpRequest, capability: str, obj: Any) -> bool:
        return scope_of(request.user).can(capability, None if obj is None else self.code_of(obj))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever sees grids."""
        return self._may(request, "grid.view", None)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """In the subtree."""
        return self._may(request, "grid.view", obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """With grid.edit somewhere; where exactly is asked when it is stored."""
        return self._may(request, "grid.edit", None)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """With grid.edit there."""
        return self._may(request, "grid.edit", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """With grid.edit there; what others refer to, the database keeps."""
        return self._may(request, "grid.edit", obj)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Offer only what the administrator sees."""
        rows = db_field.related_model._default_manager.all()
        if "queryset" not in kwargs and hasattr(rows, "visible_to"):
            kwargs["queryset"] = rows.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store it where the administrator may edit: the place it comes from and the place it goes to."""
        demand(request.user, "grid.edit", self.code_of(obj))
        super().save_model(request, obj, form, change)


class KeptAdmin(ScopedAdmin):
    """Rows that are history: never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class ReadOnlyScopedAdmin(KeptAdmin):
    """Rows that are looked at."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
