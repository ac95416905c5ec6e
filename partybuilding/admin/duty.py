"""Duty, calls and orders in the admin: kinds are kept here, everything else is to look at."""

from typing import Any, ClassVar

from django.contrib import admin

from grid.admin.dictionaries import DictionaryAdmin
from incidents.admin.reading import ReadOnlyInline, VisibleAdmin
from partybuilding.models import CallAnswer, DutyPost, DutyShift, JointTaskKind, MemberCall, ServiceClaim, ServiceOrder


@admin.register(JointTaskKind)
class JointTaskKindAdmin(DictionaryAdmin):
    """五联, and what the office adds; one that is used is put out of use, not deleted."""


@admin.register(DutyPost)
class DutyPostAdmin(VisibleAdmin):
    """One duty post."""

    list_display = ("name", "grid", "place", "weekdays", "starts", "ends", "people", "is_active")
    list_filter = ("is_active", "skill")
    search_fields = ("name", "grid_code__startswith")
    list_select_related = ("grid",)
    exclude = ("is_demo",)


@admin.register(DutyShift)
class DutyShiftAdmin(VisibleAdmin):
    """One shift; the member by her number."""

    list_display = ("on", "post", "member", "status", "remark")
    list_filter = ("status",)
    search_fields = ("post__name", "post__grid_code__startswith")
    list_select_related = ("post", "member")
    date_hierarchy = "on"
    exclude = ("is_demo",)


class CallAnswerInline(ReadOnlyInline):
    """Who answered."""

    model = CallAnswer
    fields = ("member", "answer", "hours", "at")
    readonly_fields = fields


@admin.register(MemberCall)
class MemberCallAdmin(VisibleAdmin):
    """One call of members."""

    list_display = ("title", "kind", "grid", "starts_at", "people", "status")
    list_filter = ("status", "kind")
    search_fields = ("title", "grid_code__startswith")
    list_select_related = ("kind", "grid")
    exclude = ("is_demo", "digest")
    inlines: ClassVar[list[Any]] = [CallAnswerInline]


@admin.register(ServiceOrder)
class ServiceOrderAdmin(VisibleAdmin):
    """One order; who ordered stays sealed here."""

    list_display = ("number", "kind", "grid", "status", "at", "member", "rating", "lapses")
    list_filter = ("status", "kind", "is_agency")
    search_fields = ("number", "grid_code__startswith")
    list_select_related = ("kind", "grid", "member")
    exclude = ("is_demo", "digest", "name", "phone", "door")


@admin.register(ServiceClaim)
class ServiceClaimAdmin(VisibleAdmin):
    """One claimed service."""

    list_display = ("member", "kind", "grid", "since", "until")
    list_filter = ("kind",)
    list_select_related = ("member", "kind", "grid")
    exclude = ("is_demo",)
