"""专项行动: the list, the plan, one action with its figures, its days (written on the phone), its cases."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.converters import IncidentNumber
from accounts.errors import DomainError, NotAllowed
from accounts.keyset import keyset_page
from accounts.rules import form_page
from grid.access import demand, requires
from grid.models import Grid
from grid.scope import scope_of
from incidents import action_figures, actions
from incidents.forms.actions import ActionForm, DayForm, NumbersForm
from incidents.forms.words import WordsForm
from incidents.models import ActionDay, Incident, JointAction
from incidents.views.cases import LIST_RELATED
from incidents.views.finding import person, shown_version

PAGE_SIZE: Final = 30
SUGGESTED: Final = 100
GRID_CHOICES: Final = 100
LONGEST: Final = 5000
"""Letters of the result or of the reason with which an action ends."""
STREET, COMMUNITY = Grid.Level.STREET, Grid.Level.COMMUNITY
RELATED: Final = ("grid", "lead", "created_by")


def find_action(user: Any, pk: int) -> JointAction:
    """The action if `user` may see it; 404 otherwise."""
    rows = JointAction.objects.visible_to(user).select_related(*RELATED).defer("grid__boundary")
    found: JointAction = get_object_or_404(rows, pk=pk)
    return found


@requires("grid.view")
@require_safe
def action_list(request: HttpRequest) -> HttpResponse:
    """All joint actions in reach, newest first, with their figures."""
    rows = JointAction.objects.visible_to(request.user).select_related("lead", "grid").defer("grid__boundary")
    state = request.GET.get("state", "")
    if state in JointAction.State.values:
        rows = rows.filter(state=state)
    context = {
        "page": keyset_page(action_figures.with_figures(rows), request.GET, size=PAGE_SIZE),
        "states": JointAction.State.choices,
        "state": state,
        "may_plan": scope_of(request.user).can("action.edit"),
    }
    return render(request, "incidents/actions.html", context)


@requires("grid.view")
@never_cache
@require_safe
def action_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One action: figures, days with their chart, compounds with done marks, cases."""
    action = find_action(request.user, pk)
    days, places = action_figures.days_of(action), action_figures.compounds_of(action)
    cases = Incident.objects.visible_to(request.user).filter(joint_action=action).select_related(*LIST_RELATED)
    context = {
        "action": action,
        "now": timezone.now(),
        "today": timezone.localdate(),
        "days": days,
        "chart": action_figures.chart(days),
        "compounds": places,
        "units": list(action.units.all()),
        "progress": action_figures.progress(action, days, places),
        "page": keyset_page(cases.defer("text", "contact_name", "contact_phone", "point"), request.GET, size=PAGE_SIZE),
        "may_edit": scope_of(request.user).can("action.edit", action.grid_code),
        "may_write": actions.may_write_days(action, request.user),
    }
    return render(request, "incidents/action.html", context)


# --- planning ---------------------------------------------------------------------------------------------------------


@form_page
@requires("action.edit")
def action_new(request: HttpRequest) -> HttpResponse:
    """Plan an action: first in which grid, then everything else."""
    choices = grids_to_plan_in(request)
    grid = _chosen_grid(request, choices)
    form = ActionForm(request.POST or None, grid=grid)

    def write() -> JointAction:
        return actions.plan(form.as_plan(), grid=grid, actor=person(request), now=timezone.now())

    return _planned(request, form, write, {"grid": grid, "grids": choices})


def grids_to_plan_in(request: HttpRequest) -> list[tuple[str, str]]:
    """(code, name) of the streets and communities where the reader plans joint actions."""
    rows = Grid.objects.filter(scope_of(request.user).q("action.edit", "code")).current(timezone.localdate())
    rows = rows.filter(level__in=(STREET, COMMUNITY)).order_by("level", "code")
    return list(rows.values_list("code", "name")[:GRID_CHOICES])


def _chosen_grid(request: HttpRequest, choices: list[tuple[str, str]]) -> Grid:
    asked = request.GET.get("grid", "") or (choices[0][0] if choices else "")
    rows = Grid.objects.filter(scope_of(request.user).q("action.edit", "code")).current(timezone.localdate())
    return get_object_or_404(rows.defer("boundary"), code=asked)


@form_page
@requires("action.edit")
def action_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the plan."""
    action = find_action(request.user, pk)
    demand(request.user, "action.edit", action.grid_code)
    names = ("name", "purpose", "lead", "starts_on", "ends_on", "planned_people")
    start = {name: getattr(action, name) for name in names}
    start |= {"units": action.units.all(), "compounds": action.compounds.all()}
    form = ActionForm(request.POST or None, grid=action.grid, initial=start)
    version = shown_version(request, action.version)

    def write() -> JointAction:
        return actions.replan(action.pk, form.as_plan(), version=version, actor=person(request), now=timezone.now())

    return _planned(request, form, write, {"grid": action.grid, "action": action, "version": version})


def _planned(
    request: HttpRequest, form: ActionForm, write: Callable[[], JointAction], context: dict[str, Any]
) -> HttpResponse:
    if form.is_bound and form.is_valid() and (action := form.attempt(write)):
        messages.success(request, _("The plan was saved."))
        return redirect("incidents:action", pk=action.pk)
    status = 422 if form.is_bound else 200
    return render(request, "incidents/action_form.html", {"form": form, **context}, status=status)


# --- its life ---------------------------------------------------------------------------------------------------------


@form_page
@requires("action.edit")
def action_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Begin, end with a result, or call off."""
    action = find_action(request.user, pk)
    demand(request.user, "action.edit", action.grid_code)
    labels = {"start": "", "end": _("What came of it"), "call-off": _("Why it is called off")}
    if step not in labels:
        raise Http404
    form = WordsForm(request.POST or None, name="words", label=labels[step], longest=LONGEST)
    if step == "start":
        return _started(request, action)
    if form.is_bound and form.is_valid() and form.attempt(lambda: _ended(request, action, step, form)):
        messages.success(request, _("Saved."))
        return redirect("incidents:action", pk=action.pk)
    context = {"form": form, "action": action, "step": step, "version": shown_version(request, action.version)}
    return render(request, "incidents/action_step.html", context, status=422 if form.is_bound else 200)


def _started(request: HttpRequest, action: JointAction) -> HttpResponse:
    if request.method == "POST":
        version = shown_version(request, action.version)
        actions.start(action.pk, version=version, actor=person(request), now=timezone.now())
        messages.success(request, _("It has begun; everybody in its units was told."))
    return redirect("incidents:action", pk=action.pk)


def _ended(request: HttpRequest, action: JointAction, step: str, form: WordsForm) -> JointAction:
    words, version = form.cleaned_data["words"], shown_version(request, action.version)
    given: dict[str, Any] = {"version": version, "actor": person(request), "now": timezone.now()}
    if step == "end":
        return actions.end(action.pk, result=words, **given)
    return actions.call_off(action.pk, reason=words, **given)


# --- its days ---------------------------------------------------------------------------------------------------------


@form_page
@requires("grid.view")
@never_cache
def action_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down one day, or correct it; made for the phone."""
    action = find_action(request.user, pk)
    if not actions.may_write_days(action, request.user):
        raise NotAllowed(_("Only the units that take part may do this in the joint action."))
    day = _day_of(request, action)
    kept = ActionDay.objects.filter(action=action, day=day).prefetch_related("compounds_done").first()
    form = DayForm(request.POST or None, action=action, kept=kept, initial=_start_of(action, kept, day))
    if form.is_bound and form.is_valid() and form.attempt(lambda: _write_day(request, action, form)):
        messages.success(request, _("The day was saved."))
        return redirect("incidents:action", pk=action.pk)
    context = {"form": form, "action": action, "kept": kept}
    return render(request, "incidents/action_day.html", context, status=422 if form.is_bound else 200)


def _day_of(request: HttpRequest, action: JointAction) -> date:
    """The day that the form is about: as typed or asked, else today, inside the action's days."""
    try:
        asked = parse_date(request.POST.get("day") or request.GET.get("day") or "")
    except ValueError:
        asked = None
    return asked or min(max(timezone.localdate(), action.starts_on), action.ends_on)


def _start_of(action: JointAction, kept: ActionDay | None, day: date) -> dict[str, Any]:
    if kept is None:
        return {"day": day, "people": action.planned_people or None, "found": 0, "settled": 0}
    names = ("day", "people", "found", "settled", "text")
    return {name: getattr(kept, name) for name in names} | {"compounds": kept.compounds_done.all()}


def _write_day(request: HttpRequest, action: JointAction, form: DayForm) -> ActionDay:
    reason = form.cleaned_data.get("reason", "")
    return actions.write_day(action.pk, form.as_entry(), actor=person(request), now=timezone.now(), reason=reason)


# --- its cases --------------------------------------------------------------------------------------------------------


@form_page
@requires("grid.view")
def action_gather(request: HttpRequest, pk: int) -> HttpResponse:
    """Take cases in: suggested ones with a tick, others by their numbers."""
    action = find_action(request.user, pk)
    if not actions.may_write_days(action, request.user):
        raise NotAllowed(_("Only the units that take part may do this in the joint action."))
    by_hand = "numbers" in request.POST
    form = NumbersForm(request.POST if by_hand else None)
    if request.method == "POST" and (form.is_valid() if by_hand else True):
        wanted = form.cleaned_data["numbers"].split() if by_hand else request.POST.getlist("case")
        if (count := form.attempt(lambda: _gathered(request, action, wanted))) is not None:
            messages.success(request, _("Cases taken in: %(count)s.") % {"count": count})
            return redirect("incidents:action", pk=action.pk)
    rows = actions.suggested(action, request.user).select_related(*LIST_RELATED).order_by("-id")[:SUGGESTED]
    context = {"action": action, "form": form, "cases": list(rows), "now": timezone.now()}
    return render(request, "incidents/action_gather.html", context, status=422 if form.errors else 200)


def _gathered(request: HttpRequest, action: JointAction, numbers: list[str]) -> int:
    """Find the cases inside the reader's scope and take them in; a number that is none is said."""
    read = IncidentNumber().to_python
    wanted = {read(one) for one in numbers if one.replace("-", "").isascii() and one.replace("-", "").isdigit()}
    found = list(Incident.objects.visible_to(request.user).filter(number__in=wanted).only("pk", "number"))
    if missing := sorted(wanted - {row.number for row in found}):
        said = _("No such case, or not yours: %(numbers)s.") % {"numbers": "、".join(missing)}
        raise DomainError(said, {"numbers": [said]})
    return actions.gather(action.pk, found, actor=person(request), now=timezone.now())


@requires("grid.view")
@require_POST
def action_release(request: HttpRequest, pk: int, number: str) -> HttpResponse:
    """Take one case out again."""
    action = find_action(request.user, pk)
    incident = get_object_or_404(Incident.objects.visible_to(request.user), number=number)
    actions.release(action.pk, incident, actor=person(request), now=timezone.now())
    messages.success(request, _("%(number)s was taken out.") % {"number": number})
    return redirect(f"{reverse('incidents:action', args=[pk])}#cases")
