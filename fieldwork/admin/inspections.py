"""Inspections in the admin: kinds with their thresholds are kept here; lists and what was found are to look at."""

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from fieldwork.models import (
    Checklist,
    ChecklistItem,
    Hazard,
    InspectedPlace,
    Inspection,
    InspectionAnswer,
    PlaceKind,
    Recheck,
    RectificationNotice,
)
from grid.admin.dictionaries import DictionaryAdmin
from incidents.admin.reading import ReadOnlyAdmin, ReadOnlyInline, VisibleAdmin


@admin.register(PlaceKind)
class PlaceKindAdmin(DictionaryAdmin):
    """The thresholds are local: those of Erqi stand here, another district writes its own (domain.md 3.8)."""

    list_display = ("name", "group", "measure", "below", "threshold", "every_days", "position", "is_active")
    list_editable = ("below", "every_days", "position", "is_active")
    list_filter = ("group", "is_active")
    search_fields = ("name", "code")


class ChecklistItemInline(ReadOnlyInline):
    """The items; they are changed on the pages, in a new version."""

    model = ChecklistItem
    fields = ("position", "part", "text", "basis", "is_serious")
    readonly_fields = fields


@admin.register(Checklist)
class ChecklistAdmin(ReadOnlyAdmin):
    """The lists with their versions."""

    list_display = ("code", "name", "version", "released_at", "replaced_at", "source")
    list_filter = ("code",)
    readonly_fields = ("page",)
    inlines: ClassVar[list[Any]] = [ChecklistItemInline]

    @admin.display(description=_("page of the checklist"))
    def page(self, checklist: Checklist) -> str:
        """Where new versions are made."""
        return format_html('<a href="{}">{}</a>', reverse("fieldwork:checklist", args=[checklist.pk]), checklist)


@admin.register(InspectedPlace)
class InspectedPlaceAdmin(VisibleAdmin):
    """The register; contacts stay closed here (law 11)."""

    list_display = ("name", "kind", "grid", "address", "due_on", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "grid_code__startswith")
    list_select_related = ("kind", "grid")
    ordering = ("-id",)
    exclude = ("is_demo", "responsible", "phone", "phone_index", "point")


class AnswerInline(ReadOnlyInline):
    """What the list said."""

    model = InspectionAnswer
    fields = ("item", "answer")
    readonly_fields = fields


class HazardInline(ReadOnlyInline):
    """What was found."""

    model = Hazard
    fields = ("text", "is_serious", "status", "notice", "fixed_at")
    readonly_fields = fields


@admin.register(Inspection)
class InspectionAdmin(VisibleAdmin):
    """One look with its answers and hazards."""

    list_display = ("at", "place", "grid", "level", "by")
    list_filter = ("level",)
    search_fields = ("grid_code__startswith", "place__name")
    list_select_related = ("place", "grid", "by")
    ordering = ("-id",)
    exclude = ("is_demo", "digest")
    inlines: ClassVar[list[Any]] = [AnswerInline, HazardInline]


@admin.register(Hazard)
class HazardAdmin(VisibleAdmin):
    """One hazard."""

    list_display = ("text", "place", "grid", "is_serious", "status", "notice", "fixed_at")
    list_filter = ("status", "is_serious")
    search_fields = ("grid_code__startswith", "place__name")
    list_select_related = ("place", "grid", "notice")
    ordering = ("-id",)
    exclude = ("is_demo",)


class RecheckInline(ReadOnlyInline):
    """The re-inspections."""

    model = Recheck
    fields = ("at", "by", "result", "text", "new_deadline")
    readonly_fields = fields


@admin.register(RectificationNotice)
class RectificationNoticeAdmin(VisibleAdmin):
    """One notice; steps are made on its page."""

    list_display = ("number", "place", "grid", "status", "deadline", "issued_by", "issued_at", "ended_at")
    list_filter = ("status",)
    search_fields = ("number", "grid_code__startswith", "place__name")
    list_select_related = ("place", "grid", "issued_by")
    ordering = ("-id",)
    exclude = ("is_demo",)
    readonly_fields = ("page",)
    inlines: ClassVar[list[Any]] = [RecheckInline]

    @admin.display(description=_("page of the notice"))
    def page(self, notice: RectificationNotice) -> str:
        """Where steps are made."""
        return format_html('<a href="{}">{}</a>', reverse("fieldwork:rectification", args=[notice.pk]), notice.number)
