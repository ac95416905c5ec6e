"""The grid academy in the admin: libraries are kept here, sessions are to look at."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from fieldwork.models import Attendance, Competence, Course, Material, Teacher, TrainingSession
from incidents.admin.reading import ReadOnlyAdmin, ReadOnlyInline


@admin.register(Competence)
class CompetenceAdmin(ModelAdmin):
    """What a grid worker should be able to do; one that is used is put out of use, not deleted."""

    list_display: ClassVar[list[str]] = ["name", "meaning", "position", "is_active"]
    list_editable: ClassVar[list[str]] = ["position", "is_active"]
    search_fields: ClassVar[list[str]] = ["name"]


@admin.register(Teacher)
class TeacherAdmin(ModelAdmin):
    """师资库."""

    list_display: ClassVar[list[str]] = ["name", "unit", "subjects", "is_active"]
    list_filter: ClassVar[list[str]] = ["is_active"]
    search_fields: ClassVar[list[str]] = ["name", "unit"]
    autocomplete_fields: ClassVar[list[str]] = ["user"]


class MaterialInline(TabularInline):
    """教材库."""

    model = Material
    extra = 0


@admin.register(Course)
class CourseAdmin(ModelAdmin):
    """课程库; a course with sessions is put out of use, not deleted (the database holds it)."""

    list_display: ClassVar[list[str]] = ["title", "form", "audience", "hours", "is_active"]
    list_filter: ClassVar[list[str]] = ["form", "is_active"]
    search_fields: ClassVar[list[str]] = ["title"]
    filter_horizontal: ClassVar[list[str]] = ["competences"]
    inlines: ClassVar[list[Any]] = [MaterialInline]


class AttendanceInline(ReadOnlyInline):
    """Who was there."""

    model = Attendance
    fields = ("user", "presence", "passed", "remark", "noted_at")
    readonly_fields = fields


@admin.register(TrainingSession)
class TrainingSessionAdmin(ReadOnlyAdmin):
    """Written by `fieldwork.training` alone."""

    list_display: ClassVar[list[str]] = ["course", "grid", "starts_at", "place", "teacher", "status"]
    list_filter: ClassVar[list[str]] = ["status", "course__form"]
    list_select_related: ClassVar[list[str]] = ["course", "grid", "teacher"]
    inlines: ClassVar[list[Any]] = [AttendanceInline]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        found: QuerySet[Any] = TrainingSession.objects.visible_to(request.user)
        return found
