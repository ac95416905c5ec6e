"""Pages of reports: the calendar or year and the list, the preview of the running period, writing a finished one."""

from datetime import datetime
from typing import Any, Final, cast

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotValid
from accounts.keyset import keyset_page
from accounts.models import User
from grid.access import requires
from grid.models import Grid
from grid.scope import scope_of
from reports import finished, writing
from reports.filters.reports import ReportFilter
from reports.forms.reports import GenerateForm, GridForm, grids_for
from reports.models import Report
from reports.month import month_of, parse_month
from reports.periods import local_day
from reports.rhythms import BUILDERS
from reports.year import parse_year, year_of

PAGE_SIZE: Final = 30
TABS: Final = (
    ("daily", gettext_lazy("Daily dispatch"), gettext_lazy("Today so far")),
    ("weekly", gettext_lazy("Weekly reports"), gettext_lazy("This week so far")),
    ("monthly", gettext_lazy("Monthly summaries"), gettext_lazy("This month so far")),
    ("quarterly", gettext_lazy("Quarterly reviews"), gettext_lazy("This quarter so far")),
)
"""Kind, its tab, and the name of its preview."""


@requires("report.view")
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """One kind of report: the month or year of one grid, and all visible reports, newest first."""
    grid, kind = chosen_grid(request), chosen_kind(request)
    asked = {"grid": grid.code if grid else "", "kind": kind, "status": request.GET.get("status", "")}
    received = request.GET.get("received") == "1"
    rows = _rows(request.user).filter(paper__copies__user=request.user) if received else _rows(request.user)
    chosen = ReportFilter(asked | ({"grid": ""} if received else {}), queryset=rows)
    shown = _calendar(request, grid, kind, timezone.now())
    context = {
        "form": GridForm(asked | {name: request.GET.get(name, "") for name in ("month", "year")}, user=request.user),
        "tabs": TABS,
        "kind": kind,
        "previewed": kind in BUILDERS,
        "preview_name": _preview_name(kind),
        "grid": grid,
        "received": received,
        "page": keyset_page(chosen.qs, request.GET, size=PAGE_SIZE),
        "may_write": grid is not None and kind in BUILDERS and scope_of(request.user).can("report.write", grid.code),
        **shown,
    }
    return render(request, "reports/list.html", context)


def _preview_name(kind: str) -> Any:
    return next(preview for name, _tab, preview in TABS if name == kind)


def _rows(user: Any) -> Any:
    """All visible reports without their content, each with its paper and whether a later issue corrects it."""
    rows = Report.objects.readable_by(user).select_related("paper").defer("snapshot", "paper__text")
    return rows.annotate(is_corrected=Exists(Report.objects.filter(corrects=OuterRef("pk"))))


def _calendar(request: HttpRequest, grid: Grid | None, kind: str, now: datetime) -> dict[str, Any]:
    """The days of a month, or the weeks, months or quarters of a year."""
    if grid is None:
        return {}
    if kind == Report.Kind.DAILY:
        return {"month": month_of(grid, parse_month(request.GET.get("month", ""), local_day(now)), now=now)}
    year = parse_year(kind, request.GET.get("year", ""), local_day(now))
    return {"year": year_of(kind, grid, year, now=now)}


def chosen_grid(request: HttpRequest) -> Grid | None:
    """The grid of the address, else the widest one the reader has; 404 for one out of scope."""
    grids = grids_for(request.user)
    code = request.GET.get("grid", "")
    if code:
        return get_object_or_404(grids, code=_clean(code))
    return grids.filter(level__gte=Grid.Level.STREET).first() or grids.first()


def chosen_kind(request: HttpRequest) -> str:
    """The kind of the address, daily when nothing is said; 404 for anything else."""
    kind = request.GET.get("kind", "") or str(Report.Kind.DAILY)
    if kind not in Report.Kind.values:
        raise Http404
    return kind


def _clean(code: str) -> str:
    """A code that may be asked of the database; 404 for anything else."""
    if not (code.isascii() and code.isalnum() and len(code) <= 24):
        raise Http404
    return code


@requires("report.view")
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """The running day, week, month or quarter so far, counted now and not kept."""
    grid, kind = chosen_grid(request), chosen_kind(request)
    if grid is None or kind not in BUILDERS:
        raise Http404
    snapshot = writing.preview(kind, grid, now=timezone.now())
    context = {"grid": grid, "kind": kind, "preview_name": _preview_name(kind), **finished.page(snapshot)}
    return render(request, "reports/preview.html", context)


@requires("report.write")
@require_POST
def generate(request: HttpRequest) -> HttpResponseBase:
    """Write the report of a finished period; one that exists is shown as it is."""
    form = GenerateForm(request.POST, user=request.user)
    if not form.is_valid():
        raise NotValid(_("Choose a grid and a day."), {k: [str(m) for m in v] for k, v in form.errors.items()})
    given = form.cleaned_data
    report, created = writing.write(
        given["kind"], given["grid"], given["day"], actor=cast("User", request.user), now=timezone.now()
    )
    if created:
        messages.success(request, _("The report is written."))
    else:
        messages.info(request, _("This report was written before; it never changes."))
    return redirect("reports:detail", pk=report.pk)
