"""The working calendar, and what a change of it did to the due times of open cases."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportModelAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.decorators import action as unfold_action

from accounts.errors import NotAllowed
from grid.admin.tables import SAFE_FORMATS
from incidents import reckoning
from incidents.admin.reading import ReadOnlyAdmin
from incidents.admin.tables import CalendarResource
from incidents.models import CalendarDay, Incident, Reckoning
from incidents.states import Clock

SHOWN = 500


@admin.register(CalendarDay)
class CalendarDayAdmin(ImportExportModelAdmin, ModelAdmin):
    """Holidays and make-up days (调休); days without a row follow the week and count as estimated."""

    resource_classes = (CalendarResource,)
    import_form_class = ImportForm
    export_form_class = ExportForm
    formats = SAFE_FORMATS
    list_display = ("day", "name", "is_workday", "is_estimated")
    list_filter = ("is_workday", "is_estimated")
    search_fields = ("name",)
    date_hierarchy = "day"
    ordering = ("-day",)
    actions_list = ("reckon_anew",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The day is the key: a wrong one is deleted and entered anew."""
        return ("day",) if obj else ()

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Who may add and change days."""
        return self.has_add_permission(request) and self.has_change_permission(request)

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        """Every change is followed by the word that due times follow."""
        hint = gettext("The due times of open cases follow within a minute, or at once by the button “Reckon anew”.")
        super().message_user(request, message, *args, **kwargs)
        super().message_user(request, hint, messages.INFO)

    @unfold_action(description=_("Reckon due times anew"), url_path="reckon", permissions=["change"])  # type: ignore[untyped-decorator]
    def reckon_anew(self, request: HttpRequest) -> HttpResponse:
        """Reckon now and show which due times moved."""
        actor: Any = request.user
        row = reckoning.reckon(actor=actor, now=timezone.now())
        messages.success(
            request,
            gettext("Open cases looked at: %(looked)s. Due times moved: %(moved)s.")
            % {"looked": row.looked_at, "moved": row.moved},
        )
        return redirect("admin:incidents_reckoning_change", row.pk)


@admin.register(Reckoning)
class ReckoningAdmin(ReadOnlyAdmin):
    """The runs, each with the list of the cases that moved: old due time, new due time."""

    list_display = ("id", "started_at", "by", "looked_at", "moved", "finished_at")
    list_select_related = ("by",)
    change_form_template = "admin/incidents/reckoning/moved.html"

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """The list of what moved in place of a form."""
        row = self.get_object(request, object_id) if object_id else None
        if row is not None and not self.has_view_permission(request, row):
            raise NotAllowed
        moved = reckoning.moved_by(row, among=Incident.objects.visible_to(request.user))[:SHOWN] if row else []
        lines = [(one, Clock(one.clock).label) for one in moved]
        response: HttpResponseBase = super().changeform_view(
            request, object_id, form_url, {"reckoning": row, "lines": lines} | (extra_context or {})
        )
        return response
