"""Patrols, plans, switches and badges to look at: they are written on their own pages, by the business code."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from fieldwork.models import BadgeHolding, Checkpoint, Patrol, PatrolFinding, PatrolPlan, PolicySwitch
from grid.admin.scoped import ReadOnlyScopedAdmin
from incidents.admin.reading import ReadOnlyInline


class SeenAdmin(ReadOnlyScopedAdmin):
    """Records of field work: for whoever may see those, not for all who see grids."""

    code_path = "grid_code"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        rows: Any = super().get_queryset(request)
        found: QuerySet[Any] = rows.visible_to(request.user)
        return found


class CheckpointInline(ReadOnlyInline):
    """The points of a plan."""

    model = Checkpoint
    fields = ("position", "name")
    readonly_fields = fields


@admin.register(PatrolPlan)
class PatrolPlanAdmin(SeenAdmin):
    """One plan."""

    list_display = ("name", "grid", "kind", "times", "opens_at", "closes_at", "starts_on", "ends_on")
    list_filter = ("kind",)
    search_fields = ("name", "grid_code__startswith")
    list_select_related = ("grid",)
    exclude = ("is_demo",)
    inlines: ClassVar[list[Any]] = [CheckpointInline]


class FindingInline(ReadOnlyInline):
    """What was found."""

    model = PatrolFinding
    fields = ("at", "text", "fixed_on_spot", "incident", "checkpoint")
    readonly_fields = fields


@admin.register(Patrol)
class PatrolAdmin(SeenAdmin):
    """One round."""

    list_display = ("at", "grid", "kind", "plan", "by", "status", "finished_at")
    list_filter = ("kind", "status")
    search_fields = ("grid_code__startswith", "by__real_name")
    list_select_related = ("grid", "plan", "by")
    ordering = ("-id",)
    exclude = ("is_demo",)
    inlines: ClassVar[list[Any]] = [FindingInline]


@admin.register(PolicySwitch)
class PolicySwitchAdmin(SeenAdmin):
    """One decision."""

    list_display = ("name", "grid", "reason", "approved_by", "starts_on", "ends_on")
    list_filter = ("name",)
    list_select_related = ("grid", "approved_by")


@admin.register(BadgeHolding)
class BadgeHoldingAdmin(SeenAdmin):
    """Who wears which badge."""

    list_display = ("badge", "user", "grid", "since", "until", "given_by")
    list_filter = ("badge__role_set",)
    search_fields = ("user__real_name", "grid_code__startswith")
    list_select_related = ("badge", "user", "grid", "given_by")
