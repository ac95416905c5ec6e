"""Pages of 社区吹哨、党员报到: calls of members, who is coming, who came, what came of it."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.chosen import asked_code
from grid.scope import scope_of
from incidents.models import Incident
from incidents.views.cases import grid_choices
from incidents.views.finding import find_incident, person
from incidents.views.form_pages import shown_page
from partybuilding import calls
from partybuilding.filters.duty import CallFilter
from partybuilding.forms.choices import grids_where
from partybuilding.forms.duty import CallForm, MemberForm, mark_forms
from partybuilding.models import MemberCall
from partybuilding.needs import place_of
from partybuilding.standing import community_of, living_in, shown
from partybuilding.views.asking import known, stages_of, taking

PAGE_SIZE: Final = 30


@requires("party.view")
@require_safe
def call_list(request: HttpRequest) -> HttpResponse:
    """Calls, newest first."""
    seen: Any = MemberCall.objects.visible_to(request.user)
    chosen = narrowed(CallFilter(request.GET, queryset=seen, request=request))
    page = keyset_page(calls.calls_for(chosen.qs), request.GET, size=PAGE_SIZE)
    may_call = scope_of(request.user).can("council.edit")
    context = {"form": chosen.form, "page": page, "may_call": may_call, "now": timezone.now()}
    context["grid_names"] = grid_choices(request)
    return render(request, "partybuilding/calls.html", context)


@form_page
@requires("council.edit")
def call_new(request: HttpRequest) -> HttpResponse:
    """Blow the whistle for members; from a case (?incident=) its place and words are there already."""
    number = request.GET.get("incident", "")[:40].replace("\x00", "")
    incident = find_incident(request.user, number) if number else None
    grids = grids_where(request.user, "council.edit")
    form = CallForm(request.POST or None, grids=grids, incident=incident, initial=_start(request, incident))

    def write() -> MemberCall:
        given: dict[str, Any] = {
            "actor": person(request),
            "now": timezone.now(),
            "client_id": form.cleaned_data["client_id"],
        }
        made, _new = calls.blow(form.new(), grid=form.cleaned_data["grid"], **given)
        return made

    if form.is_bound and form.is_valid() and (made := form.attempt(write)):
        messages.success(request, _("Called. The members of the place were told."))
        return redirect("partybuilding:member_call", pk=made.pk)
    return shown_page(request, "partybuilding/call_new.html", {"incident": incident}, form)


def _start(request: HttpRequest, incident: Incident | None) -> dict[str, Any]:
    if incident is None:
        return {"grid": asked_code(request)}
    place = place_of(incident)
    return {"grid": community_of(incident.grid_code), "title": incident.title[:100], "place": place[:100]}


def find_call(request: HttpRequest, pk: int) -> MemberCall:
    """The call if the reader sees it; 404 otherwise."""
    rows: Any = MemberCall.objects.visible_to(request.user)
    return get_object_or_404(calls.calls_for(rows), pk=pk)


@requires("party.view")
@require_safe
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """One call with its answers."""
    return _call_page(request, find_call(request, pk))


def _call_page(request: HttpRequest, row: MemberCall, *, typed: Any = None, put: Any = None) -> HttpResponse:
    now, may_edit = timezone.now(), scope_of(request.user).can("council.edit", row.grid_code)
    open_, begun = row.status == MemberCall.Status.BLOWN, row.starts_at <= timezone.now()
    answers = list(row.answers.select_related("member__grid").defer("member__grid__boundary", "member__phone"))
    members = living_in(community_of(row.grid_code)).exclude(answers__call=row)
    pairs = mark_forms(answers, typed, begun=begun)
    context = {
        "call": row,
        "lines": [(answer, shown(answer.member), form) for answer, form in pairs],
        "may_edit": may_edit and open_,
        "may_mark": may_edit and open_ and begun,
        "put": put or (MemberForm(members=members) if may_edit and open_ else None),
        "now": now,
        "incident_url": _sees(request, row),
        **stages_of(request, row),
    }
    bad = typed is not None or (put is not None and put.is_bound)
    return render(request, "partybuilding/call.html", context, status=422 if bad else 200)


def _sees(request: HttpRequest, row: MemberCall) -> bool:
    """Whether the case behind the call is the reader's to open."""
    return row.incident is not None and scope_of(request.user).can("incident.view", row.incident.grid_code)


@require_POST
@requires("council.edit")
def call_put_down(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A member who answered by phone, or simply came."""
    row = find_call(request, pk)
    demand(request.user, "council.edit", row.grid_code)
    form = MemberForm(request.POST, members=living_in(community_of(row.grid_code)))
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    if form.is_valid() and form.attempt(lambda: calls.put_down(row, form.cleaned_data["member"], **given)):
        messages.success(request, _("She stands on the list."))
        return redirect("partybuilding:member_call", pk=pk)
    return _call_page(request, row, put=form)


@require_POST
@requires("council.edit")
def call_note(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who came, and for how many hours; all at once."""
    row = find_call(request, pk)
    demand(request.user, "council.edit", row.grid_code)
    pairs = mark_forms(row.answers.all(), request.POST, begun=True)
    sent = [(answer, form) for answer, form in pairs if form.add_prefix("answer") in request.POST]
    if not all([form.is_valid() for _answer, form in sent]):  # noqa: C419  # every line says what is wrong with it
        return _call_page(request, row, typed=request.POST)
    marks = {answer.pk: form.mark for answer, form in sent}
    calls.note(row, marks, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("partybuilding:member_call", pk=pk)


@require_POST
@requires("council.edit")
def call_step(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """Done with what came of it, or called off with a reason."""
    row, text, given = find_call(request, pk), request.POST.get("text", ""), taking(request)
    known(name, ("finish", "call_off"))
    if name == "finish":
        calls.finish(row, text, **given)
    else:
        calls.call_off(row, text, **given)
    messages.success(request, _("Saved."))
    return redirect("partybuilding:member_call", pk=pk)
