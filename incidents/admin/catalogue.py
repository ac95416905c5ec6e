"""Categories with their time limits, the limits of all, and the working calendar."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from incidents.models import CalendarDay, Category, TimeLimit


class LimitInline(TabularInline):
    """The limits of one category; a stage without one follows the limits of all."""

    model = TimeLimit
    extra = 0
    fields = ("clock", "urgency", "amount", "unit", "source")


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    """大类 and 小类. A category that was ever used is put out of use, not deleted."""

    list_display = ("name", "code", "kind", "parent", "severity", "urgency", "is_active")
    list_filter = ("kind", "is_active", "severity", "urgency", ("parent", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "code", "parent__name")
    list_select_related = ("parent",)
    autocomplete_fields = ("parent",)
    inlines: ClassVar[list[Any]] = [LimitInline]
    list_per_page = 50


@admin.register(TimeLimit)
class TimeLimitAdmin(ModelAdmin):
    """Limits for every category that names none of its own; those of a category stand on its page."""

    list_display = ("clock", "urgency", "amount", "unit", "source")
    list_filter = ("clock", "urgency")
    fields = ("clock", "urgency", "amount", "unit", "source")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those without a category."""
        return super().get_queryset(request).filter(category__isnull=True)


@admin.register(CalendarDay)
class CalendarDayAdmin(ModelAdmin):
    """Holidays and make-up days (调休); days without a row follow the week and count as estimated."""

    list_display = ("day", "name", "is_workday", "is_estimated")
    list_filter = ("is_workday", "is_estimated")
    search_fields = ("name",)
    date_hierarchy = "day"
    ordering = ("-day",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The day is the key: a wrong one is deleted and entered anew."""
        return ("day",) if obj else ()
