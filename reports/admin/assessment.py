"""Assessments and schemes in the admin: to look at only; they are written on their own pages."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from incidents.admin.reading import ReadOnlyAdmin
from reports.models import Assessment, Objection, Scheme


@admin.register(Scheme)
class SchemeAdmin(ReadOnlyAdmin):
    """Schemes with their versions."""

    list_display: ClassVar[list[str]] = ["name", "number", "subject", "grid_code", "is_active"]
    list_filter: ClassVar[list[str]] = ["subject", "is_active"]
    search_fields: ClassVar[list[str]] = ["name", "source"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        return Scheme.objects.visible_to(request.user)


@admin.register(Assessment)
class AssessmentAdmin(ReadOnlyAdmin):
    """Runs."""

    list_display: ClassVar[list[str]] = ["scheme", "grid_code", "period_start", "period_end", "status", "published_at"]
    list_filter: ClassVar[list[str]] = ["status", "period_start"]
    search_fields: ClassVar[list[str]] = ["scheme__name", "grid_code"]
    list_select_related: ClassVar[list[str]] = ["scheme"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        return Assessment.objects.visible_to(request.user)


@admin.register(Objection)
class ObjectionAdmin(ReadOnlyAdmin):
    """Objections with their answers."""

    list_display: ClassVar[list[str]] = ["subject", "status", "by", "at", "answer"]
    list_filter: ClassVar[list[str]] = ["status"]
    list_select_related: ClassVar[list[str]] = ["by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        return Objection.objects.visible_to(request.user)
