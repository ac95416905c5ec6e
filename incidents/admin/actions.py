"""Joint actions with their days, and hand-overs: to look at. Their pages write them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from grid.models import Post
from grid.scope import scope_of
from incidents.admin.reading import ReadOnlyAdmin, ReadOnlyInline
from incidents.models import ActionDay, HandOver, JointAction


class DayInline(ReadOnlyInline):
    """The days."""

    model = ActionDay
    fields = ("day", "people", "found", "settled", "text", "written_by", "written_at", "changes")
    readonly_fields = fields
    ordering = ("day",)


@admin.register(JointAction)
class JointActionAdmin(ReadOnlyAdmin):
    """Written by `incidents.actions` alone."""

    list_display = ("name", "state", "grid", "lead", "starts_on", "ends_on", "planned_people")
    list_filter = ("state",)
    search_fields = ("name",)
    list_select_related = ("grid", "lead")
    inlines: ClassVar[list[Any]] = [DayInline]
    ordering = ("-id",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what the administrator may see."""
        found: QuerySet[Any] = JointAction.objects.visible_to(request.user)
        return found


@admin.register(HandOver)
class HandOverAdmin(ReadOnlyAdmin):
    """Acts, with what was moved; written by `incidents.handover` alone."""

    list_display = ("made_at", "giver", "taker", "reason", "made_by")
    search_fields = ("giver__real_name", "giver__username", "taker__real_name", "taker__username")
    list_select_related = ("giver", "taker", "made_by")
    ordering = ("-id",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of people posted in the administrator's grids."""
        rows = HandOver.objects.all()
        if "" in scope_of(request.user).prefixes("grid.view"):
            return rows
        return rows.filter(giver__in=Post.objects.visible_to(request.user).values("user"))
