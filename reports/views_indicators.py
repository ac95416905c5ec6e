"""Pages of the indicators: what each means, what it is here and now, and the cases behind any number of any period."""

from datetime import date
from typing import Any, Final, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import NotValid
from accounts.keyset import keyset_page
from accounts.models import User
from grid.access import requires
from grid.models import Grid
from incidents.exports import export_xlsx
from incidents.models import Incident
from reports import figures
from reports.figures import Found, Line, Number
from reports.forms import grids_for
from reports.forms_indicators import LONGEST, LineForm
from reports.metrics import NEXT_LENGTH, Extent
from reports.models import Report
from reports.periods import FIRST_DAY, Period

LISTED: Final = 5000
"""So many cases behind a number can be paged through and exported; the number itself is always whole."""
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires("report.view")
@require_safe
def cases(request: HttpRequest, code: str, first: date, last: date, measure: str) -> HttpResponse:
    """The incidents behind one number, counted anew; those out of the reader's scope are only counted."""
    asked = _Asked(request, code, first, last, measure)
    rows = asked.visible().select_related("category", "grid", "handler_organization", "handler_user")
    report = Report.objects.visible_to(request.user).filter(grid=asked.grid, period_start=first, period_end=last)
    context = {
        "grid": asked.grid,
        "period": asked.period,
        "number": asked.number,
        "found": asked.found.total,
        "listed": len(asked.found.ids),
        "hidden": len(asked.found.ids) - rows.count(),
        "form": asked.form,
        "now": timezone.now(),
        "page": keyset_page(rows.defer("text", "contact_name", "contact_phone", "grid__boundary"), request.GET),
        "report": report.defer("snapshot").order_by("-pk").first(),
        "query": request.GET.urlencode(),
    }
    return render(request, "reports/cases.html", context)


@requires("report.view")
@require_safe
def cases_excel(request: HttpRequest, code: str, first: date, last: date, measure: str) -> HttpResponse:
    """The same list as an Excel file, for those who may export incidents; recorded and limited like every export."""
    asked = _Asked(request, code, first, last, measure)
    purpose = f"{asked.number.label} {asked.grid.name} {first}–{last}"
    actor = cast("User", request.user)
    content = export_xlsx(asked.visible(), actor=actor, now=timezone.now(), request=request, purpose=purpose[:200])
    response = HttpResponse(content, content_type=EXCEL)
    name = f"{asked.grid.name}-{first}-{last}-{measure}.xlsx"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response


@requires("report.view")
@require_safe
def cases_of_day(request: HttpRequest, code: str, day: date, measure: str) -> HttpResponseBase:
    """The old address of one day."""
    grid = get_object_or_404(grids_for(request.user), code=code)
    _number(measure, Line(unit=request.GET.get("unit", "")))
    address = redirect("reports:cases", grid.code, day, day, measure)
    if request.GET:
        address["Location"] += f"?{request.GET.urlencode()}"
    return address


class _Asked:
    """One number as its address names it; 404 for what does not exist, NotValid for a wrong filter."""

    def __init__(self, request: HttpRequest, code: str, first: date, last: date, measure: str) -> None:
        self.user = request.user
        self.grid: Grid = get_object_or_404(grids_for(request.user), code=code)
        self.period = _period(first, last)
        self.form = LineForm(request.GET, grid=self.grid, areas=areas_of(self.grid))
        self.line = _line(self.form)
        self.number = _number(measure, self.line)
        extent = Extent.of(code, self.period, until=timezone.now())
        self.found = self._find(extent)

    def _find(self, extent: Extent) -> Found:
        if extent.end <= extent.start:
            return Found(0)
        return figures.behind(extent, self.number, self.line, limit=LISTED)

    def visible(self) -> Any:
        """Those of the cases that the reader sees."""
        return Incident.objects.visible_to(self.user).filter(pk__in=self.found.ids)


def areas_of(grid: Grid) -> dict[str, str]:
    """The grids one level below, by code."""
    below = Grid.objects.under(grid.code).filter(level=grid.level + 1)
    return {code: name for code, name in below.values_list("code", "name").order_by("code")}  # noqa: C416 - typed


def _period(first: date, last: date) -> Period:
    if not (FIRST_DAY <= first <= last and last - first < LONGEST and last.year < date.max.year - 1):
        raise Http404
    return Period(first, last)


def _line(form: LineForm) -> Line:
    if not form.is_valid():
        fields = {name: [str(message) for message in said] for name, said in form.errors.items()}
        raise NotValid(_("A filter is not valid."), fields)
    return form.line


def _number(slug: str, line: Line) -> Number:
    try:
        return figures.number(slug, line)
    except KeyError as error:
        raise Http404 from error
