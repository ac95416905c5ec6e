"""Pages of the indicators: what each means, what it is here and now, and the cases behind any number of any period."""

from datetime import date
from typing import Any, Final, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.exports import attachment
from accounts.keyset import keyset_page
from accounts.models import User
from accounts.narrowing import demand_filters
from grid.access import opens, requires
from grid.models import Grid
from incidents.callback_queries import READERS
from incidents.exports import export_xlsx
from incidents.models import Incident
from reports import callback_figures, explaining, figures
from reports.chapters.shelf import all_chapters
from reports.daily_document import EXCEL_TYPE
from reports.figures import Found, Line, Number
from reports.forms.indicators import LONGEST, LineForm, PeriodForm
from reports.forms.reports import grids_for
from reports.indicators import (
    ALL_INDICATOR_BY_NAME,
    ALL_INDICATORS,
    CHAPTER_INDICATORS,
    DEFINITION_VERSION,
    Indicator,
    Measure,
    group_labels,
)
from reports.metrics import Extent
from reports.models import Report
from reports.periods import FIRST_DAY, Period, local_day

LISTED: Final = 5000
"""So many cases behind a number can be paged through and exported; the number itself is always whole."""
SHOWN: Final = 8
"""Cases of each side on the page of an indicator."""
SEALED: Final = ("incident__contact_name", "incident__contact_phone", "incident__text")


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
    return attachment(content, EXCEL_TYPE, f"{asked.grid.name}-{first}-{last}-{measure}.xlsx")


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


@requires("report.view")
@require_safe
def indicator_list(request: HttpRequest) -> HttpResponse:
    """Every indicator with formula, direction and source, by part of the work."""
    groups = [
        (label, [each for each in ALL_INDICATORS if each.group == name]) for name, label in group_labels().items()
    ]
    context = {"groups": groups, "chapters": all_chapters(), "version": DEFINITION_VERSION}
    return render(request, "reports/indicators.html", context)


@requires("report.view")
@require_safe
def indicator(request: HttpRequest, name: str) -> HttpResponse:
    """One indicator: what it means, its value in a grid and a time, by month and area, and the cases of both sides."""
    found = ALL_INDICATOR_BY_NAME.get(name)
    if found is None:
        raise Http404
    now = timezone.now()
    grid, period, form = _asked_period(request, now)
    explained = explaining.explain(found, grid.code, period, now=now)
    areas = areas_of(grid)
    extent = Extent.of(grid.code, period, until=now)
    context = {
        "indicator": found,
        "form": form,
        "grid": grid,
        "period": period,
        "total": explained.total,
        "chart": _months_chart(found, explained),
        "areas": [
            {"code": code, "name": areas.get(code, grid.name), "value": value}
            for code, value in explained.areas.items()
        ],
        "sides": [_side(request, found, side, extent, period) for side in figures.SIDES],
        "uses": explaining.uses(found, request.user),
        "now": now,
    }
    return render(request, "reports/indicator.html", context)


def _asked_period(request: HttpRequest, now: Any) -> tuple[Grid, Period, PeriodForm]:
    """The grid and days of the address; the widest of the reader and the last thirty days when nothing is said."""
    today = local_day(now)
    form = PeriodForm(request.GET, user=request.user, today=today)
    if "grid" in form.errors:
        raise Http404
    demand_filters(form)
    grids = grids_for(request.user)
    widest = grids.filter(level__gte=Grid.Level.STREET).first() or grids.first()
    grid = form.cleaned_data["grid"] or widest
    if grid is None:
        raise Http404
    shown = {"grid": grid.code, "first": form.period.first, "last": form.period.last}
    return grid, form.period, PeriodForm(initial=shown, user=request.user, today=today)


def _side(request: HttpRequest, found: Indicator, side: str, extent: Extent, period: Period) -> dict[str, Any]:
    """One side of the line: its definition and the first of its cases or call-backs."""
    measure = found.above if side == "above" else found.below
    shown: dict[str, Any] = {"side": side, "measure": measure}
    if found.family == "call_backs":
        return shown | _side_of_people(request, measure, extent, period)
    if found in CHAPTER_INDICATORS:
        return shown | {"url": ""}
    number = figures.number(f"{side}_{found.name}", Line())
    behind = figures.behind(extent, number, Line(), limit=SHOWN) if extent.start < extent.end else Found(0)
    rows = Incident.objects.visible_to(request.user).filter(pk__in=behind.ids).order_by("pk")
    rows = rows.select_related("category", "grid").defer("text", "contact_name", "contact_phone", "grid__boundary")
    url = reverse("reports:cases", args=[extent.code, period.first, period.last, number.slug])
    return shown | {"count": behind.total, "cases": list(rows), "url": url}


def _side_of_people(request: HttpRequest, measure: Measure, extent: Extent, period: Period) -> dict[str, Any]:
    """The call-backs behind one side, for those who see call-backs; others see the numbers alone."""
    rows = callback_figures.behind(extent, measure.name, request.user)
    rows = rows.select_related("incident__grid").defer(*SEALED, "incident__grid__boundary").order_by("-pk")
    may_list = opens("|".join(READERS), request.user)
    query = f"?counted=true&grid={extent.code}&called_from={period.first}&called_to={period.last}"
    url = f"{reverse('incidents:call_backs')}{query}{callback_figures.list_query(measure.name)}" if may_list else ""
    return {"calls": list(rows[:SHOWN]) if may_list else [], "url": url}


def _months_chart(found: Indicator, explained: explaining.Explained) -> dict[str, Any] | None:
    if not explained.months:
        return None
    values = [None if value.ratio is None else round(value.ratio * 100, 1) for _first, value in explained.months]
    labels = [f"{first.year}-{first.month:02d}" for first, _value in explained.months]
    data = {"kind": "line", "labels": labels, "series": [{"name": found.label, "values": values, "tone": "primary"}]}
    return {"data": data, "period": f"{labels[0]} – {labels[-1]}"}


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
    return dict(below.order_by("code").values_list("code", "name"))


def _period(first: date, last: date) -> Period:
    if not (FIRST_DAY <= first <= last and last - first < LONGEST and last.year < date.max.year - 1):
        raise Http404
    return Period(first, last)


def _line(form: LineForm) -> Line:
    demand_filters(form)
    return form.line


def _number(slug: str, line: Line) -> Number:
    try:
        return figures.number(slug, line)
    except KeyError as error:
        raise Http404 from error
