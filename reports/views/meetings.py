"""Pages of meetings and of what they decided: lists, a new one, one meeting, one decision."""

from typing import Any, Final, cast

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import DomainError, NotValid
from accounts.keyset import keyset_page
from accounts.models import User
from accounts.numbers import strict_int
from accounts.rules import form_page
from grid.access import demand, requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.models import Incident
from reports import meetings
from reports.filters.reports import DecisionFilter, MeetingFilter
from reports.forms.papers import DecisionForm, DoneForm, MeetingForm
from reports.forms.reports import grids_for
from reports.models import Decision, Meeting
from reports.views.report import find_report

PAGE_SIZE: Final = 30
WAYS: Final = ("open", "overdue", "done", "all")
"""What the list of decisions can be narrowed to."""


@requires("report.view")
@require_safe
def meeting_list(request: HttpRequest) -> HttpResponse:
    """All meetings in reach, newest first, with how much of what they decided is done."""
    rows = Meeting.objects.visible_to(request.user).select_related("grid").defer("grid__boundary", "minutes")
    rows = rows.annotate(
        decided=Count("decisions"), done=Count("decisions", filter=Q(decisions__done_at__isnull=False))
    )
    chosen = MeetingFilter(request.GET, queryset=rows)
    context = {
        "filter": chosen,
        "page": keyset_page(chosen.qs, request.GET, size=PAGE_SIZE),
        "may_write": scope_of(request.user).can("report.write"),
        "figures": _figures(request.user),
    }
    return render(request, "reports/meetings.html", context)


@requires("report.write")
@form_page
def meeting_new(request: HttpRequest) -> HttpResponseBase:
    """Write a meeting down."""
    today = timezone.localdate()
    grids = grids_for(request.user, "report.write").filter(level__lte=Grid.Level.COMMUNITY)
    first = grids.filter(level__gte=Grid.Level.STREET).first()
    initial = {"held_on": today, "grid": first.code if first else "", "kind": "dispatch"}
    form = MeetingForm(request.POST or None, grids=grids, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            made = meetings.hold(form.cleaned_data["grid"], form.meeting(), actor=_person(request), now=timezone.now())
        except DomainError as error:
            form.add_domain_error(error)
        else:
            messages.success(request, _("The meeting is written down: now enter what it decided."))
            return redirect("reports:meeting", pk=made.pk)
    return render(request, "reports/meeting_form.html", {"form": form}, status=422 if form.is_bound else 200)


@requires("report.view")
@never_cache
@form_page
def meeting_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One meeting with its decisions; who writes reports there adds more."""
    rows = Meeting.objects.visible_to(request.user).select_related("grid", "report", "written_by")
    meeting = get_object_or_404(rows.defer("grid__boundary", "report__snapshot"), pk=pk)
    may_write = scope_of(request.user).can("report.write", meeting.grid_code)
    form = DecisionForm(request.POST or None, meeting=meeting)
    if request.method == "POST":
        demand(request.user, "report.write", meeting.grid_code)
        if form.is_valid() and _decided(request, form, meeting):
            return redirect("reports:meeting", pk=pk)
    context = {
        "meeting": meeting,
        "decisions": meeting.decisions.select_related("organization", "person"),
        "decision_form": form if may_write else None,
        "may_write": may_write,
        "today": timezone.localdate(),
    }
    return render(request, "reports/meeting.html", context, status=422 if form.is_bound else 200)


@requires("report.write")
@form_page
def meeting_edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change what is written down about a meeting."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), pk=pk)
    demand(request.user, "report.write", meeting.grid_code)
    names = ("kind", "held_on", "chair", "present", "minutes")
    initial = {name: getattr(meeting, name) for name in names} | {"grid": meeting.grid_code}
    grids = Grid.objects.filter(pk=meeting.grid_id).defer("boundary")
    form = MeetingForm(request.POST or None, grids=grids, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            meetings.rewrite(meeting, form.meeting(), actor=_person(request), now=timezone.now())
        except DomainError as error:
            form.add_domain_error(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("reports:meeting", pk=pk)
    context = {"form": form, "meeting": meeting}
    return render(request, "reports/meeting_form.html", context, status=422 if form.is_bound else 200)


@requires("report.write")
@require_POST
def decide_on_report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A decision of the meeting on a report: a proposal taken over with one click, or one's own."""
    report = find_report(request, pk)
    demand(request.user, "report.write", report.grid_code)
    given: dict[str, Any] = {"actor": _person(request), "now": timezone.now()}
    if request.POST.get("proposal"):
        meetings.take_over(report, strict_int(request.POST["proposal"], name="proposal"), **given)
        messages.success(request, _("Decided; the owner was told."))
        return redirect(_back(pk))
    form = DecisionForm(request.POST, report=report)
    if not form.is_valid():
        raise NotValid(_("Please correct the marked fields."), {k: [str(m) for m in v] for k, v in form.errors.items()})
    meetings.decide(meetings.meeting_on(report, **given), form.decision(), **given)
    messages.success(request, _("Decided; the owner was told."))
    return redirect(_back(pk))


@requires("report.view", "incident.handle")
@require_safe
def decision_list(request: HttpRequest) -> HttpResponse:
    """What meetings decided in reach: what is open, overdue, done; one's own for who only has to do them."""
    today = timezone.localdate()
    rows = Decision.objects.visible_to(request.user)
    rows = rows.owned_by(request.user) if request.GET.get("mine") == "1" else rows
    way = request.GET.get("state", "") if request.GET.get("state", "") in WAYS else "open"
    narrowed = {"open": rows.open(), "overdue": rows.overdue(today), "done": rows.filter(done_at__isnull=False)}
    chosen = DecisionFilter({"grid": request.GET.get("grid", "")}, queryset=narrowed.get(way, rows))
    found = chosen.qs.select_related("meeting__grid", "organization", "person").defer("meeting__grid__boundary")
    context = {
        "page": keyset_page(found, request.GET, size=PAGE_SIZE),
        "way": way,
        "mine": request.GET.get("mine") == "1",
        "today": today,
        "figures": _figures(request.user),
        "sees_meetings": scope_of(request.user).can("report.view"),
    }
    return render(request, "reports/decisions.html", context)


@requires("report.view", "incident.handle")
@never_cache
@form_page
def decision_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One decision; its owner, or the office, says what came of it."""
    rows = Decision.objects.visible_to(request.user)
    decision = get_object_or_404(
        rows.select_related("meeting__grid", "meeting__report", "organization", "person").defer(
            "meeting__grid__boundary", "meeting__report__snapshot"
        ),
        pk=pk,
    )
    form = DoneForm(request.POST or None)
    if form.is_bound and form.is_valid():
        meetings.finish(decision, form.cleaned_data["result"], actor=_person(request), now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("reports:decision", pk=pk)
    context = {
        "decision": decision,
        "form": form if decision.done_at is None and meetings.may_finish(decision, request.user) else None,
        "cases": Incident.objects.visible_to(request.user)
        .filter(pk__in=decision.incidents.values("pk"))
        .only("number", "title"),
        "sees_meeting": scope_of(request.user).can("report.view", decision.grid_code),
        "today": timezone.localdate(),
    }
    return render(request, "reports/decision.html", context, status=422 if form.is_bound else 200)


def _decided(request: HttpRequest, form: DecisionForm, meeting: Meeting) -> bool:
    try:
        meetings.decide(meeting, form.decision(), actor=_person(request), now=timezone.now())
    except DomainError as error:
        form.add_domain_error(error)
        return False
    messages.success(request, _("Decided; the owner was told."))
    return True


def _figures(user: Any) -> dict[str, int]:
    """Open and overdue decisions in reach, and one's own open ones; one query."""
    today = timezone.localdate()
    is_open = Q(done_at__isnull=True)
    found: dict[str, int] = Decision.objects.visible_to(user).aggregate(
        open=Count("pk", filter=is_open),
        overdue=Count("pk", filter=is_open & Q(due_on__lt=today)),
        mine=Count("pk", filter=is_open & Decision.objects.none().owned_q(user)),
    )
    return found


def _back(pk: int) -> str:
    return f"{reverse('reports:detail', args=[pk])}#meeting"


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)
