"""Rules of dispatch (each change a new version), decisions to look at, and work that waits or is quarantined."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.errors import DomainError
from grid.models import Grid
from grid.scope import EVERYTHING, scope_of
from incidents.admin.reading import ReadOnlyAdmin
from incidents.models import DispatchDecision, DispatchRule, DispatchWork, Incident
from incidents.ruling import new_version, put_out_of_use
from notices.leases import discard, retry
from notices.models.leased import WorkState


class DispatchRuleForm(forms.ModelForm):
    """Repeats the database's checks politely."""

    class Meta:
        model = DispatchRule
        fields = (
            "category",
            "grid_code",
            "target",
            "organization",
            "leader_level",
            "priority",
            "is_active",
            "note",
        )
        widgets = {"grid_code": UnfoldAdminTextInputWidget()}  # noqa: RUF012

    def clean_grid_code(self) -> str:
        """A grid that exists."""
        code = str(self.cleaned_data["grid_code"]).strip()
        if not Grid.objects.filter(code=code).exists():
            raise forms.ValidationError(_("There is no grid with this code."))
        return code

    def clean(self) -> dict[str, Any]:
        """A unit for rules to a unit, none for rules to the leader."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        to_unit = data.get("target") == DispatchRule.Target.ORGANIZATION
        if to_unit and not data.get("organization"):
            self.add_error("organization", _("Choose the unit."))
        if not to_unit and data.get("organization"):
            self.add_error("organization", _("A rule to the leader names no unit."))
        return data


@admin.register(DispatchRule)
class DispatchRuleAdmin(ModelAdmin):
    """Saving a changed rule makes the next version and puts this one out of use."""

    form = DispatchRuleForm
    list_display = ("category", "grid_code", "target", "organization", "leader_level", "priority", "version")
    list_display_links = ("category", "grid_code")
    list_filter = ("is_active", "target")
    search_fields = ("grid_code__startswith", "category__name", "organization__name")
    list_select_related = ("category", "organization")
    autocomplete_fields = ("category",)
    raw_id_fields = ("organization",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Old versions stay as they were."""
        return super().has_change_permission(request, obj) and (obj is None or obj.is_active)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: decisions name their rule. A rule is put out of use instead."""
        return False

    def save_model(self, request: HttpRequest, obj: DispatchRule, form: Any, change: bool) -> None:
        """A new row for a new rule and for every change of what a rule says."""
        if not change:
            super().save_model(request, obj, form, change)
        elif not obj.is_active:
            put_out_of_use(obj)
        elif form.changed_data:
            new_version(obj)


def visible_rows(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """Rows of incidents that the administrator may see, as in every list (architecture.md, law 10)."""
    if scope_of(request.user) == EVERYTHING:
        return rows
    return rows.filter(incident__in=Incident.objects.visible_to(request.user))


@admin.register(DispatchDecision)
class DispatchDecisionAdmin(ReadOnlyAdmin):
    """Why incidents went where they went."""

    list_display = ("incident", "round", "category", "category_confidence", "handler", "left_to_person", "at")
    list_filter = ("left_to_person", "at")
    search_fields = ("incident__number__startswith",)
    list_select_related = ("incident", "category", "chosen_organization", "chosen_user")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of visible incidents, without their sealed contact."""
        rows = visible_rows(super().get_queryset(request), request)
        return rows.defer("incident__contact_name", "incident__contact_phone")

    @admin.display(description=gettext_lazy("handler"))
    def handler(self, decision: DispatchDecision) -> str:
        """The unit or the person."""
        return str(decision.chosen_organization or decision.chosen_user or "—")


@admin.register(DispatchWork)
class DispatchWorkAdmin(ReadOnlyAdmin):
    """The queue of the dispatcher; quarantined work is set going again or discarded here."""

    list_display = ("incident", "round", "work_state", "run_at", "attempts", "last_error", "done_at")
    list_filter = ("work_state",)
    search_fields = ("incident__number__startswith",)
    list_select_related = ("incident",)
    show_full_result_count = False
    actions = ("set_going", "throw_away")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of visible incidents, without their sealed contact."""
        rows = visible_rows(super().get_queryset(request), request)
        return rows.defer("incident__contact_name", "incident__contact_phone")

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Who may change dispatch work in the admin."""
        return bool(request.user.is_active and request.user.is_superuser)

    @admin.action(description=gettext_lazy("Set quarantined work going again"), permissions=["work"])
    def set_going(self, request: HttpRequest, chosen: QuerySet[DispatchWork]) -> None:
        """Each with a fresh count of attempts."""
        now = timezone.now()
        for work in _quarantined(chosen):
            self._do(request, work, retry, actor=request.user, now=now)

    @admin.action(description=gettext_lazy("Discard quarantined work"), permissions=["work"])
    def throw_away(self, request: HttpRequest, chosen: QuerySet[DispatchWork]) -> None:
        """The incident stays at the desk, where a person files and dispatches it."""
        now = timezone.now()
        for work in _quarantined(chosen):
            self._do(request, work, discard, reason=_("discarded in the admin"), actor=request.user, now=now)

    def _do(self, request: HttpRequest, work: DispatchWork, act: Any, **arguments: Any) -> None:
        try:
            act(work, **arguments)
        except DomainError as error:
            self.message_user(request, f"{work}: {error}", messages.WARNING)
        else:
            self.message_user(request, _("%(work)s: done") % {"work": work}, messages.SUCCESS)


def _quarantined(chosen: QuerySet[DispatchWork]) -> QuerySet[DispatchWork]:
    return chosen.filter(work_state=WorkState.DEAD)
