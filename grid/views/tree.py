"""The tree of grids with its counts, one level at a time, and the search."""

import re
from typing import Any, Final

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import NotValid
from grid.access import requires
from grid.counts import Counts, counts_by_code
from grid.filters import GridFilter
from grid.models import Grid
from grid.models.grid import parent_code_of
from grid.people import leader_name
from grid.profile import ancestors
from grid.scope import scope_of

PAGE: Final = 100


@require_safe
@requires("grid.view")
def tree(request: HttpRequest) -> HttpResponse:
    """The grids below one grid (query: under), or those that a search finds (query: q, level, kind)."""
    if any(request.GET.get(name) for name in ("q", "level", "kind")):
        return _search(request)
    today = timezone.localdate()
    seen = Grid.objects.visible_to(request.user)
    top = _top(request, seen)
    rows = list(_rows(request, seen, top).annotate(leader=leader_name(today)).defer("boundary"))
    context = {
        "form": _filter(request).form,
        "top": top,
        "chain": ancestors(top, request.user) if top else [],
        "stats": _stats(top, _counts(seen, [top])[top.code]) if top else [],
        "rows": _with_counts(seen, rows),
    }
    return render(request, "grid/tree.html", context)


def _top(request: HttpRequest, seen: QuerySet[Any]) -> Grid | None:
    """The grid to open: the one asked for, the only one I have, or none: then my grids stand in the list."""
    code = request.GET.get("under", "")
    prefixes = scope_of(request.user).prefixes("grid.view")
    if not code and (len(prefixes) != 1 or prefixes == ("",)):
        return None
    try:
        found: Grid = seen.defer("boundary").get(code=code or prefixes[0])
    except ObjectDoesNotExist:
        if code:
            raise Http404 from None
        return None
    return found


def _rows(request: HttpRequest, seen: QuerySet[Any], top: Grid | None) -> Any:
    """The children of `top`; without one, the widest grids that I see."""
    current = seen.current(timezone.localdate()).order_by("kind", "code")  # type: ignore[attr-defined]
    if top is not None:
        return current.filter(parent=top)
    prefixes = scope_of(request.user).prefixes("grid.view")
    return current.filter(parent=None) if "" in prefixes else current.filter(code__in=prefixes)


def _stats(top: Grid, counts: Counts) -> list[tuple[str, int, str]]:
    """The numbers of the grid (label, value, the list behind it); levels above it are left out."""
    found = [
        (Grid.Level.STREET, _("Level-1 grids (streets)"), counts.streets, "level=3"),
        (Grid.Level.COMMUNITY, _("Level-2 grids (communities)"), counts.communities, "level=4"),
        (Grid.Level.GRID, _("Level-3 grids"), counts.grids, "level=5&kind=territorial"),
        (Grid.Level.MICRO, _("Micro-grids"), counts.micro, "level=6"),
        (Grid.Level.GRID, _("Dedicated grids"), counts.dedicated, "kind=dedicated"),
    ]
    stats = [
        (label, number, f"?under={top.code}&{query}") for level, label, number, query in found if level >= top.level
    ]
    if top.level <= Grid.Level.STREET:
        stats.append((_("Posted departments"), counts.departments, reverse("grid:detail", args=[top.code])))
    return stats


def _counts(seen: QuerySet[Any], grids: list[Grid]) -> dict[str, Counts]:
    """Counts for grids whose codes have one length."""
    parents = {parent_code_of(grid.code) for grid in grids}
    common = grids[0].code if len(grids) == 1 else parents.pop() if len(parents) == 1 else ""
    below = seen.filter(code__startswith=common)
    return counts_by_code(below, width=len(grids[0].code), today=timezone.localdate())


def _with_counts(seen: QuerySet[Any], rows: list[Grid]) -> list[tuple[Grid, Counts]]:
    """Each grid with its counts; my own grids may lie on several levels."""
    found: dict[str, Counts] = {}
    for width in sorted({len(grid.code) for grid in rows}):
        found |= _counts(seen, [grid for grid in rows if len(grid.code) == width])
    return [(grid, found.get(grid.code, Counts())) for grid in rows]


def _filter(request: HttpRequest) -> GridFilter:
    data = request.GET.copy()
    for name in set(data) - {"q", "level", "kind", "under"}:
        del data[name]
    return GridFilter(data, queryset=Grid.objects.visible_to(request.user))


def _search(request: HttpRequest) -> HttpResponse:
    """What the words, the level and the kind find below `under`, in the order of codes, page by page (query: after)."""
    chosen = _filter(request)
    if not chosen.is_valid():
        raise NotValid(_("This address is not valid."), chosen.form.errors)
    after = request.GET.get("after", "")
    if not re.fullmatch(r"[0-9A-Z]{0,24}", after):
        raise NotValid(_("This address is not valid."), {"after": [_("This address is not valid.")]})
    found = chosen.qs.filter(code__gt=after).annotate(leader=leader_name(timezone.localdate()))
    rows = list(found.defer("boundary").order_by("code")[: PAGE + 1])
    next_code = rows[PAGE - 1].code if len(rows) > PAGE else ""
    context = {"form": chosen.form, "found": rows[:PAGE], "next_code": next_code}
    return render(request, "grid/tree.html", context)
