"""Imports in the admin: upload, dry run, report, apply."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.validators import FileExtensionValidator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action as unfold_action
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.errors import DomainError
from grid.access import requires
from grid.admin.scoped import ReadOnlyScopedAdmin
from grid.datum import Datum
from grid.importing import kept
from grid.importing.run import MAX_BYTES, apply_kept, dry_run_and_keep, kinds
from grid.models import Grid, ImportRun
from grid.models.grid import CODE_VALIDATOR

SHOWN = 300


class UploadForm(forms.Form):
    """A file, what it is, and what the importer has to know of it."""

    kind = forms.ChoiceField(label=_("kind"), choices=kinds, widget=UnfoldAdminSelectWidget)
    file = forms.FileField(
        label=_("file"),
        widget=UnfoldAdminFileFieldWidget,
        validators=[FileExtensionValidator(["csv", "xlsx", "json", "geojson", "txt"])],
        help_text=_("At most 10 MB. Tables as CSV or XLSX, boundaries as GeoJSON."),
    )
    datum = forms.ChoiceField(
        label=_("datum"),
        choices=[("", "—"), *Datum.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Only for boundaries."),
    )
    origin = forms.ChoiceField(
        label=_("origin of the boundary"),
        choices=Grid.Origin.choices,
        initial=Grid.Origin.SURVEYED,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    under = forms.CharField(
        label=_("only below the code"),
        required=False,
        validators=[CODE_VALIDATOR],
        widget=UnfoldAdminTextInputWidget,
        help_text=_("For example 410103008: one street out of a list of the whole city."),
    )
    reason = forms.CharField(label=_("reason"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget)

    def clean(self) -> dict[str, Any]:
        """Boundaries need their datum; too large a file is told before it is read."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == ImportRun.Kind.BOUNDARIES and not cleaned.get("datum"):
            self.add_error("datum", _("Say in which datum the coordinates are."))
        if cleaned.get("file") is not None and cleaned["file"].size > MAX_BYTES:
            self.add_error("file", _("The file is too large: at most 10 MB are allowed."))
        return cleaned

    def options(self) -> dict[str, str]:
        """What the importer takes."""
        return {
            name: self.cleaned_data[name] for name in ("datum", "origin", "under", "reason") if self.cleaned_data[name]
        }


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyScopedAdmin):
    """The runs with their reports; the way in is "Import a file"."""

    list_display = (
        "started_at",
        "kind",
        "file_name",
        "dry_run",
        "rows",
        "created",
        "changed",
        "errors",
        "warnings",
        "applied_at",
    )
    list_filter = ("kind", "dry_run")
    list_select_related = ("started_by",)
    actions_list = ("go_to_upload",)
    change_form_template = "admin/grid/importrun/report.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """One's own runs; an administrator of everything sees all."""
        own = Q() if request.user.is_superuser else Q(started_by=request.user)
        return ImportRun.objects.filter(own)

    def code_of(self, obj: Any) -> str:
        """A run belongs to who started it (see `get_queryset`)."""
        return ""

    def _may(self, request: HttpRequest, capability: str, obj: Any) -> bool:
        return super()._may(request, "grid.edit", None)

    def get_urls(self) -> list[Any]:
        """Two more addresses."""
        wrap = self.admin_site.admin_view
        return [
            path("upload/", wrap(requires("grid.edit")(self.upload)), name="grid_importrun_upload"),
            path("<int:pk>/apply/", wrap(requires("grid.edit")(require_POST(self.apply))), name="grid_importrun_apply"),
            *super().get_urls(),
        ]

    @unfold_action(description=_("Import a file"), url_path="go-to-upload")  # type: ignore[untyped-decorator]
    def go_to_upload(self, request: HttpRequest) -> HttpResponse:
        """The button above the list."""
        return redirect("admin:grid_importrun_upload")

    def upload(self, request: HttpRequest) -> HttpResponseBase:
        """Take the file, do a dry run, show its report."""
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            actor: Any = request.user
            run = dry_run_and_keep(
                kind=form.cleaned_data["kind"],
                file_name=form.cleaned_data["file"].name,
                raw=form.cleaned_data["file"].read(),
                options=form.options(),
                actor=actor,
                now=timezone.now(),
            )
            return redirect("admin:grid_importrun_change", run.pk)
        context = {
            **self.admin_site.each_context(request),
            "form": form,
            "title": gettext("Import a file"),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/grid/importrun/upload.html", context)

    def apply(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the dry run promised."""
        run = get_object_or_404(self.get_queryset(request), pk=pk)
        actor: Any = request.user
        try:
            done = apply_kept(run, actor=actor, now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("admin:grid_importrun_change", run.pk)
        if done.applied_at:
            messages.success(request, gettext("Imported: %(created)s created, %(changed)s changed.") % vars(done))
        else:
            messages.error(request, gettext("Nothing was imported: see the report."))
        return redirect("admin:grid_importrun_change", done.pk)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """The report of one run in place of a form."""
        run = self.get_object(request, object_id) if object_id else None
        extra = {"run": run, "findings": run.findings[:SHOWN], "can_apply": can_apply(run)} if run else {}
        response: HttpResponseBase = super().changeform_view(
            request, object_id, form_url, extra | (extra_context or {})
        )
        return response


def can_apply(run: ImportRun) -> bool:
    """A clean dry run whose file is still there."""
    return run.dry_run and run.errors == 0 and kept.is_kept(run)
