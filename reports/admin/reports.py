"""Admin of `reports`: reports can be read, schedules changed."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from incidents.admin.reading import ReadOnlyAdmin
from reports.models import Report, ReportSchedule


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """Reports never change."""

    list_display: ClassVar[list[str]] = [
        "period_start",
        "grid_name",
        "kind",
        "issue",
        "as_of",
        "written_by",
        "created_at",
    ]
    list_filter: ClassVar[list[str]] = ["kind", "period_start"]
    search_fields: ClassVar[list[str]] = ["grid_name", "grid_code"]
    list_select_related: ClassVar[list[str]] = ["written_by"]
    date_hierarchy = "period_start"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        return Report.objects.visible_to(request.user).defer("snapshot")


@admin.register(ReportSchedule)
class ReportScheduleAdmin(ModelAdmin):
    """When which report is written: so many days after its period, at this time."""

    list_display: ClassVar[list[str]] = ["kind", "level", "days_after", "at", "is_active"]
    list_editable: ClassVar[list[str]] = ["days_after", "at", "is_active"]
    list_filter: ClassVar[list[str]] = ["kind", "is_active"]
