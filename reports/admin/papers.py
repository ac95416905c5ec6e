"""Papers and templates in the admin: to look at only."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from grid.scope import scope_of
from incidents.admin.reading import ReadOnlyAdmin
from reports.models import DocumentTemplate, Paper


@admin.register(Paper)
class PaperAdmin(ReadOnlyAdmin):
    """Papers are written on their own pages."""

    list_display: ClassVar[list[str]] = ["title", "kind", "status", "year", "number", "office", "issued_on", "due_on"]
    list_filter: ClassVar[list[str]] = ["kind", "status", "year"]
    search_fields: ClassVar[list[str]] = ["title", "office"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        return Paper.objects.visible_to(request.user).defer("body", "reply")


@admin.register(DocumentTemplate)
class DocumentTemplateAdmin(ReadOnlyAdmin):
    """Templates are uploaded on their own page, where they are tried out."""

    list_display: ClassVar[list[str]] = ["name", "kind", "grid", "is_active", "uploaded_by", "uploaded_at"]
    list_filter: ClassVar[list[str]] = ["kind", "is_active"]
    exclude: ClassVar[list[str]] = ["content"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of offices where the reader sees reports."""
        rows = DocumentTemplate.objects.filter(scope_of(request.user).q("report.view", "grid__code"))
        return rows.select_related("grid", "uploaded_by").defer("content", "grid__boundary")
