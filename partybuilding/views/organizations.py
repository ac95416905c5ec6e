"""党组织: the tree level by level, the search, one organization with all that belongs to it, the workbook."""

from typing import Any, Final

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.numbers import strict_int
from grid.access import requires
from grid.scope import scope_of
from incidents.views.workbooks import list_workbook
from partybuilding import awards, org_tree, posts
from partybuilding.filters.organizations import PartyOrganizationFilter
from partybuilding.forms.organizations import AwardForm, PostForm
from partybuilding.models import Activity, CommitteeSeat, PartyOrganization, PartyPost, StarAward
from partybuilding.organizations import EDITS

PAGE_SIZE: Final = 100
RECENT: Final = 8
FILTERS: Final = ("q", "kind", "grid", "headless", "grand", "idle", "ended")


def seen_by(request: HttpRequest) -> QuerySet[PartyOrganization]:
    """The organizations of the reader's grids and of those above."""
    rows: QuerySet[PartyOrganization] = PartyOrganization.objects.visible_to(request.user)
    return rows


def find(request: HttpRequest, pk: int) -> PartyOrganization:
    """The organization of the address with what every page of it shows; 404 outside the reader's scope."""
    rows = org_tree.with_head(seen_by(request), today=timezone.localdate())
    found: PartyOrganization = get_object_or_404(rows, pk=pk)
    return found


@requires("party.view")
@never_cache
@require_safe
def organization_list(request: HttpRequest) -> HttpResponse:
    """The tree below one organization (query: under; part=1 gives the rows alone), or what a search finds."""
    if any(request.GET.get(name) for name in FILTERS):
        return _search(request)
    seen, today = seen_by(request), timezone.localdate()
    top = _top(request, seen)
    rows = org_tree.children(seen, top) if top else org_tree.roots(seen)
    members = org_tree.seen_members(request.user)
    nodes = org_tree.nodes([*([top] if top else []), *org_tree.with_head(rows, today=today)], seen, members)
    context = {
        "top": nodes.pop(0) if top else None,
        "nodes": nodes,
        "may_edit": scope_of(request.user).can(EDITS),
        "form": _chosen(request).form,
    }
    if request.GET.get("part") and top:
        return render(request, "partybuilding/parts/tree_rows.html", context)
    return render(request, "partybuilding/organizations.html", context | {"chain": org_tree.chain(top) if top else []})


def _top(request: HttpRequest, seen: Any) -> PartyOrganization | None:
    """The organization to open: the one asked for, or the only one on top."""
    given, today = request.GET.get("under", ""), timezone.localdate()
    rows = org_tree.with_head(seen, today=today)
    if given:
        found: PartyOrganization = get_object_or_404(rows, pk=strict_int(given, name="under"))
        return found
    first = list(org_tree.with_head(org_tree.roots(seen), today=today)[:2])
    return first[0] if len(first) == 1 else None


def _chosen(request: HttpRequest) -> PartyOrganizationFilter:
    data = request.GET.copy()
    for name in ("under", "part"):
        data.pop(name, None)
    return PartyOrganizationFilter(data, queryset=seen_by(request), request=request)


def _search(request: HttpRequest) -> HttpResponse:
    """A flat list, newest first, page by page."""
    rows = org_tree.with_head(narrowed(_chosen(request)).qs, today=timezone.localdate())
    page = keyset_page(rows.select_related("parent__organization"), request.GET, size=PAGE_SIZE)
    context = {
        "page": page,
        "form": _chosen(request).form,
        "total": narrowed(_chosen(request)).qs.count(),
        "may_edit": scope_of(request.user).can(EDITS),
    }
    return render(request, "partybuilding/organizations.html", context)


@requires("party.view")
@never_cache
@require_safe
def organizations_excel(request: HttpRequest) -> HttpResponse:
    """What the filters find as a workbook: no names of members, the heads as they stand on the page."""
    found = narrowed(_chosen(request)).qs
    rows = org_tree.with_head(found, today=timezone.localdate()).select_related("parent__organization")
    header = [_("Party organization"), _("Kind"), _("Grid"), _("Code"), _("Above it"), _("Secretary or leader")]
    header.append(_("Founded on"))
    title = _("Party organizations")
    lines = map(_cells, rows.order_by("path"))
    return list_workbook(request, header, lines, count=found.count(), kind="party organizations", title=title)


def _cells(row: Any) -> list[Any]:
    place = [row.grid.name, row.grid_code, str(row.parent or "")]
    return [str(row), row.get_kind_display(), *place, row.head or "", row.founded_on]


@requires("party.view")
@never_cache
@require_safe
def organization(request: HttpRequest, pk: int) -> HttpResponse:
    """One organization: posts and what is missing, members by mode, buildings, units, activities, stars, below it."""
    party, seen, today = find(request, pk), seen_by(request), timezone.localdate()
    scope, members = scope_of(request.user), org_tree.seen_members(request.user)
    nodes = org_tree.nodes([party, *org_tree.with_head(org_tree.children(seen, party), today=today)], seen, members)
    may_edit = scope.can(EDITS, party.grid_code) and party.ended_on is None
    context = {
        "party": party,
        "own": nodes[0],
        "nodes": nodes[1:],
        "chain": org_tree.chain(party),
        "posts": posts.present(party, today=today),
        "former": PartyPost.objects.filter(party=party, until__lte=today).order_by("-until", "-pk")[:RECENT],
        "unfilled": posts.unfilled([party], today=today) if party.ended_on is None else [],
        "modes": _modes(members, party),
        "buildings": party.buildings.select_related("compound").order_by("compound__name", "pk"),
        "seats": _seats(party, today),
        "activities": _activities(request, party),
        "awards": StarAward.objects.filter(party=party).select_related("star").order_by("-year", "star__position"),
        "may_edit": may_edit,
        "may_decide": scope.can(awards.DECIDES, party.grid_code),
        "post_form": PostForm() if may_edit else None,
        "award_form": AwardForm() if may_edit else None,
    }
    return render(request, "partybuilding/organization.html", context)


def _modes(members: Any, party: PartyOrganization) -> list[tuple[str, str, int]]:
    """(mode, its words, members of the organization itself)."""
    rows = members.filter(party=party, left_on=None).order_by()
    counted = dict(rows.values_list("management").annotate(Count("pk")))
    choices = rows.model.Management.choices
    return [(mode, str(label), counted[mode]) for mode, label in choices if mode in counted]


def _seats(party: PartyOrganization, today: Any) -> list[CommitteeSeat]:
    """Part-time members of units in the grand committee today."""
    if not party.is_grand:
        return []
    rows = CommitteeSeat.objects.on(today).filter(party=party)
    return list(rows.select_related("unit__organization").order_by("unit__organization__name", "pk"))


def _activities(request: HttpRequest, party: PartyOrganization) -> list[Activity]:
    """The last ones that it held."""
    rows = Activity.objects.visible_to(request.user).filter(party=party).select_related("kind")
    return list(rows.order_by("-starts_at", "-pk")[:RECENT])


def address_of(party: PartyOrganization) -> str:
    """The page of an organization."""
    return reverse("partybuilding:organization", args=[party.pk])
