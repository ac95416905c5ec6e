"""Doors of whistles for systems: translate in, one call, translate out."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.idempotency import IdempotentCreateMixin
from accounts.pagination import StrictCursorPagination
from incidents import whistle_stats
from incidents.api import whistle_serializers as shapes
from incidents.api.views import IDEMPOTENCY_KEY, IF_MATCH, version_of
from incidents.filters_whistles import StrictWhistleFilter
from incidents.models import Whistle
from incidents.overview import midnight
from incidents.whistle_moves import MOVE_BY_NAME
from incidents.whistle_raising import raise_whistle
from incidents.whistles import perform

SEES: Final = "incident.view|incident.handle|whistle.blow|whistle.approve"
PERIOD: Final = timedelta(days=89)


class CreateWhistle:
    """The POST of a whistle; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a whistle in."""
        given = shapes.NewWhistleInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        whistle = raise_whistle(given.whistle(), actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        body = shapes.WhistleSerializer(whistle, context={"request": request}).data
        headers = {"Location": request.build_absolute_uri(f"{whistle.number}/"), "ETag": f'"{whistle.version}"'}
        return Response(body, status=201, headers=headers)


class WhistleViewSet(IdempotentCreateMixin, CreateWhistle, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """Whistles (吹哨报到) that the caller may see."""

    named_by = "number"
    queryset = Whistle.objects.none()
    serializer_class = shapes.WhistleSerializer
    filterset_class = StrictWhistleFilter
    lookup_field = "number"
    lookup_value_regex = "W[0-9]{4}-[0-9]{4,7}"
    access_rules: ClassVar[dict[str, str]] = {
        "list": SEES,
        "retrieve": SEES,
        "create": "whistle.blow",
        "moves": SEES,
        "units": SEES,
    }

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        rows = Whistle.objects.visible_to(self.request.user).select_related("grid", "caller", "incident")
        rows = rows.defer("grid__boundary", "incident__contact_name", "incident__contact_phone")
        return rows if self.action == "list" else rows.prefetch_related("tasks__organization")

    def get_serializer_class(self) -> Any:
        """A list is brief."""
        return shapes.WhistleBrief if self.action == "list" else self.serializer_class

    @extend_schema(
        request=shapes.NewWhistleInput, responses={201: shapes.WhistleSerializer}, parameters=[IDEMPOTENCY_KEY]
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Raise a whistle, which waits for approval. The same Idempotency-Key gives the first one again."""
        return super().create(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One whistle; its ETag is the version that a move must name."""
        whistle = self.get_object()
        return Response(self.get_serializer(whistle).data, headers={"ETag": f'"{whistle.version}"'})

    @extend_schema(
        request=shapes.WhistleMoveInput,
        responses={200: shapes.WhistleSerializer},
        parameters=[IF_MATCH],
        filters=False,
    )
    @action(detail=True, methods=["post"])
    def moves(self, request: Request, number: str) -> Response:
        """Make a move. 409 when state, version or the order of steps forbid it, 403 when it is not the caller's."""
        whistle = get_object_or_404(self.get_queryset(), number=number)
        given = shapes.WhistleMoveInput(data=request.data)
        given.is_valid(raise_exception=True)
        move, version = given.validated_data["move"], given.validated_data.get("version")
        if version is not None or "If-Match" in request.headers or not MOVE_BY_NAME[move].per_unit:
            version = version_of(request, version)
        now = timezone.now()
        perform(whistle.pk, move, actor=request.user, now=now, version=version, given=given.given())  # type: ignore[arg-type]
        return self.retrieve(request)

    @extend_schema(
        parameters=[shapes.PeriodInput], responses={200: shapes.UnitFiguresSerializer(many=True)}, filters=False
    )
    @action(detail=False, filterset_class=None, pagination_class=StrictCursorPagination)
    def units(self, request: Request) -> Response:
        """How the called units answered, in whistles blown in the period (the last 90 days without one)."""
        query = shapes.PeriodInput(data=request.query_params)
        query.is_valid(raise_exception=True)
        now = timezone.now()
        start, end = _period(query.validated_data, timezone.localdate(now))
        tasks = whistle_stats.counted_tasks(request.user, start=start, end=end)
        page = self.paginate_queryset(whistle_stats.called_units(tasks))
        figures = whistle_stats.figures_of(tasks, page or [], now=now)
        return self.get_paginated_response(shapes.UnitFiguresSerializer(figures, many=True).data)


def _period(given: dict[str, date], today: date) -> tuple[datetime, datetime]:
    """The moments between which whistles count; days outside the calendar are brought to its ends."""
    last = min(max(given.get("end", today), date(1990, 1, 1)), date(2100, 12, 31))
    first = min(max(given.get("start", last - PERIOD), date(1990, 1, 1)), date(2100, 12, 31))
    return midnight(first), midnight(last + timedelta(days=1))
