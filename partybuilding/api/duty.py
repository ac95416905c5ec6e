"""Members' duty for systems: posts, shifts, calls, claimed services. A member is her number and a masked name."""

from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from grid.api.scoped import ScopedReadOnlyViewSet
from partybuilding import calls
from partybuilding.filters.duty import StrictCallFilter, StrictClaimFilter, StrictPostFilter, StrictShiftFilter
from partybuilding.models import DutyPost, DutyShift, MemberCall, ServiceClaim
from partybuilding.standing import shown

SEES: Final = "party.view"
READ: Final[dict[str, str]] = {"list": SEES, "retrieve": SEES}


class DutyPostSerializer(serializers.ModelSerializer[DutyPost]):
    """A duty post; `weekdays` are 1 (Monday) to 7."""

    skill = serializers.CharField(source="skill.name", read_only=True, default=None, allow_null=True)

    class Meta:
        model = DutyPost
        fields: ClassVar[list[str]] = [
            *("id", "grid_code", "name", "skill", "place", "weekdays", "starts", "ends", "people", "is_active"),
        ]
        read_only_fields = fields


class MemberNamed(serializers.ModelSerializer[Any]):
    """Rows that belong to a member."""

    member_name = serializers.SerializerMethodField(help_text="Masked.")

    @extend_schema_field(str)
    def get_member_name(self, row: Any) -> str:
        """The masked name."""
        return shown(row.member)


class DutyShiftSerializer(MemberNamed):
    """One member at one post on one day."""

    grid_code = serializers.CharField(source="post.grid_code", read_only=True)
    post_name = serializers.CharField(source="post.name", read_only=True)

    class Meta:
        model = DutyShift
        fields: ClassVar[list[str]] = [
            *("id", "grid_code", "post", "post_name", "on", "member", "member_name", "status", "remark", "version"),
        ]
        read_only_fields = fields


class MemberCallSerializer(serializers.ModelSerializer[MemberCall]):
    """A call of members with the numbers of its answers."""

    kind = serializers.CharField(source="kind.name", read_only=True)
    incident = serializers.CharField(source="incident.number", read_only=True, default=None, allow_null=True)
    coming = serializers.IntegerField(read_only=True)
    came = serializers.IntegerField(read_only=True)
    hours = serializers.DecimalField(max_digits=8, decimal_places=1, read_only=True)

    class Meta:
        model = MemberCall
        fields: ClassVar[list[str]] = [
            *("id", "grid_code", "kind", "title", "text", "place", "starts_at", "people", "incident", "status"),
            *("result", "coming", "came", "hours", "at", "version"),
        ]
        read_only_fields = fields


class ServiceClaimSerializer(MemberNamed):
    """A service that a member claimed."""

    kind = serializers.CharField(source="kind.name", read_only=True)

    class Meta:
        model = ServiceClaim
        fields: ClassVar[list[str]] = ["id", "grid_code", "member", "member_name", "kind", "text", "since", "until"]
        read_only_fields = fields


class DutyPostViewSet(ScopedReadOnlyViewSet):
    """Duty posts of members (网格党员值日岗)."""

    queryset = DutyPost.objects.select_related("skill")
    serializer_class = DutyPostSerializer
    filterset_class = StrictPostFilter
    access_rules: ClassVar[dict[str, str]] = READ


class DutyShiftViewSet(ScopedReadOnlyViewSet):
    """Shifts of duty."""

    queryset = DutyShift.objects.select_related("post", "member").defer("member__phone")
    serializer_class = DutyShiftSerializer
    filterset_class = StrictShiftFilter
    access_rules: ClassVar[dict[str, str]] = READ


class MemberCallViewSet(ScopedReadOnlyViewSet):
    """Calls of members (社区吹哨、党员报到)."""

    queryset = MemberCall.objects.all()
    serializer_class = MemberCallSerializer
    filterset_class = StrictCallFilter
    access_rules: ClassVar[dict[str, str]] = READ

    def get_queryset(self) -> Any:
        """With the numbers of answers."""
        return calls.calls_for(super().get_queryset())


class ServiceClaimViewSet(ScopedReadOnlyViewSet):
    """Claimed services (党员认领公益服务清单)."""

    queryset = ServiceClaim.objects.select_related("kind", "member").defer("member__phone")
    serializer_class = ServiceClaimSerializer
    filterset_class = StrictClaimFilter
    access_rules: ClassVar[dict[str, str]] = READ
