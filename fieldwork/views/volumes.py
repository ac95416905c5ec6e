"""外勤工作量: how many notes, patrols, visits and inspections, grid by grid; every number opens its list."""

from datetime import date
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.narrowing import demand_filters
from fieldwork.volumes import KINDS, Volume, volumes
from grid.access import requires
from grid.models import Grid
from grid.profile import children
from grid.scope import scope_of
from incidents.forms.callbacks import PeriodForm
from incidents.views.workbooks import table_workbook

LISTS: Final = {
    # kind: label, list, names of its first and last day
    "notes": (gettext_lazy("Quick notes"), "fieldwork:notes", "written_from", "written_to"),
    "patrols": (gettext_lazy("Patrols"), "fieldwork:patrols", "walked_from", "walked_to"),
    "visits": (gettext_lazy("Visits"), "fieldwork:visits", "visited_from", "visited_to"),
    "inspections": (gettext_lazy("Inspections"), "fieldwork:inspections", "first", "last"),
}


@requires("field.view")
@require_safe
def field_volumes(request: HttpRequest) -> HttpResponse:
    """The last 30 days, or those chosen, of the reader's own grid or of the one in ?grid=."""
    top, (first, last), lines, total = _counted(request)
    days = {"first": first, "last": last}
    context = {
        "form": PeriodForm(initial={**days, "grid": request.GET.get("grid", "")}),
        "top": top,
        **days,
        "heads": _heads(),
        "lines": [(line, _cells(line, first, last)) for line in lines],
        "total": _cells(total, first, last) if total else [],
    }
    return render(request, "fieldwork/volumes.html", context)


@requires("field.view")
@require_safe
def field_volumes_excel(request: HttpRequest) -> HttpResponse:
    """The same table as a workbook; who takes it is recorded."""
    top, days, lines, total = _counted(request)
    rows = [_row(str(line.grid.name) if line.grid else _("not in a grid below"), days, line) for line in lines]
    if total:
        rows.append(_row(_("Together"), days, total))
    header, title = [_("Grid"), _("from"), _("until"), *_heads()], _("Volume of field work")
    name = f"{top.name if top else ''}{title}{days[0]:%Y%m%d}-{days[1]:%Y%m%d}"
    export = {"object_type": "field volumes", "fields": str(len(lines))}
    return table_workbook(request, header, rows, title=title, name=name, **export)


def _counted(request: HttpRequest) -> tuple[Grid | None, tuple[date, date], list[Volume], Volume | None]:
    """The grid, first and last day, a line for every grid below, and the sum."""
    form = PeriodForm(request.GET)
    demand_filters(form)
    top, (start, end) = _top(request, form.cleaned_data["grid"]), form.moments
    if top is None:
        return None, form.days, [], None
    below = list(children(top, today=form.days[1]))
    return top, form.days, *volumes(top, below, user=request.user, start=start, end=end)


def _heads() -> list[str]:
    return [str(label) for label, *_more in LISTS.values()]


def _row(name: str, days: tuple[date, date], line: Volume) -> list[Any]:
    return [name, *days, *line.counts]


def _top(request: HttpRequest, code: str) -> Grid | None:
    """The grid of the address, 404 outside the reader's scope; the widest one of hers without."""
    rows = Grid.objects.filter(scope_of(request.user).q("field.view", "code")).defer("boundary")
    if code:
        found: Grid = get_object_or_404(rows, code=code)
        return found
    return rows.filter(valid_to__isnull=True).order_by("level", "code").first()


def _cells(line: Volume, first: date, last: date) -> list[tuple[Any, int, str]]:
    """(what, how many, where the list is) of a line; the rest has no list of its own."""
    return [
        (label, count, _address(name, since, until, line.grid, first, last) if line.grid else "")
        for (label, name, since, until), count in zip((LISTS[kind] for kind in KINDS), line.counts, strict=True)
    ]


def _address(name: str, since: str, until: str, grid: Grid, first: date, last: date) -> str:
    return f"{reverse(name)}?{urlencode({'grid': grid.code, since: first.isoformat(), until: last.isoformat()})}"
