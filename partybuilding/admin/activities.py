"""Activities in the admin: kinds are kept here, everything else is to look at; it is written on its own pages."""

from typing import Any, ClassVar

from django.contrib import admin

from grid.admin.dictionaries import DictionaryAdmin
from incidents.admin.reading import ReadOnlyInline, VisibleAdmin
from partybuilding.models import Activity, ActivityKind, ActivityPerson, ActivitySeries, Story


@admin.register(ActivityKind)
class ActivityKindAdmin(DictionaryAdmin):
    """主题党日, 义诊, 邻居节 …; one that is used is put out of use, not deleted."""


@admin.register(ActivitySeries)
class ActivitySeriesAdmin(VisibleAdmin):
    """One series."""

    list_display = ("name", "theme", "grid", "starts_on", "ends_on", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    list_select_related = ("grid",)
    exclude = ("is_demo",)


class PersonInline(ReadOnlyInline):
    """Who came; the names of residents stay sealed."""

    model = ActivityPerson
    fields = ("user", "member", "presence", "at")
    readonly_fields = fields


@admin.register(Activity)
class ActivityAdmin(VisibleAdmin):
    """One activity."""

    list_display = ("title", "level", "kind", "grid", "starts_at", "status", "attended", "beneficiaries")
    list_filter = ("level", "status", "kind")
    search_fields = ("title", "grid_code__startswith")
    list_select_related = ("grid", "kind")
    date_hierarchy = "starts_at"
    exclude = ("is_demo",)
    inlines: ClassVar[list[Any]] = [PersonInline]


@admin.register(Story)
class StoryAdmin(VisibleAdmin):
    """One story."""

    list_display = ("title", "about", "activity", "grid", "is_chosen", "at")
    list_filter = ("is_chosen",)
    search_fields = ("title",)
    list_select_related = ("activity", "grid")
    exclude = ("is_demo",)
