"""微网格长工作台账: what was done in a grid in a month; and 一晒三评五优, which shows, reviews and honours it."""

from datetime import date, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.exports import attachment, note_export
from grid.access import requires
from grid.models import Grid, Post
from grid.scope import scope_of
from reports.assessment import ledger, method, shown
from reports.daily_document import EXCEL_TYPE
from reports.forms.assessment import LedgerForm, MethodStepForm
from reports.models import WorkMethod, WorkMethodStep
from reports.periods import Period
from reports.views.asking import chosen_grid
from reports.views.assessment import both, form_page, person

AT_ONCE: Final = 30


def _chosen(request: HttpRequest) -> tuple[Grid | None, Period, Any]:
    """The grid and month of the address, else the reader's lowest grid of all and this month; 404 out of reach."""
    grids = ledger.grids_for(request.user).filter(valid_to=None)
    today = timezone.localdate()
    given = {"grid": request.GET.get("grid", ""), "month": request.GET.get("month") or f"{today:%Y-%m}"}
    if not given["grid"]:
        own = grids.filter(posts__in=Post.objects.on(today).held_by(request.user)).last() or grids.first()
        given["grid"] = own.code if own else ""
    if not given["grid"]:
        return None, _month(today.replace(day=1)), LedgerForm(grids=grids)
    form = LedgerForm(given, grids=grids)
    if not form.is_valid():
        raise Http404
    return form.cleaned_data["grid"], _month(form.cleaned_data["month"]), form


def _month(first: date) -> Period:
    after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return Period(first, after - timedelta(days=1))


@requires(*ledger.SEEN_BY)
@never_cache
@require_safe
def ledger_page(request: HttpRequest) -> HttpResponse:
    """The ledger of one grid and month, to read and to print."""
    grid, month, form = _chosen(request)
    rows = ledger.rows(ledger.Whose.of(grid, month, request.user)) if grid else []
    counts = {kind: sum(row.kind == kind for row in rows) for kind in ledger.KINDS}
    context = {
        "grid": grid,
        "month": month,
        "form": form,
        "rows": rows,
        "counts": [(ledger.KINDS[kind], n) for kind, n in counts.items() if n],
        "leader": _leader(grid) if grid else None,
    }
    return render(request, "reports/assessments/ledger.html", context)


def _leader(grid: Grid) -> Any:
    return grid.posts.on(timezone.localdate()).leading().select_related("user").first()


@requires(*ledger.SEEN_BY)
@require_safe
def ledger_excel(request: HttpRequest) -> HttpResponse:
    """The ledger as a workbook; who takes it is recorded."""
    grid, month, _form = _chosen(request)
    if grid is None:
        return redirect("reports:ledger")
    note_export(
        actor=person(request),
        object_type="ledger",
        object_id=grid.pk,
        fields="xlsx",
        now=timezone.now(),
        request=request,
        at_once=AT_ONCE,
    )
    content = shown.ledger_excel(grid, month, ledger.rows(ledger.Whose.of(grid, month, request.user)))
    return attachment(content, EXCEL_TYPE, shown.ledger_name(grid, month))


# --- 一晒三评五优 -----------------------------------------------------------------------------------------------------


@requires("report.view")
@require_safe
def method_page(request: HttpRequest) -> HttpResponse:
    """The method with the pages that show its steps lived."""
    row = WorkMethod.objects.visible_to(request.user).filter(name=method.NAME).select_related("grid").first()
    scope = scope_of(request.user)
    context = {
        "method": row,
        "name": method.NAME,
        "steps": method.shown(row, request.user) if row else [],
        "may_edit": scope.can("assessment.edit", row.grid_code) if row else scope.can("assessment.edit"),
    }
    return render(request, "reports/assessments/method.html", context)


@requires("assessment.edit")
@require_POST
def method_begin(request: HttpRequest) -> HttpResponse:
    """Take the method up for the own office."""
    method.of(chosen_grid(request, "assessment.edit"), actor=person(request))
    return redirect("reports:five")


@requires("assessment.edit")
@both
def method_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what a step means here."""
    rows = WorkMethodStep.objects.filter(method__in=WorkMethod.objects.visible_to(request.user))
    step = get_object_or_404(rows.select_related("method"), pk=pk)
    form = MethodStepForm(request.POST or None, initial={"meaning": step.meaning, "note": step.note})
    if form.is_bound and form.is_valid():
        method.write_step(step, **form.cleaned_data, actor=person(request))
        messages.success(request, _("Saved."))
        return redirect("reports:five")
    return form_page(request, form, title=step.name, button=_("Save"), back=reverse("reports:five"))
