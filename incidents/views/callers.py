"""The desk looks for what a caller has reported before."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grid.access import requires
from incidents.callers import cases_of_caller
from incidents.forms import CallerForm
from incidents.views.finding import person


@requires("incident.accept", "incident.dispatch")
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.atomic
def caller(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: the cases; the number stands in no address and is not shown again."""
    form = CallerForm(request.POST or None)
    now = timezone.now()
    cases, shown = None, form
    if form.is_valid():
        cases = cases_of_caller(form.cleaned_data["phone"], actor=person(request), now=now, request=request)
        shown = CallerForm()
    context = {"form": shown, "cases": cases, "asked": form.is_valid(), "now": now}
    return render(request, "incidents/caller.html", context, status=422 if form.is_bound and cases is None else 200)
