"""Pages of series of activities (邻居节)."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page, signed_in
from grid.access import demand, requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.views.finding import person
from incidents.views.form_pages import shown_page
from partybuilding import activities, series
from partybuilding.filters.activities import SeriesFilter
from partybuilding.forms.activities import SeriesForm
from partybuilding.forms.choices import grids_where
from partybuilding.models import ActivitySeries

PAGE_SIZE: Final = 30


@signed_in
@require_safe
def series_list(request: HttpRequest) -> HttpResponse:
    """Series in reach with what was held."""
    rows = series.in_lists(request.user)
    chosen = narrowed(SeriesFilter(request.GET.copy(), queryset=rows, request=request))
    context = {
        "filter": chosen,
        "page": keyset_page(chosen.qs, request.GET, size=PAGE_SIZE),
        "may_edit": scope_of(request.user).can("activity.edit"),
    }
    return render(request, "partybuilding/series_list.html", context)


@signed_in
@require_safe
def series_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One series with its activities."""
    row = get_object_or_404(series.in_lists(request.user), pk=pk)
    page = keyset_page(activities.in_lists(request.user).filter(series=row), request.GET, size=50, by="starts_at")
    activities.with_counts(page.rows, request.user)
    may_edit = scope_of(request.user).can("activity.edit", row.grid_code)
    context = {"series": row, "page": page, "may_edit": may_edit}
    return render(request, "partybuilding/series.html", context)


@form_page
@requires("activity.edit")
def series_new(request: HttpRequest) -> HttpResponse:
    """A new series."""
    return _series_form(
        request,
        SeriesForm(request.POST or None, grids=grids_where(request.user, "activity.edit", lowest=Grid.Level.GRID)),
        None,
    )


@form_page
@requires("activity.edit")
def series_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a series."""
    row = get_object_or_404(ActivitySeries.objects.visible_to(request.user).select_related("grid"), pk=pk)
    demand(request.user, "activity.edit", row.grid_code)
    start = {name: getattr(row, name) for name in series.COLUMNS}
    return _series_form(request, SeriesForm(request.POST or None, grids=None, initial=start), row)


def _series_form(request: HttpRequest, form: SeriesForm, row: Any) -> HttpResponse:
    def write() -> ActivitySeries:
        given: dict[str, Any] = form.cleaned_data
        return series.write(row, given, grid=row.grid if row else given["grid"], actor=person(request))

    if form.is_bound and form.is_valid() and (kept := form.attempt(write)):
        messages.success(request, _("Saved."))
        return redirect("partybuilding:series", pk=kept.pk)
    return shown_page(request, "partybuilding/series_edit.html", {"series": row}, form)
