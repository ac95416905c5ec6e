"""Administration of grids, boundary versions and pairings."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from grid.access import demand, requires
from grid.admin.geo import GuardedGeoMixin
from grid.admin.scoped import KeptAdmin, ReadOnlyScopedAdmin, ScopedAdmin
from grid.boundaries import set_boundary
from grid.changes import PROFILE_FIELDS, create_grid, edit_profile, is_pair, not_a_pair, pair
from grid.importing.tree import family_findings
from grid.layers import layer_text
from grid.models import BoundaryVersion, Grid, GridPairing
from grid.models.grid import level_of, parent_code_of


class GridForm(forms.ModelForm):
    """A grid; level and parent follow from its code."""

    reason = forms.CharField(
        label=_("reason of a new boundary"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )

    class Meta:
        model = Grid
        fields: ClassVar[list[str]] = ["code", "kind", *PROFILE_FIELDS, "boundary"]

    def clean(self) -> dict[str, Any]:
        """A new code needs its parent."""
        cleaned = super().clean() or {}
        code = cleaned.get("code", "")
        if not self.instance.pk and code:
            self.instance.level = level_of(code)
            self.instance.parent = Grid.objects.filter(code=parent_code_of(code)).first()
            if self.instance.parent is None and parent_code_of(code):
                self.add_error("code", _("There is no grid that begins this code: create that first."))
        return cleaned


class PairingForm(forms.ModelForm):
    """A dedicated grid and a territorial one."""

    def clean(self) -> dict[str, Any]:
        """Say beside the field what does not go together."""
        cleaned = super().clean() or {}
        dedicated, neighbour = cleaned.get("dedicated"), cleaned.get("neighbour")
        if dedicated and neighbour and not is_pair(dedicated, neighbour):
            self.add_error("neighbour", not_a_pair())
        return cleaned


@admin.register(Grid)
class GridAdmin(GuardedGeoMixin, KeptAdmin):
    """Grids. Codes stay; retiring is done on the page of the grid."""

    class Media:
        js = ("js/admin-grid.js",)

    form = GridForm
    code_path = "code"
    list_display = ("code", "name", "level", "kind", "households", "valid_from", "valid_to", "boundary_origin")
    list_filter = ("level", "kind", "boundary_origin")
    search_fields = ("code", "name")
    ordering = ("code",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Lists do without the shapes."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        return rows if match and "object_id" in match.kwargs else rows.defer("boundary")

    def get_urls(self) -> list[Any]:
        """One more address."""
        neighbours = self.admin_site.admin_view(requires("grid.view")(self.neighbours))
        return [path("<int:pk>/neighbours/", neighbours, name="grid_grid_neighbours"), *super().get_urls()]

    def neighbours(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Parent and siblings as GeoJSON, to draw along."""
        grid = get_object_or_404(self.get_queryset(request), pk=pk)
        around = Q(pk=grid.parent_id) | Q(parent=grid.parent_id)
        rows = Grid.objects.visible_to(request.user).filter(around, kind=Grid.Kind.TERRITORIAL).exclude(pk=pk)
        text = layer_text(rows, zoom=18, today=timezone.localdate())
        return HttpResponse(text, content_type="application/geo+json")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Code and kind are given once."""
        return ("code", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Create the grid or change its profile, and keep a version of a new boundary."""
        actor: Any = request.user
        given, now = form.cleaned_data, timezone.now()
        profile = {name: given[name] for name in PROFILE_FIELDS}
        with transaction.atomic():
            if change:
                grid = edit_profile(Grid.objects.get(pk=obj.pk), actor=actor, **profile)
            else:
                start = {"code": given["code"], "kind": given["kind"], "valid_from": timezone.localdate(now)}
                grid = create_grid(**start, actor=actor, now=now, **profile)
                obj.pk, obj._state.adding = grid.pk, False
            if "boundary" in form.changed_data and given["boundary"] is not None:
                self._draw(request, grid, given, now)

    def _draw(self, request: HttpRequest, grid: Grid, given: dict[str, Any], now: Any) -> None:
        """A new version of the boundary; what does not fit its neighbours is told, not forbidden: they come next."""
        actor: Any = request.user
        set_boundary(
            grid,
            given["boundary"],
            origin=Grid.Origin.SURVEYED,
            source_datum="wgs84",
            valid_from=timezone.localdate(now),
            reason=given["reason"],
            actor=actor,
            now=now,
        )
        for finding in family_findings(grid):
            messages.warning(request, finding.message)


@admin.register(BoundaryVersion)
class BoundaryVersionAdmin(GuardedGeoMixin, ReadOnlyScopedAdmin):
    """The kept boundaries; a new one is drawn on its grid."""

    list_display = ("grid", "valid_from", "valid_to", "origin", "source_datum", "reason", "created_by")
    list_filter = ("origin",)
    list_select_related = ("grid", "created_by")
    search_fields = ("grid__code", "grid__name", "reason")


@admin.register(GridPairing)
class GridPairingAdmin(ScopedAdmin):
    """双格联动."""

    form = PairingForm
    code_path = "dedicated__code"
    list_display = ("dedicated", "neighbour", "problems", "starts_on", "ends_on")
    list_select_related = ("dedicated", "neighbour")
    autocomplete_fields = ("dedicated", "neighbour")

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A pairing begins without an end."""
        return () if obj else ("ends_on",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Who is paired since when stays; another neighbour is another pairing."""
        return ("dedicated", "neighbour", "starts_on") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Pair the two, or store what is said of a pairing."""
        actor: Any = request.user
        if change:
            demand(actor, "grid.edit", obj.neighbour.code)
            super().save_model(request, obj, form, change)
            return
        made = pair(**{"problems": "", **form.cleaned_data}, actor=actor)
        obj.pk, obj._state.adding = made.pk, False
