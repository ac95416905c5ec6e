"""Admin of work that waits in a table: what is in quarantine, why, and the two ways out of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin

from accounts.errors import NotNow
from notices.forms import DiscardForm
from notices.leases import discard, retry
from notices.models import LeasedWork


class QuarantineAdmin(ModelAdmin):
    """Base for any `LeasedWork`: rows are looked at, set going again, or discarded with a reason; never edited."""

    actions = ("set_going", "throw_away")
    list_filter: Any = ("work_state",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Work is written with the change that needs it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Discarding keeps the reason; deleting would not."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of them."""
        return [field.name for field in self.opts.fields]

    @admin.action(description=gettext_lazy("Quarantined work: set going again"), permissions=["change"])
    def set_going(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Give each chosen row a fresh start."""
        self._each(request, queryset, lambda row: retry(row, actor=request.user, now=timezone.now()))  # type: ignore[arg-type]

    @admin.action(description=gettext_lazy("Quarantined work: discard with a reason"), permissions=["change"])
    def throw_away(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Ask for the reason, then take each chosen row out for good."""
        form = DiscardForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, queryset, form)
        reason = form.cleaned_data["reason"]
        self._each(
            request,
            queryset,
            lambda row: discard(row, reason=reason, actor=request.user, now=timezone.now()),  # type: ignore[arg-type]
        )
        return None

    def _ask(self, request: HttpRequest, queryset: QuerySet[Any], form: DiscardForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Discard quarantined work"),
            "opts": self.opts,
            "form": form,
            "rows": queryset,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/notices/discard.html", context)

    def _each(self, request: HttpRequest, queryset: QuerySet[Any], act: Callable[[LeasedWork], None]) -> None:
        done = 0
        for row in queryset:
            try:
                act(row)
            except NotNow as error:
                messages.warning(request, f"{row}: {error}")
            else:
                self.log_change(request, row, [str(type(row)._meta.verbose_name)])
                done += 1
        messages.success(request, ngettext("%(n)s row done.", "%(n)s rows done.", done) % {"n": done})
