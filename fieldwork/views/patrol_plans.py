"""Patrols at the desk: the list with its export, the plans and how far they are kept."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from fieldwork import patrol_plans, patrols
from fieldwork.filters.patrols import PatrolFilter, PlanFilter
from fieldwork.forms.patrols import PlanForm, written
from fieldwork.models import Patrol, PatrolPlan
from grid.access import demand, requires
from grid.chosen import asked_code
from grid.models import Grid
from grid.scope import scope_of
from incidents.views.cases import grid_choices
from incidents.views.finding import person, shown_version
from incidents.views.workbooks import list_workbook

PAGE_SIZE: Final = 50
MOST_GRIDS: Final = 300
LATELY: Final = timedelta(days=7)
"""Over how many days, today not counted, the list says how far a plan is kept."""
LONG: Final = timedelta(days=28)


def _filtered(request: HttpRequest) -> tuple[PatrolFilter, Any]:
    chosen = PatrolFilter(request.GET, queryset=Patrol.objects.visible_to(request.user), request=request)
    rows = narrowed(chosen).qs.select_related("grid", "plan", "by").defer("grid__boundary")
    return chosen, patrols.counted(rows)


@requires("field.view")
@require_safe
def patrol_list(request: HttpRequest) -> HttpResponse:
    """The patrols of the filters, newest first."""
    chosen, rows = _filtered(request)
    page = keyset_page(rows, request.GET, size=PAGE_SIZE, by="at")
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": page,
        "may_start": scope_of(request.user).can("field.write"),
    }
    return render(request, "fieldwork/patrols.html", context)


@requires("field.view")
@require_safe
def patrols_excel(request: HttpRequest) -> HttpResponse:
    """The same list as a workbook; who takes it is recorded."""
    _chosen, rows = _filtered(request)
    header = [_("Begun"), _("Ended"), _("Kind"), _("Plan"), _("Grid"), _("Grid code"), _("By"), _("Status")]
    header += [_("Findings"), _("Cases"), _("Remark")]
    return list_workbook(request, header, _cells(rows), count=rows.count(), kind="patrol", title=_("Patrols"))


def _cells(rows: Any) -> Iterator[list[Any]]:
    for row in rows.order_by("-at", "-id").iterator(chunk_size=1000):
        plan = row.plan.name if row.plan else ""
        place = [row.grid.name, row.grid_code, row.by.real_name, row.get_status_display()]
        yield [row.at, row.finished_at, row.get_kind_display(), plan, *place, row.found, row.cases, row.text]


# --- plans ------------------------------------------------------------------------------------------------------------


def days_words(days: list[int]) -> str:
    """The days of the week as people say them: every day, Monday to Friday, or one by one."""
    names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    known = {7: _("every day")} if len(days) == 7 else {}
    if days == [1, 2, 3, 4, 5]:
        return _("Monday to Friday")
    if days == [6, 7]:
        return _("at weekends")
    return known.get(len(days)) or " ".join(names[day - 1] for day in days)


@requires("field.view")
@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """The plans, and how far each was kept in the last seven days."""
    chosen = PlanFilter(request.GET, queryset=PatrolPlan.objects.visible_to(request.user), request=request)
    rows = narrowed(chosen).qs.select_related("grid").defer("grid__boundary").annotate(points=Count("checkpoints"))
    page, today = keyset_page(rows, request.GET, size=PAGE_SIZE), timezone.localdate()
    kept = patrol_plans.kept_in(page.rows, today - LATELY, today - timedelta(days=1))
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": page,
        "lines": [{"plan": plan, "days": days_words(plan.weekdays), "kept": kept[plan.pk]} for plan in page.rows],
        "may_plan": scope_of(request.user).can("field.plan"),
        "today": today,
    }
    return render(request, "fieldwork/patrol_plans.html", context)


@requires("field.view")
@never_cache
@require_safe
def plan_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: its days and hours, its checkpoints, how far it was kept in four weeks, the last rounds."""
    plan = _find(request, pk)
    today = timezone.localdate()
    walks = patrols.counted(plan.patrols.select_related("by")).order_by("-at", "-id")[:20]
    context = {
        "plan": plan,
        "days": days_words(plan.weekdays),
        "points": patrol_plans.points_of(plan, since=timezone.now() - LONG),
        "kept": patrol_plans.kept_in([plan], today - LONG, today - timedelta(days=1))[plan.pk],
        "walks": walks,
        "may_plan": scope_of(request.user).can("field.plan", plan.grid_code),
        "today": today,
    }
    return render(request, "fieldwork/patrol_plan.html", context)


def _find(request: HttpRequest, pk: int) -> PatrolPlan:
    rows = PatrolPlan.objects.visible_to(request.user).select_related("grid").defer("grid__boundary")
    found: PatrolPlan = get_object_or_404(rows, pk=pk)
    return found


def _chosen(grids: Any, request: HttpRequest) -> Any:
    """The grid of the address, 404 out of reach; the widest one of the reader's without."""
    code = asked_code(request)
    return get_object_or_404(grids, code=code) if code else grids.first()


@requires("field.plan")
@never_cache
@require_http_methods(["GET", "POST"])
def plan_new(request: HttpRequest) -> HttpResponse:
    """A plan of one grid."""
    grids = Grid.objects.filter(scope_of(request.user).q("field.plan", "code")).current(timezone.localdate())
    grids = grids.filter(level__gte=Grid.Level.STREET).defer("boundary").order_by("level", "code")
    grid = _chosen(grids, request)
    initial = {"starts_on": timezone.localdate(), "weekdays": [1, 2, 3, 4, 5, 6, 7]}
    form = PlanForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid() and grid is not None:
        plan = form.attempt(lambda: patrol_plans.add_plan(form.plan(), grid=grid, actor=person(request)))
        if plan:
            messages.success(request, _("Saved."))
            return redirect("fieldwork:patrol_plan", plan.pk)
    near = grids.filter(Q(level__lte=Grid.Level.GRID) | Q(code__startswith=grid.code[:15])) if grid else grids
    context = {"form": form, "grid": grid, "grids": near[:MOST_GRIDS]}
    return render(request, "fieldwork/patrol_plan_form.html", context, status=422 if form.is_bound else 200)


@requires("field.plan")
@never_cache
@require_http_methods(["GET", "POST"])
def plan_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a plan anew; to end it, give it an end."""
    plan = _find(request, pk)
    demand(request.user, "field.plan", plan.grid_code)
    version = shown_version(request, plan.version)
    form = PlanForm(request.POST or None, initial=written(plan))
    if form.is_bound and form.is_valid():
        told: dict[str, Any] = {"actor": person(request), "version": version}
        if form.attempt(lambda: patrol_plans.change_plan(plan, form.plan(), **told)):
            messages.success(request, _("Saved."))
            return redirect("fieldwork:patrol_plan", plan.pk)
    context = {"form": form, "grid": plan.grid, "plan": plan, "version": version}
    return render(request, "fieldwork/patrol_plan_form.html", context, status=422 if form.is_bound else 200)
