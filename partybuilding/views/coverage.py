"""覆盖和包联: where an organization, a head or a post is missing; who covers which community, grid, building."""

from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grid.access import requires
from grid.chosen import choices_of, chosen_of, grids_where
from grid.models import Grid
from grid.scope import scope_of
from incidents.views.workbooks import table_workbook
from partybuilding import coverage as figures
from partybuilding import responsibility as covering
from partybuilding.coverage import Cover, Coverage, Share
from partybuilding.models import PartyOrganization
from partybuilding.organizations import EDITS, living

SHOWN: Final = 100
"""Lines of one list on the page; the workbook has all."""
Level = Grid.Level


def grids_of(request: HttpRequest) -> QuerySet[Grid]:
    """The grids of today, street to grid, where the reader sees party work; the widest first."""
    return grids_where(request.user, "party.view")


def _chosen(request: HttpRequest) -> tuple[Grid, list[tuple[str, str]]]:
    rows = grids_of(request)
    return chosen_of(request, rows), choices_of(rows)


def _seen(request: HttpRequest) -> Any:
    return PartyOrganization.objects.visible_to(request.user)


@requires("party.view")
@never_cache
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Grids without an organization, organizations without a head, empty posts (query: grid)."""
    top, choices = _chosen(request)
    found = figures.cover(top, _seen(request), today=timezone.localdate())
    parents = living(_seen(request)).filter(kind__in=("work", "community")).values_list("grid_code", "pk")
    above = dict(parents)
    context = {
        "top": top,
        "grid_names": choices,
        "found": found,
        "bare": [(grid, _upper(grid, above)) for grid in found.grids[:SHOWN]],
        "headless": found.headless[:SHOWN],
        "empty": found.unfilled[:SHOWN],
        "may_edit": scope_of(request.user).can(EDITS, top.code),
    }
    return render(request, "partybuilding/coverage.html", context)


def _upper(grid: Grid, above: dict[str, int]) -> int | None:
    """The organization that a new one of this grid would stand below: the nearest of a wider grid."""
    codes = (grid.code[:n] for n in range(len(grid.code) - 1, 8, -1))
    return next((above[code] for code in codes if code in above), None)


@requires("party.view")
@never_cache
@require_safe
def coverage_excel(request: HttpRequest) -> HttpResponse:
    """The figures of every part, then all that is missing, as a workbook."""
    top, _choices = _chosen(request)
    found = figures.cover(top, _seen(request), today=timezone.localdate())
    rows, title = [*_figures(found), [], *_missing(found)], _("Coverage of organizations")
    header = [_("Grid"), _("Party organizations"), _("Communities with"), _("of communities"), _("Grids with")]
    header += [_("of grids"), _("Dedicated grids with"), _("of dedicated grids"), _("Micro-grids with")]
    header += [_("of micro-grids"), _("With a head"), _("Posts filled"), _("of posts planned")]
    export = {"object_type": "party coverage", "fields": str(len(rows))}
    return table_workbook(request, header, rows, title=title, name=_name(top, title), **export)


def _name(top: Grid, title: str) -> str:
    return f"{top.name}{title}{timezone.localdate():%Y%m%d}"


def _figures(found: Coverage) -> list[list[Any]]:
    lines = [*found.parts, found.total]
    return [_line(one, one.grid.name if one is not found.total else _("Together")) for one in lines]


def _line(one: Cover, name: str) -> list[Any]:
    shares: tuple[Share, ...] = (one.communities, one.grids, one.dedicated, one.micros)
    pairs = [number for share in shares for number in (share.have, share.of)]
    return [name, one.organizations, *pairs, one.heads.have, one.posts.have, one.posts.of]


def _missing(found: Coverage) -> list[list[Any]]:
    rows: list[list[Any]] = [[_("Without an organization"), grid.name, grid.code] for grid in found.grids]
    rows += [[_("Without a head"), str(party), party.grid_code] for party in found.headless]
    rows += [[_("Post not filled"), str(one.party), one.label, one.missing] for one in found.unfilled]
    return rows


@requires("party.view")
@never_cache
@require_safe
def responsibility(request: HttpRequest) -> HttpResponse:
    """Who covers what below one grid (query: grid), with the chain of five rungs above it."""
    rows = grids_of(request)
    top, today, seen = chosen_of(request, rows), timezone.localdate(), _seen(request)
    context = {
        "top": top,
        "grid_names": choices_of(rows),
        "found": covering.responsibility(top, today=today),
        "rungs": covering.chain_of(top, seen, today=today),
        "doors": covering.doors(top, seen, today=today) if top.level >= Level.GRID else [],
        "by_community": top.level <= Level.STREET,
    }
    return render(request, "partybuilding/responsibility.html", context)


@requires("party.view")
@never_cache
@require_safe
def responsibility_excel(request: HttpRequest) -> HttpResponse:
    """The same lines as a workbook."""
    top, _choices = _chosen(request)
    found, title = covering.responsibility(top, today=timezone.localdate()), _("Responsibility")
    header = [_("Grid"), _("Code"), _("In charge"), _("Linked cadres"), _("Committee members"), _("Grids covered")]
    header += [_("of grids"), _("Buildings with a head"), _("of buildings")]
    export = {"object_type": "responsibility", "fields": str(len(found.lines))}
    lines = map(_cells, found.lines)
    return table_workbook(request, header, lines, title=title, name=_name(top, title), **export)


def _cells(line: Any) -> list[Any]:
    people = ["、".join(names) for names in (line.leaders, line.cadres, line.members)]
    covered = [line.grids_covered, line.grids, line.buildings_covered, line.buildings]
    return [line.grid.name, line.grid.code, *people, *covered]
