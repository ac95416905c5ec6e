"""API of grids, organizations, compounds: read only; changes are made by people in the pages and the admin."""

import json
from typing import Any, ClassVar

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.pagination import StrictCursorPagination
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.api.serializers import (
    BoundarySerializer,
    CompoundSerializer,
    GridSerializer,
    LocatedSerializer,
    OrganizationSerializer,
    PlaceQuerySerializer,
)
from grid.filters import CompoundFilter, GridFilter, OrganizationFilter, read_place
from grid.locate import locate
from grid.models import Compound, Grid, Organization

GRID_CODE = "[0-9]{4}(?:[0-9]{2}(?:[0-9A-Z]{3}){0,6})?"


class ByCode(StrictCursorPagination):
    """Pages in the order of the tree."""

    ordering = "code"


class GridViewSet(ScopedReadOnlyViewSet):
    """Grids (网格) of the caller's subtree, in the order of their codes."""

    queryset = Grid.objects.select_related("parent").defer("boundary", "parent__boundary")
    serializer_class = GridSerializer
    filterset_class = GridFilter
    pagination_class = ByCode
    lookup_field = "code"
    lookup_value_regex = GRID_CODE
    access_rules: ClassVar[dict[str, str]] = {
        "list": "grid.view",
        "retrieve": "grid.view",
        "boundary": "grid.view",
        "locate": "grid.view",
    }

    @extend_schema(responses=BoundarySerializer)
    @action(detail=True)
    def boundary(self, request: Request, code: str) -> Response:
        """The present boundary as a GeoJSON feature; `geometry` is null while none is drawn."""
        found = self.get_queryset().filter(code=code).annotate(shape=AsGeoJSON("boundary", precision=7)).first()
        if found is None:
            raise Http404
        properties = {"code": found.code, "name": found.name, "origin": found.boundary_origin}
        geometry = json.loads(found.shape) if found.shape else None
        return Response({"type": "Feature", "properties": properties, "geometry": geometry})

    @extend_schema(parameters=[PlaceQuerySerializer], responses=LocatedSerializer)
    @action(detail=False, filterset_class=None, pagination_class=None)
    def locate(self, request: Request) -> Response:
        """The lowest grid at a place, or the nearest within 300 m; 404 when it is none of the caller's."""
        query = PlaceQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = locate(read_place(query.validated_data["locate"], query.validated_data["datum"]))
        grid = self.get_queryset().filter(pk=found.grid.pk).first() if found else None
        if found is None or grid is None:
            raise Http404
        body: dict[str, Any] = {"how": str(found.how), "grid": GridSerializer(grid).data}
        return Response(body)


class OrganizationViewSet(ScopedReadOnlyViewSet):
    """Organizations (单位) that serve the caller's subtree."""

    queryset = Organization.objects.select_related("grid").defer("grid__boundary")
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilter
    access_rules: ClassVar[dict[str, str]] = {"list": "grid.view", "retrieve": "grid.view"}


class CompoundViewSet(ScopedReadOnlyViewSet):
    """Residential compounds (小区/楼院) of the caller's subtree."""

    queryset = Compound.objects.select_related("grid").defer("grid__boundary")
    serializer_class = CompoundSerializer
    filterset_class = CompoundFilter
    access_rules: ClassVar[dict[str, str]] = {"list": "grid.view", "retrieve": "grid.view"}
