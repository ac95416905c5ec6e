"""敲门行动: the list, the plan, one action with its figures, the walk from door to door, its end and what follows."""

import re
from typing import Any, Final
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import DomainError, NotAllowed
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.numbers import strict_int
from accounts.offline import kept_offline
from accounts.rules import form_page
from fieldwork import knocking
from fieldwork.filters.visits import KnockFilter
from fieldwork.forms.knocking import ActionForm, DoorForm, FollowForm, ResultForm
from fieldwork.models import Household, KnockAction, KnockedDoor
from fieldwork.stages import open_to, story
from fieldwork.views.answers import conflicting, refused, sent, wants_json
from grid.access import demand, requires
from grid.chosen import chosen_of
from grid.models import Building, Grid
from grid.once import Conflict
from grid.scope import scope_of
from incidents.models import Incident
from incidents.views.cases import grid_choices
from incidents.views.finding import person, shown_version

PAGE_SIZE: Final = 30
DOORS: Final = 400
OPINIONS: Final = 100
GRID_CHOICES: Final = 100
_PARTS: Final = re.compile(r"[0-9]+|[^0-9]+")
DOOR: Final = "fieldwork/knock_door.html"
RELATED: Final = ("grid", "led_by", "incident", "follow_up")
BULKY: Final = ("grid__boundary", "incident__text", "follow_up__text")


def find_action(user: Any, pk: int) -> KnockAction:
    """The action if `user` may see it; 404 otherwise."""
    rows = KnockAction.objects.visible_to(user).select_related(*RELATED).defer(*BULKY)
    found: KnockAction = get_object_or_404(rows, pk=pk)
    return found


@requires("field.view")
@require_safe
def knock_list(request: HttpRequest) -> HttpResponse:
    """All actions in reach, newest first."""
    seen = knocking.with_doors(KnockAction.objects.visible_to(request.user))
    chosen = narrowed(KnockFilter(request.GET, queryset=seen, request=request))
    rows = chosen.qs.select_related("grid", "led_by").defer("grid__boundary").order_by("-id")
    context = {
        "form": chosen.form,
        "page": keyset_page(rows, request.GET, size=PAGE_SIZE),
        "grids": grid_choices(request),
        "may_plan": scope_of(request.user).can("field.plan"),
    }
    return render(request, "fieldwork/knocks.html", context)


@requires("field.view")
@never_cache
@require_safe
def knock_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One action: its question, its buildings with figures, opinions, result, steps."""
    action, scope = find_action(request.user, pk), scope_of(request.user)
    lines = knocking.lines(action)
    doors = KnockedDoor.objects.visible_to(request.user).filter(action=action).exclude(opinion="")
    doors = doors.select_related("building__compound", "by").order_by("-at")
    context = {
        "action": action,
        "lines": lines,
        "doors": sum(line.doors for line in lines),
        "tried": sum(line.tried for line in lines),
        "answered": sum(line.answered for line in lines),
        "stands": knocking.stands(action),
        "opinions": list(doors[:OPINIONS]),
        "sees_doors": scope.can("household.view", action.grid_code),
        "steps": story(action),
        "stages": open_to(action, request.user),
        "may_plan": scope.can("field.plan", action.grid_code),
        "may_write": action.status == KnockAction.Status.RUNNING and scope.can("field.write"),
        "sees": {
            name: case is not None and scope.can("incident.view", case.grid_code)
            for name, case in (("incident", action.incident), ("follow_up", action.follow_up))
        },
    }
    return render(request, "fieldwork/knock.html", context)


# --- planning ---------------------------------------------------------------------------------------------------------


@form_page
@requires("field.plan")
def knock_new(request: HttpRequest) -> HttpResponse:
    """Plan an action: first in which grid, then what is asked where; also because of the case of `?incident=`."""
    rows = Grid.objects.filter(scope_of(request.user).q("field.plan", "code")).current(timezone.localdate())
    rows = rows.filter(level__gte=Grid.Level.COMMUNITY).defer("boundary").order_by("level", "code")
    grid = chosen_of(request, rows)
    incident = _case(request)
    start = {"title": incident.title} if incident else {}
    form = ActionForm(request.POST or None, grid=grid, incident=incident, initial=start)
    if form.is_bound and form.is_valid():
        given: dict[str, Any] = {"grid": grid, "actor": person(request), "now": timezone.now()}
        if action := form.attempt(lambda: knocking.make_action(form.action(), **given)):
            messages.success(request, _("The plan was saved."))
            return redirect("fieldwork:knock", action.pk)
    grids = list(rows.values_list("code", "name")[:GRID_CHOICES])
    context = {"form": form, "grid": grid, "grids": grids, "incident": incident}
    return render(request, "fieldwork/knock_form.html", context, status=422 if form.is_bound else 200)


def _case(request: HttpRequest) -> Incident | None:
    number = request.GET.get("incident", "")[:20].replace("\x00", "")
    return get_object_or_404(Incident.objects.visible_to(request.user), number=number) if number else None


@form_page
@requires("field.plan")
def knock_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change words, days and buildings."""
    action = find_action(request.user, pk)
    demand(request.user, "field.plan", action.grid_code)
    names = ("title", "question", "companions", "starts_on", "ends_on")
    start = {name: getattr(action, name) for name in names} | {"buildings": action.buildings.all()}
    form = ActionForm(request.POST or None, grid=action.grid, initial=start)
    version = shown_version(request, action.version)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now(), "version": version}
    if (
        form.is_bound
        and form.is_valid()
        and form.attempt(lambda: knocking.change_action(action, form.action(), **given))
    ):
        messages.success(request, _("The plan was saved."))
        return redirect("fieldwork:knock", pk)
    context = {"form": form, "grid": action.grid, "action": action, "version": version}
    return render(request, "fieldwork/knock_form.html", context, status=422 if form.is_bound else 200)


# --- its life ---------------------------------------------------------------------------------------------------------


@requires("field.plan")
@require_POST
def knock_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Start or call off; the end has a form of its own."""
    action = find_action(request.user, pk)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    version = shown_version(request, action.version)
    if name not in ("start", "call_off"):
        raise Http404
    if name == "start":
        knocking.start(action, version=version, **given)
    else:
        knocking.call_off(action, text=request.POST.get("text", ""), version=version, **given)
    messages.success(request, _("Done."))
    return redirect("fieldwork:knock", pk)


@form_page
@requires("field.plan")
def knock_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End with a result and with what stays; the figures are written in for a start."""
    action = find_action(request.user, pk)
    demand(request.user, "field.plan", action.grid_code)
    form = ResultForm(request.POST or None, initial={"result": knocking.summary(action)})
    version = shown_version(request, action.version)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now(), "version": version}
    if form.is_bound and form.is_valid() and form.attempt(lambda: knocking.end(action, **form.cleaned_data, **given)):
        messages.success(request, _("The action has ended."))
        return redirect("fieldwork:knock", pk)
    context = {"form": form, "action": action, "version": version, "is_end": True}
    return render(request, "fieldwork/knock_words.html", context, status=422 if form.is_bound else 200)


@form_page
@requires("field.plan")
def knock_follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Report what the doors said as an incident."""
    action = find_action(request.user, pk)
    demand(request.user, "field.plan", action.grid_code)
    form = FollowForm(request.POST or None, initial={"text": knocking.summary(action)})
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    if (
        form.is_bound
        and form.is_valid()
        and (incident := form.attempt(lambda: knocking.follow_up(action, text=form.cleaned_data["text"], **given)))
    ):
        messages.success(request, _("Incident %(number)s was reported.") % {"number": incident.number})
        return redirect("fieldwork:knock", pk)
    context = {"form": form, "action": action}
    return render(request, "fieldwork/knock_words.html", context, status=422 if form.is_bound else 200)


# --- door by door -----------------------------------------------------------------------------------------------------


@requires("field.write")
@never_cache
@require_safe
@kept_offline
def knock_walk(request: HttpRequest, pk: int) -> HttpResponse:
    """The doors of one building on the phone, an answer is one tap; kept there, and so without what was said."""
    action = find_action(request.user, pk)
    buildings = list(action.buildings.select_related("compound", "grid").defer("grid__boundary").order_by("pk"))
    asked = request.GET.get("building", "")
    wanted = strict_int(asked, name="building") if asked else None
    building = next((one for one in buildings if wanted in (None, one.pk)), None)
    if building is None:
        return redirect("fieldwork:knock", pk)
    context = {
        "action": action,
        "buildings": buildings,
        "building": building,
        "doors": _doors(request, action, building),
        "may_write": action.status == KnockAction.Status.RUNNING
        and scope_of(request.user).can("field.write", building.grid.code),
    }
    return render(request, "fieldwork/knock_walk.html", context)


def _doors(request: HttpRequest, action: KnockAction, building: Building) -> list[dict[str, Any]]:
    """Every door that is known or was written, in the order of the staircase, with what was heard there."""
    heard = {(one.unit, one.room): one for one in action.doors.filter(building=building)[:DOORS]}
    homes = Household.objects.visible_to(request.user).filter(building=building, is_active=True)
    known = dict.fromkeys(homes.order_by("unit", "room").values_list("unit", "room")[:DOORS])
    sees = scope_of(request.user).can("household.view", building.grid.code)
    own = {key for key, one in heard.items() if sees or one.by_id == request.user.pk}
    keys = sorted({*known, *own}, key=_by_number)
    return [{"unit": unit, "room": room, "heard": heard.get((unit, room)), "id": uuid4()} for unit, room in keys]


def _by_number(door: tuple[str, str]) -> tuple[Any, ...]:
    """Staircase and room as numbers, so that 1001 stands behind 901."""
    return tuple((int(part) if part.isdecimal() else 0, part) for part in _PARTS.findall(" ".join(door)))


@form_page
@requires("field.write")
@never_cache
@kept_offline
def knock_door(request: HttpRequest, pk: int) -> HttpResponse:
    """One door: answered, nobody there, did not want to talk; the opinion of whoever answered."""
    action = find_action(request.user, pk)
    if request.method != "POST":
        start = {
            "client_id": uuid4(),
            **{name: request.GET.get(name, "")[:20] for name in ("building", "unit", "room")},
        }
        form = DoorForm(action=action, initial=start)
        return render(request, DOOR, {"form": form, "action": action})
    form = DoorForm(request.POST, action=action)
    if not form.is_valid():
        return refused(request, form, DOOR, {"action": action})
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    try:
        door, created = knocking.write_door(action, form.door(), client_id=form.cleaned_data["client_id"], **given)
    except Conflict as error:
        return _conflict(request, form, action, error)
    except NotAllowed:
        raise
    except DomainError as error:
        form.add_domain_error(error)
        return refused(request, form, DOOR, {"action": action})
    return sent(request, _walk_address(door), created=created, said=_("The door is written."))


def _walk_address(door: KnockedDoor) -> str:
    return f"{reverse('fieldwork:knock_walk', args=[door.action_id])}?building={door.building_id}"


def _conflict(request: HttpRequest, form: DoorForm, action: KnockAction, error: Conflict) -> HttpResponse:
    if wants_json(request):
        words = f"{error.first.get_answer_display()} {error.first.opinion}".strip()
        return conflicting(request, error, _walk_address(error.first), words)
    form.renew("client_id", str(uuid4()))
    form.add_error(None, _("A door was sent from this page before. Send again to keep this one as well."))
    return refused(request, form, DOOR, {"action": action})
