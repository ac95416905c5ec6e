"""Teams of volunteers for staff: the list, one team, founding, changing, members; the board of those that want it."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.scope import scope_of
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import one_form
from incidents.views.workbooks import list_workbook
from partybuilding.views.members import offer_grids
from volunteers import teams
from volunteers.filters.people import TeamFilter
from volunteers.forms.people import AddForm, TeamForm, WordsForm
from volunteers.models import Membership, Team
from volunteers.people_queries import team_rows
from volunteers.people_sheets import member_lines, members_header, team_lines, teams_header
from volunteers.stages import story
from volunteers.standing import masked, shown

PAGE_SIZE: Final = 50


@requires("volunteer.view")
@never_cache
@require_safe
def team_list(request: HttpRequest) -> HttpResponse:
    """Teams by the filters of the address."""
    chosen = filtered(request)
    page = keyset_page(chosen.qs, request.GET, size=PAGE_SIZE)
    context = {
        "form": offer_grids(chosen.form, request),
        "page": page,
        "rows": [(row, shown(row.leader)) for row in page.rows],
        "may_edit": scope_of(request.user).can("volunteer.edit"),
    }
    return render(request, "volunteers/teams.html", context)


def filtered(request: HttpRequest) -> TeamFilter:
    """The filter set of the address over what the reader may see."""
    return narrowed(TeamFilter(request.GET, queryset=team_rows(request.user), request=request))


@requires("volunteer.view")
@never_cache
@require_safe
def team_excel(request: HttpRequest) -> HttpResponse:
    """The filtered list as an Excel file."""
    rows = filtered(request).qs
    lines, title = team_lines(rows), _("Teams of volunteers")
    return list_workbook(request, teams_header(), lines, count=rows.count(), kind="team", title=title)


@requires("volunteer.view")
@never_cache
@require_safe
def team_board(request: HttpRequest) -> HttpResponse:
    """The teams that want to be shown, with what they did this year; teams only, in the order of their places."""
    year = timezone.localdate().year
    rows = teams.on_board(Team.objects.visible_to(request.user), year)
    return render(request, "volunteers/team_board.html", {"teams": rows, "year": year})


def find_team(user: Any, pk: int) -> Team:
    """The team if `user` may see it; 404 otherwise."""
    found: Team = get_object_or_404(team_rows(user), pk=pk)
    return found


@requires("volunteer.view")
@never_cache
@require_safe
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """One team: who leads it, who asks to join, its members (masked), its services."""
    row = find_team(request.user, pk)
    edits = scope_of(request.user).can("volunteer.edit", row.grid_code)
    page = keyset_page(teams.members_of(row), request.GET, size=PAGE_SIZE)
    services = row.services.select_related("kind").order_by("-at", "-pk")
    context = {
        "team": row,
        "leader": shown(row.leader),
        "asked": [(one, masked(one.volunteer)) for one in teams.asked_of(row)],
        "page": page,
        "rows": [(one, masked(one.volunteer)) for one in page.rows],
        "services": list(services[:10]),
        "steps": story(row),
        "may_edit": edits and row.status == Team.Status.ACTIVE,
    }
    return render(request, "volunteers/team.html", context)


@requires("volunteer.view")
@never_cache
@require_safe
def team_members_excel(request: HttpRequest, pk: int) -> HttpResponse:
    """The members of one team as a masked Excel file."""
    row = find_team(request.user, pk)
    rows, title = teams.members_of(row), row.name
    lines = member_lines(rows)
    return list_workbook(request, members_header(), lines, count=rows.count(), kind="volunteer", title=title)


def _editable(request: HttpRequest, pk: int) -> Team:
    row = find_team(request.user, pk)
    demand(request.user, "volunteer.edit", row.grid_code)
    return row


def _page(row: Any) -> str:
    return reverse("volunteers:team", args=[row.pk])


@requires("volunteer.edit")
@never_cache
@form_page
def team_new(request: HttpRequest) -> HttpResponse:
    """A new team."""
    form = TeamForm(request.POST or None, user=request.user)
    return one_form(
        request,
        form,
        lambda: teams.found(form.cleaned_data["grid"], form.given(), actor=person(request), now=timezone.now()),
        title=_("Found a team"),
        back=reverse("volunteers:teams"),
        goes_to=_page,
    )


@requires("volunteer.edit")
@never_cache
@form_page
def team_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of a team, its leader."""
    row = _editable(request, pk)
    form, version = TeamForm(request.POST or None, user=request.user, team=row), shown_version(request, row.version)
    return one_form(
        request,
        form,
        lambda: teams.change(row, form.given(), actor=person(request), now=timezone.now(), version=version),
        title=_("Change the team"),
        back=_page(row),
        version=row.version,
    )


@requires("volunteer.edit")
@never_cache
@form_page
def team_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The team is no more."""
    row, form = _editable(request, pk), WordsForm(request.POST or None)
    version = shown_version(request, row.version)
    return one_form(
        request,
        form,
        lambda: teams.end(row, **form.cleaned_data, actor=person(request), now=timezone.now(), version=version),
        title=_("End the team"),
        back=_page(row),
        version=row.version,
        danger=True,
        text=_("Its members are volunteers still."),
    )


@requires("volunteer.edit")
@never_cache
@form_page
def team_add(request: HttpRequest, pk: int) -> HttpResponse:
    """One more member."""
    row, form = _editable(request, pk), AddForm(request.POST or None, user=request.user)
    return one_form(
        request,
        form,
        lambda: teams.add(row, form.cleaned_data["volunteer"], actor=person(request), now=timezone.now()),
        title=_("Add a member"),
        back=_page(row),
    )


@requires("volunteer.edit")
@require_POST
def membership_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Taken, not taken, out of the team."""
    seen = Membership.objects.filter(team__in=Team.objects.visible_to(request.user))
    row = get_object_or_404(seen.select_related("team__leader__user", "volunteer__user"), pk=pk)
    demand(request.user, "volunteer.edit", row.grid_code)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    if name == "leave":
        teams.leave(row, **given)
    else:
        teams.answer(row, take=name == "take", **given)
    messages.success(request, _("Saved."))
    return redirect("volunteers:team", row.team_id)
