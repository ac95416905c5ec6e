"""A small API and pages that fail in every named way, for tests of what all doors share."""

from typing import Any, ClassVar

from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from psycopg.errors import LockNotAvailable
from rest_framework.mixins import CreateModelMixin, ListModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.serializers import DateTimeField, ModelSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.idempotency import IdempotentCreateMixin
from accounts.models import AccessEvent


class EventSerializer(ModelSerializer):
    at = DateTimeField(default="2026-11-20T06:05:00Z")

    class Meta:
        model = AccessEvent
        fields = ("id", "purpose", "action", "at")


class Events(IdempotentCreateMixin, CreateModelMixin, ListModelMixin, GenericViewSet):
    queryset = AccessEvent.objects.all()
    serializer_class = EventSerializer
    permission_classes: ClassVar[list[Any]] = [IsAuthenticated]
    filter_backends: ClassVar[list[Any]] = []

    def get_success_headers(self, data: Any) -> dict[str, str]:
        return {"Location": f"/events/{data['id']}/"}


def locked() -> OperationalError:
    error = OperationalError("canceling statement due to lock timeout")
    error.__cause__ = LockNotAvailable()
    return error


ERRORS: dict[str, Any] = {
    "not-allowed": lambda: NotAllowed("not you"),
    "not-now": lambda: NotNow("too late"),
    "not-valid": lambda: NotValid("look again", {"text": ["too short"]}),
    "away": lambda: OperationalError("connection refused"),
    "locked": locked,
    "data": lambda: DataError("bigint out of range"),
    "fault": lambda: ZeroDivisionError("x"),
}


def fail(request: HttpRequest, name: str) -> HttpResponse:
    raise ERRORS[name]()


class Fail(APIView):
    permission_classes: ClassVar[list[Any]] = []
    authentication_classes: ClassVar[list[Any]] = []

    def get(self, request: Any, name: str) -> Response:
        raise ERRORS[name]()


urlpatterns = [
    path("api/events/", Events.as_view({"post": "create", "get": "list"})),
    path("api/fail/<slug:name>/", Fail.as_view()),
    path("fail/<slug:name>/", fail),
    path("case/<number:value>/", lambda request, value: HttpResponse(value), name="case"),
    path("row/<ascii_int:value>/", lambda request, value: HttpResponse(str(value))),
    path("grid/<gridcode:value>/", lambda request, value: HttpResponse(value)),
    path("", include("config.urls")),
]
handler400 = "accounts.views.bad_request"
handler403 = "accounts.views.permission_denied"
handler404 = "accounts.views.not_found"
handler500 = "accounts.views.server_error"
