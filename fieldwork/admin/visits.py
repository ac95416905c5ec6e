"""Visits, plans, rounds and door-knock actions, to look at: they are written on the pages of field work."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from fieldwork.models import KnockAction, KnockedDoor, Visit, VisitDuty, VisitPlan
from fieldwork.visit_plans import visible_plans
from incidents.admin.reading import ReadOnlyAdmin, ReadOnlyInline, VisibleAdmin


@admin.register(Visit)
class VisitAdmin(VisibleAdmin):
    """Written by `fieldwork.visits` alone."""

    list_display = ("at", "grid", "by", "outcome", "purpose", "next_on")
    list_filter = ("outcome", "purpose")
    search_fields = ("grid_code__startswith",)
    list_select_related = ("grid", "by", "purpose")
    ordering = ("-id",)
    exclude = ("is_demo", "digest", "resident")
    raw_id_fields = ("incident", "household", "subject", "building", "place")


@admin.register(VisitPlan)
class VisitPlanAdmin(ReadOnlyAdmin):
    """Written by `fieldwork.visit_plans` alone, because a change makes rounds anew."""

    list_display = ("name", "target", "tag", "tenure", "times", "period", "grid", "is_active", "source")
    list_filter = ("target", "period", "is_active")
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The plans that touch the grids of the administrator."""
        return visible_plans(request.user)


@admin.register(VisitDuty)
class VisitDutyAdmin(VisibleAdmin):
    """Written by `fieldwork.duties` alone."""

    list_display = ("due_on", "plan", "grid", "done_on", "dropped")
    list_filter = ("plan", "dropped")
    search_fields = ("grid_code__startswith",)
    list_select_related = ("plan", "grid")
    ordering = ("-id",)
    exclude = ("is_demo",)
    raw_id_fields = ("household", "subject", "visit")


class DoorInline(ReadOnlyInline):
    """The doors, without what stands on them: the page of the action shows that to whoever sees households."""

    model = KnockedDoor
    fields = ("building", "answer", "stand", "opinion", "tries", "by", "at")
    readonly_fields = fields


@admin.register(KnockAction)
class KnockActionAdmin(VisibleAdmin):
    """Written by `fieldwork.knocking` alone."""

    list_display = ("title", "grid", "status", "starts_on", "ends_on", "led_by")
    list_filter = ("status",)
    search_fields = ("title",)
    list_select_related = ("grid", "led_by")
    ordering = ("-id",)
    exclude = ("is_demo", "buildings")
    raw_id_fields = ("incident", "follow_up")
    inlines: ClassVar[list[Any]] = [DoorInline]
