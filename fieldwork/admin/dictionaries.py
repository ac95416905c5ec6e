"""The office's own words: roles, duties, musts, purposes. What is used is put out of use, not deleted."""

from typing import Any, ClassVar

from django.contrib import admin
from unfold.admin import TabularInline

from fieldwork.models import DutyKind, MustDo, RoleBadge, RoleSet, VisitPurpose
from grid.admin.dictionaries import ByPost, DictionaryAdmin


class RoleBadgeInline(ByPost, TabularInline):
    """The roles of a set."""

    model = RoleBadge
    fields = ("position", "name", "meaning", "source", "is_active")
    extra = 0


@admin.register(RoleSet)
class RoleSetAdmin(DictionaryAdmin):
    """四员, 五员 and their roles."""

    inlines: ClassVar[list[Any]] = [RoleBadgeInline]


@admin.register(DutyKind)
class DutyKindAdmin(DictionaryAdmin):
    """Duties by family."""

    list_display = ("name", "family", "meaning", "source", "position", "is_active")
    list_filter = ("family",)


@admin.register(MustDo)
class MustDoAdmin(DictionaryAdmin):
    """五必知, 五必访, 三必到."""

    list_display = ("name", "group", "meaning", "position", "is_active")
    list_filter = ("group",)


@admin.register(VisitPurpose)
class VisitPurposeAdmin(DictionaryAdmin):
    """Why a household is visited."""
