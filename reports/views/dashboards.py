"""Pages of dashboards: the analysis with its Excel file, and the wall screen with its data."""

import hashlib
import json
from datetime import datetime
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.exports import attachment, note_export
from accounts.narrowing import demand_filters
from accounts.rules import background
from accounts.sessions import keep_alive
from grid.access import requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.models.incident import Source
from reports.daily_document import EXCEL_TYPE
from reports.dashboards.analysis import Analysis, Place, analysed
from reports.dashboards.choice import KINDS, TABS, Choice
from reports.dashboards.wall import shapes, wall
from reports.dashboards.workbook import file_name, workbook
from reports.forms.dashboards import KIND_WORDS, TAB_WORDS, AnalysisForm
from reports.forms.reports import grids_for
from reports.periods import local_day, period_of

DEEPEST: Final = 15
"""Codes of grids; below them nothing is broken down."""


@requires("report.view")
@require_safe
def analysis(request: HttpRequest) -> HttpResponse:
    """Head, trend, breakdowns and further tabs of one subtree and period; htmx gets the inner part alone."""
    now = timezone.now()
    choice = _choice(request)
    found = analysed(choice, Place.of(choice.grid, grids_for(request.user)), user=request.user, now=now)
    fragment = getattr(request, "htmx", False)
    template = "reports/parts/analysis.html" if fragment else "reports/analysis.html"
    response = render(request, template, {"found": found, "choice": choice, "now": now, **_controls(found, now)})
    patch_vary_headers(response, ["HX-Request"])
    return response


@requires("report.view")
@require_safe
def analysis_excel(request: HttpRequest) -> HttpResponse:
    """The numbers of the page as a workbook; recorded as an export."""
    now, actor = timezone.now(), request.user
    choice = _choice(request)
    asked: Any = actor
    note_export(
        actor=asked,
        object_type="analysis",
        object_id=choice.code,
        fields=f"{choice.tab} {choice.period.first} {choice.period.last}",
        now=now,
        request=request,
    )
    found = analysed(choice, Place.of(choice.grid, grids_for(actor)), user=actor, now=now)
    return attachment(workbook(found, now=now, author=asked.real_name), EXCEL_TYPE, file_name(found))


def _choice(request: HttpRequest) -> Choice:
    """The question of the address; NotValid for a value that is none, 404 for a grid out of scope."""
    form = AnalysisForm(request.GET, now=timezone.now())
    demand_filters(form)
    given = form.cleaned_data
    period = period_of(given["kind"], given["day"])
    grid = chosen_grid(request.user, given["grid"])
    return Choice(grid, given["kind"], period, given["category"], given["source"], given["tab"])


def chosen_grid(user: Any, code: str) -> Grid:
    """The grid of the code, else the widest street or community of the reader; 404 for one out of scope.

    A code that was divided and given again has several rows; the newest counts.
    """
    grids = grids_for(user)
    if code:
        found = grids.filter(code=code).order_by("-valid_from").first()
    else:
        found = grids.filter(level__gte=Grid.Level.STREET).first() or grids.first()
    if found is None:
        raise Http404
    return found


def _controls(found: Analysis, now: datetime) -> dict[str, Any]:
    """What the page is moved with: lengths of periods, neighbours, tabs, the way up, classes and sources."""
    choice = found.choice
    return {
        "kinds": [(KIND_WORDS[kind], choice.kind_url(kind, now), kind == choice.kind) for kind in KINDS],
        "tabs": [(TAB_WORDS[tab], choice.url(tab=tab), tab == choice.tab) for tab in TABS],
        "way": [(name, choice.url(code=code)) for code, name in found.place.way],
        "below": [(name, choice.url(code=code)) for code, name in found.place.below.items() if len(code) <= DEEPEST],
        "earlier_url": choice.earlier_url,
        "later_url": choice.later_url(now),
        "today_url": choice.url(period=period_of(choice.kind, local_day(now))),
        "is_running": choice.is_running(now),
        "categories": _categories(found),
        "sources": Source.choices,
        "excel_query": choice.query,
        "clear_url": choice.url(category="", source=""),
    }


def _categories(found: Analysis) -> list[tuple[str, str]]:
    """Major classes to choose from, and the minor ones of the chosen class below it."""
    chosen = found.classes.major(found.choice.category) if found.choice.category else ""
    options: list[tuple[str, str]] = []
    for key, (name, parent) in found.classes.rows.items():
        if not parent:
            options.append((key, name))
            if key == chosen:
                options += [(minor, f"　{found.classes.rows[minor][0]}") for minor in found.classes.below(key)]
    return [*options, ("none", _("Not classified"))]


# --- the wall screen --------------------------------------------------------------------------------------------------

LOOKING: Final = ".view"
"""Who can do no more than this may leave the screen on: its polling keeps the session, up to the 12 hours of all."""


@requires("report.view")
@require_safe
def wall_screen(request: HttpRequest) -> HttpResponse:
    """The full-screen page; it comes with its first numbers and asks for new ones by itself."""
    now = timezone.now()
    grid = chosen_grid(request.user, _code(request))
    first = wall(grid, user=request.user, now=now)
    return render(request, "reports/wall.html", {"grid": grid, "first": first, "now": now})


@background
@requires("report.view")
@require_safe
def wall_data(request: HttpRequest) -> HttpResponseBase:
    """All that changes on the screen, as JSON; 304 when nothing did."""
    now = timezone.now()
    grid = chosen_grid(request.user, _code(request))
    if only_looks(request.user):
        keep_alive(request.session, now=now)
    return _fresh(
        request, json.dumps(wall(grid, user=request.user, now=now), separators=(",", ":")), "application/json", 10
    )


@background
@requires("report.view")
@require_safe
def wall_shapes(request: HttpRequest) -> HttpResponseBase:
    """The boundaries on the screen's map, as GeoJSON; they change seldom."""
    grid = chosen_grid(request.user, _code(request))
    return _fresh(request, shapes(grid, timezone.now()), "application/geo+json", 3600)


def only_looks(user: Any) -> bool:
    """Whether `user` can change nothing: an account made for the screen."""
    scope = scope_of(user)
    return (
        bool(scope.grants)
        and not scope.organizations
        and all(name.endswith(LOOKING) for each in scope.grants for name in each.capabilities)
    )


def _code(request: HttpRequest) -> str:
    """The code in the address, or ""; 404 for what cannot be one."""
    code = request.GET.get("grid", "")
    if code and not (code.isascii() and code.isalnum() and len(code) <= 24):
        raise Http404
    return code


def _fresh(request: HttpRequest, body: str, content_type: str, seconds: int) -> HttpResponseBase:
    """The answer with a mark of its content; an empty 304 for a browser that has it."""
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    response: Any = get_conditional_response(request, etag=etag) or HttpResponse(body, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={seconds}"
    return response
