"""Doors of reports for systems."""

from typing import Any, ClassVar, Final, cast

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.errors import NotValid
from accounts.exports import attachment
from accounts.idempotency import IdempotentCreateMixin
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from grid.scope import scope_of
from reports import daily_document, editing, finished, signing, writing
from reports.api.serializers import (
    CorrectionInput,
    NewReportInput,
    ReportBrief,
    ReportSerializer,
    SendInput,
    StepInput,
    TextInput,
)
from reports.exports import exported
from reports.filters.reports import ReportFilter
from reports.models import Report

IDEMPOTENCY_KEY: Final = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A repeat with the same key gets the first answer."
)


class CreateReport:
    """The POST of a report; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write the report of a finished period: 201 when this call wrote it, 200 when it was there."""
        given = NewReportInput(data=request.data)
        given.is_valid(raise_exception=True)
        scope = scope_of(request.user)
        grids = Grid.objects.filter(scope.q("report.view", "code")).defer("boundary")
        wanted = given.validated_data
        grid = get_object_or_404(grids, code=wanted["grid"])
        report, created = writing.write(wanted["kind"], grid, wanted["day"], **_by(request))
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
        "correct": "report.write",
        "text": "report.write",
        "step": "report.write|report.sign",
        "send": "report.sign",
    }

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        rows = Report.objects.visible_to(self.request.user).select_related(
            "paper__checked_by", "paper__signed_by", "grid"
        )
        rows = rows.defer("grid__boundary")
        return rows.defer("snapshot", "paper__text", "grid__boundary") if self.action == "list" else rows

    def get_serializer_class(self) -> Any:
        """A list is brief."""
        return ReportBrief if self.action == "list" else self.serializer_class

    @extend_schema(
        request=NewReportInput,
        responses={200: ReportSerializer, 201: ReportSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Write the report of a grid for a period that is over; one that exists is given as it is (newest issue)."""
        return super().create(request, *args, **kwargs)

    @extend_schema(responses={(200, daily_document.WORD_TYPE): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, methods=["get"])
    def word(self, request: Request, pk: str) -> HttpResponse:
        """The report as a Word document (GB/T 9704)."""
        snapshot = exported(self.get_object(), "docx", request._request)
        return attachment(finished.word(snapshot), daily_document.WORD_TYPE, finished.file_name(snapshot, "docx"))

    @extend_schema(responses={(200, daily_document.EXCEL_TYPE): OpenApiTypes.BINARY}, filters=False)
    @action(detail=True, methods=["get"])
    def excel(self, request: Request, pk: str) -> HttpResponse:
        """The report's tables as an Excel workbook."""
        snapshot = exported(self.get_object(), "xlsx", request._request)
        return attachment(finished.excel(snapshot), daily_document.EXCEL_TYPE, finished.file_name(snapshot, "xlsx"))

    @extend_schema(request=CorrectionInput, responses={201: ReportSerializer})
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, pk: str) -> Response:
        """A new issue of the report, counted anew; 409 when a later issue corrects it already."""
        report = self._report("report.write")
        given = CorrectionInput(data=request.data)
        given.is_valid(raise_exception=True)
        issue = writing.correct(report, **given.validated_data, **_by(request))
        return Response(ReportSerializer(issue).data, status=201)

    @extend_schema(request=TextInput, responses={200: ReportSerializer})
    @action(detail=True, methods=["put"])
    def text(self, request: Request, pk: str) -> Response:
        """Replace the text of a draft; an empty list of sections gives back the text as generated."""
        report = self._report("report.write")
        given = TextInput(data=request.data)
        given.is_valid(raise_exception=True)
        paper, sections = finished.paper_of(report), given.as_sections()
        more = _by(request) | {"version": given.validated_data.get("version")}
        if sections:
            editing.edit(paper, sections, **more)
        else:
            editing.restore(paper, **more)
        return self._fresh(report)

    @extend_schema(request=StepInput, responses={200: ReportSerializer})
    @action(detail=True, methods=["post"])
    def step(self, request: Request, pk: str) -> Response:
        """Check the paper, take it back to draft, or sign it as a second person."""
        report = self._report("report.view")
        given = StepInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        signing.take(
            finished.paper_of(report),
            values["stage"],
            version=values.get("version"),
            text=values["text"],
            **_by(request),
        )
        return self._fresh(report)

    @extend_schema(request=SendInput, responses={200: ReportSerializer})
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: str) -> Response:
        """Send a signed paper to the readers of grids above and below."""
        report = self._report("report.sign")
        given = SendInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        sending = signing.Sending(values["main"], values["copied"], _grids(report, values["grids"]))
        signing.send(finished.paper_of(report), sending, version=values.get("version"), **_by(request))
        return self._fresh(report)

    def _report(self, capability: str) -> Report:
        report: Report = self.get_object()
        demand(self.request.user, capability, report.grid_code)
        return report

    def _fresh(self, report: Report) -> Response:
        return Response(ReportSerializer(self.get_queryset().get(pk=report.pk)).data)


def _by(request: Request) -> dict[str, Any]:
    return {"actor": cast("User", request.user), "now": timezone.now()}


def _grids(report: Report, codes: list[str]) -> list[Grid]:
    found = list(signing.grids_near(report).filter(code__in=codes))
    if unknown := set(codes) - {grid.code for grid in found}:
        raise NotValid("grids", {"grids": [", ".join(sorted(unknown))]})
    return found
