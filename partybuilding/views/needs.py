"""Pages of 需求清单: the list, one need with the resources that fit, raising one, ending one."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.errors import NotNow
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import requires
from grid.scope import scope_of
from incidents.models import Incident
from incidents.views.finding import find_incident, person
from incidents.views.workbooks import list_workbook
from partybuilding import list_sheets, needs
from partybuilding.filters.lists import NeedFilter
from partybuilding.forms.lists import NeedForm, keeps_lists
from partybuilding.forms.projects import TextStepForm
from partybuilding.match_queries import matches_of
from partybuilding.models import Need, Project
from partybuilding.stages import open_to, story
from partybuilding.views.list_pages import list_page

SHOWN_MATCHES: Final = 10
ENDS: Final = {"give_up": needs.give_up, "withdraw": needs.withdraw}


def listed(rows: Any) -> Any:
    """With what a list shows."""
    return rows.select_related("kind", "grid").defer("grid__boundary")


def filtered(request: HttpRequest) -> NeedFilter:
    """The filters of the address over what the reader may see."""
    return narrowed(NeedFilter(request.GET, queryset=Need.objects.visible_to(request.user), request=request))


@requires("party.view", "incident.handle")
@never_cache
@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    """Needs, newest first."""
    chosen = filtered(request)
    may_raise = keeps_lists(request.user)
    return list_page(request, "partybuilding/needs.html", chosen, listed(chosen.qs), may_raise=may_raise)


@requires("party.view", "incident.handle")
@require_safe
def need_excel(request: HttpRequest) -> HttpResponse:
    """The list as a workbook."""
    rows, title = filtered(request).qs, _("List of needs")
    header, lines = list_sheets.needs_header(), list_sheets.need_lines(rows)
    return list_workbook(request, header, lines, count=rows.count(), kind="need", title=title)


def find_need(request: HttpRequest, pk: int) -> Need:
    """The need if the reader may see it; 404 otherwise."""
    related = ("kind", "grid", "unit__organization", "compound", "incident", "by", "call")
    rows = Need.objects.visible_to(request.user).select_related(*related)
    unread = ("grid__boundary", "incident__text", "incident__contact_name", "incident__contact_phone")
    found: Need = get_object_or_404(rows.defer(*unread), pk=pk)
    return found


@requires("party.view", "incident.handle")
@never_cache
@require_safe
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """One need: what became of it, and while it is open the resources that fit, with the reasons."""
    return shown(request, find_need(request, pk))


def shown(request: HttpRequest, row: Need, form: Any = None, step: str = "") -> HttpResponse:
    """The page of a need; with `form`, a step that was refused."""
    now, scope = timezone.now(), scope_of(request.user)
    project = _project_of(row, request)
    found: list[Any] = []
    if row.status == Need.Status.OPEN and project is None:
        found = matches_of([row], request.user, today=timezone.localdate(now), most=SHOWN_MATCHES)[row.pk]
    keeps = scope.can("lists.edit", row.grid_code)
    context = {
        "need": row,
        "project": project,
        "matches": found,
        "may_propose": keeps,
        "organizations": scope.organizations,
        "endings": _endings(row, project, request, form, step),
        "steps": story(row),
        "incident_seen": row.incident_id
        and Incident.objects.visible_to(request.user).filter(pk=row.incident_id).exists(),
        "level_name": _level_name(row),
        "now": now,
    }
    return render(request, "partybuilding/need.html", context, status=422 if form is not None else 200)


def _project_of(row: Need, request: HttpRequest) -> Project | None:
    rows = row.projects.exclude(status=Project.Status.DROPPED).select_related("unit__organization", "type")
    found: Project | None = rows.first()
    return found


def _level_name(row: Need) -> str:
    if row.level_code == row.grid_code:
        return str(row.grid.name)
    names = type(row.grid).objects.filter(code=row.level_code).values_list("name", flat=True)
    return str(names.first() or row.level_code)


def _endings(row: Need, project: Project | None, request: HttpRequest, form: Any, step: str) -> list[Any]:
    if project is not None:
        return []
    open_stages = [stage for stage in open_to(row, request.user) if stage.name in ENDS]
    return [(stage, form if stage.name == step else _end_form(row, stage.name)) for stage in open_stages]


def _end_form(row: Need, step: str, data: Any = None) -> TextStepForm:
    return TextStepForm(data, version=row.version, needs_text=True, auto_id=f"id_{step}_%s")


@requires("lists.edit")
@never_cache
@form_page
def need_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Withdraw it, or say why it cannot be met."""
    row = find_need(request, pk)
    if name not in ENDS:
        raise Http404
    form = _end_form(row, name, request.POST or None)
    if form.is_valid():
        given, actor = form.cleaned_data, person(request)
        if form.attempt(lambda: ENDS[name](row, actor=actor, now=timezone.now(), **given)) is not None:
            messages.success(request, _("%(number)s: done.") % {"number": row.number})
            return redirect("partybuilding:need", row.pk)
    if not form.is_bound:
        return redirect("partybuilding:need", row.pk)
    return not_now(request, find_need(request, pk), name, form) or shown(request, row, form, name)


def not_now(request: HttpRequest, fresh: Need | Project, name: str, form: Any) -> HttpResponse | None:
    """Back to the page with the reason when the step `name` is not open any more: its form stands there no longer."""
    if any(stage.name == name for stage in open_to(fresh, request.user)):
        return None
    said = [str(error) for found in form.errors.values() for error in found]
    messages.error(request, " ".join(said))
    return redirect(f"partybuilding:{fresh._meta.model_name}", fresh.pk)


@requires("lists.edit", "incident.handle")
@never_cache
@form_page
def need_new(request: HttpRequest) -> HttpResponse:
    """Raise a need; with ?incident= from an incident, whose living need is shown instead of a second one."""
    if not keeps_lists(request.user):
        raise NotNow(_("You keep no lists, and your unit is no partner of the communities yet."))
    number = request.GET.get("incident", "")[:30]
    incident = find_incident(request.user, number) if number else None
    if incident is not None:
        first = incident.needs.exclude(status__in=("unmet", "withdrawn")).first()
        if first is not None:
            messages.info(request, _("There is a need from this incident already."))
            return redirect("partybuilding:need", first.pk)
    form = NeedForm(request.POST or None, user=request.user, incident=incident)
    if form.is_valid():
        actor, once = person(request), form.cleaned_data["client_id"]
        made = form.attempt(lambda: needs.raise_need(form.new(), actor=actor, now=timezone.now(), client_id=once))
        if made is not None:
            messages.success(request, _("%(number)s stands on the list.") % {"number": made.number})
            return redirect("partybuilding:need", made.pk)
    context = {"form": form, "incident": incident}
    return render(request, "partybuilding/need_new.html", context, status=422 if form.is_bound else 200)
