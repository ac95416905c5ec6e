"""Services, hours and certificates in the admin: kinds and stars are kept here, everything else is to look at."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from grid.admin.dictionaries import DictionaryAdmin
from incidents.admin.reading import ReadOnlyInline, VisibleAdmin
from volunteers.models import Certificate, HourRecord, ServiceActivity, ServiceKind, Shift, StarLevel


@admin.register(ServiceKind)
class ServiceKindAdmin(DictionaryAdmin):
    """一老一小, 义诊, 理发 …; one that is used is put out of use, not deleted."""


@admin.register(StarLevel)
class StarLevelAdmin(ModelAdmin):
    """From how many hours on a volunteer has how many stars."""

    list_display = ("stars", "hours", "source")


class ShiftInline(ReadOnlyInline):
    """The shifts of a service."""

    model = Shift
    fields = ("starts_at", "ends_at", "slots")
    readonly_fields = fields


@admin.register(ServiceActivity)
class ServiceActivityAdmin(VisibleAdmin):
    """One service."""

    list_display = ("title", "kind", "grid", "team", "status", "beneficiaries", "at")
    list_filter = ("status", "kind")
    search_fields = ("title", "grid_code__startswith")
    list_select_related = ("grid", "kind", "team")
    date_hierarchy = "at"
    exclude = ("is_demo", "point")
    inlines: ClassVar[list[Any]] = [ShiftInline]


@admin.register(HourRecord)
class HourRecordAdmin(VisibleAdmin):
    """One record of hours; corrections stand beside what they correct."""

    list_display = ("on", "volunteer", "kind", "served", "reason", "at")
    list_filter = ("kind",)
    search_fields = ("volunteer__number",)
    list_select_related = ("volunteer",)
    date_hierarchy = "on"
    fields = ("volunteer", "sign_up", "kind", "served", "on", "corrects", "reason", "by", "at")

    @admin.display(description=_("Minutes served"), ordering="minutes")
    def served(self, record: HourRecord) -> int:
        """The minutes; below zero where a correction takes some back."""
        return record.minutes


@admin.register(Certificate)
class CertificateAdmin(VisibleAdmin):
    """One certificate; its code of verification is on the paper only."""

    list_display = ("number", "volunteer", "served", "status", "public_until", "issued_at")
    list_filter = ("status",)
    search_fields = ("number",)
    list_select_related = ("volunteer",)
    exclude = ("is_demo", "code")

    @admin.display(description=_("Minutes served"), ordering="minutes")
    def served(self, row: Certificate) -> int:
        """The minutes that are certified."""
        return row.minutes

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """In scope, newest first."""
        return super().get_queryset(request).order_by("-pk")
