"""Claims of wishes for systems: who is at it (masked), since when, how far. Claiming is done by the person herself."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.text_guard import CleanTextSerializerField
from grid.api.scoped import ScopedReadOnlyViewSet
from incidents.api.serializers import StrictSerializer
from partybuilding.standing import shown as shown_member
from volunteers import claims
from volunteers.filters.board import StrictClaimFilter
from volunteers.models import WishClaim
from volunteers.standing import shown


class ClaimSerializer(serializers.ModelSerializer[WishClaim]):
    """A claim; units and teams by name, persons masked."""

    wish_number = serializers.CharField(source="wish.number", read_only=True)
    grid_code = serializers.CharField(source="wish.grid_code", read_only=True)
    claimed_by = serializers.SerializerMethodField(help_text="Persons masked.")

    class Meta:
        model = WishClaim
        fields: ClassVar[list[str]] = [
            *("id", "version", "wish", "wish_number", "grid_code", "slot", "claimed_by", "status", "pledge"),
            *("claimed_at", "contact_by", "contacted_at", "delivered_at", "text"),
        ]
        read_only_fields = fields

    def get_claimed_by(self, row: WishClaim) -> str:
        """Unit, team, or masked name."""
        if row.unit or row.team:
            return str(row.unit or row.team)
        return shown(row.volunteer) if row.volunteer else shown_member(row.member)


class ClaimEndInput(StrictSerializer):
    """Why a claim ends. With `version`, only when nobody changed it meanwhile."""

    text = CleanTextSerializerField(max_length=500, multiline=True)
    version = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)


class ClaimViewSet(ScopedReadOnlyViewSet):
    """Claims of the wishes that the caller may see."""

    queryset: Any = WishClaim.objects.select_related("wish", "volunteer", "member", "team", "unit__organization").defer(
        *(f"wish__{name}" for name in ("name", "phone", "door", "remark", "text")), "volunteer__phone"
    )
    serializer_class = ClaimSerializer
    filterset_class = StrictClaimFilter
    intake = ("give_up",)
    access_rules: ClassVar[dict[str, str]] = {"list": "wish.view", "retrieve": "wish.view", "give_up": "wish.verify"}

    @extend_schema(request=ClaimEndInput, responses=ClaimSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="give-up")
    def give_up(self, request: Request, pk: str) -> Response:
        """End the claim of a helper who is not heard of any more: the wish is free again; 409 when it has ended."""
        given = ClaimEndInput(data=request.data)
        given.is_valid(raise_exception=True)
        actor: Any = request.user
        row = claims.give_up(self.get_object(), actor=actor, now=timezone.now(), **given.validated_data)
        return Response(ClaimSerializer(row).data)
