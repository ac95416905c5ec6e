"""三张清单 side by side, the matching board, the half-yearly calls."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import requires
from grid.scope import scope_of
from incidents.views.cases import grid_choices
from incidents.views.finding import person
from partybuilding.filters.lists import PROJECT_OPEN, ListsFilter, NeedFilter
from partybuilding.forms.lists import CallForm, keeps_lists
from partybuilding.list_calls import call_for_lists
from partybuilding.match_queries import matches_of
from partybuilding.models import ListCall, Need, NeedWait, Project, Resource
from partybuilding.views import needs, projects, resources

COLUMN: Final = 12
BOARD: Final = 10
BEST: Final = 3


@requires("party.view", "incident.handle")
@never_cache
@require_safe
def three_lists(request: HttpRequest) -> HttpResponse:
    """What is needed, what is offered, what is done: three columns."""
    user = request.user
    chosen = narrowed(ListsFilter(request.GET, queryset=Need.objects.visible_to(user), request=request))
    given = {name: value for name, value in chosen.form.cleaned_data.items() if value}
    waiting = chosen.qs.filter(status=Need.Status.OPEN)
    offered = Resource.objects.visible_to(user).filter(status=Resource.Status.OFFERED)
    running = Project.objects.visible_to(user).filter(status__in=PROJECT_OPEN)
    if "grid" in given:
        offered, running = offered.serving(given["grid"]), running.under(given["grid"])
    if "kind" in given:
        offered, running = offered.filter(kind=given["kind"]), running.filter(need__kind=given["kind"])
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "needs": needs.listed(waiting.order_by("level_since", "pk"))[:COLUMN],
        "resources": resources.listed(offered)[:COLUMN],
        "projects": projects.listed(running)[:COLUMN],
        "counts": {"needs": waiting.count(), "resources": offered.count(), "projects": running.count()},
        "unmet": chosen.qs.filter(status=Need.Status.UNMET).count(),
        "query": request.GET.urlencode(),
        "may_raise": keeps_lists(user),
        "now": timezone.now(),
    }
    return render(request, "partybuilding/lists.html", context)


@requires("party.view", "incident.handle")
@never_cache
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The matching board: open needs that wait longest, each with the units that fit best."""
    rows = Need.objects.visible_to(request.user)
    chosen = narrowed(NeedFilter(request.GET, queryset=rows, request=request))
    taken = Project.objects.exclude(status=Project.Status.DROPPED).filter(need__isnull=False)
    waiting = chosen.qs.filter(status=Need.Status.OPEN).exclude(pk__in=taken.values("need"))
    page = keyset_page(needs.listed(waiting), request.GET, size=BOARD)
    found = matches_of(page.rows, request.user, today=timezone.localdate(), most=BEST)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": page,
        "rows": [(need, found.get(need.pk, [])) for need in page.rows],
        "waits": NeedWait.objects.filter(is_active=True),
        "now": timezone.now(),
    }
    return render(request, "partybuilding/board.html", context)


@requires("party.view", "incident.handle")
@never_cache
@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    """Calls for lists, with what came in."""
    context = {"rows": _counted(request)[:50], "may_call": scope_of(request.user).can("party.decide")}
    return render(request, "partybuilding/list_calls.html", context)


def _counted(request: HttpRequest) -> Any:
    rows = ListCall.objects.visible_to(request.user).select_related("grid", "by").defer("grid__boundary")
    return rows.annotate(
        needs_count=Count("needs", distinct=True), resources_count=Count("resources", distinct=True)
    ).order_by("-year", "-half", "grid_code")


@requires("party.view", "incident.handle")
@never_cache
@require_safe
def list_call(request: HttpRequest, pk: int) -> HttpResponse:
    """One call: what came in, met and unmet, by grid."""
    call = get_object_or_404(_counted(request), pk=pk)
    seen = Need.objects.visible_to(request.user).filter(call=call)
    by_grid = seen.order_by().values("grid__name", "grid_code")
    table = by_grid.annotate(
        raised=Count("pk"), met=Count("pk", filter=Q(status="met")), unmet=Count("pk", filter=Q(status="unmet"))
    ).order_by("grid_code")
    today = timezone.localdate()
    context = {
        "call": call,
        "table": table,
        "needs_link": f"{reverse('partybuilding:needs')}?call={call.pk}",
        "resources_link": f"{reverse('partybuilding:resources')}?call={call.pk}",
        "is_open": call.opens_on <= today <= call.closes_on,
        "may_raise": keeps_lists(request.user),
    }
    return render(request, "partybuilding/list_call.html", context)


@requires("party.decide")
@never_cache
@form_page
def call_new(request: HttpRequest) -> HttpResponse:
    """Call for lists; units and communities are told."""
    now = timezone.now()
    form = CallForm(request.POST or None, user=request.user, today=timezone.localdate(now))
    if form.is_valid():
        made = form.attempt(lambda: call_for_lists(form.new(), actor=person(request), now=now))
        if made is not None:
            messages.success(request, _("The units and communities are told."))
            return redirect("partybuilding:list_call", made.pk)
    return render(request, "partybuilding/list_call_new.html", {"form": form}, status=422 if form.is_bound else 200)
