"""楼栋看板: the buildings of the register and the board of one, staircase × floor, counts only."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import demand_filters
from fieldwork.board import building_board, buildings_of_register, counted_buildings
from fieldwork.filters.households import BuildingFilter
from fieldwork.models import CareColour
from grid.access import requires
from grid.models import Building
from grid.scope import scope_of

PAGE_SIZE: Final = 50


@requires("household.view")
@require_safe
def building_list(request: HttpRequest) -> HttpResponse:
    """The buildings of the reader's area with what is registered of them."""
    chosen = BuildingFilter(request.GET, queryset=counted_buildings(request.user), request=request)
    demand_filters(chosen)
    context = {"form": chosen.form, "page": keyset_page(chosen.qs, request.GET, size=PAGE_SIZE)}
    return render(request, "fieldwork/buildings.html", context)


@requires("household.view")
@never_cache
@require_safe
def building(request: HttpRequest, pk: int) -> HttpResponse:
    """The board of one building."""
    row: Building = get_object_or_404(buildings_of_register(request.user), pk=pk)
    scope = scope_of(request.user)
    context = {
        "building": row,
        "list_url": f"{reverse('fieldwork:households')}?building={row.pk}",
        "board": building_board(row, request.user),
        "sees_care": scope.can("care.view", row.grid.code),
        "colours": CareColour.objects.all(),
        "may_edit": scope.can("household.edit", row.grid.code),
    }
    return render(request, "fieldwork/building.html", context)
