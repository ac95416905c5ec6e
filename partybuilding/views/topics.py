"""Pages of topics: the pool, one topic with its six steps, what was said of it, what was decided on it."""

from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.models import Incident
from incidents.views.cases import grid_choices
from incidents.views.finding import next_address, person
from incidents.views.form_pages import shown_page
from partybuilding import resolutions, topics
from partybuilding.filters.councils import TopicFilter
from partybuilding.forms.choices import grids_where
from partybuilding.forms.councils import OpinionOfTopicForm, TopicForm
from partybuilding.forms.decisions import DecideForm
from partybuilding.models import Resolution, Topic
from partybuilding.views.deliberation import find_topic, may_hold, units_near

PAGE_SIZE: Final = 40
DAYS_TO_DO: Final = 14
"""The day that the form of a decision proposes."""


@requires("party.view")
@require_safe
def topic_list(request: HttpRequest) -> HttpResponse:
    """Topics in reach, the newest first, each with its six steps."""
    chosen = narrowed(TopicFilter(request.GET, queryset=topics.topics_for(request.user), request=request))
    page = keyset_page(chosen.qs, request.GET, size=PAGE_SIZE)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": page,
        "rows": [(row, topics.steps_of(row)) for row in page.rows],
        "may_raise": topics.may_raise(request.user),
    }
    return render(request, "partybuilding/topics.html", context)


def _grids(request: HttpRequest) -> Any:
    """Where the reader may bring a topic."""
    scope = scope_of(request.user)
    rows = grids_where(request.user)
    where = scope.q("council.edit", "code") | (scope.q("party.view", "code") & scope.q("incident.report", "code"))
    return rows.filter(where)


def _from_case(request: HttpRequest) -> dict[str, Any]:
    """What a case that the address names fills in: its grid, title and number."""
    number = request.GET.get("incident", "")[:20].replace("\x00", "")
    case = Incident.objects.visible_to(request.user).filter(number=number).first() if number else None
    return {"incident": case.number, "grid": case.grid_code, "title": case.title} if case is not None else {}


@form_page
@requires("party.view")
def topic_new(request: HttpRequest) -> HttpResponse:
    """Collect a topic (揽事); with ?incident= from a case."""
    if not topics.may_raise(request.user):
        messages.error(request, _("Topics are brought by who works in the field here."))
        return redirect("partybuilding:topics")
    start = _from_case(request)
    form = TopicForm(request.POST or None, grids=_grids(request), user=request.user, initial=start)

    def write() -> Topic:
        grid: Grid = form.cleaned_data["grid"]
        return topics.raise_topic(form.new(), grid=grid, actor=person(request), now=timezone.now())[0]

    if form.is_bound and form.is_valid() and (made := form.attempt(write)):
        messages.success(request, _("Collected. It waits in the pool for the next meeting."))
        return redirect("partybuilding:topic", pk=made.pk)
    return shown_page(request, "partybuilding/topic_edit.html", {"topic": None}, form)


@form_page
@requires("party.view")
def topic_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the words of a topic right."""
    found = find_topic(request, pk)
    if found.by_id != person(request).pk:
        demand(request.user, "council.edit", found.grid_code)
    start = {name: getattr(found, name) for name in ("title", "principle", "text", "raised_by")}
    form = TopicForm(request.POST or None, grids=None, user=request.user, initial=start)
    if (
        form.is_bound
        and form.is_valid()
        and form.attempt(lambda: topics.change_topic(found, form.new(found), actor=person(request)))
    ):
        messages.success(request, _("Saved."))
        return redirect("partybuilding:topic", pk=pk)
    return shown_page(request, "partybuilding/topic_edit.html", {"topic": found}, form)


@requires("party.view")
@require_safe
def topic(request: HttpRequest, pk: int) -> HttpResponse:
    """One topic: its six steps, what was said, what was decided and what that led to."""
    return _topic_page(request, find_topic(request, pk))


def _home(found: Topic) -> str:
    return found.meeting.grid_code if found.meeting else found.grid_code


def _topic_page(request: HttpRequest, found: Topic, decide: DecideForm | None = None) -> HttpResponse:
    holds = may_hold(request, _home(found))
    meeting, now = found.meeting, timezone.now()
    may_decide = bool(holds and meeting and meeting.status != "called_off" and meeting.starts_at <= now)
    context = {
        "topic": found,
        "steps": topics.steps_of(found),
        "decisions": list(resolutions.listed(Resolution.objects.filter(topic=found)).order_by("pk")),
        "opinion_form": OpinionOfTopicForm(initial={"opinion": found.opinion}) if holds and meeting else None,
        "decide": decide or (_decide_form(found) if may_decide else None),
        "may_edit": (holds or found.by_id == person(request).pk) and not found.decided,  # type: ignore[attr-defined]
        "holds": holds,
        "sees_case": found.incident is not None
        and scope_of(request.user).can("incident.view", found.incident.grid_code),
        "now": now,
        "today": timezone.localdate(now),
    }
    return render(request, "partybuilding/topic.html", context, status=422 if decide else 200)


def _decide_form(found: Topic, typed: Any = None) -> DecideForm:
    start = {"due_on": timezone.localdate() + timedelta(days=DAYS_TO_DO)}
    return DecideForm(typed, units=units_near(_home(found)), initial=start)


@require_POST
@requires("council.edit")
def topic_decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Write down what was decided on a topic."""
    found = find_topic(request, pk)
    demand(request.user, "council.edit", _home(found))
    form = _decide_form(found, request.POST)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    if form.is_valid() and form.attempt(lambda: resolutions.decide(found, form.new(), **given)):
        messages.success(request, _("Decided. Now say what it leads to: a case, a project, a task or a notice."))
        return redirect(next_address(request, reverse("partybuilding:topic", args=[pk])))
    return _topic_page(request, found, form)


@require_POST
@requires("council.edit")
def topic_opinion(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Write down what was said of a topic."""
    found, form = find_topic(request, pk), OpinionOfTopicForm(request.POST)
    demand(request.user, "council.edit", _home(found))
    said = form.cleaned_data["opinion"] if form.is_valid() else ""
    if form.errors:
        messages.error(request, _("At most 3,000 characters."))
    else:
        topics.write_opinion(found, said, actor=person(request))
        messages.success(request, _("Saved."))
    return redirect(next_address(request, reverse("partybuilding:topic", args=[pk])))


@require_POST
@requires("council.edit")
def topic_off(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a topic off its agenda: it goes back to the pool."""
    found = find_topic(request, pk)
    demand(request.user, "council.edit", _home(found))
    topics.take_off_agenda(found, actor=person(request))
    messages.success(request, _("Back in the pool."))
    return redirect(next_address(request, reverse("partybuilding:topic", args=[pk])))
