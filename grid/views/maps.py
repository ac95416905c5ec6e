"""The grid map and the layers that it draws."""

import re
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import NotValid
from grid.access import requires
from grid.filters import GridFilter
from grid.forms import LayerForm
from grid.layers import layer_text
from grid.models import Grid
from grid.people import leader_name
from grid.profile import ancestors, bounded
from grid.scope import scope_of

GEOJSON: Final = "application/geo+json"
LISTED: Final = 200
COUNTS_CARE: Final = ("care.view", "care.sensitive", "field.view")
LEVELS: Final = (Grid.Level.STREET, Grid.Level.COMMUNITY, Grid.Level.GRID, Grid.Level.MICRO)
OWN_PATH: Final = re.compile(r"/(?!/)[A-Za-z0-9/_.~?=&%,:-]{0,500}")
"""An address of this site; another site's must never be drawn into the map."""


@require_safe
@requires("grid.view")
def grid_map(request: HttpRequest) -> HttpResponse:
    """The map of one level below one grid. Query: under (code), level, layer (addresses of more layers)."""
    today = timezone.localdate()
    top = _top(request)
    level = _level(request, top)
    under = top.code if top else ""
    rows = Grid.objects.visible_to(request.user).current(today).filter(level=level, code__startswith=under)
    listed, more = bounded(rows.defer("boundary").annotate(leader=leader_name(today)).order_by("code"), LISTED)
    context = {
        "top": top,
        "chain": ancestors(top, request.user) if top else [],
        "level": level,
        "levels": [one for one in LEVELS if top is None or one >= top.level],
        "next_level": level + 1,
        "rows": listed,
        "more": more,
        "layer_url": _layer_url(level, under),
        "layers": _more_layers(request, under),
    }
    return render(request, "grid/map.html", context)


def _layer_url(level: int, under: str) -> str:
    query: dict[str, str] = {"level": str(level), "zoom": "15"} | ({"under": under} if under else {})
    return f"{reverse('grid:layer')}?{urlencode(query)}"


def _top(request: HttpRequest) -> Grid | None:
    """The grid below which to draw: the one asked for, else the widest of the own."""
    code = request.GET.get("under", "")
    seen = Grid.objects.visible_to(request.user).defer("boundary")
    if code:
        return get_object_or_404(seen, code=code)
    home = scope_of(request.user).home
    return seen.filter(code=home).first() if home else None


def _level(request: HttpRequest, top: Grid | None) -> int:
    form = LayerForm(request.GET)
    if not form.is_valid():
        raise _refusal(form)
    start = max(top.level, Grid.Level.DISTRICT) + 1 if top else int(Grid.Level.STREET)
    return int(form.cleaned_data["level"] or min(start, Grid.Level.MICRO))


def _refusal(*forms: Any) -> NotValid:
    """What is wrong with the address, by its names."""
    found = {name: [str(said) for said in errors] for form in forms for name, errors in form.errors.items()}
    return NotValid(_("This address is not valid."), found)


def _more_layers(request: HttpRequest, under: str) -> list[str]:
    """Layers given in the address, else the cases and, for whoever sees field work, the counts of care."""
    if given := request.GET.getlist("layer"):
        return [url for url in given[:5] if OWN_PATH.fullmatch(url)]
    below = {"grid": under} if under else {}
    own = [_address("incidents:layer", {"open": "true"} | below)]
    if any(scope_of(request.user).can(name) for name in COUNTS_CARE):
        own.append(_address("fieldwork:care_layer", below))
    if scope_of(request.user).can("volunteer.view"):
        own.append(_address("volunteers:points_layer", below))
    return [address for address in own if address]


def _address(name: str, query: dict[str, str]) -> str:
    """The address of a layer by name only, because this app knows nothing of those above it; "" without that app."""
    try:
        address = reverse(name)
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(query)}" if query else address


@require_safe
@requires("grid.view")
def layer(request: HttpRequest) -> HttpResponse:
    """Boundaries as GeoJSON: those of the filters in the address that I may see, simplified for `zoom`."""
    form = LayerForm(request.GET)
    data = request.GET.copy()
    data.pop("zoom", None)
    chosen = GridFilter(data, queryset=Grid.objects.visible_to(request.user))
    if not (form.is_valid() and chosen.is_valid()):
        raise _refusal(form, chosen.form)
    text = layer_text(chosen.qs, zoom=form.cleaned_data["zoom"] or 14, today=timezone.localdate())
    response = HttpResponse(text, content_type=GEOJSON)
    response["Cache-Control"] = "private, max-age=60"
    return response
