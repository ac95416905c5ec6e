"""Incidents, to look at. State and history are written by `incidents.lifecycle` alone; no page of the admin does."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from incidents.admin.reading import ReadOnlyAdmin, ReadOnlyInline
from incidents.models import Assignment, ClockEntry, DispatchDecision, Incident, IncidentEvent


class EventInline(ReadOnlyInline):
    """The history."""

    model = IncidentEvent
    fields = ("sequence", "at", "kind", "move", "from_state", "to_state", "actor_name", "text")
    readonly_fields = fields
    ordering = ("sequence",)


class ClockInline(ReadOnlyInline):
    """The ledger of the clocks."""

    model = ClockEntry
    fields = ("sequence", "clock", "kind", "at", "amount", "unit", "due_at")
    readonly_fields = fields
    ordering = ("sequence",)


class AssignmentInline(ReadOnlyInline):
    """Whose task it was."""

    model = Assignment
    fields = ("organization", "user", "by", "starts_at", "ends_at", "outcome")
    readonly_fields = fields


class DecisionInline(ReadOnlyInline):
    """Why it went there."""

    model = DispatchDecision
    fields = ("round", "category", "category_confidence", "chosen_organization", "chosen_user", "left_to_person", "at")
    readonly_fields = fields


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """One incident with everything that is kept of it; the reporter's contact stays closed (law 11)."""

    list_display = ("number", "title", "state", "category", "grid", "handler", "reported_at")
    list_filter = ("state", "source", "urgency", "clock", "was_overdue")
    search_fields = ("number__startswith", "title", "external_id__exact")
    list_select_related = ("category", "grid", "handler_organization", "handler_user")
    date_hierarchy = None
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    exclude = ("contact_name", "contact_phone", "contact_index", "point", "client_uuid", "is_demo")
    readonly_fields = ("page", "place")
    inlines: ClassVar[list[Any]] = [EventInline, ClockInline, AssignmentInline, DecisionInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere, without the sealed contact."""
        rows: Any = super().get_queryset(request)
        visible: QuerySet[Any] = rows.visible_to(request.user).defer("contact_name", "contact_phone")
        return visible

    @admin.display(description=_("page of the case"))
    def page(self, incident: Incident) -> str:
        """The page where moves are made."""
        return format_html('<a href="{}">{}</a>', reverse("incidents:detail", args=[incident.number]), incident.number)

    @admin.display(description=_("handler"))
    def handler(self, incident: Incident) -> str:
        """The unit or the person."""
        return str(incident.handler_organization or incident.handler_user or "—")

    @admin.display(description=_("place"))
    def place(self, incident: Incident) -> str:
        """Longitude and latitude."""
        return f"{incident.point.x:.6f}, {incident.point.y:.6f}" if incident.point else "—"
