"""Data for maps: cases as points or cells, grids coloured by what is open in them."""

import json
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import NotValid
from accounts.rules import signed_in
from grid.access import requires
from grid.geojson import parse_bbox
from grid.models import Grid
from grid.models.grid import LEVEL_BY_LENGTH
from incidents import maps, overview
from incidents.states import State
from incidents.views.cases import filtered

LENGTH_OF_LEVEL: Final = {level: length for length, level in LEVEL_BY_LENGTH.items()}
GRID_LIMIT: Final = 2000
CITY: Final = 0.4
"""Degrees of a map that shows everything."""
GEOJSON: Final = "application/geo+json"


@signed_in
@require_safe
def layer(request: HttpRequest) -> HttpResponse:
    """Cases of the filters in the address, inside `bbox` (west,south,east,north): points, or cells when too many."""
    now = timezone.now()
    chosen = filtered(request)
    rows, too_many = maps.points(chosen.qs)
    if too_many:
        found = maps.cells(chosen.qs, width=_width(chosen.form.cleaned_data["bbox"]), now=now)
        return _answer(maps.collection((_cell(cell) for cell in found), cells=True))
    return _answer(maps.collection(_pin(row, now) for row in rows))


def _width(bbox: str) -> float:
    """How many degrees the map section spans; a city when none was given."""
    if not bbox:
        return CITY
    west, south, east, north = parse_bbox(bbox).extent
    return float(max(east - west, north - south))


def _pin(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    properties = {
        "number": row["number"],
        "title": row["title"],
        "url": reverse("incidents:detail", args=[row["number"]]),
        "tone": maps.tone(row["state"], row["due_at"], now=now),
        "label": State(row["state"]).label,
    }
    return maps.point_feature(row["x"], row["y"], properties)


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    properties = {"count": cell["count"], "overdue": cell["late"], "tone": "danger" if cell["late"] else "primary"}
    return maps.point_feature(cell["x"], cell["y"], properties)


def _answer(body: dict[str, Any]) -> HttpResponse:
    response = JsonResponse(body, content_type=GEOJSON, json_dumps_params={"separators": (",", ":")})
    response["Cache-Control"] = "private, max-age=10"
    return response


@requires("grid.view")
@require_safe
def loads(request: HttpRequest) -> HttpResponse:
    """Grids of one `level` under the code `under`, each with its open and overdue cases.

    A FeatureCollection with boundaries for the map; with `plain=1` only {"loads": {code: {open, overdue}}}.
    """
    level = _level(request.GET.get("level", "5"))
    under = request.GET.get("under", "")
    now = timezone.now()
    found = overview.loads(request.user, under=under, code_length=LENGTH_OF_LEVEL[level], now=now)
    if request.GET.get("plain"):
        return _answer({"loads": {code: maps.load_of(found, code) for code in found}})
    grids = Grid.objects.visible_to(request.user).under(under).current(timezone.localdate(now)).territorial()
    shapes = maps.boundaries(grids, level=level).values_list("code", "name", "shape")[:GRID_LIMIT]
    features = ",".join(_polygon(code, name, shape, maps.load_of(found, code)) for code, name, shape in shapes)
    response = HttpResponse(f'{{"type":"FeatureCollection","features":[{features}]}}', content_type=GEOJSON)
    response["Cache-Control"] = "private, max-age=10"
    return response


def _level(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) in LENGTH_OF_LEVEL:
        return int(text)
    raise NotValid(_("There is no such level of grids."), {"level": [_("Give a number from 1 to 8.")]})


def _polygon(code: str, name: str, shape: str, load: dict[str, int]) -> str:
    """One feature as text: the database has written the geometry already, parsing it again would be waste."""
    url = f"{reverse('incidents:list')}?grid={code}&open=true"
    properties = json.dumps({"code": code, "name": name, "url": url, **load})
    return f'{{"type":"Feature","geometry":{shape},"properties":{properties}}}'
