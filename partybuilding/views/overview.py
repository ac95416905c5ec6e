"""党建: the numbers of party work at one look, each with the list behind it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grid.access import requires
from grid.chosen import chosen_of
from grid.scope import scope_of
from partybuilding import coverage, org_tree
from partybuilding.models import PartyOrganization
from partybuilding.organizations import EDITS
from partybuilding.overview_figures import Figure, Section, sections
from partybuilding.views.coverage import choices_of, grids_of


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its address."""

    figure: Figure
    url: str


def address(page: str, query: Any) -> str:
    """The page of party work of that name with its query; "" where no such page is installed."""
    try:
        return f"{reverse(f'partybuilding:{page}')}?{urlencode(query)}"
    except NoReverseMatch:
        return ""


def _tiles(found: list[Section]) -> list[tuple[Section, list[Tile]]]:
    return [(part, [Tile(one, address(one.page, one.query)) for one in part.figures]) for part in found]


@requires("party.view")
@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The overview of one grid of the reader (query: grid): numbers, and the first level of the tree."""
    now = timezone.now()
    rows, seen = grids_of(request), PartyOrganization.objects.visible_to(request.user)
    top, today = chosen_of(request, rows), timezone.localdate(now)
    covered = coverage.cover(top, seen, today=today, lists=False)
    roots = org_tree.roots(seen.filter(grid_code__startswith=top.code))
    tree = org_tree.nodes(org_tree.with_head(roots, today=today)[:20], seen, org_tree.seen_members(request.user))
    context = {
        "top": top,
        "grid_names": choices_of(rows),
        "sections": _tiles(sections(top, request.user, covered, now=now)),
        "covered": covered,
        "nodes": tree,
        "may_edit": scope_of(request.user).can(EDITS, top.code),
    }
    return render(request, "partybuilding/overview.html", context)
