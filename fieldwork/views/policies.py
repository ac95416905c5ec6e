"""Policy switches: what is off, what is on for a while, why, by whom, until when."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fieldwork import policies
from fieldwork.forms.policies import PolicyForm
from fieldwork.models import PolicySwitch
from grid.access import requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.views.finding import person

MOST_ROWS = 200


@requires("field.view")
@never_cache
@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    """Every decision, newest end first; everybody whom it concerns reads the reason."""
    today = timezone.localdate()
    # a decision for the whole street concerns the people of its grids too
    scope = scope_of(request.user)
    above = {code[:n] for code in scope.prefixes("field.view") for n in range(4, len(code))}
    rows = PolicySwitch.objects.filter(
        Q(pk__in=PolicySwitch.objects.visible_to(request.user).values("pk")) | Q(grid_code__in=above)
    )
    rows = rows.select_related("grid", "approved_by").defer("grid__boundary")[:MOST_ROWS]
    context = {
        "lines": [{"switch": row, "state": _state(row, today), "mine": _may(request, row)} for row in rows],
        "may_decide": scope.can("policy.decide"),
    }
    return render(request, "fieldwork/policies.html", context)


def _state(row: PolicySwitch, today: Any) -> str:
    if row.ends_on <= today:
        return "ended"
    return "on" if row.starts_on <= today else "coming"


def _may(request: HttpRequest, row: PolicySwitch) -> bool:
    return scope_of(request.user).can("policy.decide", row.grid_code)


@requires("policy.decide")
@never_cache
@require_http_methods(["GET", "POST"])
def policy_new(request: HttpRequest) -> HttpResponse:
    """Decide: what, where, why, until when."""
    today = timezone.localdate()
    grids = Grid.objects.filter(scope_of(request.user).q("policy.decide", "code")).current(today)
    form = PolicyForm(request.POST or None, grids=grids.defer("boundary").order_by("level", "code"))
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        if form.attempt(lambda: policies.switch_on(**given, actor=person(request), today=today)):
            messages.success(request, _("Switched on until its end; the reason is shown to everybody concerned."))
            return redirect("fieldwork:policies")
    return render(request, "fieldwork/policy_new.html", {"form": form}, status=422 if form.is_bound else 200)


@requires("policy.decide")
@require_POST
def policy_off(request: HttpRequest, pk: int) -> HttpResponse:
    """End a switch before its day."""
    switch = get_object_or_404(PolicySwitch.objects.visible_to(request.user), pk=pk)
    policies.switch_off(switch, actor=person(request), today=timezone.localdate())
    messages.success(request, _("Switched off."))
    return redirect("fieldwork:policies")
