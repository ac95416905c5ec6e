"""党建: the numbers of party work at one look, each with the list behind it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grid.access import requires
from grid.chosen import choices_of, chosen_of
from grid.figures import tiles
from grid.scope import scope_of
from partybuilding import coverage, org_tree
from partybuilding.models import PartyOrganization
from partybuilding.organizations import EDITS
from partybuilding.overview_figures import sections
from partybuilding.views.coverage import grids_of


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
        "sections": tiles("partybuilding", sections(top, request.user, covered, now=now)),
        "covered": covered,
        "nodes": tree,
        "may_edit": scope_of(request.user).can(EDITS, top.code),
    }
    return render(request, "partybuilding/overview.html", context)
