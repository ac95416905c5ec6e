"""API of the account that calls."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.serializers import MeSerializer
from accounts.rules import SIGNED_IN


class MeView(GenericViewSet):
    """Who am I, and with which key?"""

    serializer_class = MeSerializer
    pagination_class = None
    filter_backends = ()
    access_rules: ClassVar[dict[str, str]] = {"retrieve": SIGNED_IN, "partial_update": SIGNED_IN}

    @extend_schema(operation_id="me_retrieve")
    def retrieve(self, request: Request) -> Response:
        """The account, and the key when the call came with one."""
        return Response(self.get_serializer(request.user).data)

    @extend_schema(operation_id="me_partial_update")
    def partial_update(self, request: Request) -> Response:
        """Change language or text size."""
        serializer = self.get_serializer(request.user, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        account: Any = request.user
        for name, value in serializer.validated_data.items():
            setattr(account, name, value)
        account.save(update_fields=sorted(serializer.validated_data))
        return Response(self.get_serializer(account).data)
