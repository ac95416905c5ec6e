"""吹哨报到: the list, a new whistle, one whistle with its units and moves, and the figures per unit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotNow, NotValid
from accounts.keyset import keyset_page
from accounts.narrowing import demand_filters, narrowed
from grid.access import requires
from grid.models import Grid, Organization
from grid.scope import scope_of
from incidents import whistle_stats, whistle_story
from incidents.filters_whistles import WhistleFilter
from incidents.forms.whistles import PeriodForm, RaiseForm, WhistleMoveForm
from incidents.models import Incident, Whistle, WhistleEvent, WhistleTask
from incidents.overview import midnight
from incidents.views.finding import find_incident, person
from incidents.whistle_moves import MOVE_BY_NAME, WhistleMove, allowed_moves, allowed_steps, check_right
from incidents.whistle_raising import callable_units, raise_whistle
from incidents.whistles import perform

SEES: Final = ("incident.view", "incident.handle", "whistle.blow", "whistle.approve")
PAGE_SIZE: Final = 50
SHOWN_FILTERS: Final = ("q", "state", "level", "ground", "blown_from", "blown_to")
KEPT: Final = ("mine", "unit", "measure", "grid")
GRID_LEVELS: Final = (3, 4)
"""Streets and communities whistle."""
MOST_GRIDS: Final = 300


@requires(*SEES)
@require_safe
def whistle_list(request: HttpRequest) -> HttpResponse:
    """The whistles of the filters, newest first."""
    chosen = _filtered(request)
    rows = chosen.qs.select_related("grid", "caller").defer("text", "grid__boundary")
    page = keyset_page(rows.prefetch_related("tasks__organization"), request.GET, size=PAGE_SIZE)
    scope = scope_of(request.user)
    context = {
        "now": timezone.now(),
        "page": page,
        "lines": whistle_story.lines(page.rows),
        "bar": [chosen.form[name] for name in SHOWN_FILTERS],
        "bar_is_set": any(request.GET.get(name) for name in SHOWN_FILTERS),
        "kept": [(name, value) for name in KEPT for value in request.GET.getlist(name) if value],
        "unit": _unit_of(request, chosen),
        "may_blow": scope.can("whistle.blow"),
        "may_approve": scope.can("whistle.approve"),
        "is_unit": bool(scope.organizations),
    }
    return render(request, "incidents/whistles/list.html", context)


def _filtered(request: HttpRequest) -> WhistleFilter:
    return narrowed(WhistleFilter(request.GET, queryset=Whistle.objects.visible_to(request.user), request=request))


def _unit_of(request: HttpRequest, chosen: WhistleFilter) -> Organization | None:
    """The unit of the filter, when the reader sees a whistle that calls it."""
    asked = chosen.form.cleaned_data["unit"]
    if not asked:
        return None
    whistles = Whistle.objects.visible_to(request.user)
    return Organization.objects.filter(pk=int(asked), whistle_tasks__whistle__in=whistles).first()


@requires("whistle.blow")
@never_cache
@require_http_methods(["GET", "POST"])
def whistle_new(request: HttpRequest) -> HttpResponse:
    """Raise a whistle, from a case (`?incident=NUMBER`) or without one; what was typed is kept with every refusal."""
    incident = _case_of(request)
    grids = [] if incident else blowing_grids(request.user)
    place = incident.grid_code if incident else scope_of(request.user).prefixes("whistle.blow")[0]
    units = list(callable_units(place).order_by("kind", "name").only("id", "name", "kind"))
    form = RaiseForm(request.POST or None, units=units, grids=grids, incident=incident)
    if form.is_valid():
        try:
            whistle = raise_whistle(form.whistle(), actor=person(request), now=timezone.now())
        except NotValid as error:
            _take_messages(form, error)
        else:
            messages.success(request, _("Whistle %(number)s waits for approval.") % {"number": whistle.number})
            return redirect("incidents:whistle", whistle.number)
    status = 422 if form.is_bound else 200
    return render(request, "incidents/whistles/new.html", {"form": form, "incident": incident}, status=status)


def _case_of(request: HttpRequest) -> Incident | None:
    number = request.GET.get("incident", "")
    return find_incident(request.user, number) if number else None


def blowing_grids(user: Any) -> list[Grid]:
    """The places that `user` may whistle for: streets and communities, else her own grids."""
    scope = scope_of(user)
    rows = (
        Grid.objects.current(timezone.localdate()).filter(scope.q("whistle.blow")).only("id", "code", "name", "level")
    )
    named = rows.filter(level__in=GRID_LEVELS) | rows.filter(code__in=scope.prefixes("whistle.blow"), level__gte=3)
    return list(named.order_by("level", "code")[:MOST_GRIDS])


def _take_messages(form: Any, error: NotValid) -> None:
    for field, said in error.fields.items():
        for message in said:
            form.add_error(field if field in form.fields else None, message)
    if not error.fields:
        form.add_error(None, str(error))


@requires(*SEES)
@never_cache
@require_safe
def whistle_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One whistle: what it is about, each unit's steps and times, the history, and the moves of the reader."""
    return _show(request, find_whistle(request.user, number))


def find_whistle(user: Any, number: str) -> Whistle:
    """The whistle with this number if `user` may see it; 404 otherwise."""
    rows = Whistle.objects.visible_to(user).select_related("grid", "caller", "approver", "incident")
    rows = rows.defer("grid__boundary", "incident__contact_name", "incident__contact_phone", "incident__text")
    found: Whistle = get_object_or_404(rows, number=number)
    return found


@requires(*SEES)
@require_POST
def whistle_move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Make one move. What was typed is shown again with every refusal; a step made twice says so."""
    whistle = find_whistle(request.user, number)
    move = MOVE_BY_NAME.get(name)
    if move is None:
        raise Http404
    task = _task_of(whistle, request.POST.get("task", "")) if move.per_unit else None
    check_right(whistle, move, person(request), task)  # "not you" comes before "not now"
    form = WhistleMoveForm(request.POST, move=move, whistle=whistle, task=task, tasks=list(_tasks(whistle)))
    if not form.is_valid():
        return _show(request, whistle, form, status=422)
    return _make(request, whistle, move, form)


def _task_of(whistle: Whistle, pk: str) -> WhistleTask:
    if not (pk.isascii() and pk.isdigit() and len(pk) <= 18):
        raise NotValid(_("Say which unit it is about."))
    found: WhistleTask = get_object_or_404(_tasks(whistle), pk=int(pk))
    return found


def _make(request: HttpRequest, whistle: Whistle, move: WhistleMove, form: WhistleMoveForm) -> HttpResponse:
    version = form.cleaned_data.get("version")
    try:
        perform(whistle.pk, move.name, actor=person(request), now=timezone.now(), version=version, given=form.given())
    except NotNow as error:
        return _show(request, find_whistle(request.user, whistle.number), form, said=str(error), status=409)
    except NotValid as error:
        _take_messages(form, error)
        return _show(request, whistle, form, status=422)
    messages.success(request, _("%(number)s: %(move)s — done.") % {"number": whistle.number, "move": move.label})
    return redirect("incidents:whistle", whistle.number)


def _tasks(whistle: Whistle) -> Any:
    return whistle.tasks.select_related("organization", "responded_by")


def _show(
    request: HttpRequest, whistle: Whistle, bound: WhistleMoveForm | None = None, *, said: str = "", status: int = 200
) -> HttpResponse:
    """The page; a form that was refused stands where it was sent from, open, with what was typed."""
    now, tasks = timezone.now(), list(_tasks(whistle))
    units = [(card, _step_forms(request, whistle, card.task, tasks, bound)) for card in cards_of(whistle, tasks, now)]
    context = {
        "whistle": whistle,
        "now": now,
        "state": whistle_story.state_mark(whistle),
        "level": whistle_story.level_mark(whistle),
        "due_at": whistle_story.next_due(whistle, tasks),
        "units": units,
        "forms": [_form(whistle, move, bound, tasks=tasks) for move in allowed_moves(whistle, request.user)],
        "said": said,
        "typed": _typed(bound) if said else [],
        "steps": whistle_story.timeline(WhistleEvent.objects.filter(whistle=whistle).select_related("organization")),
        "approvers": whistle_story.approvers(whistle, now=now) if whistle.state == Whistle.State.RAISED else None,
        "case": _visible_case(request.user, whistle),
    }
    return render(request, "incidents/whistles/detail.html", context, status=status)


def cards_of(whistle: Whistle, tasks: Sequence[WhistleTask], now: datetime) -> list[whistle_story.UnitCard]:
    """The units, the lead first."""
    return whistle_story.cards(whistle, tasks, now=now)


def _step_forms(
    request: HttpRequest,
    whistle: Whistle,
    task: WhistleTask,
    tasks: Sequence[WhistleTask],
    bound: WhistleMoveForm | None,
) -> list[WhistleMoveForm]:
    steps = allowed_steps(whistle, task, tasks, request.user)
    return [_form(whistle, move, bound, task=task, tasks=tasks) for move in steps]


def _form(
    whistle: Whistle,
    move: WhistleMove,
    bound: WhistleMoveForm | None,
    *,
    task: WhistleTask | None = None,
    tasks: Sequence[WhistleTask] = (),
) -> WhistleMoveForm:
    """The refused form in its own place, a fresh one elsewhere."""
    if (
        bound is not None
        and bound.errors
        and bound.move == move
        and (bound.task and bound.task.pk) == (task and task.pk)
    ):
        return bound
    return WhistleMoveForm(move=move, whistle=whistle, task=task, tasks=tasks)


def _typed(form: WhistleMoveForm | None) -> list[str]:
    """The words of a form that came too late."""
    data = form.cleaned_data if form else {}
    return [str(value) for name, value in data.items() if value and name.startswith(("text", "attendee", "words"))]


def _visible_case(user: Any, whistle: Whistle) -> Incident | None:
    if whistle.incident_id is None:
        return None
    return Incident.objects.visible_to(user).only("number", "title", "state").filter(pk=whistle.incident_id).first()


@requires(*SEES)
@require_safe
def whistle_units(request: HttpRequest) -> HttpResponse:
    """How the called units answered in a period, each number with its denominator and its list."""
    now = timezone.now()
    form = PeriodForm(request.GET, today=timezone.localdate(now))
    demand_filters(form)
    start, end = form.cleaned_data["start"], form.cleaned_data["end"]
    tasks = whistle_stats.counted_tasks(request.user, start=midnight(start), end=midnight(end + timedelta(days=1)))
    page = keyset_page(whistle_stats.called_units(tasks), request.GET, size=PAGE_SIZE)
    context = {
        "form": form,
        "start": start,
        "end": end,
        "page": page,
        "overall": whistle_stats.total_of(tasks, now=now),
        "rows": whistle_stats.figures_of(tasks, page.rows, now=now),
        "list_url": f"{reverse('incidents:whistles')}?{urlencode({'blown_from': start, 'blown_to': end})}",
    }
    return render(request, "incidents/whistles/units.html", context)
