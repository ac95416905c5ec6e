"""Administration of messages: where they go, what is stuck, and whether the jobs run."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.admin import ReadOnlyAdmin
from notices.admin_quarantine import QuarantineAdmin
from notices.forms import EndpointForm
from notices.models import Delivery, Endpoint, Job, Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What was told to whom."""

    list_display = ("title", "kind", "level", "recipient", "created_at", "delivered_at", "read_at")
    list_filter = ("level",)
    list_select_related = ("recipient",)
    search_fields = ("title", "kind", "dedupe_key")


@admin.register(Endpoint)
class EndpointAdmin(ModelAdmin):
    """Outside receivers."""

    form = EndpointForm
    list_display = ("name", "channel", "grid_code", "is_active", "failures", "paused_until")
    list_filter = ("channel", "is_active")
    search_fields = ("name",)
    readonly_fields = ("failures",)
    actions = ("wake",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may only look sees no secret: read-only pages show values, where the form shows an empty box."""
        writes = obj is None or self.has_change_permission(request, obj)
        return [name for name in super().get_fields(request, obj) if writes or name != "secret"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store; a secret that was made here is shown this once."""
        super().save_model(request, obj, form, change)
        if form.made_secret:
            words = _("The secret of this webhook, shown this once: %(secret)s")
            messages.warning(request, words % {"secret": form.made_secret})

    @admin.action(description=_("Try again at once"), permissions=["change"])
    def wake(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        """End the rest after failures."""
        queryset.update(paused_until=None, failures=0)


@admin.register(Delivery)
class DeliveryAdmin(QuarantineAdmin):
    """Messages on their way; those that failed for good stand here until a person decides."""

    list_display = ("notice", "channel", "endpoint", "work_state", "attempts", "run_at", "done_at", "error_shown")
    list_filter = ("work_state", "channel", "endpoint")
    list_select_related = ("notice", "endpoint")

    @admin.display(description=_("last error"))
    def error_shown(self, delivery: Delivery) -> str:
        """The beginning of the last error."""
        return delivery.last_error[:80] or "—"


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """The last run of every job: a job that has stopped is seen by its time."""

    list_display = (
        "name",
        "last_started_at",
        "last_finished_at",
        "last_worked_at",
        "last_count",
        "runs",
        "failures",
        "last_error",
    )
    search_fields = ("name",)
