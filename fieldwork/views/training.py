"""Pages of training sessions: the list, planning, who comes, who was there and passed."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import demand_filters
from accounts.rules import form_page
from fieldwork import training
from fieldwork.filters.training import TrainingFilter
from fieldwork.forms.training import CallForm, SessionForm, mark_forms
from fieldwork.models import TrainingSession
from fieldwork.stages import open_to, steps_of
from grid.access import demand, requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.forms.words import WordsForm
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import shown_page
from incidents.views.workbooks import table_workbook

PAGE_SIZE: Final = 30
STEPS: Final = ("hold", "call-off")


def find_session(request: HttpRequest, pk: int) -> TrainingSession:
    """The session if the reader may see it; 404 otherwise."""
    return get_object_or_404(training.sessions_for(request.user), pk=pk)


def _may_edit(request: HttpRequest, code: str | None = None) -> bool:
    return scope_of(request.user).can("training.edit", code)


# --- sessions ---------------------------------------------------------------------------------------------------------


@requires("grid.view")
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """Sessions in reach, newest first; above them what waits."""
    now, rows = timezone.now(), training.sessions_for(request.user)
    chosen = TrainingFilter(request.GET.copy(), queryset=rows, request=request)
    demand_filters(chosen)
    context = {
        "filter": chosen,
        "page": keyset_page(chosen.qs, request.GET, size=PAGE_SIZE),
        "figures": _figures(request, now),
        "may_edit": _may_edit(request),
        "now": now,
    }
    return render(request, "fieldwork/training.html", context)


def _figures(request: HttpRequest, now: Any) -> dict[str, int]:
    rows = TrainingSession.objects.visible_to(request.user)
    year = Q(starts_at__year=timezone.localtime(now).year)
    found: dict[str, int] = rows.aggregate(
        to_come=Count("pk", filter=Q(status="planned", starts_at__gt=now), distinct=True),
        waiting=Count("pk", filter=Q(status="planned", starts_at__lte=now), distinct=True),
        held=Count("pk", filter=year & Q(status="held"), distinct=True),
        came=Count("attendance", filter=year & Q(status="held", attendance__presence="present")),
    )
    return found


def offices(request: HttpRequest) -> Any:
    """Grids from the street to the third level where the reader plans training."""
    rows = Grid.objects.filter(scope_of(request.user).q("training.edit", "code"), level__gte=Grid.Level.STREET)
    rows = rows.filter(level__lte=Grid.Level.GRID).current(timezone.localdate())
    return rows.order_by("level", "code").defer("boundary")


@form_page
@requires("training.edit")
def session_new(request: HttpRequest) -> HttpResponse:
    """Plan a session."""
    start = {"course": request.GET.get("course", "")}
    form = SessionForm(request.POST or None, grids=offices(request), initial=start)

    def write() -> TrainingSession:
        grid = form.cleaned_data["grid"]
        return training.plan(form.new(), grid=grid, actor=person(request), now=timezone.now())

    if form.is_bound and form.is_valid() and (made := form.attempt(write)):
        messages.success(request, _("Planned. Now say who is called, or let people sign up."))
        return redirect("fieldwork:training_session", pk=made.pk)
    return shown_page(request, "fieldwork/training_edit.html", {"session": None}, form)


@form_page
@requires("training.edit")
def session_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a planned session."""
    session = find_session(request, pk)
    demand(request.user, "training.edit", session.grid_code)
    names = ("course", "starts_at", "ends_at", "place", "teacher", "places", "remark")
    start = {name: getattr(session, name) for name in names}
    version = shown_version(request, session.version)
    form = SessionForm(request.POST or None, grids=None, old=session, initial=start)

    def write() -> bool:
        given: dict[str, Any] = {"version": version, "actor": person(request), "now": timezone.now()}
        training.change(session, form.new(), **given)
        return True

    if form.is_bound and form.is_valid() and form.attempt(write):
        messages.success(request, _("Saved."))
        return redirect("fieldwork:training_session", pk=pk)
    return shown_page(request, "fieldwork/training_edit.html", {"session": session, "version": version}, form)


@requires("grid.view")
@require_safe
def session_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One session. Its planners see who comes; everybody else sees how many, and herself."""
    return _session_page(request, find_session(request, pk), CallForm())


def _session_page(request: HttpRequest, session: TrainingSession, call: CallForm, typed: Any = None) -> HttpResponse:
    now, may_edit = timezone.now(), _may_edit(request, session.grid_code)
    begun = session.starts_at <= now
    rows = list(session.attendance.select_related("user").order_by("user__real_name", "pk")) if may_edit else []
    context = {
        "session": session,
        "materials": list(session.course.materials.all()),
        "competences": list(session.course.competences.all()),
        "rows": mark_forms(rows, typed),
        "call": call,
        "may_edit": may_edit,
        "begun": begun,
        "may_sign_up": session.status == "planned" and not begun and not session.mine,  # type: ignore[attr-defined]
        "may_withdraw": session.status == "planned" and not begun and session.mine == "signed_up",  # type: ignore[attr-defined]
        "stages": [stage for stage in open_to(session, request.user) if begun or stage.name != "hold"],
        "steps": steps_of(session),
        "statuses": dict(TrainingSession.Status.choices),
        "now": now,
    }
    bad = call.is_bound or typed is not None
    return render(request, "fieldwork/training_session.html", context, status=422 if bad else 200)


@require_POST
@requires("grid.view")
def sign_up(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The reader signs up."""
    training.sign_up(find_session(request, pk), actor=person(request), now=timezone.now())
    messages.success(request, _("You are signed up."))
    return redirect("fieldwork:training_session", pk=pk)


@require_POST
@requires("grid.view")
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The reader takes it back."""
    training.withdraw(find_session(request, pk), actor=person(request), now=timezone.now())
    messages.success(request, _("You are no longer signed up."))
    return redirect("fieldwork:training_session", pk=pk)


@require_POST
@requires("training.edit")
def call(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Call people by their posts, or one by name."""
    session, form = find_session(request, pk), CallForm(request.POST)

    def write() -> tuple[int]:
        one = form.cleaned_data["person"]
        given: dict[str, Any] = {"kinds": form.cleaned_data["kinds"], "people": [one] if one else []}
        return (training.call(session, **given, actor=person(request), now=timezone.now()),)

    demand(request.user, "training.edit", session.grid_code)
    if form.is_valid() and (made := form.attempt(write)):
        told = ngettext("%(n)s person was put down.", "%(n)s people were put down.", made[0]) % {"n": made[0]}
        messages.success(request, told)
        return redirect("fieldwork:training_session", pk=pk)
    return _session_page(request, session, form)


@require_POST
@requires("training.edit")
def strike(request: HttpRequest, pk: int, user: int) -> HttpResponseBase:
    """Take somebody off the list."""
    training.strike(find_session(request, pk), user, actor=person(request))
    messages.success(request, _("Saved."))
    return redirect("fieldwork:training_session", pk=pk)


@require_POST
@requires("training.edit")
def attendance(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Note who was there and who passed, all at once."""
    session = find_session(request, pk)
    demand(request.user, "training.edit", session.grid_code)
    rows = mark_forms(session.attendance.select_related("user").order_by("user__real_name", "pk"), request.POST)
    sent = [(row, form) for row, form in rows if form.add_prefix("presence") in request.POST]
    if not all([form.is_valid() for _row, form in sent]):  # noqa: C419  # every line says what is wrong with it
        return _session_page(request, session, CallForm(), request.POST)
    marks = {row.pk: form.mark for row, form in sent}
    training.note(session, marks, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("fieldwork:training_session", pk=pk)


@form_page
@requires("training.edit")
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """It was held, or is called off with a reason."""
    session = find_session(request, pk)
    demand(request.user, "training.edit", session.grid_code)
    given: dict[str, Any] = {
        "version": shown_version(request, session.version),
        "actor": person(request),
        "now": timezone.now(),
    }
    if name not in STEPS:
        raise Http404
    if name == "hold":
        if request.method == "POST":
            training.hold(session, **given)
            messages.success(request, _("Held. What people passed stands in their records."))
        return redirect("fieldwork:training_session", pk=pk)
    form = WordsForm(request.POST or None, name="text", label=_("Why it is called off"), longest=500)
    if (
        form.is_bound
        and form.is_valid()
        and form.attempt(lambda: training.call_off(session, **form.cleaned_data, **given))
    ):
        messages.success(request, _("Saved."))
        return redirect("fieldwork:training_session", pk=pk)
    context = {"session": session, "version": given["version"]}
    return shown_page(request, "fieldwork/training_call_off.html", context, form)


@requires("training.edit")
@require_safe
def session_excel(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of a session (签到表) as an Excel file; the taking is recorded."""
    session = find_session(request, pk)
    demand(request.user, "training.edit", session.grid_code)
    header = [_("No."), _("Person"), _("Attendance at the session"), _("Test"), _("Remark"), _("Signature")]
    tests = {True: _("passed"), False: _("not passed"), None: ""}
    rows = session.attendance.select_related("user").order_by("user__real_name", "pk")
    cells = (
        [n, row.user.real_name, row.get_presence_display(), tests[row.passed], row.remark, ""]
        for n, row in enumerate(rows, 1)
    )
    name = f"{session.course.title} {timezone.localtime(session.starts_at):%Y-%m-%d}"
    export = {"object_type": "training", "object_id": pk, "fields": "names"}
    return table_workbook(request, header, cells, title=_("Attendance at the session"), name=name, **export)
