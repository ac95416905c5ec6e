"""网格任务: the list, a new one, one task with its shares; progress and reports come from the phone."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.converters import IncidentNumber
from accounts.keyset import keyset_page
from accounts.rules import form_page
from grid.access import demand, requires
from grid.models import Grid
from grid.scope import scope_of
from incidents import gridtasks
from incidents.forms.gridtasks import GridTaskForm, ProgressForm
from incidents.forms.words import WordsForm
from incidents.models import GridTask, GridTaskItem, GridTaskPart, Incident, TaskKind
from incidents.views.finding import person, shown_version

PAGE_SIZE: Final = 30
GRID_CHOICES: Final = 100
SHARES: Final = 500
ENTRIES: Final = 30
LONGEST: Final = 2000
"""Letters of the words that a step needs."""
STEPS: Final = {
    "issue": ("", ""),
    "finish": ("result", gettext_lazy("What came of it")),
    "call-off": ("reason", gettext_lazy("Why it is called off")),
}
"""Step of a task → the field of its words, and their label."""
PART_STEPS: Final = {
    "report": ("text", gettext_lazy("What was done")),
    "accept": ("", ""),
    "send-back": ("reason", gettext_lazy("What is missing")),
}


def find_task(user: Any, pk: int) -> GridTask:
    """The task if `user` may see it; 404 otherwise."""
    rows = GridTask.objects.visible_to(user).select_related("kind", "grid", "created_by", "incident")
    found: GridTask = get_object_or_404(
        rows.defer("grid__boundary", "incident__contact_name", "incident__contact_phone"), pk=pk
    )
    return found


def find_part(user: Any, pk: int) -> GridTaskPart:
    """The share if `user` may see its task and its grid; 404 otherwise."""
    rows = GridTaskPart.objects.select_related("task__kind", "grid").defer("grid__boundary")
    part: GridTaskPart = get_object_or_404(rows, pk=pk)
    seen = gridtasks.may_edit(part.task, user) or scope_of(user).can("grid.view", part.grid_code)
    if not seen or not GridTask.objects.visible_to(user).filter(pk=part.task_id).exists():
        raise Http404
    return part


@requires("grid.view")
@require_safe
def task_list(request: HttpRequest) -> HttpResponse:
    """All grid tasks in reach, newest first, with their figures."""
    rows = GridTask.objects.visible_to(request.user).select_related("kind", "grid").defer("grid__boundary", "text")
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    if state in GridTask.State.values:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(Q(kind__code=kind) | Q(kind__family=kind))
    context = {
        "page": keyset_page(rows.with_figures(), request.GET, size=PAGE_SIZE),
        "states": GridTask.State.choices,
        "kinds": TaskKind.objects.filter(is_active=True),
        "state": state,
        "kind": kind,
        "today": timezone.localdate(),
        "may_give": scope_of(request.user).can("task.edit"),
    }
    return render(request, "incidents/grid_tasks.html", context)


@requires("grid.view")
@never_cache
@require_safe
def task_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One task: what is to be done, its checklist, the shares with their progress."""
    task = find_task(request.user, pk)
    may_edit = gridtasks.may_edit(task, request.user)
    parts = task.parts.select_related("grid", "reported_by").defer("grid__boundary")
    if not may_edit:
        parts = parts.filter(scope_of(request.user).q("grid.view", "grid_code"))
    shares = list(parts[:SHARES])
    context = {
        "task": task,
        "parts": shares,
        "mine": {part.pk for part in shares if gridtasks.may_work(part, request.user)},
        "items": list(task.items.select_related("done_by")),
        "target": sum(part.target for part in shares),
        "reached": sum(part.reached for part in shares),
        "accepted": sum(part.state == GridTaskPart.State.ACCEPTED for part in shares),
        "today": timezone.localdate(),
        "may_edit": may_edit,
        "may_tick": task.state == GridTask.State.ISSUED
        and (may_edit or any(gridtasks.may_work(part, request.user) for part in shares)),
    }
    return render(request, "incidents/grid_task.html", context)


# --- giving out -------------------------------------------------------------------------------------------------------


@form_page
@requires("task.edit")
def task_new(request: HttpRequest) -> HttpResponse:
    """Make a task: first of which grid, then everything else."""
    choices = _grids(request)
    grid = get_object_or_404(choices, code=request.GET.get("grid") or _first(choices))
    case = _case(request)
    form = GridTaskForm(request.POST or None, grid=grid)
    if form.is_bound and form.is_valid():
        made = form.attempt(
            lambda: gridtasks.draft(form.as_task(case), grid=grid, actor=person(request), now=timezone.now())
        )
        if made:
            messages.success(request, _("Saved as a draft: look at its shares, then give it out."))
            return redirect("incidents:grid_task", pk=made.pk)
    context = {"form": form, "grid": grid, "grids": choices[:GRID_CHOICES], "case": case}
    return render(request, "incidents/grid_task_new.html", context, status=422 if form.is_bound else 200)


def _grids(request: HttpRequest) -> Any:
    rows = Grid.objects.filter(scope_of(request.user).q("task.edit", "code")).current(timezone.localdate())
    rows = rows.filter(level__in=(Grid.Level.STREET, Grid.Level.COMMUNITY, Grid.Level.GRID))
    return rows.defer("boundary").order_by("level", "code")


def _first(choices: Any) -> str:
    first = choices.first()
    return first.code if first else ""


def _case(request: HttpRequest) -> Incident | None:
    """The case that the task follows; 404 when it is not the reader's to see."""
    number = request.GET.get("incident", "")
    if not number:
        return None
    rows = Incident.objects.visible_to(request.user).defer("contact_name", "contact_phone")
    try:
        return get_object_or_404(rows, number=IncidentNumber().to_python(number))
    except ValueError as error:
        raise Http404 from error


@form_page
@requires("task.edit")
def task_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Give it out, end it with a result, or call it off."""
    task = find_task(request.user, pk)
    demand(request.user, "task.edit", task.grid_code)
    if step not in STEPS:
        raise Http404
    name, label = STEPS[step]
    given: dict[str, Any] = {
        "version": shown_version(request, task.version),
        "actor": person(request),
        "now": timezone.now(),
    }
    if step == "issue":
        if request.method == "POST":
            gridtasks.issue(task.pk, **given)
            messages.success(request, _("Given out; the persons in charge of its grids were told."))
        return redirect("incidents:grid_task", pk=task.pk)
    act = gridtasks.finish if step == "finish" else gridtasks.call_off
    form = WordsForm(request.POST or None, name=name, label=label, longest=LONGEST)
    if form.is_bound and form.is_valid() and form.attempt(lambda: act(task.pk, **form.cleaned_data, **given)):
        messages.success(request, _("Saved."))
        return redirect("incidents:grid_task", pk=task.pk)
    context = {"form": form, "field": form[name], "task": task, "label": label, "version": given["version"]}
    return render(request, "incidents/grid_task_step.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires("grid.view")
def task_tick(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Tick one line of the checklist, or take the tick back."""
    task = find_task(request.user, pk)
    line = get_object_or_404(GridTaskItem, pk=item, task=task)
    gridtasks.tick(line.pk, done=request.POST.get("done") == "1", actor=person(request), now=timezone.now())
    return redirect("incidents:grid_task", pk=task.pk)


# --- the share of one grid --------------------------------------------------------------------------------------------


@form_page
@requires("grid.view")
@never_cache
def task_part(request: HttpRequest, pk: int) -> HttpResponse:
    """One share: its progress so far, and the form that adds to it; made for the phone."""
    part = find_part(request.user, pk)
    form = ProgressForm(request.POST or None)
    if form.is_bound and form.is_valid():
        amount, text = form.cleaned_data["amount"] or 0, form.cleaned_data["text"]
        given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
        if form.attempt(lambda: gridtasks.progress(part.pk, amount=amount, text=text, **given)):
            messages.success(request, _("Saved."))
            return redirect("incidents:grid_task_part", pk=part.pk)
    context = {
        "part": part,
        "task": part.task,
        "form": form,
        "entries": part.entries.select_related("by").order_by("-id")[:ENTRIES],
        "may_work": gridtasks.may_work(part, request.user) or gridtasks.may_edit(part.task, request.user),
        "may_edit": gridtasks.may_edit(part.task, request.user),
    }
    return render(request, "incidents/grid_task_part.html", context, status=422 if form.is_bound else 200)


@form_page
@requires("grid.view")
def task_part_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Report a share as done, accept it, or send it back."""
    part = find_part(request.user, pk)
    if step not in PART_STEPS:
        raise Http404
    name, label = PART_STEPS[step]
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    if step == "accept":
        if request.method == "POST":
            gridtasks.accept(part.pk, **given)
            messages.success(request, _("Accepted."))
        return redirect("incidents:grid_task", pk=part.task_id)
    act = gridtasks.report if step == "report" else gridtasks.send_back
    form = WordsForm(request.POST or None, name=name, label=label, longest=LONGEST)
    if form.is_bound and form.is_valid() and form.attempt(lambda: act(part.pk, **form.cleaned_data, **given)):
        messages.success(request, _("Saved."))
        return redirect("incidents:grid_task", pk=part.task_id)
    context = {"form": form, "field": form[name], "task": part.task, "part": part, "label": label}
    return render(request, "incidents/grid_task_step.html", context, status=422 if form.is_bound else 200)
