"""Partner units, agreements, seats, alliances and claimed stars for systems. No contact leaves in clear."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.text_guard import CleanTextSerializerField
from grid.api.scoped import ScopedReadOnlyViewSet
from grid.models import Organization
from incidents.api.serializers import StrictSerializer
from partybuilding import alliances, stars, units
from partybuilding.agreements import state_of
from partybuilding.filters.units import AgreementFilter, AllianceFilter, ClaimFilter, UnitFilter
from partybuilding.models import Agreement, Alliance, CommitteeSeat, PartnerUnit, StarClaim, StarDelivery
from partybuilding.seats import seats_visible_to

SEES = "party.view|incident.handle"
MOST = 1_000_000


class PartnerUnitSerializer(serializers.ModelSerializer[PartnerUnit]):
    """A partner unit; its contact is masked."""

    name = serializers.CharField(source="organization.name", read_only=True)
    organization_kind = serializers.ChoiceField(
        source="organization.kind", choices=Organization.Kind.choices, read_only=True
    )
    grid = serializers.CharField(source="organization.grid.code", read_only=True)
    kinds: Any = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    contact = serializers.SerializerMethodField()

    class Meta:
        model = PartnerUnit
        fields: ClassVar[list[str]] = [
            *("id", "organization", "name", "organization_kind", "grid", "kinds", "strengths", "contact"),
            *("joined_on", "left_on", "version"),
        ]
        read_only_fields = fields

    def get_contact(self, unit: PartnerUnit) -> str:
        """Masked; there is no address of the API that shows it in clear."""
        return units.contact(unit)


class AgreementSerializer(serializers.ModelSerializer[Agreement]):
    """An agreement; `state`: running, soon (ends within two months), ahead, over, early (ended early)."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    unit_name = serializers.CharField(source="unit.organization.name", read_only=True)
    compounds: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = Agreement
        fields: ClassVar[list[str]] = [
            *("id", "unit", "unit_name", "grid", "kind", "title", "signed_on", "starts_on", "ends_on", "ended_on"),
            *("state", "compounds", "version"),
        ]
        read_only_fields = fields

    def get_state(self, row: Agreement) -> str:
        """Today."""
        return state_of(row, timezone.localdate())


class SeatSerializer(serializers.ModelSerializer[CommitteeSeat]):
    """A seat in a grand committee; `until` is the first day without it."""

    committee = serializers.CharField(source="party.organization.name", read_only=True)
    unit_name = serializers.CharField(source="unit.organization.name", read_only=True)

    class Meta:
        model = CommitteeSeat
        fields: ClassVar[list[str]] = [
            *("id", "party", "committee", "unit", "unit_name", "holder", "post", "duties", "since", "until"),
        ]
        read_only_fields = fields


class AllianceSerializer(serializers.ModelSerializer[Alliance]):
    """An alliance; issues solved = solved_before + projects_done + decisions_done."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    members = serializers.IntegerField(read_only=True)
    activities_held = serializers.IntegerField(source="held", read_only=True)
    projects_done = serializers.IntegerField(source="done", read_only=True)
    decisions_done = serializers.IntegerField(source="decided", read_only=True)

    class Meta:
        model = Alliance
        fields: ClassVar[list[str]] = [
            *("id", "grid", "name", "kind", "text", "founded_on", "solved_before", "activities_before"),
            *("members", "activities_held", "projects_done", "decisions_done", "is_active", "version"),
        ]
        read_only_fields = fields


class StarDeliverySerializer(serializers.ModelSerializer[StarDelivery]):
    """One thing done for a pledge."""

    class Meta:
        model = StarDelivery
        fields: ClassVar[list[str]] = ["id", "on", "text", "amount", "beneficiaries"]
        read_only_fields = fields


class StarClaimBrief(serializers.ModelSerializer[StarClaim]):
    """A claimed star in a list."""

    grid = serializers.CharField(source="grid_code", read_only=True)
    unit_name = serializers.CharField(source="unit.organization.name", read_only=True)
    star = serializers.CharField(source="star.name", read_only=True)
    delivered = serializers.IntegerField(read_only=True)

    class Meta:
        model = StarClaim
        fields: ClassVar[list[str]] = [
            *("id", "client_id", "unit", "unit_name", "star", "grid", "year", "pledge", "amount", "measure", "due_on"),
            *("status", "delivered", "grade", "version"),
        ]
        read_only_fields = fields


class StarClaimSerializer(StarClaimBrief):
    """One claimed star with its deliveries."""

    deliveries = StarDeliverySerializer(many=True, read_only=True)

    class Meta(StarClaimBrief.Meta):
        fields: ClassVar[list[str]] = [*StarClaimBrief.Meta.fields, "review", "reviewed_at", "deliveries"]
        read_only_fields = fields


class StarDeliveryInput(StrictSerializer):
    """What was done."""

    on = serializers.DateField()
    text = CleanTextSerializerField(max_length=500)
    amount = serializers.IntegerField(min_value=1, max_value=MOST, default=1)
    beneficiaries = serializers.IntegerField(min_value=0, max_value=MOST, required=False, allow_null=True, default=None)


class PartnerUnitViewSet(ScopedReadOnlyViewSet):
    """Partner units (共建单位) around the caller's grids, and those she works for."""

    queryset = PartnerUnit.objects.select_related("organization__grid").prefetch_related("kinds")
    serializer_class = PartnerUnitSerializer
    filterset_class = UnitFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}


class AgreementViewSet(ScopedReadOnlyViewSet):
    """Agreements with units."""

    queryset = Agreement.objects.select_related("unit__organization").prefetch_related("compounds")
    serializer_class = AgreementSerializer
    filterset_class = AgreementFilter
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}


class SeatViewSet(ScopedReadOnlyViewSet):
    """Seats of units in grand committees (大党委), also those that have ended."""

    queryset = CommitteeSeat.objects.none()
    serializer_class = SeatSerializer
    access_rules: ClassVar[dict[str, str]] = {"list": SEES, "retrieve": SEES}

    def get_queryset(self) -> Any:
        """In reach."""
        return seats_visible_to(self.request.user).select_related("party__organization", "unit__organization")


class AllianceViewSet(ScopedReadOnlyViewSet):
    """Alliances (红色党建联盟) with what they did."""

    queryset = Alliance.objects.none()
    serializer_class = AllianceSerializer
    filterset_class = AllianceFilter
    access_rules: ClassVar[dict[str, str]] = {"list": "party.view", "retrieve": "party.view"}

    def get_queryset(self) -> Any:
        """In reach, with their figures."""
        return alliances.with_figures(Alliance.objects.visible_to(self.request.user))


class StarClaimViewSet(ScopedReadOnlyViewSet):
    """Claimed stars (五星认领), of this year unless another is asked for."""

    queryset = StarClaim.objects.none()
    serializer_class = StarClaimSerializer
    brief_class = StarClaimBrief
    access_rules: ClassVar[dict[str, str]] = {
        "list": SEES,
        "retrieve": SEES,
        "deliver": "lists.edit|incident.handle",
    }

    @property
    def filterset_class(self) -> Any:
        """A list is narrowed to a year; one claim is found whatever its year."""
        return ClaimFilter if self.action == "list" else None

    def get_queryset(self) -> Any:
        """In reach, with what was delivered."""
        rows = StarClaim.objects.visible_to(self.request.user).select_related("unit__organization__grid")
        return stars.with_delivered(rows).prefetch_related("deliveries")

    @extend_schema(request=StarDeliveryInput, responses={200: StarClaimSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def deliver(self, request: Request, pk: str) -> Response:
        """Write down what was done for the pledge; the same again is written once. 409 after the review."""
        row = self.get_object()
        units.demand_hers(request.user, row.unit, row.grid_code)
        given = StarDeliveryInput(data=request.data)
        given.is_valid(raise_exception=True)
        done = stars.Delivered(**given.validated_data)
        stars.deliver(row, done, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
        return Response(StarClaimSerializer(self.get_object()).data)
