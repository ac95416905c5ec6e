"""Profiles of communities, the labels of the office, and the stars won by year."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from grid.access import demand, requires
from grid.chosen import asked_code
from grid.models import Compound, Grid
from grid.scope import scope_of
from incidents.views.finding import person, shown_version
from partybuilding import awards, profiles
from partybuilding.filters.organizations import ProfileFilter, StarAwardFilter
from partybuilding.forms.organizations import NewProfileForm, ProfileForm
from partybuilding.models import CommunityProfile, Label, PartyOrganization, Star, StarAward
from partybuilding.organizations import EDITS

PAGE_SIZE: Final = 50
Level = Grid.Level


def _seen(request: HttpRequest) -> QuerySet[Any]:
    rows: QuerySet[Any] = CommunityProfile.objects.visible_to(request.user)
    return rows.select_related("grid").defer("grid__boundary").prefetch_related("labels")


@requires("party.view")
@never_cache
@require_safe
def profile_list(request: HttpRequest) -> HttpResponse:
    """The profiles of the reader's grids and of those above."""
    chosen = narrowed(ProfileFilter(request.GET, queryset=_seen(request), request=request))
    context = {
        "form": chosen.form,
        "page": keyset_page(chosen.qs, request.GET, size=PAGE_SIZE),
        "may_edit": scope_of(request.user).can(EDITS),
    }
    return render(request, "partybuilding/profiles.html", context)


@requires("party.view")
@never_cache
@require_safe
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """How one community is governed: brand, words, labels with their parts, its organizations and compounds."""
    found = get_object_or_404(_seen(request), pk=pk)
    seen = PartyOrganization.objects.visible_to(request.user)
    context = {
        "profile": found,
        "families": profiles.by_family(found.labels.filter(is_active=True)),
        "organizations": profiles.organizations_of(found, seen),
        "compounds": Compound.objects.visible_to(request.user).filter(grid__code__startswith=found.grid_code).count(),
        "may_edit": scope_of(request.user).can(EDITS, found.grid_code),
    }
    return render(request, "partybuilding/profile.html", context)


@requires("party.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def profile_new(request: HttpRequest) -> HttpResponse:
    """Begin the profile of a grid that has none (query: grid)."""
    rows = Grid.objects.current(timezone.localdate()).filter(scope_of(request.user).q(EDITS, "code"))
    rows = rows.filter(level__range=(Level.STREET, Level.GRID)).defer("boundary").order_by("code")
    form = NewProfileForm(request.POST or None, grids=rows, initial={"grid": asked_code(request)})
    if form.is_bound and form.is_valid():
        made = form.attempt(lambda: profiles.make(form.cleaned_data["grid"], actor=person(request)))
        if made:
            return redirect("partybuilding:profile_edit", made.pk)
    context = {"form": form, "title": _("New profile")}
    return render(request, "partybuilding/profile_form.html", context, status=422 if form.is_bound else 200)


@requires("party.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def profile_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change brand, words and labels."""
    found = get_object_or_404(_seen(request), pk=pk)
    demand(request.user, EDITS, found.grid_code)
    first = {"brand": found.brand, "text": found.text, "labels": found.labels.all()}
    form = ProfileForm(request.POST or None, initial=first)
    told: dict[str, Any] = {"version": shown_version(request, found.version), "now": timezone.now()}
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        if form.attempt(lambda: profiles.edit(found, **given, actor=person(request), **told)):
            messages.success(request, _("Saved."))
            return redirect("partybuilding:profile", found.pk)
    context = {"form": form, "profile": found, "title": _("Edit this profile")}
    return render(request, "partybuilding/profile_form.html", context, status=422 if form.is_bound else 200)


@requires("party.view")
@never_cache
@require_safe
def label_list(request: HttpRequest) -> HttpResponse:
    """The words of the office by family: what they mean, their parts, who carries them. The admin edits them."""
    rows = profiles.used_labels(request.user).order_by("family", "position", "pk")
    return render(request, "partybuilding/labels.html", {"families": profiles.by_family(rows), "model": Label})


@requires("party.view")
@never_cache
@require_safe
def award_list(request: HttpRequest) -> HttpResponse:
    """五星支部: which organizations were put forward for and won which stars in a year (query: year)."""
    rows = StarAward.objects.visible_to(request.user).select_related("party__organization", "party__grid", "star")
    year = timezone.localdate().year
    data = request.GET.copy()
    data.setdefault("year", str(year))
    chosen = narrowed(StarAwardFilter(data, queryset=rows.defer("party__grid__boundary"), request=request))
    stars = list(Star.objects.filter(is_active=True))
    found = list(chosen.qs)
    won = [sum(one.star_id == star.pk and one.result == StarAward.Result.WON for one in found) for star in stars]
    context = {
        "form": chosen.form,
        "year": int(chosen.form.cleaned_data["year"] or year),
        "stars": list(zip(stars, won, strict=True)),
        "rows": awards.board(found, stars),
    }
    return render(request, "partybuilding/awards.html", context)
