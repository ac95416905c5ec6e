"""走访计划 with their rates, and the coverage of 五必知 / 五必访 / 三必到."""

from datetime import date, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotValid
from accounts.narrowing import demand_filters
from accounts.rules import form_page
from fieldwork import duties, visit_plans
from fieldwork.forms.visits import DaysForm, PlanForm
from fieldwork.models import VisitDuty, VisitPlan
from fieldwork.musts import coverage
from fieldwork.rounds import stretch_of
from grid.access import requires
from grid.chosen import asked_code, chosen_of
from grid.models import Grid
from grid.scope import scope_of
from incidents.views.cases import grid_choices
from incidents.views.finding import person

LONGEST: Final = timedelta(days=731)


def days_of(request: HttpRequest) -> tuple[date, date]:
    """The days of the address, else this month; NotValid for what are no days."""
    form = DaysForm(request.GET)
    demand_filters(form)
    month = stretch_of("month", timezone.localdate())
    first, last = form.cleaned_data["first"] or month.first, form.cleaned_data["last"] or month.last
    if not first <= last <= first + LONGEST:
        message = _("The last day is before the first, or more than two years after it.")
        raise NotValid(_("A filter is not valid."), {"last": [message]})
    return first, last


def chosen_grid(request: HttpRequest) -> Grid:
    """The grid of the address, else the widest one whose field work the reader sees; 404 out of reach."""
    rows = Grid.objects.filter(scope_of(request.user).q("field.view", "code")).current(timezone.localdate())
    rows = rows.filter(level__gte=Grid.Level.STREET).defer("boundary").order_by("code")
    return chosen_of(request, rows)


@requires("field.view")
@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """Every plan with its rate in the days asked for."""
    first, last = days_of(request)
    seen = VisitDuty.objects.visible_to(request.user)
    if code := asked_code(request):
        seen = seen.under(code)
    rates = {rate.plan.pk: rate for rate in duties.rates(seen, first, last)}
    plans = list(visit_plans.visible_plans(request.user).order_by("-is_active", "target", "pk"))
    agreed = next((rate for rate in rates.values() if rate.plan.name == duties.AGREED), None)
    context = {
        "lines": [
            {"plan": plan, "rate": rates.get(plan.pk), "may": visit_plans.may_change(plan, request.user)}
            for plan in plans
        ],
        "agreed": agreed,
        "total": duties.figures(seen, first, last),
        "form": DaysForm(initial={"first": first, "last": last}),
        "first": first,
        "last": last,
        "grids": grid_choices(request),
        "grid": code,
        "may_plan": scope_of(request.user).can("field.plan"),
    }
    return render(request, "fieldwork/visit_plans.html", context)


@form_page
@requires("field.plan")
def plan_new(request: HttpRequest) -> HttpResponse:
    """A new plan; its rounds are there at once."""
    form = PlanForm(request.POST or None, user=request.user)

    def write() -> VisitPlan:
        return visit_plans.make_plan(form.plan(), actor=person(request), now=timezone.now())

    return _written(request, form, write, {})


@form_page
@requires("field.plan")
def plan_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another rhythm, another target."""
    plan = find_plan(request.user, pk)
    names = ("name", "target", "tenure", "tag", "times", "period", "starts_on")
    start = {name: getattr(plan, name) for name in names} | {"grid": plan.grid.code if plan.grid else ""}
    form = PlanForm(request.POST or None, user=request.user, initial=start)

    def write() -> VisitPlan:
        return visit_plans.change_plan(plan, form.plan(), actor=person(request), now=timezone.now())

    return _written(request, form, write, {"plan": plan})


def find_plan(user: Any, pk: int) -> VisitPlan:
    """The plan if `user` may see it; 404 otherwise."""
    found: VisitPlan = get_object_or_404(visit_plans.visible_plans(user), pk=pk)
    return found


def _written(request: HttpRequest, form: PlanForm, write: Any, context: dict[str, Any]) -> HttpResponse:
    if form.is_bound and form.is_valid() and form.attempt(write):
        messages.success(request, _("The plan was saved; its rounds are there."))
        return redirect("fieldwork:visit_plans")
    status = 422 if form.is_bound else 200
    return render(request, "fieldwork/visit_plan_form.html", {"form": form, **context}, status=status)


@requires("field.plan")
@require_POST
def plan_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a plan, or take it up again."""
    plan = find_plan(request.user, pk)
    on = request.POST.get("on") == "1"
    visit_plans.switch_plan(plan, on=on, actor=person(request), now=timezone.now())
    messages.success(request, _("The plan is in use again.") if on else _("The plan was stopped."))
    return redirect("fieldwork:visit_plans")


@requires("field.view")
@require_safe
def must_coverage(request: HttpRequest) -> HttpResponse:
    """五必知, 五必访, 三必到: how many households of each grid were reached."""
    first, last = days_of(request)
    grid = chosen_grid(request)
    musts, lines = coverage(grid, user=request.user, first=first, last=last, today=timezone.localdate())
    groups: dict[str, list[Any]] = {}
    for must in musts:
        groups.setdefault(must.get_group_display(), []).append(must)
    context = {
        "grid": grid,
        "grids": grid_choices(request),
        "musts": musts,
        "groups": [(name, len(found)) for name, found in groups.items()],
        "lines": lines,
        "form": DaysForm(initial={"first": first, "last": last}),
        "first": first,
        "last": last,
    }
    return render(request, "fieldwork/musts.html", context)
