"""Levels of whistles, to edit; whistles with their units and history, to look at."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from incidents.admin.reading import ReadOnlyAdmin, ReadOnlyInline
from incidents.models import Whistle, WhistleEvent, WhistleLevel, WhistleTask


@admin.register(WhistleLevel)
class WhistleLevelAdmin(ModelAdmin):
    """Who must attend, and in which time. A change counts for whistles blown afterwards."""

    list_display = ("colour", "rank", "respond_amount", "respond_unit", "handle_amount", "handle_unit", "source")
    ordering = ("rank",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The colour is the key."""
        return ("colour",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: waiting whistles name their level."""
        return False


class TaskInline(ReadOnlyInline):
    """The called units."""

    model = WhistleTask
    fields = ("organization", "is_lead", "task", "respond_due_at", "responded_at", "attendee", "due_at", "done_at")
    readonly_fields = fields


class WhistleEventInline(ReadOnlyInline):
    """The history."""

    model = WhistleEvent
    fields = ("at", "move", "organization", "from_state", "to_state", "actor_name", "text")
    readonly_fields = fields
    ordering = ("id",)


@admin.register(Whistle)
class WhistleAdmin(ReadOnlyAdmin):
    """State and history are written by `incidents.whistles` alone; no page of the admin does."""

    list_display = ("number", "title", "level", "ground", "state", "grid", "caller", "raised_at")
    list_filter = ("state", "level", "ground")
    search_fields = ("number__startswith", "title")
    list_select_related = ("grid", "caller")
    inlines: ClassVar[list[Any]] = [TaskInline, WhistleEventInline]
    ordering = ("-id",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what the administrator may see, as in every list (architecture.md, law 10)."""
        found: QuerySet[Any] = Whistle.objects.visible_to(request.user)
        return found
