"""Disputes and call-backs, to look at; parties and the reporters' own words stay closed here (law 11)."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from grid.scope import scope_of
from incidents.admin.reading import ReadOnlyAdmin, ReadOnlyInline
from incidents.models import CallBack, CallBackSample, Dispute, DisputeEvent


class DisputeEventInline(ReadOnlyInline):
    """The history."""

    model = DisputeEvent
    fields = ("happened_at", "kind", "from_state", "to_state", "actor_name", "place", "text", "is_kept")
    readonly_fields = fields
    ordering = ("id",)


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    """One dispute with its history."""

    list_display = ("number", "title", "kind", "risk", "state", "level", "mediator", "next_visit_on")
    list_filter = ("state", "kind", "risk", "level")
    search_fields = ("number__startswith", "title")
    list_select_related = ("mediator",)
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    exclude = ("is_demo",)
    readonly_fields = ("page",)
    inlines: ClassVar[list[Any]] = [DisputeEventInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        rows: Any = super().get_queryset(request)
        visible: QuerySet[Any] = rows.visible_to(request.user)
        return visible

    @admin.display(description=_("page of the dispute"))
    def page(self, dispute: Dispute) -> str:
        """The page where steps are made."""
        return format_html('<a href="{}">{}</a>', reverse("incidents:dispute", args=[dispute.number]), dispute.number)


@admin.register(CallBack)
class CallBackAdmin(ReadOnlyAdmin):
    """One call-back."""

    list_display = ("incident", "round", "contact", "responded", "solved", "satisfaction", "is_excluded", "called_at")
    list_filter = ("contact", "solved", "satisfaction", "is_excluded")
    search_fields = ("incident__number__startswith",)
    list_select_related = ("incident",)
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    exclude = ("answer",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        rows: Any = super().get_queryset(request)
        visible: QuerySet[Any] = rows.visible_to(request.user)
        return visible.defer("answer", "incident__contact_name", "incident__contact_phone")


@admin.register(CallBackSample)
class CallBackSampleAdmin(ReadOnlyAdmin):
    """One draw with its seed."""

    list_display = ("starts_at", "ends_at", "grid_code", "percent", "population", "seed", "drawn_by", "drawn_at")
    list_select_related = ("drawn_by",)
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Draws of the subtrees where the reader calls back."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(scope_of(request.user).q("incident.call_back", "grid_code"))
