"""Admin of the rollups: what the recounts found."""

from typing import ClassVar

from django.contrib import admin

from incidents.admin.reading import ReadOnlyAdmin
from reports.models import RollupCheck


@admin.register(RollupCheck)
class RollupCheckAdmin(ReadOnlyAdmin):
    """One line per sample that was recounted from the events."""

    list_display: ClassVar[list[str]] = ["at", "code", "grain", "starts_on", "numbers", "differences", "mended"]
    list_filter: ClassVar[list[str]] = ["mended", "grain"]
    search_fields: ClassVar[list[str]] = ["code"]
    date_hierarchy = "at"
    show_full_result_count = False
