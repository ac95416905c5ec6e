"""Deliberation in the admin: forums are kept here too; meetings, topics, decisions and opinions are to look at."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from grid.admin.scoped import KeptAdmin, ReadOnlyScopedAdmin
from incidents.admin.reading import ReadOnlyInline
from partybuilding.models import DeputyOpinion, FollowUp, Forum, ForumMeeting, MeetingGuest, Resolution, Topic


class SeenAdmin(ReadOnlyScopedAdmin):
    """Written by the business alone; for whoever may see party work."""

    code_path = "grid_code"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        rows: Any = super().get_queryset(request)
        found: QuerySet[Any] = rows.visible_to(request.user)
        return found


@admin.register(Forum)
class ForumAdmin(KeptAdmin):
    """A forum; one that met is put out of use, not deleted."""

    code_path = "grid_code"
    list_display = ("name", "grid", "kind", "venue", "rhythm", "every_days", "child_days", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "venue", "grid_code__startswith")
    list_select_related = ("grid",)
    readonly_fields = ("grid", "grid_code")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Founded on its own page, where the grid is chosen."""
        return False


class GuestInline(ReadOnlyInline):
    """Who was asked; members of the party are not named here."""

    model = MeetingGuest
    fields = ("user", "unit", "role", "presence")
    readonly_fields = fields


class TopicInline(ReadOnlyInline):
    """The agenda."""

    model = Topic
    fields = ("position", "title", "principle", "opinion")
    readonly_fields = fields


@admin.register(ForumMeeting)
class ForumMeetingAdmin(SeenAdmin):
    """One meeting."""

    list_display = ("title", "forum", "grid", "starts_at", "status", "residents")
    list_filter = ("status", "forum__kind")
    search_fields = ("title", "grid_code__startswith")
    list_select_related = ("forum", "grid")
    exclude = ("is_demo",)
    inlines: ClassVar[list[Any]] = [GuestInline, TopicInline]


@admin.register(Topic)
class TopicAdmin(SeenAdmin):
    """One topic."""

    list_display = ("title", "principle", "grid", "meeting", "at")
    list_filter = ("principle",)
    search_fields = ("title", "grid_code__startswith")
    list_select_related = ("grid", "meeting")
    exclude = ("is_demo",)


class FollowUpInline(ReadOnlyInline):
    """How it stood."""

    model = FollowUp
    fields = ("at", "meeting", "text", "by")
    readonly_fields = fields


@admin.register(Resolution)
class ResolutionAdmin(SeenAdmin):
    """One decision."""

    list_display = ("text", "owner", "due_on", "child", "status", "ended_at")
    list_filter = ("status", "child")
    search_fields = ("text", "owner", "grid_code__startswith")
    list_select_related = ("topic",)
    exclude = ("is_demo",)
    inlines: ClassVar[list[Any]] = [FollowUpInline]


@admin.register(DeputyOpinion)
class DeputyOpinionAdmin(SeenAdmin):
    """One opinion."""

    list_display = ("deputy_name", "body", "grid", "status", "satisfaction", "due_on", "at")
    list_filter = ("status", "body", "satisfaction")
    search_fields = ("deputy_name", "grid_code__startswith")
    list_select_related = ("grid",)
    exclude = ("is_demo",)
