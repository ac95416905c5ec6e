"""党建: the numbers of party work at one look, each with the list behind it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grid.access import requires


@requires("party.view")
@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The overview of the reader's grids."""
    return render(request, "partybuilding/overview.html", {})
