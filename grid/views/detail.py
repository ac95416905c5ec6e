"""The page of one grid, its notice board, and the phone page of one's own grids."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid import people, profile
from grid.access import demand, requires
from grid.counts import Counts, counts_by_code
from grid.models import Grid
from grid.scope import scope_of


def shown(request: HttpRequest, code: str) -> Grid:
    """The grid of the address without its boundary; 404 when it lies outside the subtree of the user."""
    grids = Grid.objects.visible_to(request.user).select_related("parent").defer("boundary", "parent__boundary")
    found: Grid = get_object_or_404(grids, code=code)
    return found


@require_safe
@requires("grid.view")
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Profile, people, organizations, places, children, versions of one grid."""
    grid, now = shown(request, code), timezone.now()
    today = timezone.localdate(now)
    compounds, more_compounds = profile.bounded(profile.compounds(grid), profile.COMPOUNDS)
    counts = counts_by_code(Grid.objects.under(grid.code), width=len(grid.code), today=today)
    context: dict[str, Any] = {
        "grid": grid,
        "chain": profile.ancestors(grid, request.user),
        "may_edit": scope_of(request.user).can("grid.edit", grid.code),
        "counts": counts.get(grid.code, Counts()),
        "posts": people.present_posts(grid, now=now),
        "former": people.former_posts(grid, now=now),
        "organizations": profile.organizations(grid),
        "compounds": compounds,
        "more_compounds": more_compounds,
        "buildings": _buildings(grid),
        "children": profile.children(grid, today=today),
        "versions": profile.versions(grid),
        "pairings": profile.pairings(grid, today=today),
    }
    return render(request, "grid/detail.html", context)


def _buildings(grid: Grid) -> list[Any]:
    """Listed only for grids that somebody could walk round."""
    if grid.level < Grid.Level.GRID:
        return []
    return profile.bounded(profile.buildings(grid), profile.BUILDINGS)[0]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires("grid.view")
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The notice board and contact card to print (网格公示牌、联系卡).

    Phones are masked; who may edit the grid can print them in clear (POST), which is recorded for each person.
    """
    grid, now = shown(request, code), timezone.now()
    rows = people.board_people(grid, now=now)
    if request.method == "POST":
        demand(request.user, "grid.edit", grid.code)
        rows = [row | {"phone": _clear_phone(request, row["user"], now)} for row in rows]
    context = {
        "grid": grid,
        "rows": rows,
        "organizations": [o for o in profile.organizations(grid) if o.duty_phone],
        "compounds": profile.bounded(profile.compounds(grid), profile.COMPOUNDS)[0],
        "may_edit": scope_of(request.user).can("grid.edit", grid.code),
        "today": timezone.localdate(now),
    }
    return render(request, "grid/board.html", context)


def _clear_phone(request: HttpRequest, colleague: Any, now: Any) -> str:
    actor: Any = request.user
    purpose = _("Notice board of a grid")
    return people.reveal_phone(colleague, actor=actor, now=now, purpose=purpose, request=request)


@require_safe
@requires("grid.view")
def mine(request: HttpRequest) -> HttpResponse:
    """My posts, the leaders above me, the compounds of my grids: for the phone."""
    user: Any = request.user
    now = timezone.now()
    posts = people.my_posts(user, now=now)
    compounds, more = profile.bounded(people.my_compounds(user), profile.COMPOUNDS)
    context = {
        "posts": [(post, people.place_of(post)) for post in posts],
        "leaders": people.my_leaders(posts, now=now),
        "compounds": compounds if posts else [],
        "more_compounds": more,
    }
    return render(request, "grid/mine.html", context)


@never_cache
@require_POST
@requires("grid.view")
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """The phone of a colleague in my subtree, or of a leader above me; recorded."""
    user: Any = request.user
    now = timezone.now()
    colleague = get_object_or_404(people.colleagues_of(user, now=now), pk=pk)
    number = people.reveal_phone(colleague, actor=user, now=now, purpose="", request=request)
    return render(request, "grid/phone.html", {"colleague": colleague, "number": number})
