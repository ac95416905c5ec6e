"""Quick notes and photos of field work, to look at."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from fieldwork.models import FieldPhoto, QuickNote
from incidents.admin.reading import ReadOnlyAdmin, ReadOnlyInline


class FieldPhotoInline(ReadOnlyInline):
    """The photos of a note."""

    model = FieldPhoto
    fk_name = "note"
    fields = ("picture", "width", "height", "uploaded_by", "uploaded_at")
    readonly_fields = fields

    @admin.display(description=_("photo"))
    def picture(self, photo: FieldPhoto) -> str:
        """The scoped address of the photo."""
        return format_html('<a href="{}">{}</a>', reverse("fieldwork:photo", args=[photo.public_id]), photo.public_id)


@admin.register(QuickNote)
class QuickNoteAdmin(ReadOnlyAdmin):
    """One note with its photos."""

    list_display = ("at", "grid", "by", "duty", "became", "text")
    list_filter = ("became", "duty")
    search_fields = ("grid_code__startswith",)
    search_help_text = _("Beginning of a grid code; words are searched on the page of quick notes.")
    list_select_related = ("grid", "by", "duty")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    exclude = ("is_demo", "digest")
    raw_id_fields = ("incident", "visit")
    inlines: ClassVar[list[Any]] = [FieldPhotoInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope as everywhere."""
        rows: Any = super().get_queryset(request)
        visible: QuerySet[Any] = rows.visible_to(request.user)
        return visible
