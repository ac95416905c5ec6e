"""Pages of 资源清单: the list, one resource with the needs it fits, offering, changing, pausing."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotNow
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import requires
from grid.scope import scope_of
from incidents.views.finding import person, shown_version
from incidents.views.workbooks import list_workbook
from partybuilding import list_sheets, resources
from partybuilding.filters.lists import ResourceFilter
from partybuilding.forms.lists import ResourceForm, keeps_lists
from partybuilding.match_queries import facts, needs_for
from partybuilding.models import Resource
from partybuilding.stages import advance, open_to, story
from partybuilding.units import demand_hers
from partybuilding.views.list_pages import list_page

SHOWN_NEEDS: Final = 15


def listed(rows: Any) -> Any:
    """With what a list shows."""
    return rows.select_related("kind", "unit__organization")


def filtered(request: HttpRequest) -> ResourceFilter:
    """The filters of the address over what the reader may see."""
    return narrowed(ResourceFilter(request.GET, queryset=Resource.objects.visible_to(request.user), request=request))


@requires("party.view", "incident.handle")
@never_cache
@require_safe
def resource_list(request: HttpRequest) -> HttpResponse:
    """Resources, newest first."""
    chosen = filtered(request)
    may_offer = keeps_lists(request.user)
    return list_page(request, "partybuilding/resources.html", chosen, listed(chosen.qs), may_offer=may_offer)


@requires("party.view", "incident.handle")
@require_safe
def resource_excel(request: HttpRequest) -> HttpResponse:
    """The list as a workbook."""
    rows, title = filtered(request).qs, _("List of resources")
    header, lines = list_sheets.resources_header(), list_sheets.resource_lines(rows)
    return list_workbook(request, header, lines, count=rows.count(), kind="resource", title=title)


def find_resource(request: HttpRequest, pk: int) -> Resource:
    """The resource if the reader may see it; 404 otherwise."""
    rows = Resource.objects.visible_to(request.user).select_related("kind", "unit__organization__grid", "by", "call")
    found: Resource = get_object_or_404(rows.defer("unit__organization__grid__boundary"), pk=pk)
    return found


@requires("party.view", "incident.handle")
@never_cache
@require_safe
def resource(request: HttpRequest, pk: int) -> HttpResponse:
    """One resource: its past, and the open needs that it fits, with the reasons."""
    row, today = find_resource(request, pk), timezone.localdate()
    offered = row.status == Resource.Status.OFFERED
    offer = facts(Resource.objects.filter(pk=row.pk), set(), today=today)[0]
    context = {
        "resource": row,
        "offer": offer,
        "left": None if row.capacity is None else max(row.capacity - offer.used, 0),
        "needs": needs_for(row, request.user, today=today, most=SHOWN_NEEDS) if offered else [],
        "projects": row.projects.visible_to(request.user).order_by("-at")[:10],
        "stages": open_to(row, request.user),
        "may_change": _may_change(row, request.user),
        "serves": type(row.unit.organization.grid)
        .objects.filter(code=row.serves_code)
        .values_list("name", flat=True)
        .first(),
        "steps": story(row),
    }
    return render(request, "partybuilding/resource.html", context)


def _may_change(row: Resource, user: Any) -> bool:
    scope = scope_of(user)
    mine = row.unit.organization_id in scope.organizations or scope.can("lists.edit", row.unit.grid_code)
    return mine and row.status != Resource.Status.ENDED


@requires("lists.edit", "incident.handle")
@never_cache
@form_page
def resource_new(request: HttpRequest) -> HttpResponse:
    """Offer something; ?unit= fills in the unit."""
    if not keeps_lists(request.user):
        raise NotNow(_("You keep no lists, and your unit is no partner of the communities yet."))
    given = request.GET.get("unit", "")
    unit = int(given) if given.isascii() and given.isdigit() and len(given) < 18 else None
    form = ResourceForm(request.POST or None, user=request.user, unit=unit)
    if form.is_valid():
        actor, once = person(request), form.cleaned_data["client_id"]
        made = form.attempt(lambda: resources.offer(form.new(), actor=actor, now=timezone.now(), client_id=once))
        if made is not None:
            messages.success(request, _("It stands on the list of resources."))
            return redirect("partybuilding:resource", made.pk)
    context = {"form": form, "resource": None}
    return render(request, "partybuilding/resource_form.html", context, status=422 if form.is_bound else 200)


@requires("lists.edit", "incident.handle")
@never_cache
@form_page
def resource_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other words, days or limits."""
    row = find_resource(request, pk)
    demand_hers(person(request), row.unit, row.unit.grid_code)
    form = ResourceForm(request.POST or None, user=request.user, resource=row)
    if form.is_valid():
        version = form.cleaned_data["version"]
        actor = person(request)
        if form.attempt(lambda: resources.change(row, form.new(), actor=actor, version=version)) is not None:
            messages.success(request, _("Saved."))
            return redirect("partybuilding:resource", row.pk)
    context = {"form": form, "resource": row}
    return render(request, "partybuilding/resource_form.html", context, status=422 if form.is_bound else 200)


@requires("lists.edit", "incident.handle")
@require_POST
def resource_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Pause it, offer it again, end it."""
    row = find_resource(request, pk)
    if name not in ("pause", "offer", "end"):
        raise Http404
    version = shown_version(request, row.version)
    advance(row, name, actor=person(request), now=timezone.now(), version=version)
    messages.success(request, _("Saved."))
    return redirect("partybuilding:resource", row.pk)
