"""Versions of the classifier: what each scored, which one is live, and the two ways of changing that."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from accounts.errors import DomainError
from incidents.admin.reading import ReadOnlyAdmin
from incidents.learning.cases import names_of
from incidents.learning.store import make_live, retire
from incidents.models import ClassifierVersion

State = ClassifierVersion.State


@admin.register(ClassifierVersion)
class ClassifierVersionAdmin(ReadOnlyAdmin):
    """Written by the weekly training; people may put another version to work, or none."""

    list_display = (
        "pk",
        "state_shown",
        "trained_at",
        "train_size",
        "macro_f1",
        "rival_macro_f1",
        "coverage",
        "live_at",
        "retired_at",
    )
    list_filter = ("state",)
    list_select_related = ("changed_by",)
    actions = ("put_to_work", "take_out")
    fieldsets = (
        (None, {"fields": ("state", "verdict", "trained_at", "live_at", "retired_at", "changed_by")}),
        (gettext_lazy("Scores"), {"fields": ("train_size", "held_back_size", "threshold_shown", "table")}),
        (gettext_lazy("File"), {"fields": ("size", "sha256")}),
    )

    def has_switch_permission(self, request: HttpRequest) -> bool:
        """Who may decide which version reads."""
        return bool(request.user.is_active and request.user.is_superuser)

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={State.LIVE.label: "success", State.RETIRED.label: "warning", State.TRAINED.label: "info"},
    )
    def state_shown(self, version: ClassifierVersion) -> str:
        """The state, coloured."""
        return str(version.get_state_display())

    @admin.display(description=gettext_lazy("confidence from which it decides alone"))
    def threshold_shown(self, version: ClassifierVersion) -> str:
        """With three digits."""
        return f"{version.threshold:.3f}"

    @admin.display(description=gettext_lazy("macro-F1"))
    def macro_f1(self, version: ClassifierVersion) -> str:
        """On the cases held back."""
        return _share(version.scores, "macro_f1")

    @admin.display(description=gettext_lazy("macro-F1 of the one before"))
    def rival_macro_f1(self, version: ClassifierVersion) -> str:
        """On the same cases, of what was reading when this version was trained."""
        return _share(version.rival_scores, "macro_f1")

    @admin.display(description=gettext_lazy("decides alone"))
    def coverage(self, version: ClassifierVersion) -> str:
        """The share of cases from the threshold on."""
        return _share(version.scores, "coverage")

    @admin.display(description=gettext_lazy("scores on the held-back cases"))
    def table(self, version: ClassifierVersion) -> str:
        """All measures beside those of the one before, then each category."""
        per_class = version.scores.get("per_class", {})
        names = names_of(per_class)
        rows = [(names.get(key, key), one) for key, one in per_class.items()]
        context = {"scores": version.scores, "rival": version.rival_scores, "rows": rows}
        return render_to_string("admin/incidents/classifierversion/scores.html", context)

    @admin.action(description=gettext_lazy("Make this version live"), permissions=["switch"])
    def put_to_work(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """After a question: the live one retires in the same transaction."""
        return self._switch(request, queryset, make_live, "put_to_work", _("This version will read all new reports:"))

    @admin.action(description=gettext_lazy("Retire this version"), permissions=["switch"])
    def take_out(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """After a question: the seed lexicon reads alone."""
        return self._switch(request, queryset, retire, "take_out", _("Without this version, keywords alone will read:"))

    def _switch(
        self, request: HttpRequest, queryset: QuerySet[Any], act: Callable[..., Any], action: str, words: str
    ) -> HttpResponse | None:
        chosen = list(queryset[:2])
        if len(chosen) != 1:
            self.message_user(request, _("Choose exactly one version."), messages.WARNING)
        elif "confirmed" not in request.POST:
            return self._ask(request, chosen[0], action, words)
        else:
            self._do(request, chosen[0], act)
        return None

    def _ask(self, request: HttpRequest, version: ClassifierVersion, action: str, words: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("classifier version"),
            "opts": self.opts,
            "version": version,
            "action": action,
            "words": words,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/incidents/classifierversion/confirm.html", context)

    def _do(self, request: HttpRequest, version: ClassifierVersion, act: Callable[..., Any]) -> None:
        try:
            act(version.pk, actor=request.user, now=timezone.now())
        except DomainError as error:
            self.message_user(request, f"{version}: {error}", messages.WARNING)
        else:
            self.log_change(request, version, [{"changed": {"fields": [str(_("state"))]}}])
            self.message_user(request, _("%(version)s: done") % {"version": version}, messages.SUCCESS)


def _share(scores: dict[str, Any], name: str) -> str:
    return f"{scores[name]:.3f}" if name in scores else "—"
