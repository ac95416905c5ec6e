"""Doors of `incidents` for systems: translate in, one call, translate out."""

import re
from typing import Any, ClassVar, Final

from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.converters import IncidentNumber
from accounts.errors import NotValid
from accounts.idempotency import IdempotentCreateMixin
from accounts.pagination import StrictCursorPagination
from incidents import clocks, contacts, evidence, intake, lifecycle
from incidents.api import clusters as cluster_api
from incidents.api import serializers as shapes
from incidents.api.history_serializers import AttachmentSerializer, ClockSerializer, EventSerializer
from incidents.filters import StrictIncidentFilter
from incidents.models import Attachment, Category, Incident, IncidentEvent
from incidents.photos import process_photo

SEES: Final = "incident.view|incident.handle|incident.report"
"""Whoever has to do with incidents at all; which ones they see is `visible_to`."""
RELATED: Final = ("category", "grid", "compound", "handler_organization", "handler_user")
IF_MATCH: Final = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The version, as the ETag.")
IDEMPOTENCY_KEY: Final = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A repeat with the same key gets the first answer."
)
_ETAG: Final = re.compile(r'(?:W/)?"([0-9]{1,9})"')


class OldestFirst(StrictCursorPagination):
    """History is read from its beginning."""

    ordering = "id"


class CreateIncident:
    """The POST of a report; a class of its own, so that the mixin of idempotency can stand before it."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a report in."""
        given = shapes.NewIncidentInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        data = {name: value for name, value in given.validated_data.items() if value is not None}
        now = timezone.now()
        incident = intake.report_incident(intake.NewIncident(**data), actor=request.user, now=now)  # type: ignore[arg-type]
        return Response(
            shapes.IncidentSerializer(incident, context={"request": request, "now": now}).data,
            status=201,
            headers={"Location": request.build_absolute_uri(f"{incident.number}/"), "ETag": etag(incident)},
        )


class IncidentViewSet(
    IdempotentCreateMixin,
    CreateIncident,
    cluster_api.ClusterActions,
    ListModelMixin,
    RetrieveModelMixin,
    GenericViewSet,
):
    """Incidents that the caller may see."""

    named_by = "number"
    queryset = Incident.objects.none()
    serializer_class = shapes.IncidentSerializer
    filterset_class = StrictIncidentFilter
    lookup_field = "number"
    lookup_value_regex = IncidentNumber.regex
    access_rules: ClassVar[dict[str, str]] = {
        "list": SEES,
        "retrieve": SEES,
        "create": "incident.report",
        "moves": SEES,
        "events": SEES,
        "clocks": SEES,
        "attachments": SEES,
        "photo": SEES,
        "reveal": "contact.reveal",
        "candidates": cluster_api.RULE,
        "join": cluster_api.RULE,
        "part": cluster_api.RULE,
        "relocate": cluster_api.RULE,
    }

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        rows = Incident.objects.visible_to(self.request.user).select_related(*RELATED).defer("grid__boundary")
        return rows.defer("text", "contact_name", "contact_phone", "grid__boundary") if self.action == "list" else rows

    def get_serializer_class(self) -> Any:
        """A list is brief."""
        return shapes.IncidentBrief if self.action == "list" else self.serializer_class

    def get_serializer_context(self) -> dict[str, Any]:
        """One moment for the whole answer."""
        return {**super().get_serializer_context(), "now": timezone.now()}

    def get_object(self) -> Incident:
        """By number, with or without hyphen and zeros."""
        number = IncidentNumber().to_python(self.kwargs["number"])
        found: Incident = get_object_or_404(self.get_queryset(), number=number)
        return found

    def get_throttles(self) -> list[Any]:
        """Reports have a limit of their own."""
        self.throttle_scope = "intake" if self.action == "create" else None
        return super().get_throttles()

    @extend_schema(
        request=shapes.NewIncidentInput,
        responses={201: shapes.IncidentSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Report an incident. The same Idempotency-Key, client_uuid or external_id gives the first one again."""
        return super().create(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One incident; its ETag is the version that a move must name."""
        incident = self.get_object()
        return Response(self.get_serializer(incident).data, headers={"ETag": etag(incident)})

    @extend_schema(
        request=shapes.MoveInput, responses={200: shapes.IncidentSerializer}, parameters=[IF_MATCH], filters=False
    )
    @action(detail=True, methods=["post"])
    def moves(self, request: Request, number: str) -> Response:
        """Make a move. 409 when state or version has changed, 403 when the move is not the caller's."""
        incident = self.get_object()
        given = shapes.MoveInput(data=request.data, context={"request": request, "incident": incident})
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        version = version_of(request, data.pop("version", None))
        lifecycle.perform(
            incident.pk,
            data.pop("move"),
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            version=version,
            **data,
        )
        return self.retrieve(request)

    @extend_schema(responses={200: EventSerializer(many=True)}, filters=False)
    @action(detail=True, filterset_class=None, pagination_class=OldestFirst)
    def events(self, request: Request, number: str) -> Response:
        """The history, oldest first."""
        rows = IncidentEvent.objects.filter(incident=self.get_object())
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(EventSerializer(page, many=True).data)

    @extend_schema(responses={200: ClockSerializer(many=True)}, filters=False)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def clocks(self, request: Request, number: str) -> Response:
        """Every clock that ever ran, with its steps."""
        readings = clocks.readings(self.get_object())
        return Response(ClockSerializer(ClockSerializer.rows(readings), many=True).data)

    @extend_schema(
        methods=["GET"],
        responses={200: AttachmentSerializer(many=True)},
        filters=False,
        operation_id="photos_list",
    )
    @extend_schema(
        methods=["POST"],
        request={"multipart/form-data": shapes.PhotosInput},
        responses={201: AttachmentSerializer(many=True)},
        filters=False,
        operation_id="photos_create",
    )
    @action(
        detail=True,
        methods=["get", "post"],
        filterset_class=None,
        pagination_class=None,
        parser_classes=[MultiPartParser],
    )
    def attachments(self, request: Request, number: str) -> Response:
        """GET: the photos. POST: up to nine more (multipart, field `photos`)."""
        incident = self.get_object()
        if request.method == "GET":
            rows = incident.attachments.select_related("event")
            return Response(AttachmentSerializer(rows, many=True).data)
        given = shapes.PhotosInput(data=request.data)
        given.is_valid(raise_exception=True)
        photos = [process_photo(file) for file in given.validated_data["photos"]]
        added = evidence.add_photos(incident.pk, photos=photos, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        return Response(AttachmentSerializer(added, many=True).data, status=201)

    @extend_schema(
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("size", str, enum=["full", "thumb"], description="thumb: the small one.")],
        filters=False,
        operation_id="photos_retrieve",
    )
    @action(
        detail=True,
        url_path=r"attachments/(?P<photo>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
        filterset_class=None,
    )
    def photo(self, request: Request, number: str, photo: str) -> FileResponse:
        """One photo as JPEG."""
        found = get_object_or_404(Attachment, incident=self.get_object(), public_id=photo)
        file = found.thumbnail if request.query_params.get("size") == "thumb" else found.file
        try:
            return FileResponse(
                file.open("rb"), content_type="image/jpeg", headers={"X-Content-Type-Options": "nosniff"}
            )
        except OSError as error:
            raise Http404 from error

    @extend_schema(request=shapes.RevealInput, responses={200: shapes.ContactSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, number: str) -> Response:
        """The reporter's contact in clear, for a purpose that is recorded."""
        incident = self.get_object()
        given = shapes.RevealInput(data=request.data)
        given.is_valid(raise_exception=True)
        contact = contacts.reveal_contact(
            incident,
            actor=request.user,  # type: ignore[arg-type]
            purpose=given.validated_data["purpose"],
            now=timezone.now(),
            request=request._request,
        )
        return Response(shapes.ContactSerializer(contact).data)


class CategoryViewSet(ListModelMixin, GenericViewSet):
    """Categories, all of them at once: the list is short and changes seldom."""

    queryset = Category.objects.order_by("kind", "code")
    serializer_class = shapes.CategorySerializer
    pagination_class = None
    filter_backends = ()
    access_rules: ClassVar[dict[str, str]] = {"list": SEES}


def etag(incident: Incident) -> str:
    """The version as an entity tag."""
    return f'"{incident.version}"'


def version_of(request: Request, given: int | None) -> int:
    """The version that the caller saw, from If-Match or the body; NotValid when neither says one or they differ."""
    header = request.headers.get("If-Match")
    matched = _ETAG.fullmatch(header.strip()) if header is not None else None
    versions = {int(matched[1])} if matched else set()
    versions |= {given} if given is not None else set()
    if len(versions) != 1 or (header is not None and matched is None):
        message = _("Give the version that you saw, in the body or as If-Match.")
        raise NotValid(message, {"version": [message]})
    return versions.pop()
