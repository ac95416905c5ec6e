"""Records of the office for systems: tours and matters to read; outside figures to read and to hand in."""

from typing import Any, ClassVar, Final

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.idempotency import IdempotentCreateMixin
from accounts.text_guard import CleanTextSerializerField
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.models import Grid
from grid.models.grid import CODE_VALIDATOR
from grid.scope import scope_of
from incidents.api.serializers import StrictSerializer
from reports.api.serializers import StrictDayField
from reports.api.views import IDEMPOTENCY_KEY
from reports.filters.records import MatterFilter, OutsideFigureFilter, TourFilter
from reports.models import Matter, OutsideFigure, Tour, TourItem
from reports.records.outside import CREATED, Given, keep

READS: Final[dict[str, str]] = {"list": "report.view", "retrieve": "report.view"}


class TourItemSerializer(serializers.ModelSerializer[TourItem]):
    """One line of the checklist."""

    class Meta:
        model = TourItem
        fields: ClassVar[list[str]] = ["topic", "finding", "is_good"]
        read_only_fields = fields


class TourSerializer(serializers.ModelSerializer[Tour]):
    """A tour, a visit or a forum with its checklist."""

    items = TourItemSerializer(many=True, read_only=True)

    class Meta:
        model = Tour
        fields: ClassVar[list[str]] = [
            "id",
            "kind",
            "grid_code",
            "title",
            "held_on",
            "place",
            "visitors",
            "is_done",
            "summary",
            "items",
        ]
        read_only_fields = fields


class MatterSerializer(serializers.ModelSerializer[Matter]):
    """A practical matter."""

    class Meta:
        model = Matter
        fields: ClassVar[list[str]] = [
            "id",
            "grid_code",
            "topic",
            "title",
            "owner",
            "planned_on",
            "done_on",
            "households",
            "status",
        ]
        read_only_fields = fields


class OutsideFigureSerializer(serializers.ModelSerializer[OutsideFigure]):
    """A figure of another system."""

    class Meta:
        model = OutsideFigure
        fields: ClassVar[list[str]] = [
            "id",
            "system",
            "grid_code",
            "measure",
            "period_start",
            "period_end",
            "value",
            "unit",
            "note",
            "entered_at",
        ]
        read_only_fields = fields


class NewOutsideFigure(StrictSerializer):
    """One figure; the same system, grid, measure and period is the same figure, whose value is then set."""

    system = CleanTextSerializerField(max_length=60)
    grid = serializers.CharField(max_length=24, validators=[CODE_VALIDATOR])
    measure = CleanTextSerializerField(max_length=60)
    period_start = StrictDayField()
    period_end = StrictDayField()
    value = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)
    unit = CleanTextSerializerField(max_length=20, default="件")
    note = CleanTextSerializerField(max_length=200, required=False, allow_blank=True, default="")

    def given(self) -> tuple[str, Given]:
        """The code of the grid, and the figure for the business."""
        data = dict(self.validated_data)
        code = data.pop("grid")
        return code, Given(first=data.pop("period_start"), last=data.pop("period_end"), **data)


class TourViewSet(ScopedReadOnlyViewSet):
    """Quarterly tours (观摩), visits and forums."""

    queryset = Tour.objects.prefetch_related("items")
    serializer_class = TourSerializer
    filterset_class = TourFilter
    access_rules: ClassVar[dict[str, str]] = READS


class MatterViewSet(ScopedReadOnlyViewSet):
    """Practical matters (民生实事)."""

    queryset = Matter.objects.all()
    serializer_class = MatterSerializer
    filterset_class = MatterFilter
    access_rules: ClassVar[dict[str, str]] = READS


class HandIn:
    """The POST of a figure; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """201 when the figure is new, 200 when it was there (its value is set to what was given)."""
        read = NewOutsideFigure(data=request.data)
        read.is_valid(raise_exception=True)
        code, given = read.given()
        grids = Grid.objects.filter(scope_of(request.user).q("report.view", "code")).defer("boundary")
        grid = get_object_or_404(grids, code=code)
        row, what = keep(given, grid=grid, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        return Response(OutsideFigureSerializer(row).data, status=201 if what == CREATED else 200)


class OutsideFigureViewSet(IdempotentCreateMixin, HandIn, ListModelMixin, GenericViewSet[Any]):
    """Figures of other systems; never mixed with the counts of this one."""

    queryset = OutsideFigure.objects.none()
    serializer_class = OutsideFigureSerializer
    filterset_class = OutsideFigureFilter
    access_rules: ClassVar[dict[str, str]] = {"list": "report.view", "create": "report.write"}

    def get_queryset(self) -> Any:
        """Only what the caller may see."""
        return OutsideFigure.objects.visible_to(self.request.user)

    @extend_schema(
        request=NewOutsideFigure,
        responses={200: OutsideFigureSerializer, 201: OutsideFigureSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Hand in one figure."""
        return super().create(request, *args, **kwargs)
