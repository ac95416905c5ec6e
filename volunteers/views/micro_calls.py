"""Pages of calls for micro-projects: the list, one call with its bids in the order of their points, a new call."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.errors import NotAllowed
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page, signed_in
from grid.access import requires
from grid.scope import scope_of
from incidents.views.cases import grid_choices
from incidents.views.finding import person
from incidents.views.form_pages import shown_page
from incidents.views.workbooks import table_workbook
from volunteers import micro, micro_calls, micro_money, micro_review, micro_sheets
from volunteers.filters.micro import MicroCallFilter
from volunteers.forms.micro import BidForm, CallForm
from volunteers.models import MicroCall, MicroProject, Reviewer

PAGE_SIZE = 30


def find_call(request: HttpRequest, pk: int) -> MicroCall:
    """The call if the reader may see it; 404 otherwise."""
    rows = micro_calls.with_figures(micro.calls_seen_by(request.user))
    found: MicroCall = get_object_or_404(rows.select_related("grid").defer("grid__boundary"), pk=pk)
    return found


def may_bid(user: Any, call: MicroCall | None = None) -> bool:
    """Whether `user` may hand in: leads a team, works for a unit below the call, or accompanies projects there."""
    code = call.grid_code if call else ""
    if scope_of(user).can("micro.edit", code or None):
        return True
    teams = micro.led_teams(user).filter(grid_code__startswith=code)
    return teams.exists() or micro.organizations_of(user).filter(grid__code__startswith=code).exists()


@signed_in
@never_cache
@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    """Calls, newest first, and what the reader has to do with projects."""
    user = request.user
    chosen = narrowed(MicroCallFilter(request.GET, queryset=micro.calls_seen_by(user), request=request))
    rows = micro_calls.with_figures(chosen.qs).select_related("grid").defer("grid__boundary")
    page = keyset_page(rows, request.GET, size=PAGE_SIZE)
    reviews, waiting = Reviewer.objects.filter(user=user.pk), Q(conflict="", at=None, project__status="review")
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": page,
        "today": timezone.localdate(),
        "may_call": scope_of(user).can("micro.edit"),
        "reviews": reviews.aggregate(all=Count("pk"), waiting=Count("pk", filter=waiting)),
        "mine": MicroProject.objects.filter(Q(team__leader__user=user.pk) | Q(by=user.pk)).count(),
    }
    return render(request, "volunteers/micro_calls.html", context)


@signed_in
@never_cache
@require_safe
def call_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One call: money, criteria, its projects; the points only for the office until a project is decided."""
    call, scope = find_call(request, pk), scope_of(request.user)
    office = scope.can("micro.edit", call.grid_code)
    seen = None if office else set(micro.projects_seen_by(request.user).filter(call=call).values_list("pk", flat=True))
    lines = [line for line in micro_review.results(call) if seen is None or line.project.pk in seen]
    today = timezone.localdate()
    context = {
        "call": call,
        "criteria": call.criteria.all(),
        "lines": lines,
        "left": call.budget - micro_money.committed(call),
        "office": office,
        "is_open": call.opens_on <= today <= call.closes_on,
        "may_bid": may_bid(request.user, call),
        "may_edit": office and not lines,
        "today": today,
    }
    return render(request, "volunteers/micro_call.html", context)


@requires("micro.edit")
@require_safe
def call_excel(request: HttpRequest, pk: int) -> HttpResponse:
    """The table of the review as a workbook."""
    call = find_call(request, pk)
    header, lines = micro_sheets.results_header(call), micro_sheets.result_lines(call)
    name = f"{call.name}-{_('Table of the review')}"
    export = {"object_type": "micro_call", "object_id": call.pk, "fields": "results"}
    return table_workbook(request, header, lines, title=call.name[:30], name=name, **export)


@requires("micro.edit")
@never_cache
@require_safe
def call_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The table of the review to print and post."""
    call = find_call(request, pk)
    context = {"call": call, "criteria": call.criteria.all(), "lines": micro_review.results(call)}
    return render(request, "volunteers/micro_call_print.html", context)


@requires("micro.edit")
@never_cache
@form_page
def call_new(request: HttpRequest) -> HttpResponse:
    """Call for micro-projects."""
    form, now = CallForm(request.POST or None, user=request.user), timezone.now()
    if form.is_valid():
        made = form.attempt(lambda: micro_calls.open_call(form.new(), actor=person(request), now=now))
        if made is not None:
            messages.success(request, _("The leaders of teams and the units are told."))
            return redirect("volunteers:micro_call", made.pk)
    return shown_page(request, "volunteers/micro_call_form.html", {"call": None}, form)


@requires("micro.edit")
@never_cache
@form_page
def call_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a call before anybody handed in."""
    call = find_call(request, pk)
    form, now = CallForm(request.POST or None, user=request.user, call=call), timezone.now()
    if form.is_valid():
        changed = form.attempt(lambda: micro_calls.change_call(call, form.new(), actor=person(request), now=now))
        if changed is not None:
            messages.success(request, _("Saved."))
            return redirect("volunteers:micro_call", call.pk)
    return shown_page(request, "volunteers/micro_call_form.html", {"call": call}, form)


@signed_in
@never_cache
@form_page
def bid(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a project in to the call `pk`."""
    call = find_call(request, pk)
    if not may_bid(request.user, call):
        raise NotAllowed(_("Leaders of teams and people of units hand in projects."))
    form, now = BidForm(request.POST or None, user=request.user, call=call), timezone.now()
    if form.is_valid():
        once = form.cleaned_data["client_id"]
        made = form.attempt(lambda: micro.bid(form.new(), actor=person(request), now=now, client_id=once))
        if made is not None:
            messages.success(request, _("%(number)s is handed in.") % {"number": made.number})
            return redirect("volunteers:micro_project", made.pk)
    return shown_page(request, "volunteers/micro_bid.html", {"call": call, "project": None}, form)
