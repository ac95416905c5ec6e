"""Meetings, decisions and the papers of reports in the admin: to look at only; they change on their own pages."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from incidents.admin.reading import ReadOnlyAdmin
from reports.models import Decision, Meeting, ReportPaper


@admin.register(ReportPaper)
class ReportPaperAdmin(ReadOnlyAdmin):
    """How far a report is on its way."""

    list_display: ClassVar[list[str]] = ["report", "status", "checked_by", "signed_by", "signed_at", "sent_at"]
    list_filter: ClassVar[list[str]] = ["status", "report__kind"]
    search_fields: ClassVar[list[str]] = ["report__grid_name", "report__grid_code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        rows = ReportPaper.objects.visible_to(request.user).select_related("report", "checked_by", "signed_by")
        return rows.defer("report__snapshot", "text")


@admin.register(Meeting)
class MeetingAdmin(ReadOnlyAdmin):
    """Meetings are written down on their own pages."""

    list_display: ClassVar[list[str]] = ["held_on", "kind", "grid", "chair", "written_by"]
    list_filter: ClassVar[list[str]] = ["kind", "held_on"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        rows = Meeting.objects.visible_to(request.user).select_related("grid", "written_by")
        return rows.defer("minutes", "grid__boundary")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """What meetings decided."""

    list_display: ClassVar[list[str]] = ["text", "owner", "due_on", "done_at", "grid_code"]
    list_filter: ClassVar[list[str]] = ["due_on", "done_at"]
    search_fields: ClassVar[list[str]] = ["text", "owner"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        return Decision.objects.visible_to(request.user)
