"""Organizations in the admin: stars, labels and plans of posts are kept here; the tree is to look at."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from grid.admin.dictionaries import ByPost, DictionaryAdmin
from grid.scope import scope_of
from incidents.admin.reading import ReadOnlyInline, VisibleAdmin
from partybuilding.models import (
    CommunityProfile,
    Label,
    PartyOrganization,
    PartyPost,
    PostPlan,
    Star,
    StarAward,
)


@admin.register(Star)
class StarAdmin(DictionaryAdmin):
    """The stars of 五星支部: their names and colours differ by place (domain.md 4.3)."""

    list_display: Any = ("name", "nickname", "colour", "source", "position", "is_active")


@admin.register(Label)
class LabelAdmin(DictionaryAdmin):
    """Ways of working, modes, traits, programs, documents."""

    list_display: Any = ("name", "family", "meaning", "source", "position", "is_active")
    list_filter = ("family", "is_active")


@admin.register(PostPlan)
class PostPlanAdmin(ByPost, ModelAdmin):
    """How many holders of a post an organization of a kind should have."""

    list_display = ("kind", "title", "count")
    list_editable = ("count",)
    list_filter = ("kind",)


class PartyPostInline(ReadOnlyInline):
    """Who held which post."""

    model = PartyPost
    fields = ("title", "name", "since", "until")
    readonly_fields = fields


@admin.register(PartyOrganization)
class PartyOrganizationAdmin(VisibleAdmin):
    """Written by `partybuilding.organizations` alone, because a move rewrites paths."""

    list_display = ("organization", "kind", "grid", "parent", "founded_on", "ended_on")
    list_filter = ("kind", "is_grand")
    search_fields = ("organization__name", "grid_code__startswith")
    list_select_related = ("organization", "grid", "parent__organization")
    exclude = ("is_demo", "path", "buildings")
    raw_id_fields = ("organization", "parent", "grid")
    inlines: ClassVar[list[Any]] = [PartyPostInline]


@admin.register(StarAward)
class StarAwardAdmin(VisibleAdmin):
    """Written by `partybuilding.awards` alone."""

    list_display = ("year", "star", "party", "result", "by", "at")
    list_filter = ("year", "star", "result")
    list_select_related = ("star", "party__organization", "by")


@admin.register(CommunityProfile)
class CommunityProfileAdmin(ModelAdmin):
    """How a community is governed; the page of the profile edits the same."""

    list_display = ("grid", "brand", "version")
    search_fields = ("brand", "grid_code__startswith")
    list_select_related = ("grid",)
    filter_horizontal = ("labels",)
    readonly_fields = ("grid", "grid_code", "version")
    exclude = ("is_demo",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of one's own grids: what a street is known by is not its communities' to change."""
        return super().get_queryset(request).filter(scope_of(request.user).q("party.view", "grid_code"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever sees party work."""
        return scope_of(request.user).can("party.view")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """In the own grids."""
        return scope_of(request.user).can("party.view", obj and obj.grid_code)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """On the page, where a grid is chosen."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever edits party work there."""
        return scope_of(request.user).can("party.edit", obj and obj.grid_code)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a profile is emptied, not taken away."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Pages of the earlier state are out of date."""
        obj.version += 1
        super().save_model(request, obj, form, change)
