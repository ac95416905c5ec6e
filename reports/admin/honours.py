"""Honours, typical cases and records in the admin: titles are kept here, everything else is to look at."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from incidents.admin.reading import ReadOnlyAdmin, ReadOnlyInline
from reports.honours.reading import nominations_for, rounds_for
from reports.models import (
    HonourPlace,
    HonourRound,
    HonourTitle,
    Matter,
    Nomination,
    OutsideFigure,
    Tour,
    TourItem,
    TypicalCase,
    WorkMethod,
    WorkMethodStep,
)


@admin.register(HonourTitle)
class HonourTitleAdmin(ModelAdmin):
    """The titles and prizes that can be given."""

    list_display: ClassVar[list[str]] = ["name", "prize", "holder", "source", "is_active"]
    list_filter: ClassVar[list[str]] = ["holder", "is_active"]
    search_fields: ClassVar[list[str]] = ["name", "prize"]


class PlaceInline(ReadOnlyInline):
    """The headings of a round."""

    model = HonourPlace
    fields = ("heading", "title", "places")
    readonly_fields = fields


@admin.register(HonourRound)
class HonourRoundAdmin(ReadOnlyAdmin):
    """Written by `reports.honours` alone."""

    list_display: ClassVar[list[str]] = ["name", "grid", "status", "period_start", "period_end", "decided_on"]
    list_filter: ClassVar[list[str]] = ["status"]
    inlines: ClassVar[list[Any]] = [PlaceInline]
    list_select_related: ClassVar[list[str]] = ["grid"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        return rounds_for(request.user)


@admin.register(Nomination)
class NominationAdmin(ReadOnlyAdmin):
    """Written by `reports.honours` alone."""

    list_display: ClassVar[list[str]] = ["name", "unit", "place", "status", "certificate"]
    list_filter: ClassVar[list[str]] = ["status"]
    search_fields: ClassVar[list[str]] = ["name", "certificate"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        return nominations_for(request.user)


class InGridAdmin(ReadOnlyAdmin):
    """Rows of an office, in the scope of the administrator."""

    list_select_related: ClassVar[list[str]] = ["grid"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        manager: Any = self.model._default_manager
        found: QuerySet[Any] = manager.visible_to(request.user)
        return found


@admin.register(TypicalCase)
class TypicalCaseAdmin(InGridAdmin):
    """Written by `reports.typical` alone."""

    list_display: ClassVar[list[str]] = ["title", "grid", "status", "submitted_to", "submitted_at", "answered_at"]
    list_filter: ClassVar[list[str]] = ["status"]
    search_fields: ClassVar[list[str]] = ["title"]


class TourItemInline(ReadOnlyInline):
    """The checklist."""

    model = TourItem
    fields = ("order", "topic", "finding", "is_good")
    readonly_fields = fields


@admin.register(Tour)
class TourAdmin(InGridAdmin):
    """Written by `reports.records` alone."""

    list_display: ClassVar[list[str]] = ["title", "kind", "grid", "held_on", "is_done"]
    list_filter: ClassVar[list[str]] = ["kind", "is_done"]
    inlines: ClassVar[list[Any]] = [TourItemInline]


@admin.register(Matter)
class MatterAdmin(InGridAdmin):
    """Written by `reports.records` alone."""

    list_display: ClassVar[list[str]] = ["title", "topic", "grid", "status", "planned_on", "done_on", "households"]
    list_filter: ClassVar[list[str]] = ["status", "topic"]
    search_fields: ClassVar[list[str]] = ["title"]


class StepInline(ReadOnlyInline):
    """The steps."""

    model = WorkMethodStep
    fields = ("order", "name", "meaning", "figure", "note")
    readonly_fields = fields


@admin.register(WorkMethod)
class WorkMethodAdmin(InGridAdmin):
    """Written by `reports.records` alone."""

    list_display: ClassVar[list[str]] = ["name", "grid", "source"]
    inlines: ClassVar[list[Any]] = [StepInline]


@admin.register(OutsideFigure)
class OutsideFigureAdmin(InGridAdmin):
    """Written by `reports.records` alone."""

    list_display: ClassVar[list[str]] = ["system", "grid", "measure", "period_start", "period_end", "value", "unit"]
    list_filter: ClassVar[list[str]] = ["system"]
    search_fields: ClassVar[list[str]] = ["system", "measure"]
