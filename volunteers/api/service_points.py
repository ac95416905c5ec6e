"""Service points for systems: where, when, open or not; the ten-minute circle; a door sensor writes on the board."""

from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.text_guard import CleanTextSerializerField
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.chosen import grids_where
from incidents.api.serializers import StrictSerializer
from volunteers import circle, service_points
from volunteers.filters.service_points import StrictServicePointFilter
from volunteers.models import Opening, ServicePoint

SEES = "volunteer.view"


class ServicePointSerializer(serializers.ModelSerializer[ServicePoint]):
    """A point; `now` says whether it is open: open, closed, season (out of it), gone, unknown."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    kind = serializers.CharField(source="kind.name", read_only=True)
    run_by = serializers.CharField(source="organization.name", read_only=True, default=None, allow_null=True)
    lon = serializers.FloatField(source="place.x", read_only=True)
    lat = serializers.FloatField(source="place.y", read_only=True)
    services = serializers.SerializerMethodField()
    now = serializers.SerializerMethodField()

    class Meta:
        model = ServicePoint
        fields: ClassVar[list[str]] = [
            *("id", "version", "name", "kind", "grid", "address", "lon", "lat", "run_by", "hours", "season_from"),
            *("season_until", "services", "reach", "is_active", "now"),
        ]
        read_only_fields = fields

    def get_services(self, point: ServicePoint) -> list[str]:
        """One by one."""
        return [line for line in point.services.splitlines() if line.strip()]

    def get_now(self, point: Any) -> str:
        """By the board of today, the season and the hours."""
        return service_points.standing(point, timezone.now(), point.said_open).code


class OpeningSerializer(serializers.ModelSerializer[Opening]):
    """One line of the board."""

    class Meta:
        model = Opening
        fields: ClassVar[list[str]] = ["id", "point", "on", "is_open", "text", "at"]
        read_only_fields = fields


class OpeningInput(StrictSerializer):
    """Open or closed; without `on` today."""

    is_open = serializers.BooleanField()
    on = serializers.DateField(required=False, allow_null=True, default=None)
    text = CleanTextSerializerField(max_length=200, required=False, allow_blank=True, default="")


class CoverSerializer(serializers.Serializer[Any]):
    """One community: households on the map, within the walk, their share (0 to 1)."""

    grid = serializers.CharField(source="code")
    name = serializers.CharField()
    households = serializers.IntegerField(source="placed")
    within = serializers.IntegerField(source="near")
    share = serializers.FloatField(allow_null=True)
    unplaced = serializers.IntegerField()


class ServicePointViewSet(ScopedReadOnlyViewSet):
    """Service points (清凉驿站, 政务服务点, 日间照料中心 …) that the caller may see."""

    queryset = ServicePoint.objects.all()
    serializer_class = ServicePointSerializer
    filterset_class = StrictServicePointFilter
    intake = ("board",)
    access_rules: ClassVar[dict[str, str]] = {
        "list": SEES,
        "retrieve": SEES,
        "board": "service.edit",
        "coverage": SEES,
    }

    def get_queryset(self) -> Any:
        """With how they stand today."""
        return service_points.with_board(super().get_queryset(), timezone.localdate())

    @extend_schema(request=OpeningInput, responses={201: OpeningSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def board(self, request: Request, pk: str) -> Response:
        """Write a line on the board; the same said twice is one line."""
        given = OpeningInput(data=request.data)
        given.is_valid(raise_exception=True)
        line = service_points.say_open(
            self.get_object(),
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            **given.validated_data,
        )
        return Response(OpeningSerializer(line).data, status=201)

    @extend_schema(
        responses=CoverSerializer(many=True),
        filters=False,
        parameters=[OpenApiParameter("grid", OpenApiTypes.STR, description="code; the widest of the caller's own")],
    )
    @action(detail=False, pagination_class=None, filterset_class=None)
    def coverage(self, request: Request) -> Response:
        """Share of households within the walk of a point in use, by community."""
        rows = grids_where(request.user, SEES)
        code = request.query_params.get("grid", "")
        top = (rows.filter(code=code) if code.isalnum() else rows if not code else rows.none()).first()
        if top is None:
            raise Http404
        found = circle.coverage(circle.Question(top.code))
        return Response(CoverSerializer(found, many=True).data)
