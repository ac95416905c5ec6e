"""The three lists in the admin: kinds, types and waiting times are kept here, the lists are to look at."""

from typing import Any, ClassVar

from django.contrib import admin
from unfold.admin import ModelAdmin

from grid.admin.dictionaries import ByPost, DictionaryAdmin
from incidents.admin.reading import ReadOnlyInline, VisibleAdmin
from partybuilding.models import (
    ListCall,
    Need,
    NeedWait,
    Project,
    ProjectPerson,
    ProjectStep,
    ProjectType,
    Resource,
    SupportKind,
)


@admin.register(SupportKind)
class SupportKindAdmin(DictionaryAdmin):
    """What is needed and offered; those that residents may order are marked."""

    list_display: Any = ("name", "meaning", "is_service", "source", "position", "is_active")
    list_filter = ("is_service", "is_active")


@admin.register(ProjectType)
class ProjectTypeAdmin(DictionaryAdmin):
    """What joint projects are, with their usual steps."""


@admin.register(NeedWait)
class NeedWaitAdmin(ByPost, ModelAdmin):
    """After how many days an open need goes up a level; no source names a number, the office writes it."""

    list_display = ("level", "days", "is_active")
    list_editable = ("days", "is_active")


@admin.register(ListCall)
class ListCallAdmin(VisibleAdmin):
    """Written by `partybuilding.list_calls` alone, because units are told."""

    list_display = ("year", "half", "grid", "opens_on", "closes_on", "by")
    list_filter = ("year", "half")
    list_select_related = ("grid", "by")
    exclude = ("is_demo",)


@admin.register(Need)
class NeedAdmin(VisibleAdmin):
    """Written by `partybuilding.needs` alone: its status follows its project."""

    list_display = ("number", "title", "kind", "grid", "source", "status", "at")
    list_filter = ("status", "source", "kind")
    search_fields = ("number", "title", "grid_code__startswith")
    list_select_related = ("kind", "grid")
    exclude = ("is_demo", "digest")
    raw_id_fields = ("incident", "report_in", "unit", "compound", "grid", "by")


@admin.register(Resource)
class ResourceAdmin(VisibleAdmin):
    """Written by `partybuilding.resources` alone."""

    list_display = ("title", "unit", "kind", "serves_code", "capacity", "status", "at")
    list_filter = ("status", "kind")
    search_fields = ("title", "unit__organization__name", "serves_code__startswith")
    list_select_related = ("unit__organization", "kind")
    exclude = ("is_demo", "digest")
    raw_id_fields = ("unit", "by")


class ProjectStepInline(ReadOnlyInline):
    """The planned steps."""

    model = ProjectStep
    fields = ("position", "part", "text", "due_on", "done_on")
    readonly_fields = fields


class ProjectPersonInline(ReadOnlyInline):
    """Who took part; members have numbers here, no names."""

    model = ProjectPerson
    fields = ("member", "hours")
    readonly_fields = fields


@admin.register(Project)
class ProjectAdmin(VisibleAdmin):
    """Written by `partybuilding.projects` alone: its steps take the need along."""

    list_display = ("number", "title", "type", "unit", "grid", "status", "promised_on", "is_best")
    list_filter = ("status", "type", "is_best")
    search_fields = ("number", "title", "grid_code__startswith")
    list_select_related = ("type", "unit__organization", "grid")
    exclude = ("is_demo", "digest")
    raw_id_fields = ("need", "resource", "unit", "grid", "by", "confirmed_by")
    inlines: ClassVar[list[Any]] = [ProjectStepInline, ProjectPersonInline]
