"""Pages of reports: the calendar and the list, one report, today's preview, the incidents behind a number."""

from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotValid
from accounts.keyset import keyset_page
from accounts.models import User
from grid.access import requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.models import Incident
from reports import daily_document, pages, writing
from reports.exports import exported
from reports.filters import ReportFilter
from reports.forms import GenerateForm, GridForm, grids_for
from reports.indicators import MEASURE_BY_NAME, UNIT_MEASURE_BY_NAME, Measure
from reports.metrics import Extent, Line, incidents_behind
from reports.models import Report
from reports.month import month_of, parse_month
from reports.periods import day_period, local_day

PAGE_SIZE = 30
BEHIND_LIMIT = 5000


@requires("report.view")
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """The month of one grid as a calendar, and all visible reports, newest first."""
    now = timezone.now()
    grid = _chosen_grid(request)
    month = parse_month(request.GET.get("month", ""), local_day(now))
    chosen = ReportFilter({"grid": grid.code if grid else ""}, queryset=Report.objects.visible_to(request.user))
    scope = scope_of(request.user)
    context = {
        "form": GridForm({"grid": grid.code if grid else "", "month": f"{month:%Y-%m}"}, user=request.user),
        "grid": grid,
        "month": month_of(grid, month, now=now) if grid else None,
        "page": keyset_page(chosen.qs.defer("snapshot"), request.GET, size=PAGE_SIZE),
        "may_write": grid is not None and scope.can("report.write", grid.code),
    }
    return render(request, "reports/list.html", context)


def _chosen_grid(request: HttpRequest) -> Grid | None:
    """The grid of the address, else the widest one the reader has; 404 for one out of scope."""
    grids = grids_for(request.user)
    code = request.GET.get("grid", "")
    if code:
        return get_object_or_404(grids, code=_clean(code))
    return grids.filter(level__gte=Grid.Level.STREET).first() or grids.first()


def _clean(code: str) -> str:
    """A code that may be asked of the database; 404 for anything else."""
    if not (code.isascii() and code.isalnum() and len(code) <= 24):
        raise Http404
    return code


@requires("report.view")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One report as a document, with its charts."""
    report = _report(request, pk)
    return render(request, "reports/detail.html", {"report": report, **pages.shown(report.snapshot)})


@requires("report.view")
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """Today so far, counted now and not kept."""
    grid = _chosen_grid(request)
    if grid is None:
        raise Http404
    snapshot = writing.preview("daily", grid, now=timezone.now())
    return render(request, "reports/preview.html", {"grid": grid, **pages.shown(snapshot)})


@requires("report.write")
@require_POST
def generate(request: HttpRequest) -> HttpResponseBase:
    """Write the report of a finished day; one that exists is shown as it is."""
    form = GenerateForm(request.POST, user=request.user)
    if not form.is_valid():
        raise NotValid(_("Choose a grid and a day."), {k: [str(m) for m in v] for k, v in form.errors.items()})
    grid, day = form.cleaned_data["grid"], form.cleaned_data["day"]
    report, created = writing.write("daily", grid, day, actor=cast("User", request.user), now=timezone.now())
    if created:
        messages.success(request, _("The report is written."))
    else:
        messages.info(request, _("This report was written before; it never changes."))
    return redirect("reports:detail", pk=report.pk)


@requires("report.view")
@require_safe
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as a Word document."""
    snapshot = exported(_report(request, pk), "docx", request)
    return _file(daily_document.word(snapshot), daily_document.WORD_TYPE, daily_document.file_name(snapshot, "docx"))


@requires("report.view")
@require_safe
def excel(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as an Excel workbook."""
    snapshot = exported(_report(request, pk), "xlsx", request)
    return _file(daily_document.excel(snapshot), daily_document.EXCEL_TYPE, daily_document.file_name(snapshot, "xlsx"))


@requires("report.view")
@require_safe
def cases(request: HttpRequest, code: str, day: date, measure: str) -> HttpResponse:
    """The incidents behind one number of a report or a preview, counted anew; those out of scope are only counted."""
    grid = get_object_or_404(grids_for(request.user), code=code)
    line = Line(**{name: request.GET.get(name, "")[:40].replace("\x00", "") for name in ("area", "category", "unit")})
    extent = Extent.of(grid.code, day_period(day), until=timezone.now())
    found = incidents_behind(extent, _measure(measure, line).name, line, limit=BEHIND_LIMIT)
    rows = Incident.objects.visible_to(request.user).filter(pk__in=found)
    rows = rows.select_related("category", "grid", "handler_organization", "handler_user")
    context = {
        "grid": grid,
        "day": day,
        "measure": _measure(measure, line),
        "found": len(found),
        "hidden": len(found) - rows.count(),
        "now": timezone.now(),
        "page": keyset_page(rows.defer("text", "contact_name", "contact_phone", "grid__boundary"), request.GET),
        "report": Report.objects.visible_to(request.user).filter(grid=grid, period_start=day).defer("snapshot").first(),
    }
    return render(request, "reports/cases.html", context)


def _measure(name: str, line: Line) -> Measure:
    known = UNIT_MEASURE_BY_NAME if line.unit else MEASURE_BY_NAME
    if name not in known:
        raise Http404
    return known[name]


def _report(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(Report.objects.visible_to(request.user), pk=pk)


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response
