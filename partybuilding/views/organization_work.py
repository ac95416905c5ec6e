"""Founding, changing, moving and ending party organizations; their posts and stars."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.numbers import strict_int
from grid.access import demand, requires
from grid.chosen import asked_code
from grid.forms import DomainForm
from grid.models import Grid
from grid.scope import scope_of
from incidents.views.finding import person, shown_version
from partybuilding import awards, organizations, posts
from partybuilding.forms.organizations import (
    AwardForm,
    DecideForm,
    EndForm,
    EndPostForm,
    MoveForm,
    NewOrganizationForm,
    OrganizationForm,
    PostForm,
)
from partybuilding.models import PartyOrganization, PartyPost, StarAward
from partybuilding.organizations import EDITS, RANK, NewOrganization, living
from partybuilding.views.organizations import address_of, find, seen_by

Level = Grid.Level


@requires("party.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def organization_new(request: HttpRequest) -> HttpResponse:
    """Found an organization below another (query: under), in a grid (query: grid)."""
    under = request.GET.get("under", "")
    parent = find(request, strict_int(under, name="under")) if under else None
    grids = _grids(request, parent)
    asked = grids.filter(code=asked_code(request)).first()
    first = {"grid": asked.code, "kind": _usual_kind(asked)} if asked else {}
    form = NewOrganizationForm(request.POST or None, grids=grids, parent=parent, initial=first)
    if form.is_bound and form.is_valid():
        new = NewOrganization(parent=parent, **form.cleaned_data)
        made = form.attempt(lambda: organizations.found(new, actor=person(request), now=timezone.now()))
        if made:
            messages.success(request, _("Founded: now say who leads it."))
            return redirect(address_of(made))
    context = {"form": form, "party": parent, "title": _("New party organization"), "action": _("Found it")}
    return _page(request, context)


def _grids(request: HttpRequest, parent: PartyOrganization | None) -> Any:
    """The grids below the upper organization where the reader edits; below a street none smaller than a grid."""
    rows = Grid.objects.current(timezone.localdate()).filter(scope_of(request.user).q(EDITS, "code"))
    if parent is None:
        return rows.filter(level=Level.STREET).defer("boundary")
    lowest = Level.GRID if parent.grid.level <= Level.STREET else Level.SUBUNIT
    below = rows.under(parent.grid_code).filter(level__range=(Level.STREET, lowest))
    return below.defer("boundary").order_by("code")


def _usual_kind(grid: Grid) -> str:
    kind = PartyOrganization.Kind
    if grid.is_dedicated:
        return kind.DEDICATED
    usual = {Level.STREET: kind.WORK_COMMITTEE, Level.COMMUNITY: kind.COMMUNITY, Level.GRID: kind.GRID_BRANCH}
    return usual.get(Level(grid.level), kind.GROUP)


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["form"].is_bound else 200
    return render(request, "partybuilding/organization_form.html", context, status=status)


@requires("party.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def organization_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name, day, kind of committee and buildings."""
    party = _mine(request, pk)
    kept = {
        "name": str(party),
        "founded_on": party.founded_on,
        "is_grand": party.is_grand,
        "buildings": party.buildings.all(),
    }
    form = OrganizationForm(request.POST or None, party=party, initial=kept)
    context = {"form": form, "party": party, "title": _("Edit"), "action": _("Save")}
    told: dict[str, Any] = {"version": shown_version(request, party.version), "now": timezone.now()}

    def write() -> Any:
        given = kept | form.cleaned_data
        return organizations.edit(party, **given, actor=person(request), **told)

    return _written(request, form, write, party, context)


@requires("party.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def organization_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it, with all below it, under another organization."""
    party = _mine(request, pk)
    above = [kind for kind, rank in RANK.items() if rank < RANK[party.kind]]
    codes = [party.grid_code[:n] for n in range(9, len(party.grid_code) + 1)]
    parents = living(seen_by(request)).filter(kind__in=above, grid_code__in=codes)
    parents = parents.exclude(pk=party.parent_id or 0)
    parents = parents.exclude(path__startswith=party.path).select_related("organization").order_by("path")
    form = MoveForm(request.POST or None, parents=parents)
    more = _("All organizations below it come along.")
    context = {"form": form, "party": party, "title": _("Move in the tree"), "action": _("Move it"), "more": more}
    told: dict[str, Any] = {"version": shown_version(request, party.version), "now": timezone.now()}

    def write() -> Any:
        return organizations.move(party, form.cleaned_data["parent"], actor=person(request), **told)

    return _written(request, form, write, party, context)


@requires("party.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def organization_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it; nothing may be left in it."""
    party = _mine(request, pk)
    form = EndForm(request.POST or None)
    more = _("Its posts end with it. Organizations below it and its members must be elsewhere before.")
    context = {
        "form": form,
        "party": party,
        "title": _("End the organization"),
        "action": _("End it"),
        "more": more,
        "danger": True,
    }
    told: dict[str, Any] = {"version": shown_version(request, party.version), "now": timezone.now()}

    def write() -> Any:
        return organizations.end(party, on=form.cleaned_data["ended_on"], actor=person(request), **told)

    return _written(request, form, write, party, context)


@requires("party.edit")
@never_cache
@require_POST
def post_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody a post."""
    party = _mine(request, pk)
    form = PostForm(request.POST)

    def write() -> Any:
        given = form.cleaned_data
        told: dict[str, Any] = {"title": given["title"], "name": given["name"], "since": given["since"]}
        return posts.appoint(party, user=given["person"], actor=person(request), now=timezone.now(), **told)

    context = {"form": form, "party": party, "title": _("Give a post"), "action": _("Give the post")}
    return _written(request, form, write, party, context)


@requires("party.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def post_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a post."""
    rows = PartyPost.objects.visible_to(request.user).select_related("party__organization", "party__grid")
    post = get_object_or_404(rows, pk=pk)
    demand(request.user, EDITS, post.party.grid_code)
    form = EndPostForm(request.POST or None)
    title = _("End the post: %(post)s") % {"post": post}
    context = {"form": form, "party": post.party, "title": title, "action": _("End the post"), "danger": True}

    def write() -> Any:
        return posts.end_post(post, on=form.cleaned_data["until"], actor=person(request), now=timezone.now())

    return _written(request, form, write, post.party, context)


@requires("party.edit")
@never_cache
@require_POST
def award_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the organization forward for a star."""
    party = _mine(request, pk)
    form = AwardForm(request.POST)

    def write() -> Any:
        return awards.recommend(party, **form.cleaned_data, actor=person(request), now=timezone.now())

    context = {"form": form, "party": party, "title": _("Recommend for a star"), "action": _("Recommend")}
    return _written(request, form, write, party, context)


@requires("party.decide")
@never_cache
@require_http_methods(["GET", "POST"])
def award_decide(request: HttpRequest, pk: int, result: str) -> HttpResponse:
    """The star is won, or taken back with a reason."""
    rows = StarAward.objects.visible_to(request.user).select_related("party__organization", "star")
    award = get_object_or_404(rows, pk=pk)
    demand(request.user, awards.DECIDES, award.party.grid_code)
    form = DecideForm(request.POST or None)
    won = result == StarAward.Result.WON
    words = {"star": award.star, "year": award.year}
    title = (_("%(star)s of %(year)s: won") if won else _("%(star)s of %(year)s: take back")) % words
    context = {
        "form": form,
        "party": award.party,
        "title": title,
        "action": _("Won") if won else _("Take the star back"),
    }

    def write() -> Any:
        told: dict[str, Any] = {"text": form.cleaned_data["text"], "now": timezone.now()}
        return awards.decide(award, result, actor=person(request), **told)

    return _written(request, form, write, award.party, context)


def _mine(request: HttpRequest, pk: int) -> PartyOrganization:
    """An organization that the reader may change: 404 where she does not see it, 403 where she only sees it."""
    party = find(request, pk)
    demand(request.user, EDITS, party.grid_code)
    return party


def _written(
    request: HttpRequest, form: DomainForm, write: Callable[[], Any], party: PartyOrganization, context: dict[str, Any]
) -> HttpResponse:
    """Write what a valid form says and go back to the organization; else the form again with what is wrong."""
    if form.is_bound and form.is_valid() and form.attempt(write):
        messages.success(request, _("Saved."))
        return redirect(address_of(party))
    return _page(request, context)
