"""Pages of the ten-minute circle and of the ledger of practical matters."""

import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.narrowing import narrowed
from grid.access import requires
from grid.chosen import choices_of, chosen_of, grids_where
from incidents.maps import collection
from incidents.views.workbooks import list_workbook, table_workbook
from volunteers import circle, micro_sheets, practical
from volunteers.filters.service_points import CircleFilter, MatterFilter
from volunteers.models import ServicePoint

GEOJSON: Final = "application/geo+json"
SHOWN: Final = 200


def _asked(request: HttpRequest) -> tuple[CircleFilter, Any, circle.Question, Any]:
    """The filters, the grid, the question, and the grids to choose from."""
    rows = grids_where(request.user, "volunteer.view")
    chosen = narrowed(CircleFilter(request.GET, queryset=ServicePoint.objects.none(), request=request))
    top = chosen_of(request, rows)
    return chosen, top, chosen.question(top.code), rows


@requires("volunteer.view")
@never_cache
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Share of households within the walk, by community; where the next point is missed."""
    chosen, top, asked, rows = _asked(request)
    found = circle.coverage(asked)
    context = {
        "form": chosen.form,
        "top": top,
        "grid_names": choices_of(rows),
        "rows": found,
        "whole": circle.whole(found),
        "outside": circle.outside(asked),
        "points": circle.points_of(asked).filter(grid_code__startswith=top.code).count(),
        "query": request.GET.urlencode(),
        "shapes": f"{reverse('volunteers:circle_layer')}?{request.GET.urlencode()}",
        "pins": f"{reverse('volunteers:points_layer')}?{_pins_query(request, top)}",
    }
    return render(request, "volunteers/circle.html", context)


def _pins_query(request: HttpRequest, top: Any) -> str:
    query = request.GET.copy()
    query.pop("metres", None)
    query["grid"] = top.code
    return query.urlencode()


@requires("volunteer.view")
@require_safe
def circle_layer(request: HttpRequest) -> HttpResponse:
    """The walks around the points as shapes for a map."""
    _chosen, top, asked, _rows = _asked(request)
    shapes = circle.reach_shapes(circle.points_of(asked).filter(grid_code__startswith=top.code), asked.metres)
    features = (
        {
            "type": "Feature",
            "geometry": json.loads(shape),
            "properties": {"title": name, "url": reverse("volunteers:service_point", args=[pk])},
        }
        for pk, name, shape in shapes
    )
    found = collection(features, kind="circles")
    return HttpResponse(json.dumps(found, ensure_ascii=False), content_type=GEOJSON)


@requires("volunteer.view")
@require_safe
def coverage_excel(request: HttpRequest) -> HttpResponse:
    """The table as a workbook."""
    _chosen, top, asked, _rows = _asked(request)
    found = circle.coverage(asked)
    title = _("Ten-minute circle")
    export = {"object_type": "service_point", "object_id": top.code, "fields": "coverage"}
    lines = micro_sheets.circle_lines([*found, circle.whole(found, code=top.code, name=top.name)])
    return table_workbook(
        request, micro_sheets.circle_header(), lines, title=title, name=f"{top.name}-{title}", **export
    )


def _matters(request: HttpRequest) -> tuple[MatterFilter, Any, Any, int, Any]:
    rows = grids_where(request.user, "volunteer.view")
    chosen = narrowed(MatterFilter(request.GET, queryset=ServicePoint.objects.none(), request=request))
    top, data = chosen_of(request, rows), chosen.form.cleaned_data
    year = int(data.get("year") or timezone.localdate().year)
    kind = data.get("what") or ""
    found = practical.matters(request.user, top.code, year, kind=kind)
    return chosen, top, found, year, rows


@requires("volunteer.view")
@never_cache
@require_safe
def matter_list(request: HttpRequest) -> HttpResponse:
    """网格实事服务台账: what was done for people in a grid in a year."""
    chosen, top, found, year, rows = _matters(request)
    counts = practical.counts(request.user, top.code, year)
    context = {
        "form": chosen.form,
        "top": top,
        "grid_names": choices_of(rows),
        "rows": [practical.shown(line) for line in found[:SHOWN]],
        "counts": counts,
        "total": sum(count for _name, _word, count in counts),
        "most": SHOWN,
        "year": year,
    }
    return render(request, "volunteers/matters.html", context)


@requires("volunteer.view")
@require_safe
def matter_excel(request: HttpRequest) -> HttpResponse:
    """The ledger as a workbook."""
    _chosen, top, found, year, _rows = _matters(request)
    title = _("Ledger of practical matters")
    header, lines = micro_sheets.matters_header(), micro_sheets.matter_lines(found)
    return list_workbook(
        request, header, lines, count=found.count(), kind="practical_matter", title=f"{top.name}{title}{year}"
    )
