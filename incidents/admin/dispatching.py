"""Rules of dispatch and their releases, decisions, and work that waits or is quarantined."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import DomainError
from grid.scope import EVERYTHING, scope_of
from incidents.admin.reading import ReadOnlyAdmin
from incidents.models import DispatchDecision, DispatchRule, DispatchWork, Incident, RuleRelease
from notices.leases import discard, retry
from notices.models.leased import WorkState


@admin.register(DispatchRule)
class DispatchRuleAdmin(ReadOnlyAdmin):
    """Rules and drafts to look at; they are written, tested and put into use on the page of the rules."""

    list_display = (
        "category",
        "grid_code",
        "target",
        "organization",
        "leader_level",
        "priority",
        "version",
        "is_active",
    )
    list_display_links = ("category", "grid_code")
    list_filter = ("is_active", "is_draft", "target")
    search_fields = ("grid_code__startswith", "category__name", "organization__name")
    list_select_related = ("category", "organization")


@admin.register(RuleRelease)
class RuleReleaseAdmin(ReadOnlyAdmin):
    """What went live when, with the test that stood behind it."""

    list_display = ("version", "grid_code", "note", "by", "at", "back_to")
    list_select_related = ("by",)
    search_fields = ("grid_code__startswith", "note")


def visible_rows(rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
    """Rows of incidents that the administrator may see, as in every list (architecture.md, law 10)."""
    if scope_of(request.user) == EVERYTHING:
        return rows
    return rows.filter(incident__in=Incident.objects.visible_to(request.user))


@admin.register(DispatchDecision)
class DispatchDecisionAdmin(ReadOnlyAdmin):
    """Why incidents went where they went."""

    list_display = (
        "incident",
        "round",
        "category",
        "handler",
        "confidence",
        "left_to_person",
        "override_to",
        "by",
        "at",
    )
    list_filter = ("left_to_person", ("overridden_at", admin.EmptyFieldListFilter), "at")
    search_fields = ("incident__number__startswith",)
    list_select_related = ("incident", "category", "chosen_organization", "chosen_user", "by")
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
