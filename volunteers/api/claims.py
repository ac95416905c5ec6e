"""Claims of wishes for systems: who is at it (masked), since when, how far. Claiming is done by the person herself."""

from typing import Any, ClassVar

from rest_framework import serializers

from grid.api.scoped import ScopedReadOnlyViewSet
from partybuilding.standing import shown as shown_member
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


class ClaimViewSet(ScopedReadOnlyViewSet):
    """Claims of the wishes that the caller may see."""

    queryset: Any = WishClaim.objects.select_related("wish", "volunteer", "member", "team", "unit__organization").defer(
        *(f"wish__{name}" for name in ("name", "phone", "door", "remark", "text")), "volunteer__phone"
    )
    serializer_class = ClaimSerializer
    filterset_class = StrictClaimFilter
    access_rules: ClassVar[dict[str, str]] = {"list": "wish.view", "retrieve": "wish.view"}
