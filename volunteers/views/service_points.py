"""Pages of service points: list, map, one point, the opening board, what is near me."""

import json
from typing import Any, Final

from django.contrib import messages
from django.contrib.gis.db.models.functions import Centroid
from django.contrib.gis.geos import Point
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import demand_filters, narrowed
from accounts.rules import form_page, signed_in
from grid.access import requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.maps import collection, point_feature
from incidents.views.cases import grid_choices
from incidents.views.finding import next_address, person
from incidents.views.form_pages import shown_page
from incidents.views.workbooks import list_workbook
from volunteers import micro_sheets, service_points
from volunteers.filters.service_points import ServicePointFilter
from volunteers.forms.service_points import BoardForm, PlaceForm, PointForm
from volunteers.models import PointKind, ServicePoint
from volunteers.service_points import standing, with_board

PAGE_SIZE: Final = 50
NEAR: Final = 30
LINES: Final = 20
ON_MAP: Final = 2000
GEOJSON: Final = "application/geo+json"


def filtered(request: HttpRequest) -> ServicePointFilter:
    """The filters of the address over what the reader may see; without `active` those in use."""
    data = request.GET.copy()
    data.setdefault("active", "true")
    rows = service_points.points_seen_by(request.user)
    return narrowed(ServicePointFilter(data, queryset=rows, request=request))


def _with_standing(rows: Any, now: Any) -> list[tuple[ServicePoint, Any]]:
    return [(row, standing(row, now, row.said_open)) for row in rows]


@requires("volunteer.view", "incident.handle")
@never_cache
@require_safe
def point_list(request: HttpRequest) -> HttpResponse:
    """Points of the filters with how they stand now, and their map."""
    now, chosen = timezone.now(), filtered(request)
    page = keyset_page(with_board(chosen.qs, timezone.localdate(now)), request.GET, size=PAGE_SIZE)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": page,
        "rows": _with_standing(page.rows, now),
        "kinds": PointKind.objects.filter(is_active=True),
        "chosen_kinds": request.GET.getlist("kind"),
        "may_edit": scope_of(request.user).can("service.edit"),
        "may_export": scope_of(request.user).can("volunteer.view"),
        "layer": f"{reverse('volunteers:points_layer')}?{request.GET.urlencode()}",
        "grids_url": _grids_url(request),
    }
    return render(request, "volunteers/service_points.html", context)


def _grids_url(request: HttpRequest) -> str:
    """The boundaries of the communities below the reader's own grid; "" without one."""
    home = scope_of(request.user).home or service_points.home_code(request.user)[:9]
    level = Grid.Level.COMMUNITY if len(home) <= 9 else Grid.Level.GRID
    return f"{reverse('grid:layer')}?level={level:d}&under={home}" if home else ""


@requires("volunteer.view")
@require_safe
def points_layer(request: HttpRequest) -> HttpResponse:
    """The points of the filters for a map."""
    now = timezone.now()
    rows = with_board(filtered(request).qs.order_by("pk"), timezone.localdate(now))[:ON_MAP]
    features = (_pin(row, stands) for row, stands in _with_standing(rows, now))
    found = collection(features, kind="service_points", title=_("Service points"))
    return HttpResponse(json.dumps(found, ensure_ascii=False), content_type=GEOJSON)


def _pin(row: ServicePoint, stands: Any) -> dict[str, Any]:
    properties = {
        "title": f"{row.name}（{stands.label}）",
        "url": reverse("volunteers:service_point", args=[row.pk]),
        "tone": stands.tone,
        "label": stands.label,
        "number": row.name,
    }
    return point_feature(row.place.x, row.place.y, properties)


@requires("volunteer.view")
@require_safe
def points_excel(request: HttpRequest) -> HttpResponse:
    """The list as a workbook."""
    rows, title = filtered(request).qs, _("Service points")
    header, lines = micro_sheets.points_header(), micro_sheets.point_lines(rows, timezone.now())
    return list_workbook(request, header, lines, count=rows.count(), kind="service_point", title=title)


def find_point(request: HttpRequest, pk: int) -> ServicePoint:
    """The point if the reader may see it; 404 otherwise."""
    rows = with_board(service_points.points_seen_by(request.user), timezone.localdate())
    found: ServicePoint = get_object_or_404(rows, pk=pk)
    return found


@signed_in
@never_cache
@require_safe
def point_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One point: where, when, what for; the lines of its board."""
    return _shown(request, find_point(request, pk))


def _shown(request: HttpRequest, row: Any, form: Any = None) -> HttpResponse:
    now, today = timezone.now(), timezone.localdate()
    context = {
        "point": row,
        "stands": standing(row, now, row.said_open),
        "services": [line for line in row.services.splitlines() if line.strip()],
        "lines": row.openings.select_related("by").order_by("-on", "-pk")[:LINES],
        "today": today,
        "may_edit": scope_of(request.user).can("service.edit", row.grid_code),
        "may_write": row.is_active and service_points.may_write_board(row, request.user),
        "board_form": form or BoardForm(initial={"is_open": "0" if row.said_open else "1"}),
    }
    return render(request, "volunteers/service_point.html", context, status=422 if form is not None else 200)


@requires("service.edit")
@never_cache
@form_page
def point_new(request: HttpRequest) -> HttpResponse:
    """Enter a point."""
    form = PointForm(request.POST or None, user=request.user)
    if form.is_valid():
        made = form.attempt(lambda: service_points.open_point(form.facts(), actor=person(request)))
        if made is not None:
            messages.success(request, _("Saved."))
            return redirect("volunteers:service_point", made.pk)
    return shown_page(request, "volunteers/service_point_form.html", {"grids_url": _grids_url(request)}, form)


@requires("service.edit")
@never_cache
@form_page
def point_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is known of a point."""
    row = find_point(request, pk)
    form = PointForm(request.POST or None, user=request.user, point=row)
    if form.is_valid():
        actor, version = person(request), form.cleaned_data["version"] or row.version
        if form.attempt(lambda: service_points.change_point(row, form.facts(), actor=actor, version=version)):
            messages.success(request, _("Saved."))
            return redirect("volunteers:service_point", row.pk)
    context = {"point": row, "grids_url": _grids_url(request)}
    return shown_page(request, "volunteers/service_point_form.html", context, form)


@requires("service.edit")
@require_POST
def point_use(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a point off the map (body: in_use=0), or put it back (1)."""
    row = find_point(request, pk)
    service_points.put_out_of_use(row, in_use=request.POST.get("in_use") == "1", actor=person(request))
    messages.success(request, _("Saved."))
    return redirect("volunteers:service_point", row.pk)


@signed_in
@require_POST
def point_board(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a line on the board of the point: open or closed, from now or on a day to come."""
    row, actor = find_point(request, pk), person(request)
    service_points.demand_board(row, actor)
    form = BoardForm({"on": timezone.localdate().isoformat(), **request.POST.dict()})
    now = timezone.now()
    if form.is_valid() and form.attempt(
        lambda: service_points.say_open(row, actor=actor, now=now, **form.cleaned_data)
    ):
        messages.success(request, _("The board says it."))
        return redirect(next_address(request, reverse("volunteers:service_point", args=[row.pk])))
    return _shown(request, row, form)


@requires("volunteer.view", "incident.handle")
@never_cache
@require_safe
def opening_board(request: HttpRequest) -> HttpResponse:
    """Today's board: which point is open, who opened it when; one tap opens or closes."""
    now, chosen = timezone.now(), filtered(request)
    page = keyset_page(with_board(chosen.qs, timezone.localdate(now)), request.GET, size=PAGE_SIZE)
    rows = _with_standing(page.rows, now)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": page,
        "rows": [(row, stands, service_points.may_write_board(row, request.user)) for row, stands in rows],
        "today": timezone.localdate(now),
        "open_count": sum(stands.code == "open" for _row, stands in rows),
    }
    return render(request, "volunteers/opening_board.html", context)


@signed_in
@never_cache
@form_page
def points_near(request: HttpRequest) -> HttpResponse:
    """Points around me: around the place of my device (sent, used and forgotten), else around my home grid."""
    form, place = PlaceForm(request.POST or None), None
    if request.method == "POST":
        demand_filters(form)
        place = form.point()
    now, where = timezone.now(), place or _middle(request)
    rows = with_board(filtered(request).qs, timezone.localdate(now))
    found = service_points.near(rows, where)[:NEAR] if where else rows.filter(is_active=True).order_by("name")[:NEAR]
    context = {
        "form": PlaceForm(),
        "rows": _with_standing(found, now),
        "by_device": place is not None,
        "knows_place": where is not None,
        "kinds": PointKind.objects.filter(is_active=True),
        "chosen_kind": request.GET.get("kind", ""),
    }
    return render(request, "volunteers/points_near.html", context)


def _middle(request: HttpRequest) -> Point | None:
    """The middle of the grid of a volunteer, a member or a post: coarse on purpose."""
    code = service_points.home_code(request.user) or scope_of(request.user).home
    rows = Grid.objects.filter(code=code).exclude(boundary=None).annotate(middle=Centroid("boundary"))
    found: Point | None = rows.values_list("middle", flat=True).first()
    return found
