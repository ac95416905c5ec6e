"""议事协商: the overview of forums, one forum with its series of meetings, the places where they meet."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.models import Grid
from incidents.views.cases import grid_choices
from incidents.views.finding import person
from incidents.views.form_pages import shown_page
from partybuilding import forums, meetings, resolutions, topics
from partybuilding.filters.councils import ForumFilter
from partybuilding.forms.choices import grids_where
from partybuilding.forms.councils import ForumForm
from partybuilding.models import Alliance, Forum, ForumMeeting, Resolution, Topic
from partybuilding.views.deliberation import may_hold

PAGE_SIZE: Final = 40
FORM_PAGE: Final = "partybuilding/forum_edit.html"


@requires("party.view", "incident.handle")
@require_safe
def council_overview(request: HttpRequest) -> HttpResponse:
    """Forums in reach with their numbers; above them what waits, below how often each kind met this year."""
    now = timezone.now()
    chosen = narrowed(ForumFilter(request.GET, queryset=forums.forums_for(request.user, now), request=request))
    year = timezone.localdate(now).year
    seen = ForumMeeting.objects.visible_to(request.user)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": keyset_page(chosen.qs, request.GET, size=PAGE_SIZE),
        "kinds": forums.kinds_of_year(seen, year),
        "series": forums.series_of_year(seen, year),
        "figures": figures(request, now),
        "year": year,
        "may_hold": may_hold(request),
        "may_raise": topics.may_raise(request.user),
    }
    return render(request, "partybuilding/councils.html", context)


def figures(request: HttpRequest, now: Any) -> dict[str, int]:
    """What waits: meetings to come, minutes to be written, topics in the pool, decisions open, late, childless."""
    decisions = Resolution.objects.visible_to(request.user)
    planned = ForumMeeting.objects.visible_to(request.user).filter(status="planned")
    return {
        "to_come": planned.filter(starts_at__gt=now).count(),
        "unwritten": planned.filter(starts_at__lte=now).count(),
        "pool": Topic.objects.visible_to(request.user).filter(meeting=None).count(),
        "open": decisions.filter(status="open").count(),
        "late": resolutions.overdue(decisions, timezone.localdate(now)).count(),
        "childless": resolutions.without_child(decisions, now).count(),
    }


def find_forum(request: HttpRequest, pk: int) -> Forum:
    """The forum if the reader may see it; 404 otherwise."""
    found: Forum = get_object_or_404(forums.forums_for(request.user, timezone.now()), pk=pk)
    return found


@requires("party.view")
@require_safe
def forum(request: HttpRequest, pk: int) -> HttpResponse:
    """One forum: its series of meetings, what it decided and what of that is done."""
    found, now = find_forum(request, pk), timezone.now()
    rows = meetings.meetings_for(request.user).filter(forum=found)
    decided = resolutions.resolutions_for(request.user).filter(topic__meeting__forum=found, status="open")
    context = {
        "forum": found,
        "page": keyset_page(rows, request.GET, size=PAGE_SIZE, by="starts_at"),
        "open_decisions": decided.order_by("due_on", "pk")[:20],
        "solved": forums.solved(found),
        "may_hold": may_hold(request, found.grid_code),
        "now": now,
        "today": timezone.localdate(now),
    }
    return render(request, "partybuilding/forum.html", context)


def _alliances(request: HttpRequest, kept: Forum | None = None) -> QuerySet[Alliance]:
    rows = Alliance.objects.visible_to(request.user).filter(is_active=True)
    return rows | Alliance.objects.filter(pk=kept.alliance_id) if kept and kept.alliance_id else rows


@form_page
@requires("council.edit")
def forum_new(request: HttpRequest) -> HttpResponse:
    """Found a forum."""
    grids = grids_where(request.user, "council.edit")
    form = ForumForm(request.POST or None, grids=grids, alliances=_alliances(request))

    def write() -> Forum:
        grid: Grid = form.cleaned_data["grid"]
        return forums.found_forum(form.new(), grid=grid, actor=person(request))

    if form.is_bound and form.is_valid() and (made := form.attempt(write)):
        messages.success(request, _("Saved. Now plan its first meeting."))
        return redirect("partybuilding:forum", pk=made.pk)
    return shown_page(request, FORM_PAGE, {"forum": None}, form)


@form_page
@requires("council.edit")
def forum_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a forum."""
    found = find_forum(request, pk)
    demand(request.user, "council.edit", found.grid_code)
    names = ("name", "kind", "venue", "rhythm", "every_days", "child_days", "alliance", "is_active")
    start = {name: getattr(found, name) for name in names}
    form = ForumForm(request.POST or None, grids=None, alliances=_alliances(request, found), initial=start)

    def write() -> Forum:
        return forums.change_forum(found, form.new(), actor=person(request))

    if form.is_bound and form.is_valid() and form.attempt(write):
        messages.success(request, _("Saved."))
        return redirect("partybuilding:forum", pk=pk)
    return shown_page(request, FORM_PAGE, {"forum": found}, form)


@requires("party.view")
@require_safe
def venue_list(request: HttpRequest) -> HttpResponse:
    """The places where forums meet (清风睦邻亭), with what was decided and solved there."""
    places = forums.venues(forums.forums_for(request.user, timezone.now()))
    return render(request, "partybuilding/venues.html", {"places": places, "may_hold": may_hold(request)})
