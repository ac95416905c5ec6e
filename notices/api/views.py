"""API of the inbox of the account that calls."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.models import User
from accounts.rules import SIGNED_IN
from notices.api.serializers import NoticeSerializer, ReadAllSerializer
from notices.filters import NoticeFilter
from notices.inbox import mark_all_read, mark_read
from notices.models import Notice


def account_of(request: Request) -> User:
    """The caller, whom the rule of the action has let in."""
    assert isinstance(request.user, User)
    return request.user


class NoticeViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """My messages, newest first; nobody else's."""

    queryset = Notice.objects.none()
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter
    lookup_value_regex = "[0-9]{1,18}"
    access_rules: ClassVar[dict[str, str]] = {
        "list": SIGNED_IN,
        "retrieve": SIGNED_IN,
        "read": SIGNED_IN,
        "read_all": SIGNED_IN,
    }

    def get_queryset(self) -> QuerySet[Any]:
        """The inbox of the caller."""
        return Notice.objects.visible_to(self.request.user)

    @extend_schema(request=None, responses=NoticeSerializer)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark as read; a repeat changes nothing."""
        notice = mark_read(actor=account_of(request), notice_id=int(pk), now=timezone.now())
        if notice is None:
            raise Http404
        return Response(self.get_serializer(notice).data)

    @extend_schema(request=None, responses=ReadAllSerializer, filters=False)
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request: Request) -> Response:
        """Mark all as read."""
        return Response({"read": mark_all_read(actor=account_of(request), now=timezone.now())})
