"""Admin of the burden meter: the kept sums can be read; a post that fewer than three people hold is not shown."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from incidents.admin.reading import ReadOnlyAdmin
from reports.burden.reading import shown_rows
from reports.models import FormUse
from reports.periods import local_day


@admin.register(FormUse)
class FormUseAdmin(ReadOnlyAdmin):
    """Sums per day, street, kind of post and form."""

    list_display: ClassVar[list[str]] = ["day", "grid_code", "post", "form", "sent", "refused", "fields", "photos"]
    list_filter: ClassVar[list[str]] = ["day", "post"]
    search_fields: ClassVar[list[str]] = ["form", "grid_code"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The same scope and the same silence as on the page."""
        return shown_rows(request.user, today=local_day(timezone.now()))
