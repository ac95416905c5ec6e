"""Points in the admin: everything is to look at; accounts by number, never sorted by what people have (law 14)."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from grid.scope import scope_of
from incidents.admin.reading import ReadOnlyAdmin, VisibleAdmin
from volunteers.models import Exchange, PointAccount, PointEntry, PointRule, ShopItem

RIGHT = "shop.edit"


@admin.register(PointRule)
class PointRuleAdmin(VisibleAdmin):
    """One version of the rule of a grid; versions are set on their page."""

    list_display = ("name", "grid", "per_hour", "cap_hours", "valid_days", "starts_on", "ends_on", "source")
    search_fields = ("name", "grid_code__startswith")
    list_select_related = ("grid",)
    exclude = ("is_demo",)


@admin.register(PointAccount)
class PointAccountAdmin(ReadOnlyAdmin):
    """One account; nobody can sort people by what they have."""

    list_display = ("pk", "kind", "volunteer", "balance")
    list_filter = ("kind",)
    search_fields = ("volunteer__number__exact",)
    list_select_related = ("volunteer",)
    sortable_by = ("pk",)
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of volunteers where the administrator keeps the shop, and the platform's own."""
        theirs = scope_of(request.user).q(RIGHT, "volunteer__grid_code")
        rows: QuerySet[Any] = super().get_queryset(request).filter(theirs | Q(volunteer=None))
        return rows


@admin.register(PointEntry)
class PointEntryAdmin(ReadOnlyAdmin):
    """One booking; the ledger only grows, and not here."""

    list_display = ("at", "kind", "giver", "taker", "amount", "text", "expires_on", "by")
    list_filter = ("kind",)
    search_fields = ("key__exact",)
    list_select_related = ("giver", "taker", "by")
    sortable_by = ("at",)
    date_hierarchy = "at"
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of accounts where the administrator keeps the shop."""
        scope = scope_of(request.user)
        theirs = scope.q(RIGHT, "giver__volunteer__grid_code") | scope.q(RIGHT, "taker__volunteer__grid_code")
        rows: QuerySet[Any] = super().get_queryset(request).filter(theirs)
        return rows


@admin.register(ShopItem)
class ShopItemAdmin(VisibleAdmin):
    """One item with its stock."""

    list_display = ("name", "grid", "price", "stock", "place", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "grid_code__startswith")
    list_select_related = ("grid",)
    exclude = ("is_demo",)


@admin.register(Exchange)
class ExchangeAdmin(VisibleAdmin):
    """One exchange; the pick-up code is its owner's."""

    list_display = ("item", "volunteer", "points", "status", "at", "pick_up_by", "ended_at")
    list_filter = ("status",)
    search_fields = ("item__name", "volunteer__number__exact")
    list_select_related = ("item", "volunteer")
    date_hierarchy = "at"
    exclude = ("code", "digest")
