"""志愿服务: wishes, volunteers, services, micro-projects and places at one look, each number with its list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grid.access import requires
from grid.chosen import choices_of, chosen_of, grids_where
from grid.figures import tiles
from volunteers.overview_figures import sections


@requires("volunteer.view")
@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The overview of one grid of the reader (query: grid)."""
    rows = grids_where(request.user, "volunteer.view")
    top = chosen_of(request, rows)
    context = {
        "top": top,
        "grid_names": choices_of(rows),
        "sections": tiles("volunteers", sections(top, request.user, now=timezone.now())),
    }
    return render(request, "volunteers/overview.html", context)
