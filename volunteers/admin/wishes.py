"""Wishes in the administration: kinds are kept here, wishes and rounds are to look at; what is sealed is left out."""

from django.contrib import admin

from grid.admin.dictionaries import DictionaryAdmin
from incidents.admin.reading import VisibleAdmin
from volunteers.models import Wish, WishKind, WishRound


@admin.register(WishKind)
class WishKindAdmin(DictionaryAdmin):
    """What is wished for."""

    list_display = ("name", "meaning", "is_service", "source", "position", "is_active")
    list_filter = ("is_service", "is_active")


@admin.register(WishRound)
class WishRoundAdmin(VisibleAdmin):
    """Written by `volunteers.wish_rounds` alone."""

    list_display = ("name", "festival", "grid", "opens_on", "closes_on", "ceiling")
    search_fields = ("name", "grid_code__startswith")
    list_select_related = ("grid",)
    exclude = ("is_demo",)


@admin.register(Wish)
class WishAdmin(VisibleAdmin):
    """Written by `volunteers.wishes` alone; name, phone, door and remark are opened on its page, for a purpose."""

    list_display = ("number", "display_name", "title", "kind", "grid", "status", "returns", "at")
    list_filter = ("status", "source", "kind")
    search_fields = ("number", "title", "grid_code__startswith")
    list_select_related = ("kind", "grid")
    exclude = ("name", "phone", "door", "remark", "is_demo", "digest")
    raw_id_fields = ("grid", "building", "household", "note", "round", "by", "verified_by")
