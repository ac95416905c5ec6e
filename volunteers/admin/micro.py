"""Micro-projects and service points in the admin: kinds are kept here, the rest is to look at."""

from typing import Any, ClassVar

from django.contrib import admin

from grid.admin.dictionaries import DictionaryAdmin
from incidents.admin.reading import ReadOnlyInline, VisibleAdmin
from volunteers.models import (
    BudgetLine,
    Criterion,
    MicroCall,
    MicroKind,
    MicroProject,
    Milestone,
    Opening,
    PointKind,
    ServicePoint,
)


@admin.register(PointKind)
class PointKindAdmin(DictionaryAdmin):
    """清凉驿站, 政务服务点, 日间照料中心 …"""


@admin.register(MicroKind)
class MicroKindAdmin(DictionaryAdmin):
    """心愿墙项目, 网格微创投, the six of the city."""


class OpeningInline(ReadOnlyInline):
    """The lines of the board."""

    model = Opening
    fields = ("on", "is_open", "text", "at")
    readonly_fields = fields


@admin.register(ServicePoint)
class ServicePointAdmin(VisibleAdmin):
    """Written by `volunteers.service_points` alone."""

    list_display = ("name", "kind", "grid", "hours", "season_from", "season_until", "reach", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "address", "grid_code__startswith")
    list_select_related = ("kind", "grid")
    exclude = ("is_demo",)
    raw_id_fields = ("grid", "organization")
    inlines: ClassVar[list[Any]] = [OpeningInline]


class CriterionInline(ReadOnlyInline):
    """What bids are scored on."""

    model = Criterion
    fields = ("position", "name", "most")
    readonly_fields = fields


@admin.register(MicroCall)
class MicroCallAdmin(VisibleAdmin):
    """Written by `volunteers.micro_calls` alone, because teams and units are told."""

    list_display = ("name", "grid", "opens_on", "closes_on", "budget", "own_share")
    search_fields = ("name", "grid_code__startswith")
    list_select_related = ("grid",)
    exclude = ("is_demo",)
    raw_id_fields = ("grid",)
    inlines: ClassVar[list[Any]] = [CriterionInline]


class BudgetLineInline(ReadOnlyInline):
    """The budget with what was spent."""

    model = BudgetLine
    fields = ("name", "amount", "spent")
    readonly_fields = fields


class MilestoneInline(ReadOnlyInline):
    """The milestones."""

    model = Milestone
    fields = ("text", "due_on", "done_on")
    readonly_fields = fields


@admin.register(MicroProject)
class MicroProjectAdmin(VisibleAdmin):
    """Written by `volunteers.micro`, `micro_review` and `micro_money` alone; who reviewed is not shown here."""

    list_display = ("number", "title", "kind", "call", "grid", "asked", "granted", "status", "at")
    list_filter = ("status", "kind")
    search_fields = ("number", "title", "grid_code__startswith")
    list_select_related = ("kind", "call", "grid")
    exclude = ("is_demo", "digest", "wishes")
    raw_id_fields = ("call", "team", "organization", "grid", "by")
    inlines: ClassVar[list[Any]] = [BudgetLineInline, MilestoneInline]
