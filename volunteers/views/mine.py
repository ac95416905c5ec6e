"""我的志愿服务: the phone page of a volunteer. Each part of volunteers' work adds its own block to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.numbers import strict_int
from accounts.rules import form_page, signed_in
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import one_form, shown_page
from volunteers import certificates, claims, hours, people, people_stages, shop, sign_ups, teams
from volunteers.forms.people import DetailsForm, EmptyForm, JoinForm, LeaderForm
from volunteers.models import HourRecord, Membership, StarLevel, Team, Volunteer
from volunteers.stages import open_to
from volunteers.standing import masked, volunteer_of

HOURS: Final = 30
MOST: Final = 100
STEPS: Final[dict[str, Any]] = {
    "pause": gettext_lazy("Pause for a while"),
    "resume": gettext_lazy("I am there again"),
    "leave": gettext_lazy("Be a volunteer no more"),
}
"""What a volunteer decides herself, with the title of the page that asks."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the page: its template (it gets `block`, `volunteer`, `now`), and what it shows of a volunteer."""

    template: str
    read: Callable[[Volunteer, datetime], Mapping[str, Any]]


BLOCKS: Final[tuple[Block, ...]] = (
    # one line per block, in the order of the page; `read` is a function of a business module
    Block("volunteers/me/claims.html", claims.own_block),
    Block("volunteers/me/shifts.html", sign_ups.own_block),
    Block("volunteers/me/points.html", shop.block),
    Block("volunteers/me/certificates.html", certificates.own_block),
)


@signed_in
@never_cache
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """What concerns the volunteer now; for everybody else how to become one."""
    volunteer, now = volunteer_of(request.user), timezone.now()
    if volunteer is None:
        return _nobody(request)
    context = {
        "volunteer": volunteer,
        "shown": masked(volunteer),
        "now": now,
        "steps": [(stage, STEPS[stage.name]) for stage in open_to(volunteer, request.user) if stage.name in STEPS],
        "memberships": list(teams.memberships_of(volunteer)),
        "asking": teams.asking_for(volunteer),
        "blocks": [(block.template, block.read(volunteer, now)) for block in BLOCKS],
    }
    return render(request, "volunteers/me.html", context)


def _nobody(request: HttpRequest) -> HttpResponse:
    """How to become one, for who is none (any more)."""
    return render(request, "volunteers/me_nobody.html")


def _own(request: HttpRequest) -> Volunteer:
    """The volunteer behind the account; 404 without one: these pages are nobody else's."""
    volunteer = volunteer_of(request.user)
    if volunteer is None:
        raise Http404
    return volunteer


@signed_in
@never_cache
@form_page
def join(request: HttpRequest) -> HttpResponse:
    """Become a volunteer: the community hears of it and decides."""
    if request.method == "GET" and volunteer_of(request.user) is not None:
        return redirect("volunteers:me")
    actor = person(request)
    first = {"name": actor.real_name, "phone": actor.phone}
    form = JoinForm(request.POST or None, user=actor, initial=first)
    return one_form(
        request,
        form,
        lambda: people.register(
            form.cleaned_data["grid"],
            form.given(),
            actor=actor,
            now=timezone.now(),
            client_id=form.cleaned_data["client_id"],
        ),
        title=_("Become a volunteer"),
        back=reverse("volunteers:me"),
        button=_("Register"),
        text=_("Your community looks at it and tells you here. Everything is voluntary and unpaid."),
    )


@signed_in
@never_cache
@form_page
def my_details(request: HttpRequest) -> HttpResponse:
    """What she can, when she has time, her phone, whether she takes part in points."""
    volunteer = volunteer_of(request.user)
    if volunteer is None:
        return _nobody(request)
    form = DetailsForm(request.POST or None, volunteer=volunteer)
    version = shown_version(request, volunteer.version)
    return one_form(
        request,
        form,
        lambda: people.change(volunteer, form.given(), actor=person(request), now=timezone.now(), version=version),
        title=_("My skills and times"),
        back=reverse("volunteers:me"),
        version=volunteer.version,
    )


@signed_in
@never_cache
@form_page
def my_step(request: HttpRequest, name: str) -> HttpResponse:
    """Pause, be there again, leave."""
    volunteer = volunteer_of(request.user)
    if volunteer is None:
        return _nobody(request)
    form = EmptyForm(request.POST if request.method == "POST" else None)
    given: dict[str, Any] = {"actor": person(request), "version": shown_version(request, volunteer.version)}
    return one_form(
        request,
        form,
        lambda: getattr(people_stages, name)(volunteer, now=timezone.now(), **given),
        title=STEPS[name],
        text=_("Your contacts are erased and you leave your teams; your hours stay on record.")
        if name == "leave"
        else "",
        back=reverse("volunteers:me"),
        version=volunteer.version,
        button=_("Yes"),
        danger=name == "leave",
    )


@signed_in
@never_cache
@require_safe
def my_record(request: HttpRequest) -> HttpResponse:
    """Her record of order no. 67: hours, training, honours, evaluations; and the tree that grows with the hours."""
    volunteer = volunteer_of(request.user)
    if volunteer is None:
        return _nobody(request)
    minutes = hours.total(volunteer)
    levels = list(StarLevel.objects.all())
    context = {
        "volunteer": volunteer,
        "minutes": minutes,
        "this_year": hours.total(volunteer, since=timezone.localdate().replace(month=1, day=1)),
        "stars": sum(level.hours <= minutes // 60 for level in levels),
        "next": next((level for level in levels if level.hours > minutes // 60), None),
        "levels": levels,
        "done": list(_hours(volunteer)[:HOURS]),
        "records": list(volunteer.records.select_related("by")),
    }
    return render(request, "volunteers/my_record.html", context)


def _hours(volunteer: Volunteer) -> Any:
    rows = HourRecord.objects.filter(volunteer=volunteer)
    return rows.select_related("sign_up__shift__service__kind").order_by("-on", "-pk")


# --- teams ------------------------------------------------------------------------------------------------------------


@signed_in
@never_cache
@form_page
def my_teams(request: HttpRequest) -> HttpResponse:
    """The teams of her street: ask to join, take it back, leave."""
    volunteer, now = volunteer_of(request.user), timezone.now()
    if volunteer is None:
        return _nobody(request)
    if request.method == "POST":
        key, actor = strict_int(request.POST.get("team", ""), name="team"), person(request)
        team = get_object_or_404(teams.teams_near(volunteer), pk=key)
        row = teams.memberships_of(volunteer).filter(team=team).first()
        if request.POST.get("step") == "leave" and row is not None:
            teams.leave(row, actor=actor, now=now)
            messages.success(request, _("You are not in this team any more."))
        elif request.POST.get("step") == "ask":
            teams.ask(team, volunteer, actor=actor, now=now)
            messages.success(request, _("The leader knows that you ask."))
        return redirect("volunteers:my_teams")
    own = {row.team_id: row for row in teams.memberships_of(volunteer)}
    near = list(teams.teams_near(volunteer)[:MOST])
    context = {
        "volunteer": volunteer,
        "lines": sorted(((team, own.get(team.pk)) for team in near), key=lambda line: line[1] is None),
    }
    return render(request, "volunteers/my_teams.html", context)


@signed_in
@never_cache
@form_page
def my_team(request: HttpRequest, pk: int) -> HttpResponse:
    """A team for its leader: who asks, who is in it, what it says of itself."""
    volunteer = _own(request)
    team = get_object_or_404(Team.objects.select_related("leader", "grid"), pk=pk, leader=volunteer, status="active")
    form = LeaderForm(request.POST or None, initial={"purpose": team.purpose, "on_boards": team.on_boards})
    version = shown_version(request, team.version)
    if form.is_valid():
        given: dict[str, Any] = {"actor": person(request), "now": timezone.now(), "version": version}
        if form.attempt(lambda: teams.change(team, form.cleaned_data, **given)):
            messages.success(request, _("Saved."))
            return redirect("volunteers:my_team", pk=pk)
    page = keyset_page(teams.members_of(team), request.GET, size=MOST)
    context = {
        "team": team,
        "asked": [(row, masked(row.volunteer)) for row in teams.asked_of(team)],
        "rows": [(row, masked(row.volunteer)) for row in page.rows],
        "page": page,
        "version": version,
    }
    return shown_page(request, "volunteers/my_team.html", context, form)


@signed_in
@require_POST
def my_answer(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The leader takes who asked, does not, or takes a member out."""
    volunteer, now, actor = _own(request), timezone.now(), person(request)
    rows = Membership.objects.select_related("team__leader__user", "volunteer__user")
    row = get_object_or_404(rows, pk=pk, team__leader=volunteer)
    teams.answer(row, take=name == "take", actor=actor, now=now)
    messages.success(request, _("Saved."))
    return redirect("volunteers:my_team", pk=row.team_id)
