"""九色动态图: the page of counts with the legend, the layer of the map, and the form of the legend."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.errors import NotValid
from accounts.rules import form_page
from fieldwork import colours
from fieldwork.colours import Cell, Counts, Spot
from fieldwork.forms.care import ColourForm
from fieldwork.models import CareColour
from grid.access import requires
from grid.models import Building, Grid
from grid.models.grid import CODE_VALIDATOR
from grid.profile import ancestors
from grid.scope import Scope, scope_of
from incidents.views.finding import person
from incidents.views.workbooks import table_workbook

SEEN_BY: Final = ("care.view", "care.sensitive", "field.view")
GEOJSON: Final = "application/geo+json"
MOST_LINES: Final = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One grid or building with a cell per colour; `code` is the grid to go on with, "" for a building."""

    name: str
    code: str
    building: int
    cells: list[Cell]
    total: Cell


def _top(request: HttpRequest) -> Grid:
    """The grid of the address, else the widest of the reader's; 404 out of reach."""
    seen = Grid.objects.filter(_reach(request.user)).defer("boundary")
    if code := _code(request):
        found: Grid = get_object_or_404(seen, code=code)
        return found
    widest: Grid = get_object_or_404(seen.filter(level__gte=Grid.Level.STREET).order_by("level", "code")[:1])
    return widest


def _reach(user: Any) -> Q:
    """Grids where `user` may see at least rounded counts."""
    scope = scope_of(user)
    held = [scope.q(name) for name in SEEN_BY if scope.can(name)]
    return reduce(or_, held) if all(held) else Q()


def _may_count(scope: Scope, code: str) -> bool:
    return any(scope.can(name, code) for name in SEEN_BY)


def _code(request: HttpRequest) -> str:
    """The grid code of the address, "" without; NotValid for what is no code."""
    code = request.GET.get("grid", "")
    try:
        if code:
            CODE_VALIDATOR(code)
    except ValidationError as error:
        raise NotValid(_("This address is not valid."), {"grid": list(error.messages)}) from error
    return code


def _lines(user: Any, top: Grid, slots: list[int]) -> list[Line]:
    """The grids right below `top`; the buildings of a grid without grids below."""
    below = Grid.objects.filter(parent=top).territorial().current(timezone.localdate()).defer("boundary")
    children = list(below.order_by("code")[:MOST_LINES])
    if not children:
        return _building_lines(user, top, slots)
    found = colours.of_grids(user, under=top.code, length=len(children[0].code))
    here = [_line(grid.name, grid.code, 0, found.get(grid.code), slots) for grid in children]
    known = {grid.code for grid in children}
    rest = [(code, counts) for code, counts in found.items() if code not in known]
    return here + [_line(_("not in a grid below"), "", 0, counts, slots) for _code, counts in rest]


def _building_lines(user: Any, top: Grid, slots: list[int]) -> list[Line]:
    found = colours.of_buildings(user, under=top.code)
    rows = Building.objects.filter(pk__in=found).select_related("compound").defer("point", "compound__point")
    return [_line(str(row), "", row.pk, found[row.pk], slots) for row in rows.order_by("compound", "name")[:MOST_LINES]]


def _line(name: str, code: str, building: int, counts: Counts | None, slots: Iterable[int]) -> Line:
    counts = counts or Counts()
    return Line(name, code, building, counts.of(slots), counts.total)


def _sum(lines: list[Line], slots: list[int]) -> Counts:
    """The bottom line; people of several lines count in each of them."""
    found = Counts()
    for line in lines:
        for slot, cell in zip(slots, line.cells, strict=True):
            if cell.count:
                found.add(slot, cell)
    return found


@requires(*SEEN_BY)
@never_cache
@require_safe
def care_colours(request: HttpRequest) -> HttpResponse:
    """How many people are in care by colour: grid by grid, in the lowest grid building by building. Counts only."""
    top, legend = _top(request), colours.legend()
    slots = [colour.slot for colour in legend]
    lines = _lines(request.user, top, slots)
    total = _sum(lines, slots)
    scope = scope_of(request.user)
    context = {
        "top": top,
        "chain": [grid for grid, _may in ancestors(top, request.user) if _may_count(scope, grid.code)],
        "legend": legend,
        "map_level": min(top.level + 1, Grid.Level.MICRO),
        "lines": [(line, list(zip(legend, line.cells, strict=True))) for line in lines],
        "total": list(zip(legend, total.of(slots), strict=True)),
        "all": total.total,
        "sees_people": scope.can("care.view", top.code),
        "may_define": scope.can("policy.decide"),
    }
    return render(request, "fieldwork/care/colours.html", context)


@requires(*SEEN_BY)
@require_safe
def care_colours_excel(request: HttpRequest) -> HttpResponse:
    """The same counts as a workbook; who takes it is recorded."""
    top, legend, title = _top(request), colours.legend(), _("Nine-colour map")
    lines = _lines(person(request), top, [colour.slot for colour in legend])
    header = [_("Place"), *(f"{colour.name} {colour.meaning}" for colour in legend), _("Together")]
    rows = ([line.name, *(_number(cell) for cell in line.cells), _number(line.total)] for line in lines)
    name = f"{title}-{top.code}-{timezone.localdate():%Y%m%d}"
    export = {"object_type": "care_colours", "object_id": top.pk, "fields": "xlsx"}
    return table_workbook(request, header, rows, title=title, name=name, **export)


def _number(cell: Cell) -> int | str:
    return cell.count if cell.exact else cell.shown


# --- map --------------------------------------------------------------------------------------------------------------


@requires(*SEEN_BY)
@require_safe
def care_layer(request: HttpRequest) -> HttpResponse:
    """Buildings with somebody in care below ?grid=, each with its counts by colour; a FeatureCollection of points."""
    legend = colours.legend()
    features = [_feature(spot, legend) for spot in colours.spots(request.user, under=_code(request))]
    words = {colour.slot: [colour.value, f"{colour.name}·{colour.meaning}"] for colour in legend}
    title = _("Nine-colour map")
    body = {"type": "FeatureCollection", "kind": "care", "title": title, "legend": words, "features": features}
    body["page"] = f"{reverse('fieldwork:care_colours')}?grid="
    response = JsonResponse(body, content_type=GEOJSON, json_dumps_params={"separators": (",", ":")})
    response["Cache-Control"] = "private, max-age=60"
    return response


def _feature(spot: Spot, legend: list[CareColour]) -> dict[str, Any]:
    """The point of a building: counts by slot, the slot of most of its people, how many as far as it may be told."""
    present = [(colour.slot, spot.counts[colour.slot]) for colour in legend if colour.slot in spot.counts]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(spot.lon, 6), round(spot.lat, 6)]},
        "properties": {
            "name": spot.name,
            "most": max(present, key=lambda pair: pair[1].told)[0],
            "total": spot.counts.total.shown,
            "size": spot.counts.total.told,
            "counts": [[slot, cell.shown] for slot, cell in present],
            "code": spot.code,
        },
    }


# --- legend -----------------------------------------------------------------------------------------------------------


@form_page
@requires("policy.decide")
def care_colour(request: HttpRequest, slot: int) -> HttpResponse:
    """Say what a slot means: the office's own words (the nine colours are published nowhere, domain.md 3.5)."""
    colour = get_object_or_404(CareColour, slot=slot)
    form = ColourForm(request.POST or None, colour=colour)
    if form.is_bound and form.is_valid():
        kept = form.attempt(
            lambda: colours.define(slot, actor=person(request), now=timezone.now(), **form.cleaned_data)
        )
        if kept:
            messages.success(request, _("Saved."))
            return redirect("fieldwork:care_colours")
    context = {"form": form, "colour": colour, "tags": colour.tags.filter(is_active=True)}
    return render(request, "fieldwork/care/colour.html", context, status=422 if form.is_bound else 200)
