"""Grid tasks to look at; their kinds, the labels and the six kinds of problems to edit."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from incidents.admin.reading import ReadOnlyAdmin, ReadOnlyInline
from incidents.models import GridTask, GridTaskPart, Label, ProblemKind, TaskKind


class PartInline(ReadOnlyInline):
    """The shares."""

    model = GridTaskPart
    fields = ("grid", "state", "target", "reached", "report", "reported_by", "reported_at", "accepted_by")
    readonly_fields = fields
    ordering = ("grid_code",)


@admin.register(GridTask)
class GridTaskAdmin(ReadOnlyAdmin):
    """Written by `incidents.gridtasks` alone."""

    list_display = ("title", "kind", "state", "grid", "due_on", "created_by")
    list_filter = ("state", "kind")
    search_fields = ("title",)
    list_select_related = ("grid", "kind", "created_by")
    inlines: ClassVar[list[Any]] = [PartInline]
    ordering = ("-id",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only what the administrator may see."""
        found: QuerySet[Any] = GridTask.objects.visible_to(request.user)
        return found


@admin.register(TaskKind)
class TaskKindAdmin(ModelAdmin):
    """Kinds of grid tasks; one that is used is put out of use, not deleted (the database holds it)."""

    list_display = ("name", "code", "family", "unit_word", "position", "is_active")
    list_editable = ("position", "is_active")
    search_fields = ("name", "code")


@admin.register(Label)
class LabelAdmin(ModelAdmin):
    """Labels of cases."""

    list_display = ("name", "description", "position", "is_active")
    list_editable = ("position", "is_active")
    search_fields = ("name",)


@admin.register(ProblemKind)
class ProblemKindAdmin(ModelAdmin):
    """The six kinds of problems."""

    list_display = ("position", "name", "description")
    search_fields = ("name",)
