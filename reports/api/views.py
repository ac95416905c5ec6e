"""Doors of `reports` for systems."""

from typing import Any, ClassVar, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.idempotency import IdempotentCreateMixin
from grid.models import Grid
from grid.scope import scope_of
from reports import daily_document, writing
from reports.api.serializers import NewReportInput, ReportBrief, ReportSerializer
from reports.exports import exported
from reports.filters import ReportFilter
from reports.models import Report

IDEMPOTENCY_KEY: Final = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A repeat with the same key gets the first answer."
)


class CreateReport:
    """The POST of a report; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write the report of a finished day: 201 when this call wrote it, 200 when it was there."""
        given = NewReportInput(data=request.data)
        given.is_valid(raise_exception=True)
        scope = scope_of(request.user)
        grids = Grid.objects.filter(scope.q("report.view", "code")).defer("boundary")
        grid = get_object_or_404(grids, code=given.validated_data["grid"])
        report, created = writing.write(
            "daily",
            grid,
            given.validated_data["day"],
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )
        headers = {"Location": request.build_absolute_uri(f"{report.pk}/")}
        return Response(ReportSerializer(report).data, status=201 if created else 200, headers=headers)


class ReportViewSet(IdempotentCreateMixin, CreateReport, ListModelMixin, RetrieveModelMixin, GenericViewSet[Any]):
    """Frozen reports of the grids that the caller may see reports of, newest first."""

    queryset = Report.objects.none()
    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    lookup_value_regex = "[0-9]{1,18}"
    access_rules: ClassVar[dict[str, str]] = {
        "list": "report.view",
        "retrieve": "report.view",
        "create": "report.write",
        "word": "report.view",
        "excel": "report.view",
    }

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        rows = Report.objects.visible_to(self.request.user)
        return rows.defer("snapshot") if self.action == "list" else rows

    def get_serializer_class(self) -> Any:
        """A list is brief."""
        return ReportBrief if self.action == "list" else self.serializer_class

    @extend_schema(
        request=NewReportInput,
        responses={200: ReportSerializer, 201: ReportSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Write the daily report of a grid for a day that is over; one that exists is given as it is."""
        return super().create(request, *args, **kwargs)

    @extend_schema(responses={(200, daily_document.WORD_TYPE): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, methods=["get"])
    def word(self, request: Request, pk: str) -> HttpResponse:
        """The report as a Word document (GB/T 9704)."""
        snapshot = exported(self.get_object(), "docx", request._request)
        return _file(daily_document.word(snapshot), daily_document.WORD_TYPE, snapshot, "docx")

    @extend_schema(responses={(200, daily_document.EXCEL_TYPE): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, methods=["get"])
    def excel(self, request: Request, pk: str) -> HttpResponse:
        """The report's tables as an Excel workbook."""
        snapshot = exported(self.get_object(), "xlsx", request._request)
        return _file(daily_document.excel(snapshot), daily_document.EXCEL_TYPE, snapshot, "xlsx")


def _file(content: bytes, content_type: str, snapshot: Any, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    name = daily_document.file_name(snapshot, ending)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "no-store"
    return response
