"""Pages of 项目清单: the list, one project with its steps and result, proposing one, every move of its way."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.narrowing import demand_filters, narrowed
from accounts.protect import mask_name
from accounts.rules import form_page
from grid.access import requires
from grid.scope import scope_of
from incidents.models import Incident
from incidents.views.finding import person
from incidents.views.workbooks import list_workbook
from partybuilding import files, list_sheets, project_parts, projects
from partybuilding.filters.lists import ProjectFilter
from partybuilding.forms.lists import keeps_lists
from partybuilding.forms.projects import (
    AgreeForm,
    EvaluateForm,
    FileForm,
    FinishForm,
    NewStepForm,
    PeopleForm,
    ProjectForm,
    TextStepForm,
)
from partybuilding.models import PartyMember, Project, ProjectStep
from partybuilding.stages import open_to, story
from partybuilding.views.list_pages import list_page
from partybuilding.views.needs import find_need, not_now

NEED_TEXT: Final = ("refuse", "drop")
MOST_MEMBERS: Final = 200


def listed(rows: Any) -> Any:
    """With what a list shows."""
    return rows.select_related("type", "grid", "unit__organization").defer("grid__boundary")


def filtered(request: HttpRequest) -> ProjectFilter:
    """The filters of the address over what the reader may see."""
    return narrowed(ProjectFilter(request.GET, queryset=Project.objects.visible_to(request.user), request=request))


@requires("party.view", "incident.handle")
@never_cache
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Projects, newest first."""
    chosen = filtered(request)
    more = {"may_propose": keeps_lists(request.user), "today": timezone.localdate()}
    return list_page(request, "partybuilding/projects.html", chosen, listed(chosen.qs), **more)


@requires("party.view", "incident.handle")
@require_safe
def project_excel(request: HttpRequest) -> HttpResponse:
    """The list as a workbook."""
    rows, title = filtered(request).qs, _("List of projects")
    header, lines = list_sheets.projects_header(), list_sheets.project_lines(rows)
    return list_workbook(request, header, lines, count=rows.count(), kind="project", title=title)


def find_project(request: HttpRequest, pk: int) -> Project:
    """The project if the reader may see it; 404 otherwise."""
    related = ("type", "grid", "unit__organization", "need__incident", "resource", "alliance", "by", "confirmed_by")
    rows = Project.objects.visible_to(request.user).select_related(*related)
    unread = ("grid__boundary", *(f"need__incident__{name}" for name in ("text", "contact_name", "contact_phone")))
    found: Project = get_object_or_404(rows.defer(*unread), pk=pk)
    return found


@requires("party.view", "incident.handle")
@never_cache
@require_safe
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """One project with its steps, its result and what the reader may do."""
    return _shown(request, find_project(request, pk))


def _shown(request: HttpRequest, row: Project, form: Any = None, step: str = "") -> HttpResponse:
    user, scope = request.user, scope_of(request.user)
    works = row.organization_id in scope.organizations or scope.can("lists.edit", row.grid_code)
    held = list(row.files.all())
    context = {
        "project": row,
        "moves": _moves(row, user, form, step),
        "tasks": list(row.steps.all()),
        "works": works,
        "is_open": row.status in project_parts.OPEN,
        "step_form": NewStepForm(),
        "file_form": FileForm(),
        "photos": files.shown_photos(held),
        "documents": files.shown_documents(held),
        "people": [(mask_name(one.member.name), one.hours) for one in row.people.select_related("member")],
        "incident": _incident(row, request),
        "need_seen": row.need is not None and type(row.need).objects.visible_to(user).filter(pk=row.need_id).exists(),
        "may_choose": scope.can("party.decide", row.grid_code) and row.status in ("confirmed", "evaluated"),
        "labels": row.labels.all(),
        "steps": story(row),
        "today": timezone.localdate(),
    }
    return render(request, "partybuilding/project.html", context, status=422 if form is not None else 200)


def _moves(row: Project, user: Any, form: Any, step: str) -> list[tuple[Any, Any]]:
    """The stages open to the reader, each with its form; people of the unit do not judge their own work."""
    judged = ("confirm", "refuse", "evaluate") if row.organization_id in scope_of(user).organizations else ()
    stages = [stage for stage in open_to(row, user) if stage.name not in judged]
    return [(stage, form if stage.name == step else _form(stage.name, row)) for stage in stages]


def _incident(row: Project, request: HttpRequest) -> Incident | None:
    """The incident behind the need when the reader may open it."""
    incident = row.need.incident if row.need else None
    if incident is None or not Incident.objects.visible_to(request.user).filter(pk=incident.pk).exists():
        return None
    return incident


def _form(name: str, row: Project, data: Any = None, uploads: Any = None) -> Any:
    more: dict[str, Any] = {"auto_id": f"id_{name}_%s"}
    if name == "agree":
        return AgreeForm(data, project=row, **more)
    if name == "finish":
        return FinishForm(data, uploads, version=row.version, **more)
    if name == "evaluate":
        return EvaluateForm(data, version=row.version, **more)
    return TextStepForm(data, version=row.version, needs_text=name in NEED_TEXT, **more)


@requires("lists.edit", "incident.handle")
@never_cache
@form_page
def project_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Promise a day, begin, tell the result, confirm, refuse, evaluate, drop."""
    row = find_project(request, pk)
    if name not in DOING:
        raise Http404
    if request.method != "POST":
        return redirect("partybuilding:project", row.pk)
    form = _form(name, row, request.POST, request.FILES)
    if form.is_valid() and form.attempt(lambda: DOING[name](row, form, request)) is not None:
        messages.success(request, _("%(number)s: done.") % {"number": row.number})
        return redirect("partybuilding:project", row.pk)
    return not_now(request, find_project(request, pk), name, form) or _shown(request, row, form, name)


def _plain(take: Callable[..., Project]) -> Callable[[Project, Any, HttpRequest], Project]:
    def doing(row: Project, form: Any, request: HttpRequest) -> Project:
        return take(row, actor=person(request), now=timezone.now(), **form.cleaned_data)

    return doing


def _finish(row: Project, form: Any, request: HttpRequest) -> Project:
    actor, now = person(request), timezone.now()
    with transaction.atomic():
        done = projects.finish(row, form.told(), actor=actor, now=now, version=form.cleaned_data["version"])
        files.attach(form.cleaned_data["files"], owner=done, actor=actor, now=now)
    return done


DOING: Final[dict[str, Callable[[Project, Any, HttpRequest], Project]]] = {
    "agree": _plain(projects.agree),
    "start": _plain(projects.start),
    "finish": _finish,
    "confirm": _plain(projects.confirm),
    "refuse": _plain(projects.refuse),
    "evaluate": _plain(projects.evaluate),
    "drop": _plain(projects.drop),
}


@requires("lists.edit", "incident.handle")
@never_cache
@form_page
def project_for(request: HttpRequest, pk: int) -> HttpResponse:
    """Join the need `pk` with what a unit offers (?resource=)."""
    return _propose(request, find_need(request, pk))


@requires("lists.edit", "incident.handle")
@never_cache
@form_page
def project_new(request: HttpRequest) -> HttpResponse:
    """A project of a unit's own accord."""
    return _propose(request, None)


def _propose(request: HttpRequest, need: Any) -> HttpResponse:
    given = request.GET.get("resource", "")
    chosen = int(given) if given.isascii() and given.isdigit() and len(given) < 18 else None
    form = ProjectForm(request.POST or None, user=request.user, need=need, resource=chosen)
    if form.is_valid():
        actor, once = person(request), form.cleaned_data["client_id"]
        made = form.attempt(lambda: projects.propose(form.new(), actor=actor, now=timezone.now(), client_id=once))
        if made is not None:
            messages.success(request, _("%(number)s: the unit is asked.") % {"number": made.number})
            return redirect("partybuilding:project", made.pk)
    context = {"form": form, "need": need}
    return render(request, "partybuilding/project_new.html", context, status=422 if form.is_bound else 200)


# --- what hangs on it -------------------------------------------------------------------------------------------------


@requires("lists.edit", "incident.handle")
@require_POST
def project_tick(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    """One planned step is done, or was ticked by mistake."""
    row = find_project(request, pk)
    found = get_object_or_404(ProjectStep.objects.select_related("project__unit"), pk=step, project=row)
    done = request.POST.get("done") == "1"
    project_parts.tick(found, done=done, actor=person(request), now=timezone.now())
    return redirect("partybuilding:project", row.pk)


@requires("lists.edit", "incident.handle")
@require_POST
def project_add_step(request: HttpRequest, pk: int) -> HttpResponse:
    """One more step."""
    row, form = find_project(request, pk), NewStepForm(request.POST)
    demand_filters(form)
    project_parts.add_step(row, form.cleaned_data["text"], due_on=form.cleaned_data["due_on"], actor=person(request))
    return redirect("partybuilding:project", row.pk)


@requires("lists.edit", "incident.handle")
@require_POST
def project_files(request: HttpRequest, pk: int) -> HttpResponse:
    """More photos and files."""
    row, form = find_project(request, pk), FileForm(request.POST, request.FILES)
    actor = person(request)
    project_parts.demand_may_work(row, actor)
    demand_filters(form)
    files.attach(form.cleaned_data["files"], owner=row, actor=actor, now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("partybuilding:project", row.pk)


@requires("lists.edit")
@never_cache
@form_page
def project_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Which members took part: those of the unit, else those who live there."""
    row = find_project(request, pk)
    members = PartyMember.objects.visible_to(request.user).filter(left_on=None)
    members = members.filter(unit=row.unit) if row.unit else members.filter(grid_code__startswith=row.grid_code)
    some = members.filter(pk__in=members.order_by("pk").values("pk")[:MOST_MEMBERS]).order_by("pk")
    form = PeopleForm(request.POST or None, members=some, hours=row.hours)
    if form.is_valid():
        given, actor = form.cleaned_data, person(request)
        noted = form.attempt(lambda: project_parts.note_people(row, actor=actor, **given))
        if noted is not None:
            messages.success(request, _("Saved."))
            return redirect("partybuilding:project", row.pk)
    context = {"form": form, "project": row}
    return render(request, "partybuilding/project_people.html", context, status=422 if form.is_bound else 200)


@requires("party.decide")
@require_POST
def project_best(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose it among the best of its year, or take that back."""
    row = find_project(request, pk)
    project_parts.choose_best(row, best=request.POST.get("best") == "1", actor=person(request))
    messages.success(request, _("Saved."))
    return redirect("partybuilding:project", row.pk)
