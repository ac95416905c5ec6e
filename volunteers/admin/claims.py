"""Claims of wishes in the administration, to look at."""

from typing import Any, ClassVar

from django.contrib import admin

from incidents.admin.reading import ReadOnlyInline, VisibleAdmin
from volunteers.models import WishClaim, WishReceipt


class WishReceiptInline(ReadOnlyInline):
    """What was bought."""

    model = WishReceipt
    fields = ("merchant", "goods", "amount", "paid_on", "by", "at")
    readonly_fields = fields


@admin.register(WishClaim)
class WishClaimAdmin(VisibleAdmin):
    """Written by `volunteers.claims` alone."""

    list_display = ("wish", "slot", "status", "claimed_at", "contact_by", "contacted_at", "delivered_at")
    list_filter = ("status",)
    search_fields = ("wish__number", "wish__grid_code__startswith")
    list_select_related = ("wish",)
    raw_id_fields = ("wish", "volunteer", "member", "team", "unit", "user")
    exclude = ("is_demo", "digest")
    inlines: ClassVar[list[Any]] = [WishReceiptInline]
