"""Pages of decisions: what is open, late, without a child; one decision, what it leads to, how it stands, its end."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotAllowed
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page, signed_in
from grid.access import demand, requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.forms.words import WordsForm
from incidents.models import TaskKind
from incidents.states import OPEN_STATES
from incidents.views.cases import grid_choices
from incidents.views.finding import next_address, person, shown_version
from incidents.views.form_pages import shown_page
from incidents.views.workbooks import list_workbook
from partybuilding import resolution_children, resolutions
from partybuilding.filters.councils import DecisionFilter
from partybuilding.forms.decisions import ChildProjectForm, ChildTaskForm, FollowForm
from partybuilding.models import PartnerUnit, ProjectType, Resolution
from partybuilding.stages import open_to, story
from partybuilding.views.deliberation import find_decision, may_hold

PAGE_SIZE: Final = 40
PAGE: Final = "partybuilding/decision.html"
DAYS_FOR_A_TASK: Final = 7
ENDINGS: Final[dict[str, Any]] = {"finish": resolutions.finish, "drop": resolutions.drop, "reopen": resolutions.reopen}
PROJECT_FOR_COUNCIL: Final = "民生微实事"
"""The type that the form of a project proposes, when the office has it."""


def _filtered(request: HttpRequest) -> DecisionFilter:
    rows = resolutions.resolutions_for(request.user)
    return narrowed(DecisionFilter(request.GET, queryset=rows, request=request))


@requires("party.view", "incident.handle")
@require_safe
def decision_list(request: HttpRequest) -> HttpResponse:
    """Decisions in reach and those that the reader owes, the latest first; above them what waits."""
    now, chosen = timezone.now(), _filtered(request)
    rows = Resolution.objects.visible_to(request.user)
    today = timezone.localdate(now)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": keyset_page(chosen.qs, request.GET, size=PAGE_SIZE),
        "figures": {
            "open": rows.filter(status="open").count(),
            "childless": resolutions.without_child(rows, now).count(),
            "late": resolutions.overdue(rows, today).count(),
            "done": rows.filter(status="done", ended_at__year=today.year).count(),
        },
        "today": today,
    }
    return render(request, "partybuilding/decisions.html", context)


@requires("party.view")
@require_safe
def decision_excel(request: HttpRequest) -> HttpResponse:
    """The decisions of the filters as a workbook (议定事项台账); who takes it is recorded."""
    rows = _filtered(request).qs.order_by("decided_at", "pk")
    header = [_("Forum of deliberation"), _("Meeting"), _("Decided on"), _("Topic of deliberation"), _("Principle")]
    header += [_("What was decided"), _("Responsible"), _("To be done by"), _("Led to"), _("Number"), _("Status")]
    header += [_("Ended at"), _("Result")]
    title = _("Decisions of meetings")
    return list_workbook(request, header, _lines(rows), count=rows.count(), kind="resolution", title=title)


def _lines(rows: Any) -> Iterator[list[Any]]:
    for row in rows.iterator():
        topic, ended = row.topic, timezone.localdate(row.ended_at) if row.ended_at else ""
        yield [
            *(topic.meeting.forum.name, topic.meeting.title, timezone.localdate(row.decided_at), topic.title),
            *(topic.get_principle_display(), row.text, row.owner, row.due_on, row.get_child_display()),
            *(resolutions.child_of(row), row.get_status_display(), ended, row.result),
        ]


# --- one decision -----------------------------------------------------------------------------------------------------


@signed_in
@require_safe
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision; whoever owes it sees it too, and says how it stands."""
    return _decision_page(request, find_decision(request, pk))


def _decision_page(request: HttpRequest, found: Resolution, follow: FollowForm | None = None) -> HttpResponse:
    holds = may_hold(request, resolutions.home_of(found))
    scope, case = scope_of(request.user), found.topic.incident
    context = {
        "decision": found,
        "void": resolutions.is_void(found),
        "running": resolutions.is_running(found),
        "ways": resolution_children.open_ways(found, request.user),
        "own_case": case if case is not None and case.state in OPEN_STATES else None,
        "follow_ups": list(found.follow_ups.select_related("by", "meeting").order_by("pk")),
        "follow": follow or (FollowForm() if resolutions.may_tell(found, request.user) else None),
        "stages": [one for one in open_to(found, request.user) if holds and _possible(one.name, found)],
        "steps": story(found),
        "sees_meeting": scope.can("party.view", resolutions.home_of(found)),
        "sees_topic": scope.can("party.view", found.grid_code),
        "sees_case": scope.can("incident.view", found.grid_code),
        "today": timezone.localdate(),
    }
    return render(request, PAGE, context, status=422 if follow else 200)


def _possible(name: str, found: Resolution) -> bool:
    """A decision whose case still runs is not done by hand."""
    return name != "finish" or not resolutions.is_running(found)


@require_POST
@signed_in
def decision_follow(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say how a decision stands."""
    found, form = find_decision(request, pk), FollowForm(request.POST)
    if not resolutions.may_tell(found, request.user):
        raise NotAllowed(_("You may not do this here."))
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    if form.is_valid() and form.attempt(lambda: resolutions.follow_up(found, form.cleaned_data["text"], **given)):
        messages.success(request, _("Kept with the decision."))
        return redirect("partybuilding:decision", pk=pk)
    return _decision_page(request, found, form)


@form_page
@requires("council.edit")
def decision_end(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Done by hand, dropped, or open again, with words."""
    if name not in ENDINGS:
        raise Http404
    found = find_decision(request, pk)
    demand(request.user, "council.edit", resolutions.home_of(found))
    version = shown_version(request, found.version)
    label = _("What came of it") if name == "finish" else _("Reason")
    form = WordsForm(request.POST or None, name="text", label=label, longest=500)
    given: dict[str, Any] = {"version": version, "actor": person(request), "now": timezone.now()}
    words = "result" if name == "finish" else "text"

    def write() -> Resolution:
        ended: Resolution = ENDINGS[name](found, **{words: form.cleaned_data["text"]}, **given)
        return ended

    if form.is_bound and form.is_valid() and form.attempt(write):
        messages.success(request, _("Saved."))
        return redirect("partybuilding:decision", pk=pk)
    context = {"decision": found, "version": version, "name": name}
    return shown_page(request, "partybuilding/decision_end.html", context, form)


# --- what it leads to -------------------------------------------------------------------------------------------------


@form_page
@requires("council.edit")
def decision_lead(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Make the decision a case or a notice by one click, a project or a task by a form that is filled in already."""
    found = find_decision(request, pk)
    demand(request.user, "council.edit", resolutions.home_of(found))
    if request.method == "POST" and kind in ONE_CLICK:
        said = ONE_CLICK[kind](request, found)
        messages.success(request, said)
        return redirect(next_address(request, reverse("partybuilding:decision", args=[pk])))
    if kind not in FORMS:
        return redirect("partybuilding:decision", pk=pk)
    return _by_form(request, found, kind)


def _incident(request: HttpRequest, found: Resolution) -> str:
    made = resolution_children.lead_to_incident(found, actor=person(request), now=timezone.now())
    return _("It is case %(number)s now; the decision is done when the case is closed.") % {"number": made.number}


def _own_case(request: HttpRequest, found: Resolution) -> str:
    made = resolution_children.lead_to_own_case(found, actor=person(request))
    return _("Case %(number)s carries it out; the decision is done when the case is closed.") % {"number": made.number}


def _notice(request: HttpRequest, found: Resolution) -> str:
    return resolution_children.lead_to_notice(found, actor=person(request), now=timezone.now()).result


def _task_form(request: HttpRequest, found: Resolution) -> ChildTaskForm:
    meeting = found.topic.meeting
    if meeting is None:
        raise Http404
    grid = Grid.objects.defer("boundary").get(pk=meeting.grid_id)
    soon = timezone.localdate() + timedelta(days=DAYS_FOR_A_TASK)
    kind = TaskKind.objects.filter(code="project").first()
    start = {"kind": kind, "level": min(grid.level + 1, Grid.Level.MICRO), "due_on": max(found.due_on, soon)}
    return ChildTaskForm(request.POST or None, grid=grid, initial=start)


def _project_form(request: HttpRequest, found: Resolution) -> ChildProjectForm:
    units = PartnerUnit.objects.visible_to(request.user).filter(left_on=None).select_related("organization")
    kind = ProjectType.objects.filter(name=PROJECT_FOR_COUNCIL, is_active=True).first()
    unit = PartnerUnit.objects.filter(organization=found.organization_id).first() if found.organization_id else None
    start = {"type": kind, "unit": unit, "promised_on": max(found.due_on, timezone.localdate())}
    return ChildProjectForm(request.POST or None, units=units.defer("contact_name", "contact_phone"), initial=start)


ONE_CLICK: Final[dict[str, Callable[[HttpRequest, Resolution], str]]] = {
    "incident": _incident,
    "own-case": _own_case,
    "notice": _notice,
}
FORMS: Final[dict[str, tuple[Callable[[HttpRequest, Resolution], Any], Callable[..., Any]]]] = {
    "task": (_task_form, resolution_children.lead_to_task),
    "project": (_project_form, resolution_children.lead_to_project),
}


def _by_form(request: HttpRequest, found: Resolution, kind: str) -> HttpResponse:
    make_form, write = FORMS[kind]
    form = make_form(request, found)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    if form.is_bound and form.is_valid() and form.attempt(lambda: write(found, form.new(), **given)):
        messages.success(request, _("Made. The decision is done when it is done."))
        return redirect("partybuilding:decision", pk=found.pk)
    return shown_page(request, "partybuilding/decision_lead.html", {"decision": found, "kind": kind}, form)
