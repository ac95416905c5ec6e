"""What the pages of honours, cases and records share: for which grid, with which version, what was done before."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.numbers import strict_int
from grid.chosen import asked_code
from grid.models import Grid
from reports.forms.reports import grids_for


def version_of(request: HttpRequest) -> int | None:
    """The version that the page showed; None when the form carries none."""
    given = request.POST.get("version", "")
    return strict_int(given, name="version") if given else None


def offices(user: Any, capability: str, *, level: int = Grid.Level.COMMUNITY) -> Any:
    """Grids down to `level` where `user` holds the capability, widest first."""
    return grids_for(user, capability).filter(level__lte=level, valid_to=None)


def chosen_grid(request: HttpRequest, capability: str, *, level: int = Grid.Level.COMMUNITY) -> Grid:
    """The grid of the address (?grid=), else the widest one the reader has; 404 for one out of reach."""
    rows = offices(request.user, capability, level=level)
    if code := asked_code(request):
        return get_object_or_404(rows, code=code)
    streets = rows.filter(level__gte=Grid.Level.STREET)
    found: Grid = streets.first() or get_object_or_404(rows[:1])
    return found
