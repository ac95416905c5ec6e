"""Repeats and the right place of an incident, for systems: candidates with parts, joining, parting, relocating."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.converters import IncidentNumber
from accounts.text_guard import CleanTextSerializerField
from grid.models import Compound, Grid
from incidents import clusters, duplicates, relocating
from incidents.api.serializers import IncidentSerializer, PointInput, StrictSerializer
from incidents.models import Incident

RULE = "incident.accept|incident.dispatch"


class JoinInput(StrictSerializer):
    """Which case it repeats; when that one is a member itself, its lead is meant."""

    into = serializers.RegexField(f"^{IncidentNumber.regex}$")
    reason = CleanTextSerializerField(max_length=500)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class PartInput(StrictSerializer):
    """Why it is a matter of its own."""

    reason = CleanTextSerializerField(max_length=500)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class RelocateInput(StrictSerializer):
    """The right place: a grid, a point, a compound or an address, and how it is known."""

    point = PointInput(required=False, allow_null=True)
    address = CleanTextSerializerField(max_length=200, required=False, allow_blank=True)
    compound = serializers.PrimaryKeyRelatedField(required=False, allow_null=True, queryset=Compound.objects.none())
    grid = serializers.SlugRelatedField(
        required=False, allow_null=True, slug_field="code", queryset=Grid.objects.none()
    )
    reason = CleanTextSerializerField(max_length=500)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)

    def get_fields(self) -> dict[str, Any]:
        """Compounds and grids are those that the caller may see."""
        fields: dict[str, Any] = super().get_fields()
        if request := self.context.get("request"):
            day = timezone.localdate()
            fields["compound"].queryset = Compound.objects.select_related("grid").visible_to(request.user)
            fields["grid"].queryset = Grid.objects.defer("boundary").visible_to(request.user).current(day)
        return fields

    def new_place(self) -> relocating.NewPlace:
        """What the business takes."""
        data = self.validated_data
        point = data.get("point")
        return relocating.NewPlace(
            address=data.get("address", ""),
            point=point["point"] if point else None,
            compound=data.get("compound"),
            grid=data.get("grid"),
        )


class CandidateSerializer(serializers.Serializer):
    """Another incident that may be the same: the total and the parts it comes from, each 0 to 1."""

    number = serializers.CharField(source="incident.number", read_only=True)
    title = serializers.CharField(source="incident.title", read_only=True)
    state = serializers.CharField(source="incident.state", read_only=True)
    reported_at = serializers.DateTimeField(source="incident.reported_at", read_only=True)
    total = serializers.FloatField(read_only=True)
    parts = serializers.DictField(child=serializers.FloatField(), read_only=True)
    same_words = serializers.BooleanField(read_only=True)


class ClusterActions:
    """What `IncidentViewSet` mixes in; `get_object` and `retrieve` are the viewset's."""

    @extend_schema(responses={200: CandidateSerializer(many=True)}, filters=False)
    @action(detail=True, filterset_class=None, pagination_class=None)
    def candidates(self, request: Request, number: str) -> Response:
        """What may be the same matter, best first, at most ten."""
        incident = self.get_object()  # type: ignore[attr-defined]
        found = duplicates.candidates(incident, user=request.user, now=timezone.now(), limit=10)
        return Response(CandidateSerializer(found, many=True).data)

    @extend_schema(request=JoinInput, responses={200: IncidentSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def join(self, request: Request, number: str) -> Response:
        """Join the incident to the cluster of another. 409 when either has changed or ended."""
        incident = self.get_object()  # type: ignore[attr-defined]
        given = JoinInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        other = _other(request, data["into"])
        clusters.join(
            other.duplicate_of_id or other.pk,
            [incident.pk],
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            reason=data["reason"],
            versions={incident.pk: data["version"]},
        )
        return self.retrieve(request)  # type: ignore[attr-defined,no-any-return]

    @extend_schema(request=PartInput, responses={200: IncidentSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def part(self, request: Request, number: str) -> Response:
        """Take the incident out of its cluster; it goes on from where it stood."""
        incident = self.get_object()  # type: ignore[attr-defined]
        given = PartInput(data=request.data)
        given.is_valid(raise_exception=True)
        now = timezone.now()
        clusters.part(incident.pk, actor=request.user, now=now, **given.validated_data)  # type: ignore[arg-type]
        return self.retrieve(request)  # type: ignore[attr-defined,no-any-return]

    @extend_schema(request=RelocateInput, responses={200: IncidentSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def relocate(self, request: Request, number: str) -> Response:
        """Correct the place before the incident is dispatched; the grid follows."""
        incident = self.get_object()  # type: ignore[attr-defined]
        given = RelocateInput(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        relocating.relocate(
            incident.pk,
            given.new_place(),
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            reason=given.validated_data["reason"],
            version=given.validated_data["version"],
        )
        return self.retrieve(request)  # type: ignore[attr-defined,no-any-return]


def _other(request: Request, number: str) -> Incident:
    """The other case if the caller may see it; 404 otherwise."""
    found: Incident | None = (
        Incident.objects.visible_to(request.user).filter(number=IncidentNumber().to_python(number)).first()
    )
    if found is None:
        raise Http404
    return found
