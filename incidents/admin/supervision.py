"""Rules of supervision, to edit; notices, to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from incidents.admin.reading import ReadOnlyAdmin
from incidents.models import Supervision, SupervisionRule


@admin.register(SupervisionRule)
class SupervisionRuleAdmin(ModelAdmin):
    """When the system writes a notice by itself. A change counts for notices written afterwards."""

    list_display = ("trigger", "threshold", "reply_amount", "reply_unit", "is_active")
    ordering = ("trigger",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The trigger is the key."""
        return ("trigger",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a rule is switched off, and the next loading of the catalogue would bring it back."""
        return False


@admin.register(Supervision)
class SupervisionAdmin(ReadOnlyAdmin):
    """Notices are written by `incidents.supervision` alone; no page of the admin does."""

    list_display = ("number", "incident", "kind", "trigger", "state", "organization", "issued_at", "reply_due_at")
    list_filter = ("kind", "state", "trigger")
    search_fields = ("number", "incident__number__startswith")
    list_select_related = ("incident", "organization")
    ordering = ("-id",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what the administrator may see, as in every list (architecture.md, law 10)."""
        found: QuerySet[Any] = Supervision.objects.visible_to(request.user)
        return found.defer("incident__contact_name", "incident__contact_phone")
