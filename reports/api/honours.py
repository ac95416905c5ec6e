"""Honours and typical cases for systems: to read. People nominate, review and decide."""

from typing import Any, ClassVar, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from grid.api.scoped import ScopedReadOnlyViewSet
from reports.filters.records import NominationFilter, RoundFilter, TypicalCaseFilter
from reports.honours.reading import nominations_for, places_of, rounds_for
from reports.models import HonourPlace, HonourRound, Nomination, TypicalCase

READS: Final[dict[str, str]] = {"list": "report.view", "retrieve": "report.view"}


class PlaceSerializer(serializers.ModelSerializer[HonourPlace]):
    """A heading with its places, and how many were put forward and passed."""

    title = serializers.CharField(source="title.name", read_only=True)
    put_forward = serializers.IntegerField(read_only=True)
    passed = serializers.IntegerField(read_only=True)

    class Meta:
        model = HonourPlace
        fields: ClassVar[list[str]] = ["id", "heading", "title", "places", "put_forward", "passed"]
        read_only_fields = fields


class RoundBrief(serializers.ModelSerializer[HonourRound]):
    """A round of honours in a list."""

    class Meta:
        model = HonourRound
        fields: ClassVar[list[str]] = [
            "id",
            "name",
            "grid_code",
            "period_start",
            "period_end",
            "status",
            "public_until",
            "decided_on",
            "paper",
            "version",
        ]
        read_only_fields = fields


class RoundSerializer(RoundBrief):
    """A round with its places."""

    places = serializers.SerializerMethodField()

    class Meta(RoundBrief.Meta):
        fields: ClassVar[list[str]] = [*RoundBrief.Meta.fields, "places"]
        read_only_fields = fields

    @extend_schema_field(PlaceSerializer(many=True))
    def get_places(self, row: HonourRound) -> Any:
        """The headings in their order."""
        return PlaceSerializer(places_of(row), many=True).data


class NominationSerializer(serializers.ModelSerializer[Nomination]):
    """A nomination or an award."""

    round = serializers.IntegerField(source="place.round_id", read_only=True)
    heading = serializers.CharField(source="place.heading", read_only=True)
    title = serializers.CharField(source="place.title.name", read_only=True)
    grid_code = serializers.CharField(source="grid.code", read_only=True, default="")

    class Meta:
        model = Nomination
        fields: ClassVar[list[str]] = [
            "id",
            "round",
            "heading",
            "title",
            "name",
            "unit",
            "grid_code",
            "status",
            "certificate",
            "nominated_at",
        ]
        read_only_fields = fields


class TypicalCaseSerializer(serializers.ModelSerializer[TypicalCase]):
    """A typical case with its texts; they name nobody."""

    incident = serializers.CharField(source="incident.number", read_only=True, default="")

    class Meta:
        model = TypicalCase
        fields: ClassVar[list[str]] = [
            "id",
            "title",
            "grid_code",
            "incident",
            "status",
            "background",
            "practice",
            "result",
            "lesson",
            "submitted_to",
            "submitted_at",
            "answered_at",
            "answer",
            "created_at",
            "version",
        ]
        read_only_fields = fields


class HonourRoundViewSet(ScopedReadOnlyViewSet):
    """Rounds of honours (表彰), newest first."""

    queryset = HonourRound.objects.none()
    serializer_class = RoundSerializer
    brief_class = RoundBrief
    filterset_class = RoundFilter
    access_rules: ClassVar[dict[str, str]] = READS

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        return rounds_for(self.request.user)


class NominationViewSet(ScopedReadOnlyViewSet):
    """Nominations and awards, newest first."""

    queryset = Nomination.objects.none()
    serializer_class = NominationSerializer
    filterset_class = NominationFilter
    access_rules: ClassVar[dict[str, str]] = READS

    def get_queryset(self) -> Any:
        """Only what the caller may see: everything else is 404."""
        return nominations_for(self.request.user)


class TypicalCaseViewSet(ScopedReadOnlyViewSet):
    """Typical cases (优秀案例), newest first."""

    queryset = TypicalCase.objects.select_related("incident").defer("incident__point")
    serializer_class = TypicalCaseSerializer
    filterset_class = TypicalCaseFilter
    access_rules: ClassVar[dict[str, str]] = READS
